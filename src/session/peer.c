/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The peer table: an array by number and a hash of chains by address.
 *
 * Peers are allocated one by one so that a pointer stays good while the table grows.
 */
#include "session/peer.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

void peer_table_done(struct peer_table *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		free(t->peers[i]->label);
		free(t->peers[i]->name);
		free(t->peers[i]);
	}
	free(t->peers);
	free(t->buckets);
	*t = (struct peer_table){ 0 };
}

struct peer *peer_by_number(const struct peer_table *t, uint32_t number)
{
	return number >= 1 && number <= t->count ? t->peers[number - 1] : NULL;
}

static uint32_t *bucket_of(const struct peer_table *t, const struct addr *addr)
{
	return &t->buckets[addr_hash(addr) & (t->bucket_count - 1)];
}

struct peer *peer_find(const struct peer_table *t, const struct addr *addr)
{
	struct peer *p = peer_by_number(t, t->recent);

	if (p && addr_equal(&p->addr, addr))
		return p;
	if (!t->bucket_count)
		return NULL;
	for (p = peer_by_number(t, *bucket_of(t, addr)); p; p = peer_by_number(t, p->next))
		if (addr_equal(&p->addr, addr))
			return p;
	return NULL;
}

static void chain(struct peer_table *t, struct peer *p)
{
	uint32_t *bucket = bucket_of(t, &p->addr);

	p->next = *bucket;
	*bucket = p->number;
}

/* Without memory for more buckets the chains merely get longer. */
static bool grow_buckets(struct peer_table *t)
{
	uint32_t count = t->bucket_count ? t->bucket_count * 2 : FIRST_ROOM;
	uint32_t *buckets = calloc(count, sizeof(*buckets));

	if (!buckets)
		return t->bucket_count != 0;
	free(t->buckets);
	t->buckets = buckets;
	t->bucket_count = count;
	for (uint32_t i = 0; i < t->count; i++)
		chain(t, t->peers[i]);
	return true;
}

static bool make_room(struct peer_table *t)
{
	if (t->count == t->room) {
		uint32_t room = t->room ? t->room * 2 : FIRST_ROOM;
		struct peer **peers = realloc(t->peers, room * sizeof(struct peer *));

		if (!peers)
			return false;
		t->peers = peers;
		t->room = room;
	}
	return t->count < t->bucket_count || grow_buckets(t);
}

static struct peer *peer_add(struct peer_table *t, const struct addr *addr)
{
	struct peer *p;

	if (t->count >= PEER_MAX || !make_room(t))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->addr = *addr;
	p->number = t->count + 1;
	t->peers[t->count++] = p;
	chain(t, p);
	return p;
}

struct peer *peer_note(struct peer_table *t, const struct addr *addr, bool *added)
{
	struct peer *p = peer_find(t, addr);

	*added = false;
	if (!p) {
		p = peer_add(t, addr);
		*added = p != NULL;
	}
	if (p)
		t->recent = p->number;
	return p;
}

bool peer_label(struct peer *p, const char *label, struct error *e)
{
	char *copy = NULL;

	if (label && strlen(label) > PEER_LABEL_MAX)
		return err_at(e, 0, "a label has at most %d bytes", PEER_LABEL_MAX);
	if (label && label[0] && !(copy = strdup(label)))
		return err_set(e, ERR_LIMIT, "no memory for a label");
	free(p->label);
	p->label = copy;
	return true;
}

void peer_mute(struct peer_table *t, struct peer *p, bool mute)
{
	t->muted += (uint32_t)mute - (uint32_t)p->muted;
	p->muted = mute;
}

void peer_solo(struct peer_table *t, struct peer *p, bool solo)
{
	t->solo += (uint32_t)solo - (uint32_t)p->solo;
	p->solo = solo;
}

bool peer_is_shown(const struct peer_table *t, const struct peer *p)
{
	return t->solo ? p->solo : !p->muted;
}

bool peer_table_shows(const struct peer_table *t, const struct packet *packet)
{
	const struct peer *p;

	if (!peer_table_hides(t) || !packet_is_numbered(packet->kind))
		return true;
	p = peer_find(t, &packet->peer);
	return p ? peer_is_shown(t, p) : !t->solo;
}
