/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_face.h"

#include "deadline.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void take_message(void *ctx, enum command_message kind, const char *text)
{
	struct fake_face *f = ctx;

	f->kind = kind;
	snprintf(f->message, sizeof(f->message), "%s", text);
}

static void take_listing(void *ctx, const char *line, struct listing *l)
{
	struct fake_face *f = ctx;

	(void)line;
	listing_done(&f->listing);
	f->listing = *l;
	listing_init(l);
	f->listings++;
}

static struct command_typing *typing(void *ctx)
{
	struct fake_face *f = ctx;

	return &f->typing;
}

static bool show(void *ctx, uint64_t number, struct error *e)
{
	struct fake_face *f = ctx;

	(void)e;
	f->shown = number;
	return true;
}

static void quit(void *ctx)
{
	struct fake_face *f = ctx;

	f->quit = true;
	script_stop(f->face.script);
}

static void echo(void *ctx, const char *text)
{
	struct fake_face *f = ctx;
	size_t n = strlen(f->echoed);

	snprintf(f->echoed + n, sizeof(f->echoed) - n, "%s\n", text);
}

static void take_end(void *ctx, enum script_status status, const struct error *e)
{
	struct fake_face *f = ctx;

	f->ends++;
	f->ended = status;
	f->why = *e;
}

static void poke(void *ctx)
{
	struct fake_face *f = ctx;

	script_poke(f->face.script);
}

static uint64_t still(void *ctx)
{
	const struct fake_face *f = ctx;

	return f->now;
}

static void set_up(struct fake_face *f)
{
	struct session_config config = { .clock = &f->clock, .memory = 8u << 20 };
	static const struct face_setting settings[] = { { .name = "fold", .range = "on, off" },
							{ 0 } };
	static const struct of_screen of_screen = { .settings = settings };
	struct script_events events = { .ended = take_end };
	struct error e;

	f->loop = loop_new(&f->clock);
	config.loop = f->loop;
	assert_non_null(f->loop);
	assert_true(session_init(&f->session, &config, &e));
	f->face = (struct face){
		.ctx = f,
		.message = take_message,
		.listing = take_listing,
		.typing = typing,
		.show = show,
		.quit = quit,
		.echo = echo,
	};
	command_set_init(&f->set, NULL, &of_screen);
	events.ctx = f;
	f->face.script = script_new(&f->session, &f->face, &f->set, &events, &e);
	assert_non_null(f->face.script);
	f->session.watcher = (struct session_watcher){
		.ctx = f,
		.changed = poke,
		.resolved = poke,
	};
	listing_init(&f->listing);
}

int fake_face_setup(void **state)
{
	struct fake_face *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->clock = clock_system;
	set_up(f);
	*state = f;
	return 0;
}

int fake_face_setup_still(void **state)
{
	struct fake_face *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->now = 1000 * NS_PER_S;
	f->clock = (struct clock){ still, still, f };
	set_up(f);
	*state = f;
	return 0;
}

int fake_face_teardown(void **state)
{
	struct fake_face *f = *state;

	script_free(f->face.script);
	session_done(&f->session);
	loop_free(f->loop);
	listing_done(&f->listing);
	free(f);
	return 0;
}

bool fake_run(struct fake_face *f, const char *line, struct error *e)
{
	*e = (struct error){ .at = -1 };
	return command_run(&f->session, &f->face, &f->set, line, true, e);
}

void fake_must(struct fake_face *f, const char *fmt, ...)
{
	char line[1024];
	struct error e;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!fake_run(f, line, &e))
		fail_msg("\"%s\": %s", line, e.text);
}

bool fake_listed(const struct fake_face *f, const char *text)
{
	for (size_t i = 0; i < f->listing.count; i++)
		if (strstr(listing_text(&f->listing, i), text))
			return true;
	return false;
}

void fake_advance(struct fake_face *f, uint64_t ns)
{
	struct error e;

	f->now += ns;
	/* one turn for what is due, one for what that left for the next */
	for (int i = 0; i < 2; i++)
		assert_true(loop_turn(f->loop, 0, &e));
}

void fake_until(struct fake_face *f, bool (*done)(struct fake_face *f, void *ctx), void *ctx)
{
	deadline_t end = deadline_in(DEADLINE_DEFAULT_MS);
	struct error e;

	while (!done(f, ctx)) {
		if (!deadline_left(end))
			fail_msg("nothing happened until the deadline");
		assert_true(loop_turn(f->loop, NS_PER_S / 10, &e));
	}
}

/* What the receiver's thread answers by itself is looked for by a timer, for which the clock may
 * stand still. */
static bool has_rx(struct fake_face *f, void *ctx)
{
	session_follow(&f->session);
	return f->session.rx >= *(uint64_t *)ctx;
}

void fake_until_rx(struct fake_face *f, uint64_t rx)
{
	fake_until(f, has_rx, &rx);
}

bool fake_packet(struct fake_face *f, uint64_t number, struct packet *out)
{
	struct store_hold hold = { 0 };
	static uint8_t bytes[65536];
	bool found = store_find(f->session.store, number, &hold, out);

	if (found) {
		memcpy(bytes, out->data, out->stored);
		out->data = bytes;
	}
	store_hold_done(&hold);
	return found;
}
