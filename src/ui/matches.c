/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/matches.h"

#include "util/num.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MIN 1024
#define BLOCK_MAX 512
#define BLOCK_NS NS_PER_MS /* a block that took longer is followed by smaller ones */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

bool matches_set(struct matches *m, struct what *what, const char *text, size_t n, uint64_t start,
		 uint64_t end, struct error *e)
{
	struct matches made = {
		.what = what,
		.peers = m->peers,
		.env = m->env,
		.start = start,
		.block = BLOCK_MAX,
	};

	made.low = made.high = end;
	made.base = start & ~UINT64_C(63);
	made.words = (size_t)((end - made.base) / 64) + WORDS_MIN;
	made.bits = calloc(made.words, sizeof(*made.bits));
	made.text = what ? strndup(text, n) : NULL;
	if (!made.bits || (what && !made.text)) {
		made.what = NULL;
		matches_done(&made);
		return err_set(e, ERR_LIMIT, "no memory for a filter");
	}
	matches_done(m);
	*m = made;
	return true;
}

void matches_done(struct matches *m)
{
	what_free(m->what);
	free(m->text);
	free(m->bits);
	*m = (struct matches){ .env = m->env };
}

static uint64_t *word_of(const struct matches *m, uint64_t seq)
{
	uint64_t at = (seq - m->base) / 64;

	return seq >= m->base && at < m->words ? &m->bits[at] : NULL;
}

static uint64_t bit_of(uint64_t seq)
{
	return UINT64_C(1) << (seq % 64);
}

bool matches_has(const struct matches *m, uint64_t seq)
{
	const uint64_t *word = word_of(m, seq);

	return word && (*word & bit_of(seq));
}

bool matches_all(const struct matches *m, uint64_t first, uint64_t last)
{
	for (uint64_t at = first; at <= last; at = (at | 63) + 1) {
		const uint64_t *word = word_of(m, at);
		uint64_t mask = ~UINT64_C(0) << (at % 64);

		if ((at | 63) > last)
			mask &= ~UINT64_C(0) >> (63 - last % 64);
		if (!word || (*word & mask) != mask)
			return false;
	}
	return true;
}

/* Room for seq: words that are not listed any more make it, or the list doubles. */
static bool make_room(struct matches *m, uint64_t seq)
{
	size_t gone = (size_t)least((m->start - least(m->base, m->start)) / 64, m->words);
	size_t need = (size_t)((seq - m->base) / 64) + 1, words = m->words;
	uint64_t *more;

	memmove(m->bits, m->bits + gone, (words - gone) * sizeof(*m->bits));
	memset(m->bits + words - gone, 0, gone * sizeof(*m->bits));
	m->base += 64 * (uint64_t)gone;
	need -= gone;
	while (words < need + words / 8)
		words *= 2;
	if (words == m->words)
		return true;
	more = realloc(m->bits, words * sizeof(*more));
	if (!more)
		return false;
	memset(more + m->words, 0, (words - m->words) * sizeof(*more));
	m->bits = more;
	m->words = words;
	return true;
}

static void put(struct matches *m, uint64_t seq, bool match)
{
	uint64_t *word = word_of(m, seq);

	if (!word || matches_has(m, seq) == match)
		return;
	*word ^= bit_of(seq);
	m->count += match ? 1 : UINT64_MAX;
}

bool matches_test(const struct matches *m, const struct packet *p)
{
	return (!m->peers || peer_table_shows(m->peers, p)) &&
	       (!m->what || what_matches(m->what, p, &m->env));
}

/* What a row of first tests left unknown is asked around all of them: around each it would cost as
 * much as a test. */
static unsigned given_up(const struct matches *m)
{
	return m->what ? what_given_up(m->what) : 0;
}

/* Without memory for its bit a packet is not listed. */
void matches_follow(struct matches *m, const struct packet *p)
{
	const unsigned before = given_up(m);

	if (!matches_on(m) || (!word_of(m, p->seq) && !make_room(m, p->seq)))
		return;
	put(m, p->seq, matches_test(m, p));
	m->unknown += given_up(m) - before;
	m->high = most(m->high, p->seq + 1);
}

static void scan_block(struct matches *m, struct store_cursor *cursor, uint64_t from)
{
	const unsigned before = given_up(m);
	struct packet p;

	store_cursor_seek(cursor, from);
	for (;;) {
		enum store_read read = store_cursor_read(cursor, &p);

		if (read == STORE_GAP)
			continue;
		if (read == STORE_END || p.seq >= m->low)
			break;
		put(m, p.seq, matches_test(m, &p));
	}
	m->unknown += given_up(m) - before;
	m->low = from;
}

bool matches_scan(struct matches *m, struct store *st, const struct clock *clock, uint64_t until)
{
	struct store_cursor cursor = { .store = st };
	uint64_t now = clock_monotonic(clock), before;

	while (matches_on(m) && m->low > m->start && now < until) {
		before = now;
		scan_block(m, &cursor, m->low - least(m->low - m->start, m->block));
		now = clock_monotonic(clock);
		if (now - before > BLOCK_NS)
			m->block = (unsigned)most(m->block / 8, 1);
		else if (m->block < BLOCK_MAX)
			m->block *= 2;
	}
	store_cursor_rest(&cursor);
	return matches_on(m) && m->low > m->start;
}

void matches_forget(struct matches *m, uint64_t seq)
{
	uint64_t at;

	if (!matches_on(m))
		return;
	if (seq >= m->high) {
		memset(m->bits, 0, m->words * sizeof(*m->bits));
		m->count = 0;
		m->start = most(m->start, seq);
	}
	while (m->start < seq && matches_next(m, m->start, &at) && at < seq) {
		put(m, at, false);
		m->start = at + 1;
	}
	m->start = most(m->start, seq);
	m->low = most(m->low, m->start);
	m->high = most(m->high, m->low);
}

bool matches_next(const struct matches *m, uint64_t from, uint64_t *seq)
{
	uint64_t at = most(from, most(m->base, m->start)), mask = ~UINT64_C(0) << (at % 64);

	for (const uint64_t *word; (word = word_of(m, at)); at = (at | 63) + 1, mask = ~UINT64_C(0))
		if (*word & mask) {
			*seq = (at & ~UINT64_C(63)) + (unsigned)__builtin_ctzll(*word & mask);
			return true;
		}
	return false;
}

bool matches_previous(const struct matches *m, uint64_t from, uint64_t *seq)
{
	uint64_t at = least(from, m->base + 64 * (uint64_t)m->words);

	while (at > most(m->base, m->start)) {
		uint64_t word;

		at--;
		word = *word_of(m, at) & (~UINT64_C(0) >> (63 - at % 64));
		if (word) {
			*seq = (at | 63) - (unsigned)__builtin_clzll(word);
			return *seq >= m->start;
		}
		at &= ~UINT64_C(63);
	}
	return false;
}
