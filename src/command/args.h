/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arguments that several commands read: addresses, peers, numbers with a sign in
 * front, switches.  Errors point at the word.
 */
#ifndef COMMAND_ARGS_H
#define COMMAND_ARGS_H

#include "command/command.h"

/*
 * One address from word i on: HOST:PORT, HOST PORT (two words), @N, #N (the peer of that packet),
 * udp://HOST:PORT; *used is the number of words read.  Names resolve (ERR_PENDING).  family:
 * AF_UNSPEC, or what the socket can reach.
 */
bool args_address(struct command_call *c, size_t i, int family, struct addr *out, size_t *used,
		  struct error *e);
/* The same of one word where no port is needed, of a family that the current socket can reach. */
bool args_host(struct command_call *c, size_t i, struct addr *out, struct error *e);
/* Address to bind, as one word: ADDR, ADDR:PORT, :PORT or PORT; zero ports are fine. */
bool args_bind_address(struct command_call *c, size_t i, int family, struct addr *out,
		       struct error *e);

/* "to X": an address, a list with commas, "all".  "last" and "-" are not read here.  The result is
 * the caller's to free. */
bool args_destination(struct command_call *c, size_t *used, struct destination *out,
		      struct error *e);

/* Numbers written with or without their sign: "@2" and "2" (sign '@'), "#12", "3". */
bool args_number(const struct command_word *w, char sign, uint64_t *out, struct error *e);
/* on, off, and what a missing word means. */
bool args_switch(const struct command_call *c, size_t i, bool missing, bool *out, struct error *e);

/* Makes an error without a place point at word i. */
bool args_at(const struct command_call *c, size_t i, struct error *e);

/* The peer that "@N", "N" or ADDRESS:PORT names; one that was not heard yet gets its number. */
struct peer *args_peer(struct command_call *c, size_t i, struct error *e);

/* The socket that words like "[2]" or "2" name. */
struct session_socket *args_socket(struct command_call *c, size_t i, struct error *e);

#endif
