/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the readers of the payload notations share.  Only src/payload includes it.
 */
#ifndef PAYLOAD_READER_H
#define PAYLOAD_READER_H

#include "payload/checksum.h"
#include "payload/number.h"
#include "payload/payload.h"

/* Lengths and checksums of one payload. */
#define READING_LATE_MAX 64

/* A field whose bytes are known only when all others are there. */
struct late {
	size_t at;                      /* offset in out */
	size_t place;                   /* offset of its "${" in the text */
	const struct checksum *sum;     /* NULL: a length */
	const struct number_type *type; /* of a length; NULL: in decimal */
	bool rest;                      /* the length of what follows, not of all */
	bool little;                    /* the checksum's order */
};

struct field;

/* A field that has other bytes in each datagram, as a template keeps it. */
struct live {
	const struct field *field;
	char *arg;          /* heap; NULL: none */
	size_t at;          /* where its bytes go in those that stay */
	size_t late_before; /* lengths and checksums in front of it */
};
#define LIVE_MAX 64

/* The live fields of a template being read. */
struct live_list {
	size_t count;
	struct live list[LIVE_MAX];
};

/* One payload being read. */
struct reading {
	const char *text;        /* all of it */
	struct payload_env *env; /* NULL: fields are refused; changed at the end */
	struct buf *out;
	size_t start;           /* out->len before the first byte */
	uint64_t random;        /* env->random as it goes on */
	bool numbered;          /* ${seq} was used */
	struct live_list *live; /* where live fields are noted instead of read; NULL: nowhere */
	size_t late_count;
	struct late late[READING_LATE_MAX];
};

/* Appends what s[0..n), a part of r->text, says to r->out; may leave a part behind when it
 * fails. e->at is an offset in s. */
typedef bool payload_reader(struct reading *r, const char *s, size_t n, struct error *e);

payload_reader read_text, read_hex;

/* Around what appends a payload's bytes: all or nothing.  reading_end() fills in what is late, and
 * takes back what was appended if that or what came before was not ok. */
bool reading_begin(struct reading *r, const char *text, struct payload_env *env, struct buf *out,
		   struct error *e);
bool reading_end(struct reading *r, bool ok, struct error *e);
/* Runs a reader so that it appends all or nothing; a full buffer is an error as well. */
bool payload_read(payload_reader *read, const char *s, size_t n, struct payload_env *env,
		  struct buf *out, struct error *e);

/* Reads the field that begins with the "${" at s; returns the bytes it used, 0 on an error. */
size_t field_read(struct reading *r, const char *s, size_t n, struct error *e);
/* template.c: notes a live field, whose argument was found to be good. */
bool live_add(struct reading *r, const struct field *f, const char *arg, struct error *e);
/* Fills in lengths, then checksums.  The error's place is an offset in r->text. */
bool late_fill(struct reading *r, struct error *e);

/* May c stand between two bytes in hex?  Blanks of all kinds, ":" "-" and ",". */
bool hex_separator(char c);
/* Appends the byte whose two digits begin at s[at], at < n; the error names what stands there. */
bool hex_byte(const char *s, size_t n, size_t at, struct buf *out, struct error *e);

/* Does the text begin like a hex dump, with an offset and the bytes of a row? */
bool dump_begins(const char *s, size_t n);
/* Reads all lines of such a dump. */
bool dump_read(const char *s, size_t n, struct buf *out, struct error *e);

#endif
