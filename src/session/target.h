/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where typed lines go: one target per socket.
 *
 * none; roaming: the last peer heard; or pinned: an address, or a list that was
 * frozen when it was given.  "to -" swaps with the one before.  While a line is
 * being typed a roaming target is frozen, so that a datagram which arrives in
 * between never changes where Enter sends to.
 */
#ifndef SESSION_TARGET_H
#define SESSION_TARGET_H

#include "net/addr.h"

enum target_kind { TARGET_NONE, TARGET_ROAMING, TARGET_PINNED };

struct target_choice {
	enum target_kind kind;
	struct addr *addrs; /* TARGET_PINNED */
	size_t count;
};

struct target {
	struct target_choice now, before;
	struct addr heard;  /* last peer heard; family 0: nobody yet */
	struct addr frozen; /* what "heard" was when typing began; family 0: not frozen */
	bool is_frozen;
};

void target_done(struct target *t);
bool target_pin(struct target *t, const struct addr *addrs, size_t count, struct error *e);
void target_roam(struct target *t);
/* ERR_STATE if there is none before. */
bool target_swap(struct target *t, struct error *e);
void target_heard(struct target *t, const struct addr *peer);
void target_freeze(struct target *t);
void target_thaw(struct target *t);
/* The addresses a line would go to now; the array lives until the next change.  0: none. */
size_t target_addrs(const struct target *t, const struct addr **out);

#endif
