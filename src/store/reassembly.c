/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces by place, in a table of datagrams.  See reassembly.h. */
#include "store/reassembly.h"

#include <stdlib.h>
#include <string.h>

#define DATAGRAM_MAX 65535u

struct range {
	uint32_t from, to;
};

struct datagram {
	bool used, refused, left;
	bool begun; /* the piece at the beginning came */
	struct fragment of;
	uint64_t last; /* time of the newest piece */
	uint8_t *data;
	uint32_t room;
	uint32_t end;                         /* where it ends; 0: not known */
	uint32_t good;                        /* up to here nothing failed to be captured */
	struct range have[REASSEMBLY_RANGES]; /* in order, with holes between them */
	size_t have_count;
};

struct reassembly {
	struct datagram list[REASSEMBLY_MAX];
	struct datagram *told; /* was given out and can go */
};

struct reassembly *reassembly_new(struct error *e)
{
	struct reassembly *r = calloc(1, sizeof(*r));

	if (!r)
		err_set(e, ERR_LIMIT, "no memory for fragments");
	return r;
}

static void drop(struct datagram *d)
{
	free(d->data);
	*d = (struct datagram){ 0 };
}

void reassembly_free(struct reassembly *r)
{
	for (size_t i = 0; r && i < REASSEMBLY_MAX; i++)
		drop(&r->list[i]);
	free(r);
}

static void forget_told(struct reassembly *r)
{
	if (r->told)
		drop(r->told);
	r->told = NULL;
}

/* ---- the table ---- */

static bool is_of(const struct datagram *d, const struct fragment *f)
{
	return d->of.id == f->id && d->of.protocol == f->protocol &&
	       d->of.interface == f->interface && addr_equal(&d->of.source, &f->source) &&
	       addr_equal(&d->of.dest, &f->dest);
}

/* Those that have waited too long are left.  One place is free, or what nobody asked for was left
 * and goes. */
static struct datagram *find(struct reassembly *r, const struct fragment *f)
{
	struct datagram *free = NULL, *left = NULL;

	for (size_t i = 0; i < REASSEMBLY_MAX; i++) {
		struct datagram *d = &r->list[i];

		if (d->used && !d->left && f->time > d->last && f->time - d->last > REASSEMBLY_NS)
			d->left = true;
		if (!d->used)
			free = d;
		else if (d->left)
			left = d;
		else if (is_of(d, f))
			return d;
	}
	if (!free) {
		drop(left);
		free = left;
	}
	*free = (struct datagram){ .used = true, .of = *f, .good = DATAGRAM_MAX };
	return free;
}

/* So that the next datagram finds a place: the oldest is left. */
static void make_place(struct reassembly *r)
{
	struct datagram *oldest = NULL;

	for (size_t i = 0; i < REASSEMBLY_MAX; i++) {
		struct datagram *d = &r->list[i];

		if (!d->used || d->left)
			return;
		if (!oldest || d->last < oldest->last)
			oldest = d;
	}
	oldest->left = true;
}

/* ---- pieces ---- */

static bool grow(struct datagram *d, uint32_t need)
{
	uint8_t *more;

	if (need <= d->room)
		return true;
	need = need > DATAGRAM_MAX / 2 ? DATAGRAM_MAX : 2 * need;
	more = realloc(d->data, need);
	if (!more)
		return false;
	d->data = more;
	d->room = need;
	return true;
}

/* Where it belongs among the ranges: the first that ends behind its start. */
static size_t place_of(const struct datagram *d, uint32_t from)
{
	size_t i = 0;

	while (i < d->have_count && d->have[i].to <= from)
		i++;
	return i;
}

static bool insert(struct datagram *d, size_t i, struct range piece)
{
	const bool before = i > 0 && d->have[i - 1].to == piece.from;
	const bool behind = i < d->have_count && d->have[i].from == piece.to;

	if (before && behind) {
		d->have[i - 1].to = d->have[i].to;
		memmove(&d->have[i], &d->have[i + 1], (--d->have_count - i) * sizeof(d->have[0]));
	} else if (before) {
		d->have[i - 1].to = piece.to;
	} else if (behind) {
		d->have[i].from = piece.from;
	} else {
		if (d->have_count == REASSEMBLY_RANGES)
			return false;
		memmove(&d->have[i + 1], &d->have[i], (d->have_count++ - i) * sizeof(d->have[0]));
		d->have[i] = piece;
	}
	return true;
}

static bool is_same_again(const struct datagram *d, size_t i, const struct fragment *f)
{
	uint32_t n = f->offset < d->good ? d->good - f->offset : 0;

	if (n > f->captured)
		n = f->captured;
	return d->have[i].from <= f->offset && f->offset + f->len <= d->have[i].to &&
	       memcmp(d->data + f->offset, f->data, n) == 0;
}

static void note_facts(struct datagram *d, const struct fragment *f)
{
	const uint32_t size = d->of.size > f->size ? d->of.size : f->size;

	d->last = f->time;
	if (f->offset == 0) {
		d->begun = true;
		d->of = *f;
	}
	d->of.size = size;
}

/* false: it contradicts what came before. */
static bool add_piece(struct datagram *d, const struct fragment *f)
{
	const uint32_t to = f->offset + f->len;
	const size_t i = place_of(d, f->offset);

	if (!f->more) {
		if (d->end && d->end != to)
			return false;
		if (d->have_count && d->have[d->have_count - 1].to > to)
			return false;
		d->end = to;
	}
	if (d->end && to > d->end)
		return false;
	if (i < d->have_count && d->have[i].from < to)
		return is_same_again(d, i, f);
	if (!grow(d, to) || !insert(d, i, (struct range){ f->offset, to }))
		return false;
	memcpy(d->data + f->offset, f->data, f->captured);
	if (f->captured < f->len && f->offset + f->captured < d->good)
		d->good = f->offset + f->captured;
	note_facts(d, f);
	return true;
}

/* ---- out ---- */

static void give(const struct datagram *d, struct reassembled *out)
{
	uint32_t captured = d->begun && d->have_count ? d->have[0].to : 0;

	if (captured > d->good)
		captured = d->good;
	*out = (struct reassembled){
		.of = d->of,
		.data = d->data,
		.captured = captured,
		.len = d->end,
	};
	out->of.time = d->last;
	if (out->len < captured)
		out->len = captured;
}

static bool is_plausible(const struct fragment *f)
{
	return f->len && f->captured <= f->len && f->offset + f->len <= DATAGRAM_MAX &&
	       !(f->more && f->len % 8);
}

enum reassembly_result reassembly_add(struct reassembly *r, const struct fragment *f,
				      struct reassembled *out)
{
	struct datagram *d;

	forget_told(r);
	if (!is_plausible(f))
		return REASSEMBLY_REFUSED;
	d = find(r, f);
	if (!d->refused && !add_piece(d, f)) {
		d->refused = true; /* the rest of it is, too */
		d->last = f->time;
	}
	make_place(r);
	if (d->refused)
		return REASSEMBLY_REFUSED;
	if (!d->end || d->have_count != 1 || d->have[0].from || d->have[0].to != d->end)
		return REASSEMBLY_WAITS;
	give(d, out);
	d->left = false;
	r->told = d;
	return REASSEMBLY_WHOLE;
}

bool reassembly_left(struct reassembly *r, bool all, struct reassembled *out)
{
	forget_told(r);
	for (size_t i = 0; i < REASSEMBLY_MAX; i++) {
		struct datagram *d = &r->list[i];

		if (!d->used || (!d->left && !all))
			continue;
		if (d->refused) {
			drop(d);
			continue;
		}
		give(d, out);
		r->told = d;
		return true;
	}
	return false;
}
