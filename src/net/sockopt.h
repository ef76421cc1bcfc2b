/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket options as one table with one name for both families.
 *
 * A row says what the option is for, its kind, range and unit, when it may be set
 * and which setsockopt() calls make it true for IPv4, for IPv6 or for both (on a
 * dual-stack socket both are made).  Parser, "set", "get", "options", completion,
 * help, and the manual's check read the same rows.
 */
#ifndef NET_SOCKOPT_H
#define NET_SOCKOPT_H

#include "util/buf.h"
#include "util/err.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct sock;

enum sockopt_kind {
	SOCKOPT_BOOL, /* on off yes no true false 1 0; no value means on */
	SOCKOPT_INT,
	SOCKOPT_SIZE,    /* bytes, with k M KiB MiB */
	SOCKOPT_IFACE,   /* interface name or index; "none" undoes it */
	SOCKOPT_WORD,    /* one of "words", or a number where words_or_number */
	SOCKOPT_NOT_UDP, /* keepalive, linger, nodelay: says that they are TCP's */
};

struct sockopt_word {
	const char *name;
	int value;
};

/* One setsockopt(2) call; name 0: none (level 0 is IPPROTO_IP). */
struct sockopt_call {
	int level, name;
};

#define SOCKOPT_BEFORE_BIND 1u /* has to be set before bind: "open ... NAME=V" */
#define SOCKOPT_WORDS_OR_NUMBER 2u

struct sockopt {
	const char *name;
	enum sockopt_kind kind;
	unsigned flags;
	int64_t min, max;
	const char *unit;                 /* "bytes", "hops", NULL */
	struct sockopt_call v4, v6, any;  /* "any" is made once whatever the family */
	struct sockopt_call force;        /* tried before "any": beyond the system's limit */
	const struct sockopt_word *words; /* ends with name NULL */
	const char *capability; /* named when the kernel says EPERM: "CAP_NET_ADMIN", or NULL */
	const char *help;
};

#define SOCKOPT_MAX 32 /* rows at most; checked at compile time in sockopt.c */

extern const struct sockopt sockopts[];               /* ends with name NULL */
extern const struct sockopt_word sockopt_tos_words[]; /* of "tos" */

/* What was asked, by row index; a zeroed struct asks for nothing. */
struct sockopt_value {
	bool asked;
	int64_t number;           /* value, or interface index */
	char device[IF_NAMESIZE]; /* SOCKOPT_IFACE */
};
struct sockopt_values {
	struct sockopt_value v[SOCKOPT_MAX];
};

/* By whole name; an unknown name is ERR_USAGE naming the nearest ones. */
const struct sockopt *sockopt_find(const char *name, struct error *e);
size_t sockopt_index(const struct sockopt *o);
/* What was asked of the option of that name, which the table must have. */
const struct sockopt_value *sockopt_asked(const struct sockopt_values *values, const char *name);

/* Reads a value as typed (text NULL or "": on, for a boolean) into *out; asks the kernel nothing
 * but interface indexes.  The error names the option, the word and the range or the words. */
bool sockopt_parse(const struct sockopt *o, const char *text, struct sockopt_value *out,
		   struct error *e);
/* "NAME", "NAME=V": both steps. */
bool sockopt_parse_assignment(const char *word, struct sockopt_values *values, struct error *e);

/* Sets it on all descriptors of the socket and remembers that it was asked.  SOCKOPT_BEFORE_BIND on
 * a bound socket is ERR_STATE with the command that opens a new one. */
bool sockopt_set(struct sock *s, const struct sockopt *o, const struct sockopt_value *v,
		 struct error *e);
/* For sock_open and for helper descriptors: sets one option on one descriptor. */
bool sockopt_apply(int fd, int family, bool dual, const struct sockopt *o,
		   const struct sockopt_value *v, struct error *e);

/*
 * What the kernel says now, in the words that set understands: "on", "64", "425984", "eth0",
 * "ef"; where it keeps the answer to itself (the IPv4 interface for multicast), what was asked.
 * A dual-stack socket whose halves differ has both: "64, IPv4 128".
 */
bool sockopt_get(const struct sock *s, const struct sockopt *o, struct buf *out, struct error *e);
/* What was asked, in the same words; "" (nothing appended) if nothing was. */
void sockopt_format_asked(const struct sock *s, const struct sockopt *o, struct buf *out);
/* "0..255 hops", "on, off", "dont, want, do, probe", ... */
void sockopt_format_range(const struct sockopt *o, struct buf *out);

/* "ef", "af11", "cs6", "0x0b": the name of a DSCP (RFC 2474, 2597, 3246), and of the two ECN bits
 * (RFC 3168): "not-ect", "ect(1)", "ect(0)", "ce". */
void sockopt_format_dscp(struct buf *out, uint8_t tos);
const char *sockopt_dscp_name(uint8_t tos); /* NULL: it has none */
const char *sockopt_ecn_name(uint8_t tos);

#endif
