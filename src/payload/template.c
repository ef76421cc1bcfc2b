/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Templates: the bytes that stay, and between them fields that are read anew for each datagram.
 */
#include "payload/value.h"

#include <stdlib.h>
#include <string.h>

struct payload_template {
	struct buf bytes; /* those that stay, with room for what is filled in late */
	struct live_list live;
	size_t late_count;
	struct late late[READING_LATE_MAX];
};

bool live_add(struct reading *r, const struct field *f, const char *arg, struct error *e)
{
	struct live *l = &r->live->list[r->live->count];

	if (r->live->count == LIVE_MAX)
		return err_set(e, ERR_LIMIT, "more than %d fields that change in one payload",
			       LIVE_MAX);
	*l = (struct live){ .field = f, .at = r->out->len, .late_before = r->late_count };
	if (arg && !(l->arg = strdup(arg)))
		return err_set(e, ERR_LIMIT, "no memory for a field");
	r->live->count++;
	return true;
}

void payload_template_free(struct payload_template *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->live.count; i++)
		free(t->live.list[i].arg);
	buf_done(&t->bytes);
	free(t);
}

static bool read_parts(payload_reader *read, const char *s, size_t n, struct payload_env *env,
		       struct payload_template *t, struct error *e)
{
	struct reading r;

	if (!reading_begin(&r, s, env, &t->bytes, e))
		return false;
	r.live = &t->live;
	if (!read(&r, s, n, e))
		return false;
	if (t->bytes.failed)
		return err_set(e, ERR_LIMIT, "no room for more than %zu bytes", t->bytes.max);
	t->late_count = r.late_count;
	memcpy(t->late, r.late, r.late_count * sizeof(*r.late));
	return true;
}

static bool make_template(payload_reader *read, const char *s, size_t n, struct payload_env *env,
			  struct payload_template **out, struct error *e)
{
	struct payload_template *t = calloc(1, sizeof(*t));

	if (!t)
		return err_set(e, ERR_LIMIT, "no memory for a payload");
	buf_init(&t->bytes, PAYLOAD_MAX_V6);
	if (!read_parts(read, s, n, env, t, e)) {
		payload_template_free(t);
		return false;
	}
	*out = t;
	return true;
}

bool payload_text_template(const char *s, size_t n, struct payload_env *env,
			   struct payload_template **out, struct error *e)
{
	return make_template(read_text, s, n, env, out, e);
}

bool payload_hex_template(const char *s, size_t n, struct payload_env *env,
			  struct payload_template **out, struct error *e)
{
	return make_template(read_hex, s, n, env, out, e);
}

bool payload_template_is_pure(const struct payload_template *t)
{
	for (size_t i = 0; i < t->live.count; i++)
		if (t->live.list[i].field->life != FIELD_OF_REQUEST)
			return false;
	return true;
}

/* What is filled in late moves by the bytes of the live fields in front of it. */
static void take_late(struct reading *r, const struct payload_template *t, size_t end, size_t shift)
{
	for (; r->late_count < end; r->late_count++) {
		r->late[r->late_count] = t->late[r->late_count];
		r->late[r->late_count].at += shift;
	}
}

static bool make_parts(struct reading *r, const struct payload_template *t, struct error *e)
{
	size_t at = 0;

	for (size_t i = 0; i < t->live.count; i++) {
		const struct live *l = &t->live.list[i];
		struct field_call f = { .r = r, .name = l->field->name, .arg = l->arg };

		buf_add(r->out, buf_cstr(&t->bytes) + at, l->at - at);
		at = l->at;
		take_late(r, t, l->late_before, r->out->len - at);
		if (!l->field->read(&f, e))
			return false;
	}
	buf_add(r->out, buf_cstr(&t->bytes) + at, t->bytes.len - at);
	take_late(r, t, t->late_count, r->out->len - t->bytes.len);
	return true;
}

bool payload_template_make(const struct payload_template *t, struct payload_env *env,
			   struct buf *out, struct error *e)
{
	struct reading r;

	return reading_begin(&r, NULL, env, out, e) && reading_end(&r, make_parts(&r, t, e), e);
}
