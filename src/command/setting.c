/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/setting.h"

#include "util/num.h"
#include "util/slice.h"

#include <string.h>

#define ADDR_WORD 80 /* bytes of an address with its zone */

static bool rejoin_set(void *ctx, const char *value, struct error *e)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return err_at(e, 0, "rejoin: \"%s\" is neither on nor off", value);
	session_set_rejoin(ctx, value[1] == 'n');
	return true;
}

static void rejoin_get(void *ctx, struct buf *out)
{
	const struct session *s = ctx;

	buf_str(out, s->watch.no_rejoin ? "off" : "on");
}

static bool timeout_set(void *ctx, const char *value, struct error *e)
{
	uint64_t ns = 0;

	if (strcmp(value, "off") != 0 && !num_parse_duration(value, &ns, e))
		return false;
	pairing_set_timeout(ctx, ns);
	return true;
}

static void timeout_get(void *ctx, struct buf *out)
{
	const struct session *s = ctx;

	if (s->pairing.timeout)
		num_format_typed(out, s->pairing.timeout);
	else
		buf_str(out, "off");
}

static bool match_set(void *ctx, const char *value, struct error *e)
{
	static const char data[] = "data";
	const size_t name = sizeof(data) - 1;
	struct slice slice;
	size_t used;

	if (strcmp(value, "off") == 0) {
		pairing_set_content(ctx, NULL);
		return true;
	}
	if (strncmp(value, data, name) != 0)
		return err_at(e, 0, "match: \"%s\" is neither data[OFFSET:LENGTH] nor off", value);
	if (!slice_parse(value + name, &slice, &used, e))
		return err_shift(e, (ptrdiff_t)name);
	if (value[name + used])
		return err_at(e, (ptrdiff_t)(name + used), "match: \"%s\" is too much behind it",
			      value + name + used);
	pairing_set_content(ctx, &slice);
	return true;
}

static void match_get(void *ctx, struct buf *out)
{
	const struct pairing *g = &((const struct session *)ctx)->pairing;

	buf_str(out, g->by_content ? "data" : "off");
	if (g->by_content)
		slice_format(&g->content, out);
}

/* "ADDR,ADDR", "none" */
static bool local_set(void *ctx, const char *value, struct error *e)
{
	struct captures *c = &((struct session *)ctx)->captures;
	struct addr list[CAPTURE_LOCAL_MAX];
	char word[ADDR_WORD];
	size_t count = 0;

	for (const char *at = value; strcmp(value, "none") != 0;) {
		const size_t n = strcspn(at, ",");

		if (count == CAPTURE_LOCAL_MAX || n >= sizeof(word))
			return err_at(e, at - value, "local: %d addresses at most",
				      CAPTURE_LOCAL_MAX);
		memcpy(word, at, n);
		word[n] = '\0';
		if (!addr_parse_ip(word, &list[count], e)) {
			if (e && e->at < 0)
				e->at = 0;
			return err_shift(e, at - value);
		}
		count++;
		if (!at[n])
			break;
		at += n + 1;
	}
	memcpy(c->local, list, count * sizeof(list[0]));
	c->local_count = count;
	return true;
}

static void format_local(const struct captures *c, struct buf *out)
{
	for (size_t i = 0; i < c->local_count; i++) {
		if (i)
			buf_char(out, ',');
		addr_format_host(out, &c->local[i]);
	}
	if (!c->local_count)
		buf_str(out, "none");
}

static void local_get(void *ctx, struct buf *out)
{
	format_local(&((const struct session *)ctx)->captures, out);
}

const struct face_setting session_settings[] = {
	{ "answer-timeout", "off, D",
	  "a request that has no answer after so long is marked and counted", timeout_set,
	  timeout_get, "off" },
	{ "local", "ADDR[,ADDR], none",
	  "in capture files that do not tell, what comes from there was sent", local_set, local_get,
	  "none" },
	{ "match", "off, data[OFFSET:LENGTH]",
	  "a request and its answer have the same bytes there; off: answers come in order",
	  match_set, match_get, "off" },
	{ "rejoin", "on, off",
	  "join again what was lost when an interface was removed, once it is back", rejoin_set,
	  rejoin_get, "on" },
	{ 0 },
};

static const struct face_setting *find(const struct face_setting *rows, const char *name)
{
	for (const struct face_setting *r = rows; r && r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

const struct face_setting *setting_find(const struct command_call *c, const char *name, void **ctx)
{
	const struct of_screen *screen = c->set->of_screen;
	const struct face_setting *found = find(session_settings, name);

	*ctx = found ? (void *)c->session : c->face->ctx;
	if (!found)
		found = find(c->face->settings, name);
	if (found)
		return found;
	*ctx = NULL;
	return screen ? find(screen->settings, name) : NULL;
}

bool setting_is_switch(const char *name)
{
	const struct face_setting *found = find(session_settings, name);

	return found && strcmp(found->range, "on, off") == 0;
}

static void save_rows(const struct face_setting *rows, void *ctx, struct buf *out)
{
	struct buf now;

	buf_init(&now, 2048);
	for (const struct face_setting *r = rows; r && r->name; r++) {
		buf_reset(&now);
		r->get(ctx, &now);
		if (r->initial && strcmp(buf_cstr(&now), r->initial) != 0)
			buf_printf(out, "set %s %s\n", r->name, buf_cstr(&now));
	}
	buf_done(&now);
}

void setting_save(struct session *s, const struct face *face, struct buf *out)
{
	save_rows(session_settings, s, out);
	save_rows(face->settings, face->ctx, out);
}
