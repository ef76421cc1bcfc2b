/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Targets: none, roaming, pinned, and the one before.
 */
#include "session/target.h"

#include <stdlib.h>
#include <string.h>

static void choice_done(struct target_choice *c)
{
	free(c->addrs);
	*c = (struct target_choice){ 0 };
}

void target_done(struct target *t)
{
	choice_done(&t->now);
	choice_done(&t->before);
	*t = (struct target){ 0 };
}

static bool choice_equal(const struct target_choice *a, const struct target_choice *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!addr_equal(&a->addrs[i], &b->addrs[i]))
			return false;
	return true;
}

/* Takes over next.  Choosing the same again does not make it the one before. */
static void choose(struct target *t, struct target_choice next)
{
	if (choice_equal(&t->now, &next)) {
		choice_done(&next);
		return;
	}
	choice_done(&t->before);
	t->before = t->now;
	t->now = next;
}

bool target_pin(struct target *t, const struct addr *addrs, size_t count, struct error *e)
{
	struct target_choice next = { .kind = TARGET_PINNED, .count = count };

	if (!count)
		return err_set(e, ERR_STATE, "no target: an empty list of peers");
	next.addrs = calloc(count, sizeof(*next.addrs));
	if (!next.addrs)
		return err_set(e, ERR_LIMIT, "no memory for a target of %zu peers", count);
	memcpy(next.addrs, addrs, count * sizeof(*next.addrs));
	choose(t, next);
	return true;
}

void target_roam(struct target *t)
{
	choose(t, (struct target_choice){ .kind = TARGET_ROAMING });
}

bool target_swap(struct target *t, struct error *e)
{
	struct target_choice now = t->now;

	if (t->before.kind == TARGET_NONE)
		return err_set(e, ERR_STATE, "there is no target before this one");
	t->now = t->before;
	t->before = now;
	return true;
}

void target_heard(struct target *t, const struct addr *peer)
{
	t->heard = *peer;
}

void target_freeze(struct target *t)
{
	if (t->is_frozen)
		return;
	t->frozen = t->heard;
	t->is_frozen = true;
}

void target_thaw(struct target *t)
{
	t->is_frozen = false;
	t->frozen = (struct addr){ 0 };
}

size_t target_addrs(const struct target *t, const struct addr **out)
{
	const struct addr *roaming = t->is_frozen ? &t->frozen : &t->heard;

	switch (t->now.kind) {
	case TARGET_PINNED:
		*out = t->now.addrs;
		return t->now.count;
	case TARGET_ROAMING:
		*out = roaming;
		return roaming->family ? 1 : 0;
	case TARGET_NONE:
		break;
	}
	*out = NULL;
	return 0;
}
