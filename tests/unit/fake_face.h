/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session on loopback with a face that remembers what it was told. */
#ifndef FAKE_FACE_H
#define FAKE_FACE_H

#include "command/script.h"

struct fake_face {
	struct clock clock; /* the system's, or one that stands still */
	_Atomic uint64_t
		now; /* of a clock that stands still, ns; the receiver's thread looks, too */
	struct loop *loop;
	struct session session;
	struct face face;
	struct command_set set;
	struct command_typing typing;
	char message[600];
	enum command_message kind;
	struct listing listing; /* the last one */
	unsigned listings;
	uint64_t shown;
	bool quit;
	char echoed[600]; /* a line each */
	unsigned ends;    /* of the script */
	enum script_status ended;
	struct error why;
};

/* cmocka's setup and teardown; *state is a struct fake_face *. */
int fake_face_setup(void **state);
/* The same with a clock that stands still. */
int fake_face_setup_still(void **state);
int fake_face_teardown(void **state);

/* Runs a line as at the prompt; the error is returned in e. */
bool fake_run(struct fake_face *f, const char *line, struct error *e);
/* Runs a line that must succeed. */
void fake_must(struct fake_face *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Does a row of the last listing hold this text? */
bool fake_listed(const struct fake_face *f, const char *text);
/* Moves the clock that stands still, then turns the loop until nothing is due. */
void fake_advance(struct fake_face *f, uint64_t ns);
/* Turns the loop until done() is true; fails the test at the usual deadline. */
void fake_until(struct fake_face *f, bool (*done)(struct fake_face *f, void *ctx), void *ctx);
/* Turns the loop until so many datagrams were received. */
void fake_until_rx(struct fake_face *f, uint64_t rx);
/* The packet with that number; data is copied into a buffer of the test's life. */
bool fake_packet(struct fake_face *f, uint64_t number, struct packet *out);

#endif
