/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes become keys and pastes, and each goes where it belongs.
 *
 * Readline gets one whole key at a time and never waits for more: where it would
 * begin a sequence that may not go on (Esc), this file decides.
 */
#include "line/line_private.h"

#include "line/token.h"
#include "util/num.h"

#include <string.h>

#define CTRL_C '\003'
#define CTRL_D '\004'

/* So long a paste may be silent before what came of it is shown. */
#define PASTE_NS NS_PER_S

/* ---- keys ---- */

static void tell_key(struct line *l, int id)
{
	line_tell(l);
	l->events.key(l->events.ctx, id);
}

static void tell_keys(struct line *l)
{
	unsigned count = l->key_count;
	int keys[KEYS_MAX];

	memcpy(keys, l->keys, sizeof(keys));
	l->key_count = 0;
	for (unsigned i = 0; i < count; i++)
		tell_key(l, keys[i]);
}

static void type(struct line *l, const char *key, size_t n)
{
	char kind;

	line_run(l, key, n);
	kind = line_history_moved(l);
	if (kind) {
		line_look(l);
		l->events.recalled(l->events.ctx, kind);
		l->dirty = true;
	}
	if (!rl_end) /* what the owner remembers of a line ends with it, also within one read */
		line_tell(l);
	tell_keys(l);
}

/* Esc alone ends what is pending.  Readline would wait for the key that it makes Alt of. */
static void escape_key(struct line *l)
{
	if (RL_ISSTATE(SEARCHING) || rl_get_keymap() == vi_insertion_keymap)
		type(l, "\033", 1);
	else
		line_cancel(l);
}

/* Who types Esc and a character quickly sends what Alt with it sends. */
static bool is_alt_character(const char *key, size_t n)
{
	return n > 1 && key[0] == ESC && key[1] != '[' && key[1] != 'O' && key[1] != ESC;
}

/* A sequence, or Alt with a character, which is Esc and the character where it is not bound: who
 * typed these must not find a command sent as text because its ":" was swallowed.  Any other one
 * would leave its tail in the line. */
static void sequence_key(struct line *l, const char *key, size_t n)
{
	if (RL_ISSTATE(PENDING))
		escape_key(l);
	if (RL_ISSTATE(SEARCHING)) { /* the inputrc lets Esc go on with it */
		type(l, key + 1, n - 1);
	} else if (bind_is_editing(key, n)) {
		type(l, key, n);
	} else if (is_alt_character(key, n)) {
		escape_key(l);
		type(l, key + 1, n - 1);
	}
}

/* A key like Ctrl-X, in the middle of a search. */
static bool begins_more(char key)
{
	unsigned char c = (unsigned char)key;

	return RL_ISSTATE(SEARCHING) && c < 0x80 && rl_get_keymap()[c].type == ISKMAP;
}

static void line_key(struct line *l, const char *key, size_t n)
{
	const struct binding *b = NULL;

	if (key[0] == ESC && n == 1) {
		escape_key(l);
	} else if (key[0] == ESC) {
		sequence_key(l, key, n);
	} else if (key[0] == CTRL_C && RL_ISSTATE(PENDING) && (b = bind_find(l, 0, key, n))) {
		/* readline would end the search first, and keep what it found */
		tell_key(l, b->id);
	} else if (key[0] == CTRL_D && !RL_ISSTATE(PENDING) && !rl_end) {
		l->events.eof(l->events.ctx);
	} else if (n == 1 && begins_more(key[0])) {
		/* readline 8.2 jumps astray where the rest of the key is bound to nothing */
		line_cancel(l);
		type(l, key, n);
	} else if (n == 1 && (unsigned char)key[0] >= 0x80) {
		if (!RL_ISSTATE(PENDING)) /* no character: readline would wait for its rest */
			line_put(key, n);
	} else {
		type(l, key, n);
	}
}

static void take_key(struct line *l, const char *key, size_t n);

/* After Esc the other key may be the line's. */
static void pane_key(struct line *l, const char *key, size_t n)
{
	const struct binding *b = bind_find(l, l->map, key, n);

	if (b) {
		tell_key(l, b->id);
	} else if (is_alt_character(key, n)) {
		take_key(l, key, 1);
		take_key(l, key + 1, n - 1);
	} else {
		line_tell(l);
		l->events.stray(l->events.ctx, key, n);
	}
}

static void take_key(struct line *l, const char *key, size_t n)
{
	struct token_mouse m;

	if (n == strlen(PASTE_BEGIN) && memcmp(key, PASTE_BEGIN, n) == 0) {
		paste_begin(&l->paste);
		l->paste_stale = false;
	} else if (token_is_mouse(key, n, &m)) {
		line_tell(l);
		l->events.mouse(l->events.ctx, m.button, m.col, m.row, m.press);
	} else if (l->map == 0) {
		line_key(l, key, n);
	} else {
		pane_key(l, key, n);
	}
}

/* ---- pastes ---- */

static void release_paste(struct line *l)
{
	const char *text = buf_cstr(&l->paste.text);
	size_t len = l->paste.text.len;
	bool into_empty;

	if (len && l->map == 0) {
		line_cancel(l);
		into_empty = rl_end == 0;
		line_put(text, len);
		line_look(l);
		l->events.pasted(l->events.ctx, into_empty);
		l->dirty = true;
	} else if (len) {
		line_tell(l);
		l->events.stray(l->events.ctx, text, len);
	}
	paste_reset(&l->paste);
}

/*
 * Bytes of a paste; returns how many of them.  After a silence a single key is a person's: the end
 * of the paste was lost.  Anything longer goes on with it, because pasted lines must not be taken
 * for typed ones. Ctrl-C alone always ends it.
 */
static size_t take_paste(struct line *l, const char *s, size_t n)
{
	bool typed = l->paste_stale && token_length(s, n, true) == n;
	size_t used;

	l->paste_stale = false;
	if (typed || (n == 1 && s[0] == CTRL_C)) {
		l->paste.on = false;
		paste_reset(&l->paste);
		return !typed;
	}
	used = paste_feed(&l->paste, s, n);
	if (!l->paste.on)
		release_paste(l);
	return used;
}

/* ---- bytes ---- */

static void cut_keys(struct line *l, bool final)
{
	size_t at = 0;

	while (at < l->input.len) {
		const char *s = l->input.data + at;
		size_t left = l->input.len - at;
		size_t n;

		if (l->paste.on) {
			at += take_paste(l, s, left);
			continue;
		}
		n = token_length(s, left, final);
		if (!n)
			break;
		at += n;
		take_key(l, s, n);
	}
	if (!at)
		return;
	memmove(l->input.data, l->input.data + at, l->input.len - at);
	buf_cut(&l->input, l->input.len - at);
}

static void arm(struct line *l)
{
	if (l->paste.on && !l->paste_stale)
		loop_timer_at(l->loop, &l->timer, loop_now(l->loop) + PASTE_NS);
	else if (!l->paste.on && l->input.len)
		loop_timer_at(l->loop, &l->timer, loop_now(l->loop) + l->escape_time);
}

void line_on_timer(void *ctx)
{
	struct line *l = ctx;

	if (l->paste.on) {
		release_paste(l);
		l->paste_stale = true;
	} else {
		cut_keys(l, true);
	}
	line_tell(l);
	arm(l);
}

void line_feed(struct line *l, const char *bytes, size_t n)
{
	loop_timer_stop(l->loop, &l->timer);
	while (n > 0) {
		size_t piece = n < LINE_FEED_MAX / 2 ? n : LINE_FEED_MAX / 2;

		if (!buf_add(&l->input, bytes, piece))
			buf_reset(&l->input);
		cut_keys(l, false);
		bytes += piece;
		n -= piece;
	}
	line_tell(l);
	arm(l);
}

void line_set_escape_time(struct line *l, uint64_t ns)
{
	l->escape_time = ns;
}

uint64_t line_escape_time(const struct line *l)
{
	return l->escape_time;
}

bool line_read_escape_time(struct line *l, const char *word, struct error *e)
{
	uint64_t ns;

	if (!num_parse_duration(word, &ns, e))
		return false;
	if (ns < NS_PER_MS || ns > 2 * NS_PER_S)
		return err_at(e, 0, "escape-time: %s is outside 1ms..2s", word);
	l->escape_time = ns;
	return true;
}

void line_use_map(struct line *l, unsigned map)
{
	if (map < l->maps)
		l->map = map;
	if (l->map && !l->entering)
		line_cancel(l);
}
