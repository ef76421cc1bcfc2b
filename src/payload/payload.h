/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads as a person writes them, in two spellings of one notation.
 *
 * Text: what is typed, with \n \r \t \0 \\ \$ \xHH (exactly two digits) and \u{1..6 hex digits}.
 * Any other backslash is an error at its column.
 *
 * Hex: digit pairs, split anywhere between bytes by blanks, ":" "-" or ","; "0x" in front of a
 * group; "quoted text" (text notation; a quote is \x22) in between.  A pasted dump (xxd, hexdump,
 * Wireshark, tcpdump -X) is recognised by its first line, which begins with bytes after an
 * offset that is a multiple of 16; from then on every line must begin with the offset that follows.
 * The characters beside the bytes are not read.
 *
 * Both know ${...} fields (payload/field.h), except in a dump: values are put in where they stand,
 * then lengths are filled in, then checksums from left to right.
 *
 * Both append to "out" and leave it, and env, as they were on an error; e->at is the offset in s.
 */
#ifndef PAYLOAD_PAYLOAD_H
#define PAYLOAD_PAYLOAD_H

#include "util/buf.h"
#include "util/err.h"

#include <stddef.h>
#include <stdint.h>

/* UDP payload that fits an IPv4 datagram (RFC 768, RFC 791) and an IPv6 one without jumbograms. */
#define PAYLOAD_MAX_V4 65507
#define PAYLOAD_MAX_V6 65527

/* What ${...} draws on.  Reading a payload moves seq and random on if it used them: read a preview
 * with a copy. */
struct payload_env {
	uint64_t now;    /* realtime ns, for ${time} */
	uint64_t seq;    /* ${seq}: the next number; all ${seq} of one payload are the same */
	uint64_t random; /* state of ${rand:N}: the same state gives the same bytes */
	/* The bytes of NAME; false: there is none of that name. May be NULL. */
	bool (*variable)(void *ctx, const char *name, size_t n, const void **data, size_t *len);
	void *ctx;
	size_t tail; /* bytes that the caller appends (a line end): ${len} counts them */
	/* The datagram that is answered, for ${req}; NULL: none is. */
	const void *request;
	size_t request_len;
};

/* env NULL: "${" is an error. */
bool payload_text(const char *s, size_t n, struct payload_env *env, struct buf *out,
		  struct error *e);
bool payload_hex(const char *s, size_t n, struct payload_env *env, struct buf *out,
		 struct error *e);

/*
 * A payload that was read once, for many datagrams: what never changes in it (its text, numbers,
 * addresses, variables, files) is settled; number, time, random bytes and ${req}, lengths and
 * checksums are made anew each time.
 */
struct payload_template;
typedef bool payload_template_read(const char *s, size_t n, struct payload_env *env,
				   struct payload_template **out, struct error *e);
/* In the two spellings; env gives the variables, nothing of it is kept. */
payload_template_read payload_text_template, payload_hex_template;
void payload_template_free(struct payload_template *t);
/* Is it made of a request alone, without number, time and random bytes?  Such a one leaves env as
 * it is. */
bool payload_template_is_pure(const struct payload_template *t);
/* Appends the bytes, as payload_text() does; any thread may. */
bool payload_template_make(const struct payload_template *t, struct payload_env *env,
			   struct buf *out, struct error *e);

/* The next number of the source that payload_env.random is the state of. */
uint64_t payload_random(uint64_t *state);

/* Would a person who typed this as text probably have meant hex?  A dump, or at least two bytes in
 * hex notation without quoted text and fields: the preview then offers F5. */
bool payload_looks_hex(const char *s, size_t n);

/* Appends what an ordinary file holds, at most "max" bytes of it: a larger file is an error. */
bool payload_file(const char *path, size_t max, struct buf *out, struct error *e);

#endif
