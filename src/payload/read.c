/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One payload, from its first character to the last checksum: all of it or nothing. */
#include "payload/reader.h"

#include <string.h>

bool reading_begin(struct reading *r, const char *text, struct payload_env *env, struct buf *out,
		   struct error *e)
{
	if (out->failed)
		return err_set(e, ERR_LIMIT, "no room for more than %zu bytes", out->max);
	/* What is late is written before it is looked at. */
	memset(r, 0, offsetof(struct reading, late));
	r->text = text;
	r->env = env;
	r->out = out;
	r->start = out->len;
	r->random = env ? env->random : 0;
	return true;
}

static bool finish(struct reading *r, struct error *e)
{
	if (!r->out->failed && r->late_count && !late_fill(r, e))
		return false;
	if (r->out->failed)
		return err_set(e, ERR_LIMIT, "no room for more than %zu bytes", r->out->max);
	return true;
}

bool reading_end(struct reading *r, bool ok, struct error *e)
{
	if (!ok || !finish(r, e)) {
		buf_cut(r->out, r->start);
		return false;
	}
	if (r->env) {
		r->env->random = r->random;
		r->env->seq += r->numbered;
	}
	return true;
}

bool payload_read(payload_reader *read, const char *s, size_t n, struct payload_env *env,
		  struct buf *out, struct error *e)
{
	struct reading r;

	return reading_begin(&r, s, env, out, e) && reading_end(&r, read(&r, s, n, e), e);
}
