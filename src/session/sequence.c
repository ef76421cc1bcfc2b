/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/sequence.h"

#include "session/peer.h"

#include <stdlib.h>
#include <string.h>

#define CHUNKS (PEER_MAX / SEQUENCE_CHUNK + 1)
#define SMOOTHING 16

struct sequence {
	struct sequence_spec spec;
	unsigned bits;   /* of a number; they wrap around there */
	uint64_t window; /* numbers that are remembered */
	uint64_t jump;   /* so far ahead is no gap */
	struct sequence_counts total;
	uint64_t unnumbered;
	struct sequence_peer *chunks[CHUNKS]; /* by peer number; NULL: none of them was heard */
};

/* ---- what is asked for ---- */

static bool read_kind(const char *text, size_t at, struct sequence_spec *spec, struct error *e)
{
	static const char *const names[] = {
		[SEQUENCE_BIG] = "", [SEQUENCE_LITTLE] = ":le", [SEQUENCE_TEXT] = ":text"
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text + at, names[i]) == 0) {
			spec->kind = (enum sequence_kind)i;
			return true;
		}
	}
	return err_at(e, (ptrdiff_t)at, "\"%s\": behind the slice stands :le, :text or nothing",
		      text + at);
}

static bool is_width(unsigned n)
{
	return n == 1 || n == 2 || n == 4 || n == 8;
}

bool sequence_parse(const char *text, struct sequence_spec *out, struct error *e)
{
	struct sequence_spec spec = { 0 };
	size_t used;

	if (strncmp(text, "data", 4) != 0)
		return err_at(e, 0, "say where the number stands: data[OFFSET:LENGTH]");
	if (!slice_parse(text + 4, &spec.slice, &used, e))
		return err_shift(e, 4);
	if (!read_kind(text, 4 + used, &spec, e))
		return false;
	if (spec.kind == SEQUENCE_TEXT ? !spec.slice.length || spec.slice.length > SEQUENCE_DIGITS
				       : !is_width(spec.slice.length))
		return err_at(e, 4,
			      "a number has 1, 2, 4 or 8 bytes, or with :text up to %d digits",
			      SEQUENCE_DIGITS);
	*out = spec;
	return true;
}

void sequence_format(const struct sequence_spec *spec, struct buf *out)
{
	buf_str(out, "data");
	slice_format(&spec->slice, out);
	buf_str(out, spec->kind == SEQUENCE_LITTLE ? ":le"
		     : spec->kind == SEQUENCE_TEXT ? ":text"
						   : "");
}

struct sequence *sequence_new(const struct sequence_spec *spec)
{
	struct sequence *q = calloc(1, sizeof(*q));
	uint64_t half;

	if (!q)
		return NULL;
	q->spec = *spec;
	q->bits = spec->kind == SEQUENCE_TEXT ? 64 : 8 * spec->slice.length;
	half = 1ull << (q->bits - 1);
	q->window = half > SEQUENCE_WINDOW ? SEQUENCE_WINDOW : half - 1;
	q->jump = half > SEQUENCE_JUMP ? SEQUENCE_JUMP : half - 1;
	return q;
}

void sequence_free(struct sequence *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < CHUNKS; i++)
		free(q->chunks[i]);
	free(q);
}

const struct sequence_spec *sequence_spec(const struct sequence *q)
{
	return &q->spec;
}

/* ---- reading the number ---- */

static bool read_text(const uint8_t *at, size_t n, uint64_t *out)
{
	size_t i = 0;

	*out = 0;
	while (i < n && at[i] >= '0' && at[i] <= '9')
		*out = *out * 10 + (uint64_t)(at[i++] - '0');
	return i > 0;
}

/* Decimal text need not fill its slice. */
static bool read_number(const struct sequence_spec *spec, const struct packet *p, uint64_t *out)
{
	struct slice slice = spec->slice;
	size_t at, n = slice.length;

	if (spec->kind == SEQUENCE_TEXT)
		slice.length = 1;
	if (!slice_find(&slice, p->stored, &at))
		return false;
	if (spec->kind == SEQUENCE_TEXT)
		return read_text(p->data + at, n < p->stored - at ? n : p->stored - at, out);
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out = *out << 8 | p->data[at + (spec->kind == SEQUENCE_LITTLE ? n - 1 - i : i)];
	return true;
}

/* ---- counting ---- */

static uint64_t wrap(const struct sequence *q, uint64_t number)
{
	return number & (UINT64_MAX >> (64 - q->bits));
}

static bool was_seen(const struct sequence_peer *s, uint64_t number)
{
	return s->seen[number / 64 % (SEQUENCE_WINDOW / 64)] >> number % 64 & 1;
}

static void mark(struct sequence_peer *s, uint64_t number, bool seen)
{
	uint64_t *word = &s->seen[number / 64 % (SEQUENCE_WINDOW / 64)];
	uint64_t bit = 1ull << number % 64;

	*word = seen ? *word | bit : *word & ~bit;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* x += (sample - x) / 16, where x is kept times sixteen */
static void smooth(uint64_t *x, uint64_t sample)
{
	*x += sample - (*x + SMOOTHING / 2) / SMOOTHING;
}

static void note_arrival(struct sequence_peer *s, uint64_t time, uint64_t steps)
{
	uint64_t elapsed = time - s->time, usual = s->interval / SMOOTHING * steps;

	if (time < s->time) /* the clock was set back */
		return;
	if (s->interval)
		smooth(&s->jitter, distance(elapsed, usual));
	if (s->interval)
		smooth(&s->interval, elapsed / steps);
	else
		s->interval = elapsed / steps * SMOOTHING;
}

static void begin(struct sequence_peer *s, uint64_t number, uint64_t time)
{
	memset(s->seen, 0, sizeof(s->seen));
	mark(s, number, true);
	s->newest = number;
	s->time = time;
	s->span = 1;
	s->strayed = false;
}

/* Those between were passed over; of the ones that the window forgets the bits are used again. */
static void go_ahead(struct sequence *q, struct sequence_peer *s, uint64_t number, uint64_t ahead,
		     uint64_t time)
{
	uint64_t forget = ahead < SEQUENCE_WINDOW ? ahead : SEQUENCE_WINDOW;

	for (uint64_t i = 0; i < forget; i++)
		mark(s, number - i, false);
	mark(s, number, true);
	s->counts.missing += ahead - 1;
	q->total.missing += ahead - 1;
	s->counts.gaps += ahead > 1;
	q->total.gaps += ahead > 1;
	note_arrival(s, time, ahead);
	s->newest = number;
	s->time = time;
	s->span += ahead;
	s->strayed = false;
}

static void look_back(struct sequence *q, struct sequence_peer *s, uint64_t number, uint64_t behind)
{
	if (was_seen(s, number)) {
		s->counts.repeated++;
		q->total.repeated++;
		return;
	}
	mark(s, number, true);
	s->counts.late++;
	q->total.late++;
	/* What is older than the first number that came was not missed. */
	if (behind < s->span) {
		s->counts.missing--;
		q->total.missing--;
	}
}

static void stray(struct sequence *q, struct sequence_peer *s, uint64_t number, uint64_t time)
{
	if (!s->strayed || number != s->stray) {
		s->strayed = true;
		s->stray = wrap(q, number + 1);
		s->counts.strays++;
		q->total.strays++;
		return;
	}
	s->counts.strays--;
	q->total.strays--;
	s->counts.restarts++;
	q->total.restarts++;
	begin(s, number, time);
	mark(s, number - 1, true);
	s->span = 2;
	s->interval = 0;
}

static void count(struct sequence *q, struct sequence_peer *s, uint64_t number, uint64_t time)
{
	uint64_t ahead = wrap(q, number - s->newest), behind = wrap(q, s->newest - number);

	q->total.numbered++;
	if (s->counts.numbered++ == 0)
		begin(s, number, time);
	else if (ahead && ahead <= q->jump)
		go_ahead(q, s, number, ahead, time);
	else if (behind < q->window)
		look_back(q, s, number, behind);
	else
		stray(q, s, number, time);
}

static struct sequence_peer *find(struct sequence *q, uint32_t peer)
{
	struct sequence_peer **chunk = &q->chunks[(peer - 1) / SEQUENCE_CHUNK];

	if (!*chunk)
		*chunk = calloc(SEQUENCE_CHUNK, sizeof(**chunk));
	return *chunk ? &(*chunk)[(peer - 1) % SEQUENCE_CHUNK] : NULL;
}

void sequence_heard(struct sequence *q, uint32_t peer, const struct packet *p)
{
	struct sequence_peer *s = peer >= 1 && peer <= PEER_MAX ? find(q, peer) : NULL;
	uint64_t number;

	if (s && read_number(&q->spec, p, &number))
		count(q, s, number, p->time);
	else
		q->unnumbered++;
}

/* ---- what was counted ---- */

const struct sequence_peer *sequence_peer(const struct sequence *q, uint32_t peer)
{
	const struct sequence_peer *chunk, *s;

	if (peer < 1 || peer > PEER_MAX)
		return NULL;
	chunk = q->chunks[(peer - 1) / SEQUENCE_CHUNK];
	s = chunk ? &chunk[(peer - 1) % SEQUENCE_CHUNK] : NULL;
	return s && s->counts.numbered ? s : NULL;
}

uint64_t sequence_jitter(const struct sequence_peer *p)
{
	return p->jitter / SMOOTHING;
}

const struct sequence_counts *sequence_total(const struct sequence *q)
{
	return &q->total;
}

uint64_t sequence_unnumbered(const struct sequence *q)
{
	return q->unnumbered;
}
