/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of answerers.  See answers.h. */
#include "diagnose/answers.h"

#include <stdlib.h>
#include <string.h>

void answers_done(struct answers *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->all[i].data);
	free(t->all);
	*t = (struct answers){ 0 };
}

/* The bucket that knows the answerer, or the one for it: the table is at most half full. */
static uint16_t *bucket_of(struct answers *t, const struct packet *p)
{
	size_t i = (addr_hash(&p->peer) + p->ifindex) % ANSWERS_BUCKETS;

	for (;; i = (i + 1) % ANSWERS_BUCKETS) {
		const struct answer *a = t->buckets[i] ? &t->all[t->buckets[i] - 1] : NULL;

		if (!a || (a->ifindex == p->ifindex && addr_equal(&a->peer, &p->peer)))
			return &t->buckets[i];
	}
}

static bool make_room(struct answers *t)
{
	size_t room = t->room ? 2 * t->room : 16;
	struct answer *more;

	if (t->count < t->room)
		return true;
	if (t->count == ANSWERS_MAX)
		return false;
	more = realloc(t->all, room * sizeof(*more));
	if (!more)
		return false;
	t->all = more;
	t->room = room;
	return true;
}

static bool add(struct answers *t, const struct packet *p)
{
	uint32_t kept = p->stored < ANSWERS_BYTES ? p->stored : ANSWERS_BYTES;
	uint8_t *data;

	if (!make_room(t))
		return false;
	data = malloc(kept ? kept : 1);
	if (!data)
		return false;
	if (kept)
		memcpy(data, p->data, kept);
	t->all[t->count++] = (struct answer){
		.peer = p->peer,
		.ifindex = p->ifindex,
		.first = p->time,
		.len = p->len,
		.kept = kept,
		.data = data,
	};
	return true;
}

static void compare(struct answers *t, const struct packet *p)
{
	const struct answer *first = &t->all[0];

	if (p->len < t->shortest)
		t->shortest = p->len;
	if (p->len > t->longest)
		t->longest = p->len;
	for (uint32_t i = 0; i < first->kept && i < p->stored; i++)
		if (first->data[i] != p->data[i])
			t->differs[i] = true;
}

void answers_note(struct answers *t, const struct packet *p)
{
	uint16_t *bucket = bucket_of(t, p);

	t->heard++;
	if (!*bucket && add(t, p))
		*bucket = (uint16_t)t->count;
	if (*bucket)
		t->all[*bucket - 1].count++;
	else
		t->beyond++;
	if (!t->count)
		return;
	if (t->heard - t->beyond == 1)
		t->shortest = t->longest = p->len;
	compare(t, p);
}

bool answers_differ_at(const struct answers *t, uint32_t offset)
{
	if (offset >= t->longest)
		return false;
	return offset >= t->shortest || (offset < ANSWERS_BYTES && t->differs[offset]);
}

bool answers_differ(const struct answers *t)
{
	for (uint32_t i = 0; i < t->longest && i <= ANSWERS_BYTES; i++)
		if (answers_differ_at(t, i))
			return true;
	return t->shortest < t->longest;
}

void answers_format_ranges(const struct answers *t, struct buf *out)
{
	size_t before = out->len;
	uint32_t end;

	for (uint32_t i = 0; i < t->longest; i = end) {
		end = i + 1;
		if (!answers_differ_at(t, i))
			continue;
		while (answers_differ_at(t, end))
			end++;
		buf_printf(out, "%s%u", out->len > before ? "," : "", i);
		if (end - i > 1)
			buf_printf(out, "-%u", end - 1);
	}
}

void answers_format_bytes(const struct answers *t, const struct answer *a, size_t max,
			  struct buf *out)
{
	size_t shown = 0;

	for (uint32_t i = 0; i < t->longest; i++) {
		if (!answers_differ_at(t, i))
			continue;
		if (i >= ANSWERS_BYTES || shown == max) {
			buf_str(out, "..");
			return;
		}
		buf_str(out, shown++ ? " " : "");
		if (i < a->kept)
			buf_printf(out, "%02x", a->data[i]);
		else
			buf_str(out, "--");
	}
}
