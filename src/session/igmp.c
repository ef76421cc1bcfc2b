/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What /proc tells of groups, kept for a second: a live panel is made again thirty times in that.
 */
#include "session/session.h"

#include "util/num.h"

#define STATES (sizeof(((struct session_igmp *)0)->states) / sizeof(struct session_igmp_state))

static struct session_igmp *refresh(struct session *s)
{
	struct session_igmp *i = &s->igmp;
	uint64_t now = clock_monotonic(s->clock);

	if (i->read && now - i->read < NS_PER_S)
		return i;
	i->read = now;
	i->asked = 0;
	if (!igmp_load(&i->table, "", NULL))
		igmp_done(&i->table);
	return i;
}

const struct igmp_table *session_igmp(struct session *s)
{
	return &refresh(s)->table;
}

const struct igmp_state *session_igmp_state(struct session *s, const struct iface *dev, int family)
{
	struct session_igmp *i = refresh(s);
	struct session_igmp_state *state;

	for (size_t n = 0; n < STATES && n < i->asked; n++)
		if (i->states[n].ifindex == dev->index && i->states[n].family == family)
			return &i->states[n].state;
	state = &i->states[i->asked++ % STATES];
	state->ifindex = dev->index;
	state->family = family;
	igmp_look(&i->table, "", dev->index, dev->name, family, &state->state);
	return &state->state;
}
