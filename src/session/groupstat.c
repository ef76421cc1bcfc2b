/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts per group and source: entries in a row, and an index of places by hash, at most half full
 * so that a look-up is short.
 */
#include "session/groupstat.h"

#include <stdlib.h>
#include <string.h>

#define INDEX_SIZE (2 * GROUPSTAT_MAX) /* a power of two */
#define FIRST_ROOM 64u
#define SOURCES_MAX (GROUPSTAT_MAX / 2)

void groupstat_done(struct groupstat *t)
{
	free(t->entries);
	free(t->index);
	*t = (struct groupstat){ 0 };
}

/* Port and zone say nothing more: the interface is part of the key. */
static struct addr bare(const struct addr *a)
{
	struct addr host = *a;

	host.port = 0;
	host.scope = 0;
	return host;
}

static struct groupstat_entry make_key(const struct groupstat_datagram *d,
				       const struct addr *source)
{
	struct groupstat_entry key = { .socket = d->socket,
				       .ifindex = d->ifindex,
				       .group = bare(d->group) };

	if (source)
		key.source = bare(source);
	return key;
}

static uint64_t hash_of(const struct groupstat_entry *key)
{
	struct addr mixed = key->group;

	/* addr_hash() mixes all bits of an address: the rest of the key may stand in its zone. */
	mixed.scope = key->ifindex * 0x9e3779b1u ^ key->socket;
	return addr_hash(&mixed) ^ (key->source.family ? addr_hash(&key->source) * 3 : 0);
}

static bool is_key(const struct groupstat_entry *entry, const struct groupstat_entry *key)
{
	return entry->socket == key->socket && entry->ifindex == key->ifindex &&
	       addr_equal(&entry->group, &key->group) && addr_equal(&entry->source, &key->source);
}

/* The place of the key in the index or a free one for it; NULL: neither is near. */
static uint32_t *probe(const struct groupstat *t, const struct groupstat_entry *key)
{
	uint64_t hash = hash_of(key);

	for (uint32_t i = 0; t->index && i < GROUPSTAT_PROBES; i++) {
		uint32_t *at = &t->index[(hash + i) & (INDEX_SIZE - 1)];

		if (!*at || is_key(&t->entries[*at - 1], key))
			return at;
	}
	return NULL;
}

static bool make_room(struct groupstat *t)
{
	uint32_t room = t->room ? 2 * t->room : FIRST_ROOM;
	struct groupstat_entry *entries;

	if (!t->index)
		t->index = calloc(INDEX_SIZE, sizeof(*t->index));
	if (!t->index || t->count == GROUPSTAT_MAX)
		return false;
	if (t->count < t->room)
		return true;
	entries = reallocarray(t->entries, room, sizeof(*entries));
	if (!entries)
		return false;
	t->entries = entries;
	t->room = room;
	return true;
}

/* Finds or adds; *added tells which.  NULL: there is no room. */
static struct groupstat_entry *note(struct groupstat *t, const struct groupstat_entry *key,
				    uint32_t *recent, bool *added)
{
	uint32_t *at;

	if (!make_room(t) && !t->index)
		return NULL;
	at = probe(t, key);
	if (!at)
		return NULL;
	if (!*at) {
		if (t->count == t->room || (key->source.family && t->sources == SOURCES_MAX))
			return NULL;
		t->entries[t->count] = *key;
		*at = ++t->count;
		t->sources += key->source.family != 0;
		*added = true;
	}
	*recent = *at;
	return &t->entries[*at - 1];
}

static bool is_host(const struct addr *known, const struct addr *a)
{
	return known->family == a->family &&
	       memcmp(known->bytes, a->bytes, sizeof(known->bytes)) == 0;
}

/* Most datagrams are of the group and source that the one before was of: no key, no hash. */
static struct groupstat_entry *again(const struct groupstat *t, uint32_t recent,
				     const struct groupstat_datagram *d, const struct addr *source)
{
	struct groupstat_entry *entry = recent ? &t->entries[recent - 1] : NULL;

	if (!entry || entry->socket != d->socket || entry->ifindex != d->ifindex ||
	    !is_host(&entry->group, d->group) || (source && !is_host(&entry->source, source)))
		return NULL;
	return entry;
}

static void count(struct groupstat_entry *entry, const struct groupstat_datagram *d, uint64_t mono)
{
	entry->rx++;
	entry->bytes += d->len;
	entry->own += d->own;
	entry->last = d->time;
	pace_add(&entry->pace, mono, 1);
}

static void chain(struct groupstat *t, uint32_t group, uint32_t source)
{
	struct groupstat_entry *g = &t->entries[group - 1];

	if (g->newest)
		t->entries[g->newest - 1].next = source;
	else
		g->next = source;
	g->newest = source;
}

void groupstat_note(struct groupstat *t, const struct groupstat_datagram *d, uint64_t mono)
{
	struct groupstat_entry *entry = again(t, t->recent[0], d, NULL);
	struct groupstat_entry key;
	bool added = false;

	if (!entry) {
		key = make_key(d, NULL);
		entry = note(t, &key, &t->recent[0], &added);
	}
	if (!entry) {
		t->uncounted++;
		return;
	}
	count(entry, d, mono);
	entry = again(t, t->recent[1], d, d->source);
	if (!entry) {
		key = make_key(d, d->source);
		added = false;
		entry = note(t, &key, &t->recent[1], &added);
	}
	if (!entry) {
		t->entries[t->recent[0] - 1].uncounted++;
		return;
	}
	count(entry, d, mono);
	if (added)
		chain(t, t->recent[0], t->recent[1]);
}

const struct groupstat_entry *groupstat_find(const struct groupstat *t, uint32_t socket,
					     const struct addr *group, unsigned ifindex)
{
	const struct groupstat_entry key = { .group = bare(group),
					     .socket = socket,
					     .ifindex = ifindex };
	const uint32_t *at = probe(t, &key);

	return at && *at ? &t->entries[*at - 1] : NULL;
}

static const struct groupstat_entry *at_place(const struct groupstat *t, uint32_t place)
{
	return place ? &t->entries[place - 1] : NULL;
}

const struct groupstat_entry *groupstat_first(const struct groupstat *t,
					      const struct groupstat_entry *group)
{
	return at_place(t, group->next);
}

const struct groupstat_entry *groupstat_next(const struct groupstat *t,
					     const struct groupstat_entry *source)
{
	return at_place(t, source->next);
}

static bool is_between(const struct addr *group, const struct addr *first, const struct addr *last)
{
	return group->family == first->family &&
	       memcmp(group->bytes, first->bytes, sizeof(group->bytes)) >= 0 &&
	       memcmp(group->bytes, last->bytes, sizeof(group->bytes)) <= 0;
}

uint64_t groupstat_heard(const struct groupstat *t, uint32_t socket, const struct addr *group,
			 uint32_t groups, const struct addr *source, unsigned ifindex)
{
	const struct addr from = bare(source);
	struct addr last = *group;
	uint64_t heard = 0;

	if (!addr_add(&last, groups - 1))
		return 0;
	for (uint32_t i = 0; i < t->count; i++) {
		const struct groupstat_entry *entry = &t->entries[i];

		if (entry->socket == socket && addr_equal(&entry->source, &from) &&
		    (!ifindex || entry->ifindex == ifindex) &&
		    is_between(&entry->group, group, &last))
			heard += entry->rx - entry->own;
	}
	return heard;
}
