/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks for groups on the network, and in which version. */
#include "diagnose/doctor_private.h"

#include "net/grouprange.h"
#include "net/igmp.h"

#include <stdio.h>

/* An interface whose memberships of one family are looked at once. */
struct asked {
	const struct iface *dev;
	int family;
	const struct membership *sources; /* one with a list of sources; NULL none */
	bool ssm;                         /* of the range for one source */
};

/* Is it the first membership of its family on its interface? */
static bool gather(const struct doctor *d, size_t first, struct asked *out)
{
	const struct group_list *l = &d->k->sock.groups;
	unsigned on = session_membership_ifindex(d->activity.session, &l->m[first]);

	*out = (struct asked){
		.dev = iface_by_index(&d->activity.session->ifaces, on),
		.family = l->m[first].group.family,
	};
	for (size_t i = 0; i < l->count; i++) {
		const struct membership *m = &l->m[i];

		if (m->group.family != out->family ||
		    session_membership_ifindex(d->activity.session, m) != on)
			continue;
		if (i < first)
			return false;
		if (m->source_count && !(out->sources && out->ssm)) {
			out->sources = m;
			out->ssm = grouprange_flags(&m->group) & GROUPRANGE_SSM;
		}
	}
	return out->dev && !(out->dev->flags & IFF_LOOPBACK);
}

static void tell(struct doctor *d, const struct asked *a, const struct igmp_state *s)
{
	bool v4 = a->family == AF_INET;
	struct buf state;
	char command[96], group[80];

	snprintf(command, sizeof(command), "# sysctl -w net.ipv%d.conf.%s.force_%s_version=0",
		 v4 ? 4 : 6, a->dev->name, v4 ? "igmp" : "mld");
	buf_init(&state, 128);
	igmp_format(&state, s, a->family);
	if (!a->sources || !igmp_loses_sources(s, a->family))
		doctor_say(d, DOCTOR_OK, NULL, "%s: %s%s", a->dev->name,
			   state.len ? buf_cstr(&state) : "nothing is told of the querier",
			   s->querier == IGMP_QUERIER_NONE ? ", no querier was heard" : "");
	else
		doctor_say(
			d, a->ssm ? DOCTOR_FAULT : DOCTOR_WARNING,
			s->proof == IGMP_FORCED ? command : NULL,
			"%s: %s, so the list of sources of %s is not reported; %s", a->dev->name,
			buf_cstr(&state), doctor_host(&a->sources->group, group),
			a->ssm ? "routers ignore what is reported of this range without sources"
			       : "the network sends all senders' datagrams, this host sorts them");
	buf_done(&state);
}

bool doctor_look_querier(struct doctor *d)
{
	const struct group_list *l = &d->k->sock.groups;
	struct igmp_table table = { 0 };
	struct igmp_state state;
	struct asked asked;
	struct error e;

	if (!l->count)
		return false;
	if (!igmp_load(&table, "", &e)) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL, "%s", e.text);
		return true;
	}
	for (size_t i = 0; i < l->count; i++) {
		if (!gather(d, i, &asked))
			continue;
		igmp_look(&table, "", asked.dev->index, asked.dev->name, asked.family, &state);
		tell(d, &asked, &state);
	}
	igmp_done(&table);
	return true;
}
