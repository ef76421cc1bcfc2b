/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list as a model: its rows, the selection, movement.
 *
 * Every packet has a place (seq) and places have no holes, so rows are found by
 * arithmetic: a row is one place or a run of what folds; with a filter, one place that
 * matches or a run that matches as a whole.  Packets are read only when they are drawn or
 * selected, however many there are.
 */
#include "ui/view.h"

#include "session/filter_env.h"

#include <inttypes.h>
#include <stdlib.h>

#define FORGET_STRIDE 65536

void list_packet(struct view *v, const struct packet *p)
{
	struct list_view *l = &v->list;

	/* A reader's own gap stands at the place of the packet that comes next. */
	if (p->seq >= l->end)
		l->end = p->seq + 1;
	if (p->kind == PACKET_RX)
		l->newest_rx = p->no;
	fold_follow(&l->folds, p);
	/* While nothing is drawn the bits of what is gone are let go of here. */
	if (matches_on(&l->matches) && p->seq % FORGET_STRIDE == 0)
		matches_forget(&l->matches, list_start(v));
	matches_follow(&l->matches, p);
}

uint64_t list_start(const struct view *v)
{
	struct store_stats stats;
	uint64_t start;

	store_stats(v->session->store, &stats);
	start = stats.first_seq > v->list.cleared ? stats.first_seq : v->list.cleared;
	return start < v->list.end ? start : v->list.end;
}

struct list_row list_row_at(const struct view *v, uint64_t start, uint64_t seq)
{
	const struct matches *m = &v->list.matches;
	const struct fold *f = fold_find(&v->list.folds, seq);
	uint64_t first, last;

	if (f) {
		first = f->first > start ? f->first : start;
		last = f->last < v->list.end ? f->last : v->list.end - 1;
		if (last > first && (!matches_on(m) || matches_all(m, first, last)))
			return (struct list_row){ .first = first, .last = last, .fold = f };
	}
	return (struct list_row){ .first = seq, .last = seq };
}

/* The number of the last numbered packet at or before seq, 0 if none is kept. */
static uint64_t number_up_to(const struct view *v, uint64_t seq, struct store_hold *hold)
{
	struct packet p;

	for (;; seq--) {
		if (!store_get(v->session->store, seq, hold, &p))
			return 0;
		if (p.no || !seq)
			return p.no;
	}
}

static bool select_packet(struct view *v, const struct packet *p, struct store_hold *hold)
{
	if (!kept_packet_set(&v->list.selected, p))
		return false;
	v->list.paused = true;
	v->list.settle = false;
	v->list.selected_no = p->no ? p->no : number_up_to(v, p->seq, hold);
	return true;
}

static bool select_place(struct view *v, uint64_t seq)
{
	struct store_hold hold = { 0 };
	struct packet p;
	bool done;

	done = store_get(v->session->store, seq, &hold, &p) && select_packet(v, &p, &hold);
	store_hold_done(&hold);
	return done;
}

/* To the first place of the row above or below; false: there is none. */
static bool step(const struct view *v, uint64_t start, uint64_t *seq, bool up)
{
	const struct matches *m = &v->list.matches;
	struct list_row at = list_row_at(v, start, *seq);
	uint64_t next = up ? at.first - 1 : at.last + 1;

	if (matches_on(m)) {
		if (!(up ? matches_previous(m, at.first, &next) : matches_next(m, next, &next)))
			return false;
	} else if (up ? at.first <= start : next >= v->list.end) {
		return false;
	}
	*seq = list_row_at(v, start, next).first;
	return true;
}

int list_walk(const struct view *v, uint64_t start, uint64_t *seq, int rows, bool up)
{
	int steps = 0;

	while (steps < rows && step(v, start, seq, up))
		steps++;
	return steps;
}

/* The oldest row. */
static bool first_row(const struct view *v, uint64_t start, uint64_t *seq)
{
	if (matches_on(&v->list.matches))
		return matches_next(&v->list.matches, start, seq);
	*seq = list_row_at(v, start, start).first;
	return start < v->list.end;
}

/* The newest one. */
static bool last_row(const struct view *v, uint64_t start, uint64_t *seq)
{
	uint64_t last = v->list.end - 1;

	if (matches_on(&v->list.matches)) {
		if (!matches_previous(&v->list.matches, v->list.end, &last))
			return false;
	} else if (start >= v->list.end) {
		return false;
	}
	*seq = list_row_at(v, start, last).first;
	return true;
}

bool list_anchor(const struct view *v, uint64_t start, uint64_t *seq)
{
	const struct matches *m = &v->list.matches;
	uint64_t at = v->list.selected.packet.seq;

	if (!v->list.paused || !v->list.selected.set)
		return last_row(v, start, seq);
	if (at < start)
		return first_row(v, start, seq);
	if (matches_on(m) && !matches_previous(m, at + 1, &at) && !matches_next(m, at, &at))
		return false;
	*seq = list_row_at(v, start, at).first;
	return true;
}

static int page(const struct view *v)
{
	return v->list.rows > 1 ? v->list.rows : 1;
}

static void set_selected_row(struct view *v, int row)
{
	int last = page(v) - 1;

	v->list.selected_row = row < 0 ? 0 : row > last ? last : row;
}

void list_follow(struct view *v)
{
	kept_packet_clear(&v->list.selected);
	v->list.paused = false;
	v->list.selected_no = 0;
	set_selected_row(v, page(v) - 1);
}

/* Rows to move by, negative upwards. */
static int distance(const struct view *v, enum list_move move)
{
	int half = page(v) / 2 > 0 ? page(v) / 2 : 1;

	switch (move) {
	case LIST_NEXT:
		return 1;
	case LIST_PREVIOUS:
		return -1;
	case LIST_PAGE_DOWN:
		return page(v);
	case LIST_PAGE_UP:
		return -page(v);
	case LIST_HALF_DOWN:
		return half;
	case LIST_HALF_UP:
		return -half;
	case LIST_FIRST:
	case LIST_LAST:
		break;
	}
	return 0;
}

/* From following: the newest is selected, or what is a page above it. */
static void pause_list(struct view *v, uint64_t start, enum list_move move)
{
	uint64_t seq;
	int up = move == LIST_PAGE_UP || move == LIST_HALF_UP ? -distance(v, move) : 0;

	if (move == LIST_PAGE_DOWN || move == LIST_HALF_DOWN || !last_row(v, start, &seq))
		return;
	up = list_walk(v, start, &seq, up, true);
	if (select_place(v, seq))
		set_selected_row(v, page(v) - 1 - (move == LIST_HALF_UP ? up : 0));
}

/* A page keeps the bar where it stands on the screen; a step takes it along. */
static void move_selection(struct view *v, uint64_t start, enum list_move move)
{
	uint64_t seq = v->list.selected.packet.seq;
	int by = distance(v, move), done;
	bool gone = seq < start;

	if (gone && (by < 0 || !first_row(v, start, &seq)))
		return;
	done = gone && by == 1 ? 1 : list_walk(v, start, &seq, abs(by), by < 0);
	if (done < by && move == LIST_PAGE_DOWN) {
		list_follow(v);
		return;
	}
	if (select_place(v, seq) && (move == LIST_NEXT || move == LIST_PREVIOUS))
		set_selected_row(v, v->list.selected_row + (by < 0 ? -done : done));
}

void list_move(struct view *v, enum list_move move)
{
	uint64_t start = list_start(v);

	if (move == LIST_LAST) {
		list_follow(v);
	} else if (start >= v->list.end) {
		return;
	} else if (move == LIST_FIRST) {
		uint64_t seq;

		if (first_row(v, start, &seq) && select_place(v, seq))
			set_selected_row(v, 0);
	} else if (v->list.paused && v->list.selected.set) {
		move_selection(v, start, move);
	} else {
		pause_list(v, start, move);
	}
}

/* The selection goes to the nearest match once it is known: what is near was looked at. */
static void settle(struct view *v)
{
	const struct matches *m = &v->list.matches;
	uint64_t seq = v->list.selected.packet.seq, above = 0, below = 0;
	bool has_above, has_below;

	if (!v->list.settle || m->low > seq)
		return;
	has_above = matches_previous(m, seq, &above);
	has_below = matches_next(m, seq, &below);
	if (m->low > m->start && !has_above && !(has_below && below == seq))
		return;
	v->list.settle = false;
	if (has_above && (!has_below || seq - above < below - seq))
		select_place(v, above);
	else if (has_below && below != seq)
		select_place(v, below);
}

bool list_filter_turn(struct view *v, const struct clock *clock, uint64_t until)
{
	struct matches *m = &v->list.matches;
	bool more;

	matches_forget(m, list_start(v));
	more = matches_scan(m, v->session->store, clock, until);
	settle(v);
	return more;
}

void list_fold(struct view *v, bool on)
{
	struct list_view *l = &v->list;

	fold_done(&l->refolds);
	l->refolds.repeats = on;
	l->refold_next = list_start(v);
	l->refolding = true;
}

/* What comes meanwhile is followed by the old one, and by the new one in its turn. */
bool list_fold_turn(struct view *v, const struct clock *clock, uint64_t until)
{
	struct list_view *l = &v->list;

	if (!l->refolding)
		return false;
	l->refolding =
		fold_scan(&l->refolds, v->session->store, &l->refold_next, l->end, clock, until);
	if (l->refolding)
		return true;
	fold_done(&l->folds);
	l->folds = l->refolds;
	l->refolds = (struct fold_table){ 0 };
	return false;
}

static bool set_matches(struct view *v, struct what *what, const char *text, size_t n,
			struct error *e)
{
	const struct peer_table *peers = &v->session->peers;
	struct matches *m = &v->list.matches;
	const struct peer_table *before = m->peers;

	m->env = session_filter_env(v->session);
	v->list.settle = false;
	m->peers = peer_table_hides(peers) ? peers : NULL;
	if (!what && !m->peers) {
		matches_done(m);
		return true;
	}
	if (!matches_set(m, what, text, n, list_start(v), v->list.end, e)) {
		m->peers = before;
		what_free(what);
		return false;
	}
	v->list.settle = v->list.paused && v->list.selected.set;
	return true;
}

/* The row of the list as drawn last that holds seq, -1: none does. */
static int drawn_row(const struct view *v, uint64_t start, uint64_t seq)
{
	uint64_t at = v->list.top;

	if (at < start || seq < at)
		return -1;
	for (int row = v->list.top_row; row < v->list.rows; row++) {
		if (seq <= list_row_at(v, start, at).last)
			return row;
		if (!step(v, start, &at, false))
			break;
	}
	return -1;
}

bool list_select_place(struct view *v, uint64_t seq)
{
	int row = drawn_row(v, list_start(v), seq);

	if (!select_place(v, seq))
		return false;
	set_selected_row(v, row >= 0 ? row : page(v) / 2);
	return true;
}

bool list_filter(struct view *v, const char *text, size_t n, struct error *e)
{
	struct what *what = NULL;
	size_t used = 0;

	if (n && !what_parse(text, n, false, &used, &what, e))
		return false;
	return set_matches(v, what, text, used, e);
}

bool list_refilter(struct view *v, struct error *e)
{
	const char *text = v->list.matches.text;
	char *copy = text ? strdup(text) : NULL;
	bool done;

	if (text && !copy)
		return err_set(e, ERR_LIMIT, "no memory for a filter");
	done = list_filter(v, copy, copy ? strlen(copy) : 0, e);
	free(copy);
	return done;
}

bool list_select_row(struct view *v, int row)
{
	uint64_t start = list_start(v), seq = v->list.top;
	int down = row - v->list.top_row;

	if (down < 0 || row >= v->list.rows || seq < start || seq >= v->list.end)
		return false;
	if (list_walk(v, start, &seq, down, false) < down || !select_place(v, seq))
		return false;
	set_selected_row(v, row);
	return true;
}

static bool explain_gone(const struct view *v, uint64_t number, struct error *e)
{
	struct store_stats stats;

	store_stats(v->session->store, &stats);
	if (!stats.last_no)
		return err_set(e, ERR_STATE, "there is no packet yet");
	if (number > stats.last_no)
		return err_set(e, ERR_RANGE,
			       "there is no #%" PRIu64 " yet, the newest is #%" PRIu64, number,
			       stats.last_no);
	if (!number)
		return err_set(e, ERR_RANGE, "packets are numbered from #1");
	return err_set(e, ERR_STATE,
		       "#%" PRIu64 " made room for newer ones, the oldest kept is #%" PRIu64,
		       number, stats.first_no);
}

bool list_find_number(struct view *v, uint64_t number, struct store_hold *hold, struct packet *out,
		      struct error *e)
{
	const struct kept_packet *kept[] = { &v->list.selected, &v->compare.marked };

	if (number && store_find(v->session->store, number, hold, out))
		return true;
	for (size_t i = 0; number && i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i]->set && kept[i]->packet.no == number) {
			*out = kept[i]->packet;
			return true;
		}
	return explain_gone(v, number, e);
}

bool list_select_number(struct view *v, uint64_t number, struct error *e)
{
	struct store_hold hold = { 0 };
	struct packet p;
	bool done;

	if (v->list.paused && v->list.selected.set && number &&
	    v->list.selected.packet.no == number)
		return true;
	if (!list_find_number(v, number, &hold, &p, e)) {
		store_hold_done(&hold);
		return false;
	}
	done = select_packet(v, &p, &hold);
	store_hold_done(&hold);
	if (!done)
		return err_set(e, ERR_LIMIT, "no memory to keep a copy of #%" PRIu64, number);
	set_selected_row(v, page(v) / 2);
	return true;
}

uint64_t list_newer(struct view *v)
{
	struct store_stats stats;

	if (!v->list.paused)
		return 0;
	store_stats(v->session->store, &stats);
	return stats.last_no > v->list.selected_no ? stats.last_no - v->list.selected_no : 0;
}

static bool is_selected(const struct view *v)
{
	return v->list.paused && v->list.selected.set;
}

bool view_shown_packet(struct view *v, struct store_hold *hold, struct packet *out)
{
	struct store *st = v->session->store;
	uint64_t start, seq;

	if (is_selected(v)) {
		const struct packet *kept = &v->list.selected.packet;

		/* The store knows what became of a tx packet since it was copied. */
		if (!store_get(st, kept->seq, hold, out))
			*out = *kept;
		return true;
	}
	start = list_start(v);
	for (bool more = last_row(v, start, &seq); more; more = step(v, start, &seq, true)) {
		if (!store_get(st, seq, hold, out))
			break;
		if (out->no)
			return true;
	}
	return false;
}

bool view_answered_packet(struct view *v, struct store_hold *hold, struct packet *out)
{
	const struct packet *kept = &v->list.selected.packet;

	if (is_selected(v) && kept->kind == PACKET_RX) {
		*out = *kept;
		return true;
	}
	return v->list.newest_rx && store_find(v->session->store, v->list.newest_rx, hold, out);
}
