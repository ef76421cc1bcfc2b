/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One payload, from its first character to the last checksum: all of it or nothing. */
#include "payload/reader.h"

static bool read_all(struct reading *r, payload_reader *read, size_t n, struct error *e)
{
	if (!read(r, r->text, n, e))
		return false;
	if (!r->out->failed && !late_fill(r, e))
		return false;
	if (r->out->failed)
		return err_set(e, ERR_LIMIT, "no room for more than %zu bytes", r->out->max);
	return true;
}

bool payload_read(payload_reader *read, const char *s, size_t n, struct payload_env *env,
		  struct buf *out, struct error *e)
{
	struct reading r = { .text = s, .env = env, .out = out, .start = out->len };

	if (out->failed)
		return err_set(e, ERR_LIMIT, "no room for more than %zu bytes", out->max);
	r.random = env ? env->random : 0;
	if (!read_all(&r, read, n, e)) {
		buf_cut(out, r.start);
		return false;
	}
	if (env) {
		env->random = r.random;
		env->seq += r.numbered;
	}
	return true;
}
