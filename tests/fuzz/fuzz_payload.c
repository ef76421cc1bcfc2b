/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a payload in both notations: all or nothing, within the room, errors at a place.
 */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

typedef bool read_fn(const char *s, size_t n, struct payload_env *env, struct buf *out,
		     struct error *e);

/* One variable, "v". */
static bool variable(void *ctx, const char *name, size_t n, const void **data, size_t *len)
{
	(void)ctx;
	*data = "value";
	*len = 5;
	return n == 1 && name[0] == 'v';
}

static enum err_code check_reader(read_fn *read, const char *s, size_t n, struct payload_env *env)
{
	struct error e = { .code = ERR_NONE };
	struct buf b;
	buf_init(&b, ROOM);
	buf_str(&b, "before");
	bool ok = read(s, n, env, &b, &e);
	must(!b.failed && b.len <= ROOM && memcmp(b.data, "before", 6) == 0);
	must(ok == (e.code == ERR_NONE));
	if (!ok) {
		must(b.len == 6);
		must(e.text[0] != '\0' && memchr(e.text, '\0', sizeof e.text));
		must(env || e.code == ERR_LIMIT || e.code == ERR_SYNTAX);
		must(e.at >= (e.code == ERR_LIMIT ? -1 : 0) && e.at <= (ptrdiff_t)n);
	}
	buf_done(&b);
	return e.code;
}

/* What a preview showed is what leaves: the same state gives the same bytes and the same new
 * state, and a failure leaves it alone. */
static void check_fields(read_fn *read, const char *s, size_t n)
{
	struct payload_env first = { .now = 1, .seq = 2, .random = 3, .variable = variable };
	struct payload_env second = first;
	first.request = second.request = "request";
	first.request_len = second.request_len = 7;
	enum err_code code = check_reader(read, s, n, &first);
	must(check_reader(read, s, n, &second) == code);
	must(first.seq == second.seq && first.random == second.random);
	must(code == ERR_NONE || (first.seq == 2 && first.random == 3));
}

/* A template accepts what its notation does, but for how much of the request there is, and gives
 * the same bytes. */
static void check_template(read_fn *read, payload_template_read *read_template, const char *s,
			   size_t n)
{
	struct payload_env env = { .now = 1,
				   .seq = 2,
				   .random = 3,
				   .variable = variable,
				   .request = "request",
				   .request_len = 7 };
	struct payload_env other = env;
	struct payload_template *t = NULL;
	struct buf made, wanted;
	struct error e;
	buf_init(&made, ROOM);
	buf_init(&wanted, ROOM);
	bool ok = read(s, n, &other, &wanted, NULL);
	if (read_template(s, n, &env, &t, &e)) {
		must(payload_template_make(t, &env, &made, &e) == ok);
		must(made.len == wanted.len &&
		     !memcmp(buf_cstr(&made), buf_cstr(&wanted), made.len));
		must(env.seq == other.seq && env.random == other.random);
	} else {
		must(!ok || e.code == ERR_LIMIT);
	}
	payload_template_free(t);
	buf_done(&made);
	buf_done(&wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	check_fields(payload_text, s, size);
	check_fields(payload_hex, s, size);
	check_template(payload_text, payload_text_template, s, size);
	check_template(payload_hex, payload_hex_template, s, size);
	check_reader(payload_text, s, size, NULL);
	enum err_code hex = check_reader(payload_hex, s, size, NULL);
	must(hex != ERR_SYNTAX || !payload_looks_hex(s, size));
	return 0;
}
