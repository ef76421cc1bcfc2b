/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields: finding the name, taking the argument apart. */
#include "payload/field.h"

#include "payload/value.h"
#include "util/near.h"
#include "util/text.h"

#include <string.h>

/* Values, then numbers, then checksums. */
const char *field_name(size_t i, bool *needs_argument)
{
	for (const struct field *f = fields; f->name; f++) {
		*needs_argument = f->needs_argument;
		if (i-- == 0)
			return f->name;
	}
	*needs_argument = true;
	for (const struct number_type *t = number_types; t->name; t++)
		if (i-- == 0)
			return t->name;
	*needs_argument = false;
	for (const struct checksum *c = checksums; c->name; c++)
		if (i-- == 0)
			return c->name;
	return NULL;
}

static const struct field *find(const char *name)
{
	for (const struct field *f = fields; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

bool field_is_name(const char *name)
{
	return find(name) || number_find(name) || checksum_find(name);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool field_may_be_variable(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_letter(name[i]) && (i == 0 || name[i] < '0' || name[i] > '9'))
			return false;
	return n > 0 && n <= FIELD_NAME_MAX;
}

/* ---- reading one ---- */

static bool read_number(struct field_call *f, const struct number_type *t, struct error *e)
{
	uint64_t bits;

	if (!number_parse(t, f->arg, &bits, e))
		return false;
	value_put(f, t, bits);
	return true;
}

static bool read_sum(struct field_call *f, const struct checksum *c, struct error *e)
{
	struct late l = { .sum = c };

	if (f->arg && strcmp(f->arg, "le") != 0 && strcmp(f->arg, "be") != 0)
		return value_none_of(f->arg, e, "be, le");
	l.little = f->arg && strcmp(f->arg, "le") == 0;
	return value_put_late(f, &l, c->size, e);
}

static bool unknown(const char *name, struct error *e)
{
	int quoted = (int)text_fit(name, strlen(name), FIELD_QUOTE_COLUMNS);
	const char *known;
	struct near near;
	struct buf hint;
	bool needs;

	near_init(&near, name);
	for (size_t i = 0; (known = field_name(i, &needs)); i++)
		near_offer(&near, known);
	buf_init(&hint, 256);
	near_format(&near, &hint);
	err_at(e, 0, "\"%.*s\" is no field%s", quoted, name,
	       near.count ? buf_cstr(&hint) : " and no variable: :help payloads lists them");
	buf_done(&hint);
	return false;
}

static bool read_variable(struct field_call *f, struct error *e)
{
	const struct payload_env *env = f->r->env;
	size_t n = strlen(f->name), len;
	const void *data;

	if (!env->variable || !field_may_be_variable(f->name, n) ||
	    !env->variable(env->ctx, f->name, n, &data, &len))
		return unknown(f->name, e);
	if (f->arg)
		return err_at(e, (ptrdiff_t)n, "variable \"%s\" takes no argument", f->name);
	buf_add(f->r->out, data, len);
	return true;
}

/* Of a live one a template takes but the argument, once that is known to be good. */
static bool read_field(struct field_call *f, const struct field *field, struct error *e)
{
	struct reading *r = f->r;
	size_t before = r->out->len;

	if (!field->read(f, e))
		return false;
	if (!r->live || field->life == FIELD_SETTLED || r->out->failed)
		return true;
	buf_cut(r->out, before);
	return live_add(r, field, f->arg, e);
}

/* Errors so far point into the argument. */
static bool read_named(struct field_call *f, struct error *e)
{
	const struct field *field = find(f->name);
	const struct number_type *type = number_find(f->name);
	const struct checksum *sum = checksum_find(f->name);
	size_t n = strlen(f->name);
	bool ok;

	if (!field && !type && !sum)
		return read_variable(f, e);
	if (!f->arg && (type || (field && field->needs_argument)))
		return err_at(e, (ptrdiff_t)n, "a value is missing: ${%s%s}", f->name,
			      field ? field->form : ":1");
	ok = field ? read_field(f, field, e) : type ? read_number(f, type, e) : read_sum(f, sum, e);
	if (!ok && e)
		e->at = (ptrdiff_t)(f->arg ? f->arg_at : n) + (e->at < 0 ? 0 : e->at);
	return ok;
}

/* A colon parts the argument from the name; a slice needs none. */
static void take_argument(struct field_call *f, char *body, size_t len)
{
	size_t n = strcspn(body, ":[");

	f->name = body;
	f->arg_at = n;
	if (n == len)
		return;
	if (body[n] == '[')
		memmove(body + n + 1, body + n, len - n + 1);
	else
		f->arg_at++;
	body[n] = '\0';
	f->arg = body + n + 1;
}

size_t field_read(struct reading *r, const char *s, size_t n, struct error *e)
{
	char name[FIELD_BODY_MAX + 2];
	struct field_call f = { .r = r, .place = (size_t)(s - r->text) };
	const char *end = memchr(s, '}', n);
	size_t len = end ? (size_t)(end - s) - 2 : 0;

	if (!end) {
		err_at(e, 0, "\"}\" is missing after \"${\"");
		return 0;
	}
	if (len > FIELD_BODY_MAX || memchr(s, '\0', len + 2)) {
		err_at(e, 0, "this is no field: ${NAME} or ${NAME:VALUE}");
		return 0;
	}
	memcpy(name, s + 2, len);
	name[len] = '\0';
	take_argument(&f, name, len);
	if (!read_named(&f, e)) {
		err_shift(e, 2);
		return 0;
	}
	return len + 3;
}

/* ---- help ---- */

static bool number_help(enum number_kind kind, struct buf *form, struct buf *help)
{
	static const char *const words[] = {
		[NUMBER_UNSIGNED] = "an integer:",
		[NUMBER_SIGNED] = "a signed integer:",
		[NUMBER_FLOAT] = "a floating point number:",
	};
	const char *first = NULL;

	buf_str(help, words[kind]);
	for (const struct number_type *t = number_types; t->name; t++) {
		if (t->kind != kind)
			continue;
		first = first ? first : t->name;
		buf_printf(help, " %s", t->name);
	}
	return buf_printf(form, "${%s:N}", first);
}

bool field_help(size_t i, struct buf *form, struct buf *help)
{
	buf_reset(form);
	buf_reset(help);
	for (const struct field *f = fields; f->name; f++)
		if (i-- == 0)
			return buf_printf(form, "${%s%s}", f->name, f->form) &&
			       buf_str(help, f->help);
	for (int kind = NUMBER_UNSIGNED; kind <= NUMBER_FLOAT; kind++)
		if (i-- == 0)
			return number_help((enum number_kind)kind, form, help);
	for (const struct checksum *c = checksums; c->name; c++)
		if (i-- == 0)
			return buf_printf(form, "${%s[:le]}", c->name) &&
			       buf_printf(help, "checksum of all before it: %s", c->help);
	return false;
}
