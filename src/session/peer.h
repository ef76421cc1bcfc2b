/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Peers: every remote address that was heard or written to, numbered @1, @2, ...
 *
 * Numbers are never reused.  The table stops growing at PEER_MAX: a peer beyond
 * it is shown by its address alone.
 */
#ifndef SESSION_PEER_H
#define SESSION_PEER_H

#include "net/addr.h"
#include "session/pairing.h"
#include "session/rate.h"

#define PEER_MAX 100000u

struct peer {
	uint32_t number;
	uint32_t socket; /* number of the socket that heard it last, else wrote to it last */
	struct addr addr;
	uint64_t rx, rx_bytes, tx, tx_bytes, errors;
	const char *error;    /* the last of them, as errqueue_mark() calls it; or NULL */
	uint64_t first, last; /* realtime ns of the first and last packet of any kind; or 0 */
	char *label;          /* what a person calls it; heap, NULL: nothing */
	char *name;    /* by session/names.h: heap; "": it has none, NULL: nobody asked for it */
	uint32_t next; /* in the hash chain: number, 0 ends */
	struct pace rx_pace; /* datagrams received */
	struct peer_pairing pairing;
	bool muted, solo;
};

struct peer_table {
	struct peer **peers; /* by number - 1 */
	uint32_t count, room;
	uint32_t *buckets; /* numbers; a power of two of them */
	uint32_t bucket_count;
	uint32_t muted, solo; /* how many are: of these nothing is shown, or only of those */
	uint32_t recent;      /* the one found last: floods come from one peer */
};

#define PEER_LABEL_MAX 32 /* bytes */

void peer_table_done(struct peer_table *t);
/* Finds or adds; *added tells which.  NULL when the table is full or memory is out.  A group or
 * broadcast address that was written to is a peer too. */
struct peer *peer_note(struct peer_table *t, const struct addr *addr, bool *added);
struct peer *peer_find(const struct peer_table *t, const struct addr *addr);
struct peer *peer_by_number(const struct peer_table *t, uint32_t number);
/* NULL or "" takes the label away. */
bool peer_label(struct peer *p, const char *label, struct error *e);

/* Of a muted peer nothing is shown, and of others than those that are solo, if any is; all is
 * kept, recorded, answered and waited for as ever. */
void peer_mute(struct peer_table *t, struct peer *p, bool mute);
void peer_solo(struct peer_table *t, struct peer *p, bool solo);
bool peer_is_shown(const struct peer_table *t, const struct peer *p);
/* Is anybody not shown? */
static inline bool peer_table_hides(const struct peer_table *t)
{
	return t->muted || t->solo;
}
/* Is a packet shown?  Gaps and events always are. */
bool peer_table_shows(const struct peer_table *t, const struct packet *packet);

#endif
