/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screen does with a finder: it selects what was found and highlights its bytes. */
#include "session/filter_env.h"
#include "ui/changes.h"
#include "ui/view.h"

#include <string.h>

/* What is selected, so that it is known whether somebody moved. */
static uint64_t selection(const struct view *v)
{
	return v->list.paused && v->list.selected.set ? v->list.selected.packet.seq : UINT64_MAX;
}

/* Past the row of the selection: what is folded into it is found at once. */
static void start(struct view *v, bool up)
{
	uint64_t selected = selection(v), from = v->list.end, first = list_start(v);
	struct list_row row;

	if (selected != UINT64_MAX && selected >= first) {
		row = list_row_at(v, first, selected);
		from = up ? row.first : row.last;
	} else if (selected != UINT64_MAX) {
		from = selected;
	}
	finder_start(&v->finder, from, up);
	v->finder.origin = selected;
}

bool view_find(struct view *v, const char *text, size_t n, struct error *e)
{
	struct what *what = NULL;
	size_t used;

	if (n && !what_parse(text, n, false, &used, &what, e))
		return false;
	v->finder.env = session_filter_env(v->session);
	finder_set(&v->finder, what);
	start(v, selection(v) == UINT64_MAX);
	return true;
}

void view_find_again(struct view *v, bool up)
{
	start(v, up);
}

/* Goes to the first place, or to the one behind the cursor or before it. */
static struct found_places go_to_place(struct view *v, const struct packet *p, int direction)
{
	struct found_places found = { 0 };
	struct match_place at = PLACE_START, go = at, last = at;
	const size_t byte = v->details.byte;

	for (; what_next(v->finder.what, p, &v->finder.env, &at); last = at) {
		bool behind = direction > 0 && at.offset > byte && go.offset <= byte;

		found.count++;
		if (found.count == 1 || behind || (direction < 0 && at.offset < byte)) {
			go = at;
			found.number = found.count;
		}
	}
	if (found.count && direction < 0 && go.offset >= byte) {
		go = last;
		found.number = found.count;
	}
	if (found.count)
		v->details.byte = go.offset;
	return found;
}

static void take_found(struct view *v)
{
	if (list_select_place(v, v->finder.at)) {
		v->details.byte = 0;
		go_to_place(v, &v->list.selected.packet, 0);
	}
}

enum finding view_find_turn(struct view *v, const struct clock *clock, uint64_t until)
{
	enum finding state;

	if (selection(v) != v->finder.origin)
		finder_stop(&v->finder);
	state = finder_turn(&v->finder, v->session->store, &v->list.matches, list_start(v),
			    v->list.end, clock, until);
	if (state == FINDER_FOUND)
		take_found(v);
	return state;
}

struct found_places view_find_place(struct view *v, bool up)
{
	struct store_hold hold = { 0 };
	struct found_places found = { 0 };
	struct packet p;

	if (view_shown_packet(v, &hold, &p))
		found = go_to_place(v, &p, up ? -1 : 1);
	store_hold_done(&hold);
	return found;
}

void view_spans(const struct view *v, const struct packet *p, struct spans *out)
{
	const struct finder *f = &v->finder;
	struct match_place at = PLACE_START;

	if (v->highlight_changes)
		changes_add(v->session->store, p, out);
	if (!f->what)
		return;
	while (at.offset + at.length < out->to && what_next(f->what, p, &f->env, &at))
		spans_add(out, at.offset, at.length, STYLE_FOUND);
}
