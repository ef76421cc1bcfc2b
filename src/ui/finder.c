/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/finder.h"

#include "util/num.h"

#define BLOCK_MAX 512
#define BLOCK_NS NS_PER_MS /* a block that took longer is followed by smaller ones */

/* Places that are looked at, and what of them is listed. */
struct range {
	struct store *store;
	const struct matches *m;
	uint64_t low, high;
};

void finder_set(struct finder *f, struct what *what)
{
	what_free(f->what);
	f->what = what;
	f->state = FINDER_IDLE;
}

void finder_start(struct finder *f, uint64_t from, bool up)
{
	f->state = f->what ? FINDER_LOOKING : FINDER_IDLE;
	f->up = up;
	f->wrapped = false;
	f->at = up ? from : from + 1;
	f->stop = up ? from : from + 1;
	f->block = BLOCK_MAX;
	f->unknown = 0;
}

void finder_stop(struct finder *f)
{
	f->state = FINDER_IDLE;
}

/* The filter may still look at what was there before it. */
static bool is_listed(const struct matches *m, const struct packet *p)
{
	if (!matches_on(m) || (p->seq >= m->low && p->seq < m->high))
		return !matches_on(m) || matches_has(m, p->seq);
	return matches_test(m, p);
}

/* Nothing of it is listed, which needs no look at packets. */
static bool is_hidden(const struct range *r)
{
	uint64_t next;

	return matches_on(r->m) && r->low >= r->m->low && r->high <= r->m->high &&
	       (!matches_next(r->m, r->low, &next) || next >= r->high);
}

/* The first match of the range, or the last. */
static bool look(struct finder *f, const struct range *r)
{
	struct store_cursor cursor = { .store = r->store };
	struct packet p;
	uint64_t unknown = 0;
	bool found = false;

	if (is_hidden(r))
		return false;
	store_cursor_seek(&cursor, r->low);
	while (f->up || !found) {
		enum store_read read = store_cursor_read(&cursor, &p);

		if (read == STORE_GAP)
			continue;
		if (read == STORE_END || p.seq >= r->high)
			break;
		if (is_listed(r->m, &p) && what_matches_counting(f->what, &p, &f->env, &unknown)) {
			f->at = p.seq;
			found = true;
			/* those before it lie behind it on the way up */
			unknown = f->up ? 0 : unknown;
		}
	}
	store_cursor_rest(&cursor);
	f->unknown += unknown;
	return found;
}

/* Cuts the next block off what is still to be looked at; false: nothing is. */
static bool take_block(struct finder *f, uint64_t start, uint64_t end, struct range *r)
{
	uint64_t low = f->wrapped && f->up ? f->stop : start;
	uint64_t high = f->wrapped && !f->up ? f->stop : end;

	low = low > start ? low : start;
	high = high < end ? high : end;
	if (f->up) {
		r->high = f->at < high ? f->at : high;
		r->low = r->high > low && r->high - low > f->block ? r->high - f->block : low;
		f->at = r->low;
	} else {
		r->low = f->at > low ? f->at : low;
		r->high = r->low < high && high - r->low > f->block ? r->low + f->block : high;
		f->at = r->high;
	}
	return r->low < r->high;
}

/* On at the other end of the list, once. */
static bool wrap(struct finder *f, uint64_t start, uint64_t end)
{
	if (f->wrapped)
		return false;
	f->wrapped = true;
	f->at = f->up ? end : start;
	return true;
}

static void adapt_block(struct finder *f, uint64_t took)
{
	if (took > BLOCK_NS)
		f->block = f->block / 8 > 0 ? f->block / 8 : 1;
	else if (f->block < BLOCK_MAX)
		f->block *= 2;
}

enum finding finder_turn(struct finder *f, struct store *st, const struct matches *m,
			 uint64_t start, uint64_t end, const struct clock *clock, uint64_t until)
{
	struct range r = { .store = st, .m = m };
	uint64_t now = clock_monotonic(clock), before;

	while (f->state == FINDER_LOOKING && now < until) {
		if (take_block(f, start, end, &r)) {
			if (look(f, &r))
				f->state = FINDER_FOUND;
		} else if (!wrap(f, start, end)) {
			f->state = FINDER_NOTHING;
		}
		before = now;
		now = clock_monotonic(clock);
		adapt_block(f, now - before);
	}
	return f->state;
}
