/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/names.h"

#include "net/resolve.h"
#include "session/session.h"
#include "util/num.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 8 /* of the resolver's 16 places: the others stay for who types a name */
#define FAILURE_KEPT_NS (2 * NS_PER_S)

void names_done(struct names *n)
{
	free(n->wanted);
	*n = (struct names){ 0 };
}

static void forget_nameless(struct peer_table *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		struct peer *p = t->peers[i];

		if (p->name && !p->name[0]) {
			free(p->name);
			p->name = NULL;
		}
	}
}

bool names_begin(struct session *s, struct error *e)
{
	struct names *n = &s->names;

	if (!resolver_asks(s->resolver, e))
		return false;
	if (!n->wanted && !(n->wanted = calloc(NAMES_MAX, sizeof(*n->wanted))))
		return err_set(e, ERR_LIMIT, "no memory to look up names");
	if (!n->count && clock_monotonic(s->clock) >= n->ended + FAILURE_KEPT_NS) {
		forget_nameless(&s->peers);
		n->taken = 0;
	}
	return true;
}

void names_want(struct session *s, const struct peer *p)
{
	struct names *n = &s->names;

	if (p->name || n->taken == NAMES_MAX)
		return;
	for (size_t i = 0; i < n->count; i++)
		if (addr_same_host(&n->wanted[i], &p->addr))
			return;
	n->wanted[n->count++] = p->addr;
	n->taken++;
}

/* Of every peer on that host. */
static void give(struct peer_table *t, const struct addr *host, const char *name)
{
	for (uint32_t i = 0; i < t->count; i++) {
		struct peer *p = t->peers[i];

		if (!p->name && addr_same_host(&p->addr, host))
			p->name = strdup(name);
	}
}

/* Whatever went wrong with one: it has no name. */
static bool is_known(struct session *s, const struct addr *host)
{
	char name[RESOLVE_NAME_MAX] = "";
	struct error e;

	if (!resolve_address(s->resolver, host, name, &e) && e.code == ERR_PENDING)
		return false;
	give(&s->peers, host, name);
	return true;
}

bool names_look(struct session *s)
{
	struct names *n = &s->names;
	size_t kept = 0;

	for (size_t i = 0; i < n->count; i++)
		if (kept >= AT_ONCE || !is_known(s, &n->wanted[i]))
			n->wanted[kept++] = n->wanted[i];
	if (n->count && !kept)
		n->ended = clock_monotonic(s->clock);
	n->count = kept;
	return kept > 0;
}
