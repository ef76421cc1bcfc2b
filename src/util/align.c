/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/align.h"

#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX (1u << 19) /* of bytes, all parts together */
#define GRAM 8               /* equal bytes that make an anchor */
#define HASH_BITS 16
#define TRIES 8              /* places looked at for one anchor */
#define LOOKS_MAX (4u << 20) /* of bytes, in the search for anchors */
#define NOWHERE UINT32_MAX

/* What a pair of bytes is worth, a gap and each byte in it. */
#define EQUAL 2
#define UNEQUAL (-1)
#define GAP (-6)
#define GAP_BYTE (-1)
#define WORST (-(1 << 29))

/* A part of both strings: a[a..a_end) and b[b..b_end). */
struct part {
	size_t a, a_end, b, b_end;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* ---- blocks ---- */

/* What goes on where the last block ends is part of it. */
static bool add_block(struct align *al, size_t a, size_t b, size_t length)
{
	struct align_block *last = al->count ? &al->blocks[al->count - 1] : NULL;

	if (!length)
		return true;
	if (last && last->a + last->length == a && last->b + last->length == b) {
		last->length += length;
		return true;
	}
	if (al->count + 1 >= al->room) {
		size_t room = al->room ? al->room * 2 : 16;
		struct align_block *blocks = realloc(al->blocks, room * sizeof(*blocks));

		if (!blocks)
			return false;
		al->blocks = blocks;
		al->room = room;
	}
	al->blocks[al->count++] = (struct align_block){ .a = a, .b = b, .length = length };
	return true;
}

/* Byte by byte, as they come. */
static bool add_opposite(struct align *al, const struct part *p)
{
	return add_block(al, p->a, p->b, least(p->a_end - p->a, p->b_end - p->b));
}

/* ---- every pair ---- */

/* How the best way to a pair comes from the one before: two bits for each of the three ends. */
enum way { WAY_BOTH, WAY_A, WAY_B };

struct scores {
	int both, a, b; /* the best that ends with two bytes, with one of a alone, of b alone */
};

/* Of equal ones a gap: the way is followed from its end, so what differs comes before what was put
 * in, as where a line is changed and another one added. */
static enum way best_of(int both, int a, int b)
{
	if (a > b)
		return a >= both ? WAY_A : WAY_BOTH;
	return b >= both ? WAY_B : WAY_BOTH;
}

static int score_of(const struct scores *s, enum way w)
{
	return w == WAY_BOTH ? s->both : w == WAY_A ? s->a : s->b;
}

static struct scores step_to(const struct scores *up, const struct scores *left,
			     const struct scores *corner, int pair, uint8_t *ways)
{
	enum way both = best_of(corner->both, corner->a, corner->b);
	enum way a = best_of(up->both + GAP, up->a, up->b + GAP);
	enum way b = best_of(left->both + GAP, left->a + GAP, left->b);

	*ways = (uint8_t)(both | a << 2 | b << 4);
	return (struct scores){
		.both = score_of(corner, both) + pair,
		.a = score_of(up, a) + GAP_BYTE + (a == WAY_A ? 0 : GAP),
		.b = score_of(left, b) + GAP_BYTE + (b == WAY_B ? 0 : GAP),
	};
}

/* Row 0 and column 0: nothing but bytes of one string. */
static void begin(struct scores *row, uint8_t *ways, size_t a_len, size_t b_len)
{
	row[0] = (struct scores){ 0, WORST, WORST };
	for (size_t j = 1; j <= b_len; j++) {
		row[j] = (struct scores){ WORST, WORST, GAP + (int)j * GAP_BYTE };
		ways[j] = (uint8_t)((j == 1 ? WAY_BOTH : WAY_B) << 4);
	}
	for (size_t i = 1; i <= a_len; i++)
		ways[i * (b_len + 1)] = (uint8_t)((i == 1 ? WAY_BOTH : WAY_A) << 2);
}

static enum way fill(const struct align *al, const struct part *p, struct scores *row,
		     uint8_t *ways)
{
	size_t a_len = p->a_end - p->a, b_len = p->b_end - p->b;

	begin(row, ways, a_len, b_len);
	for (size_t i = 1; i <= a_len; i++) {
		struct scores corner = row[0];
		uint8_t byte = al->a[p->a + i - 1];

		row[0] = (struct scores){ WORST, GAP + (int)i * GAP_BYTE, WORST };
		for (size_t j = 1; j <= b_len; j++) {
			struct scores up = row[j];
			int pair = byte == al->b[p->b + j - 1] ? EQUAL : UNEQUAL;

			row[j] = step_to(&up, &row[j - 1], &corner, pair,
					 &ways[i * (b_len + 1) + j]);
			corner = up;
		}
	}
	return best_of(row[b_len].both, row[b_len].a, row[b_len].b);
}

/* From the end of the part to its begin, so the blocks come backwards: marks[i] is where in b the
 * byte a[i] has its opposite. */
static void trace(const struct part *p, const uint8_t *ways, enum way way, uint32_t *marks)
{
	size_t i = p->a_end - p->a, j = p->b_end - p->b, columns = j + 1;

	while (i || j) {
		uint8_t from = ways[i * columns + j];

		switch (way) {
		case WAY_BOTH:
			marks[--i] = (uint32_t)--j;
			way = from & 3;
			break;
		case WAY_A:
			marks[--i] = NOWHERE;
			way = from >> 2 & 3;
			break;
		case WAY_B:
			j--;
			way = from >> 4 & 3;
			break;
		}
	}
}

static bool add_pairs(struct align *al, const struct part *p)
{
	size_t a_len = p->a_end - p->a, b_len = p->b_end - p->b;
	uint8_t *ways = calloc((a_len + 1) * (b_len + 1), 1);
	struct scores *row = calloc(b_len + 1, sizeof(*row));
	uint32_t *marks = calloc(a_len + 1, sizeof(*marks));
	bool ok = ways && row && marks;

	if (ok)
		trace(p, ways, fill(al, p, row, ways), marks);
	for (size_t i = 0; ok && i < a_len; i++)
		if (marks[i] != NOWHERE)
			ok = add_block(al, p->a + i, p->b + marks[i], 1);
	free(ways);
	free(row);
	free(marks);
	return ok;
}

/* ---- anchors ---- */

/* The search for anchors: where in b the eight bytes of each hash stand, ascending. */
struct search {
	struct align *al;
	struct part rest; /* what has no blocks yet */
	uint32_t *head;   /* of each hash: the first place in b that is still ahead */
	uint32_t *next;   /* of each place in b: the next with its hash */
	size_t pairs;     /* what may still be spent */
	size_t looks;
};

static uint32_t hash_of(const uint8_t *at)
{
	uint64_t gram;

	memcpy(&gram, at, sizeof(gram));
	return (uint32_t)(gram * UINT64_C(0x9e3779b97f4a7c15) >> (64 - HASH_BITS));
}

static bool search_begin(struct search *s)
{
	size_t end = s->rest.b_end < GRAM ? 0 : s->rest.b_end - GRAM + 1;

	s->head = malloc(sizeof(*s->head) << HASH_BITS);
	s->next = calloc(end + 1, sizeof(*s->next));
	if (!s->head || !s->next)
		return false;
	memset(s->head, 0xff, sizeof(*s->head) << HASH_BITS);
	for (size_t i = end; i > s->rest.b; i--) {
		uint32_t *head = &s->head[hash_of(s->al->b + i - 1)];

		s->next[i - 1] = *head;
		*head = (uint32_t)(i - 1);
	}
	return true;
}

static void search_done(struct search *s)
{
	free(s->head);
	free(s->next);
}

static size_t equal_bytes(struct search *s, size_t a, size_t b)
{
	size_t most = least(s->rest.a_end - a, s->rest.b_end - b), n = 0;

	while (n < most && s->al->a[a + n] == s->al->b[b + n])
		n++;
	s->looks -= least(s->looks, n + 1);
	return n;
}

/* The run of equal bytes that begins at a and, in what is left of b, at *found.  Straight on is
 * best; the more of b would be left behind, the longer it must be. */
static size_t anchor_at(struct search *s, size_t a, size_t *found)
{
	size_t straight = s->rest.b + (a - s->rest.a), best = 0;
	uint32_t *head = &s->head[hash_of(s->al->a + a)];
	uint32_t b;

	*found = straight;
	if (straight < s->rest.b_end && equal_bytes(s, a, straight) >= GRAM)
		return equal_bytes(s, a, straight);
	while (*head != NOWHERE && *head < s->rest.b)
		*head = s->next[*head];
	b = *head;
	for (int i = 0; i < TRIES && b != NOWHERE; i++, b = s->next[b]) {
		size_t n = equal_bytes(s, a, b);

		if (n > best && n >= GRAM + (b - s->rest.b) / 64) {
			best = n;
			*found = b;
		}
	}
	return best;
}

/* What is between two anchors. */
static bool add_part(struct search *s, struct part p)
{
	size_t pairs = (p.a_end - p.a) * (p.b_end - p.b);

	if (!pairs)
		return true;
	if (pairs > s->pairs)
		return add_opposite(s->al, &p);
	s->pairs -= pairs;
	return add_pairs(s->al, &p);
}

static bool add_anchored(struct search *s)
{
	size_t a = s->rest.a, b, n;

	while (s->looks && a + GRAM <= s->rest.a_end) {
		n = anchor_at(s, a, &b);
		if (!n) {
			a++;
			continue;
		}
		if (!add_part(s, (struct part){ s->rest.a, a, s->rest.b, b }) ||
		    !add_block(s->al, a, b, n))
			return false;
		s->rest.a = a = a + n;
		s->rest.b = b + n;
	}
	return add_part(s, s->rest);
}

/* ---- the whole ---- */

static bool add_middle(struct align *al, const struct part *p)
{
	struct search s = { .al = al, .rest = *p, .pairs = PAIRS_MAX, .looks = LOOKS_MAX };
	bool ok;

	if ((p->a_end - p->a) * (p->b_end - p->b) <= PAIRS_MAX)
		return add_part(&s, *p);
	ok = search_begin(&s) && add_anchored(&s);
	search_done(&s);
	return ok;
}

/* Numbers the cells and counts what differs. */
static bool finish(struct align *al)
{
	struct align_block end = { .a = al->a_len, .b = al->b_len };
	size_t a = 0, b = 0;

	if (!al->blocks)
		al->blocks = calloc(1, sizeof(*al->blocks));
	if (!al->blocks)
		return false;
	al->blocks[al->count++] = end;
	for (size_t i = 0; i < al->count; i++) {
		struct align_block *k = &al->blocks[i];

		al->only_a += k->a - a;
		al->only_b += k->b - b;
		k->cell = al->cells + (k->a - a) + (k->b - b);
		for (size_t n = 0; n < k->length; n++)
			al->differ += al->a[k->a + n] != al->b[k->b + n];
		al->cells = k->cell + k->length;
		a = k->a + k->length;
		b = k->b + k->length;
	}
	return true;
}

bool align_make(struct align *out, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	struct align al = { .a = a, .b = b, .a_len = a_len, .b_len = b_len };
	size_t same = least(a_len, b_len), head = 0, tail = 0;

	while (head < same && a[head] == b[head])
		head++;
	while (tail < same - head && a[a_len - 1 - tail] == b[b_len - 1 - tail])
		tail++;
	if (!add_block(&al, 0, 0, head) ||
	    !add_middle(&al, &(struct part){ head, a_len - tail, head, b_len - tail }) ||
	    !add_block(&al, a_len - tail, b_len - tail, tail) || !finish(&al)) {
		align_done(&al);
		return false;
	}
	*out = al;
	return true;
}

void align_done(struct align *al)
{
	free(al->blocks);
	*al = (struct align){ 0 };
}

/* ---- cells ---- */

struct align_cell align_cell(const struct align *al, size_t cell)
{
	size_t low = 0, high = al->count - 1, a = 0, b = 0, alone, in_gap;
	const struct align_block *k;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (al->blocks[mid].cell + al->blocks[mid].length > cell)
			high = mid;
		else
			low = mid + 1;
	}
	k = &al->blocks[low];
	if (cell >= k->cell)
		return (struct align_cell){ k->a + (cell - k->cell), k->b + (cell - k->cell) };
	if (low) {
		a = k[-1].a + k[-1].length;
		b = k[-1].b + k[-1].length;
	}
	alone = k->a - a;
	in_gap = cell - (k->cell - alone - (k->b - b));
	if (in_gap < alone)
		return (struct align_cell){ a + in_gap, ALIGN_NONE };
	return (struct align_cell){ ALIGN_NONE, b + in_gap - alone };
}

bool align_differs(const struct align *al, size_t cell)
{
	struct align_cell at = align_cell(al, cell);

	return at.a == ALIGN_NONE || at.b == ALIGN_NONE || al->a[at.a] != al->b[at.b];
}

size_t align_next(const struct align *al, size_t from)
{
	while (from < al->cells && !align_differs(al, from))
		from++;
	return from;
}
