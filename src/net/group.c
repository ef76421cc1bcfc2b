/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memberships: made, ended, and which descriptor holds which. */
#include "net/group.h"

#include "net/iface.h"
#include "net/sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* ---- the kernel's calls; each returns 0 or the errno ---- */

static int level_of(const struct addr *group)
{
	return group->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
}

static int group_call(int fd, int name, const struct addr *group, unsigned ifindex)
{
	struct group_req req = { .gr_interface = ifindex };

	addr_to_sockaddr(group, group->family, &req.gr_group);
	return setsockopt(fd, level_of(group), name, &req, sizeof(req)) < 0 ? errno : 0;
}

static int source_call(int fd, int name, const struct addr *group, const struct addr *source,
		       unsigned ifindex)
{
	struct group_source_req req = { .gsr_interface = ifindex };

	addr_to_sockaddr(group, group->family, &req.gsr_group);
	addr_to_sockaddr(source, source->family, &req.gsr_source);
	return setsockopt(fd, level_of(group), name, &req, sizeof(req)) < 0 ? errno : 0;
}

/* ---- the list ---- */

static struct membership *find(struct group_list *l, const struct addr *group, unsigned ifindex)
{
	for (size_t i = 0; i < l->count; i++)
		if (!l->m[i].lost && l->m[i].ifindex == ifindex &&
		    addr_same_host(&l->m[i].group, group))
			return &l->m[i];
	return NULL;
}

/* One that was lost: by the name that its interface had, because that may be back; else by the
 * index. */
static struct membership *find_lost(struct group_list *l, const struct addr *group,
				    unsigned ifindex)
{
	char name[IF_NAMESIZE];
	bool named = ifindex && if_indextoname(ifindex, name);

	for (size_t i = 0; i < l->count; i++) {
		struct membership *m = &l->m[i];

		if (m->lost && addr_same_host(&m->group, group) &&
		    (named && m->ifindex ? strcmp(m->lost_name, name) == 0 : m->ifindex == ifindex))
			return m;
	}
	return NULL;
}

static bool find_source(const struct membership *m, const struct addr *source, size_t *at)
{
	for (*at = 0; *at < m->source_count; ++*at)
		if (addr_same_host(&m->sources[*at], source))
			return true;
	return false;
}

static bool no_memory(struct error *e)
{
	return err_set(e, ERR_LIMIT, "no memory for another membership");
}

static bool reserve_membership(struct group_list *l, struct error *e)
{
	struct membership *more = realloc(l->m, (l->count + 1) * sizeof(*more));

	if (!more)
		return no_memory(e);
	l->m = more;
	return true;
}

static bool reserve_source(struct membership *m, struct error *e)
{
	struct addr *more = realloc(m->sources, (m->source_count + 1) * sizeof(*more));

	if (!more)
		return no_memory(e);
	m->sources = more;
	return true;
}

static void remove_source(struct membership *m, size_t at)
{
	m->source_count--;
	memmove(&m->sources[at], &m->sources[at + 1], (m->source_count - at) * sizeof(*m->sources));
}

static void remove_membership(struct group_list *l, struct membership *m)
{
	size_t at = (size_t)(m - l->m);

	free(m->sources);
	l->count--;
	memmove(m, m + 1, (l->count - at) * sizeof(*m));
}

void group_list_done(struct group_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->m[i].sources);
	free(l->m);
	*l = (struct group_list){ 0 };
}

/* ---- one membership that is wanted ---- */

struct wanted {
	struct addr group, source; /* source family 0: any */
	unsigned ifindex;
};

/* What the kernel's errno means here; the name of the membership stands in front. */
static bool refused(const struct wanted *w, int errnum, struct error *e)
{
	struct buf name;

	buf_init(&name, 200);
	group_format(&name, &w->group, &w->source, w->ifindex);
	switch (errnum) {
	case EADDRINUSE:
		err_set(e, ERR_SYSTEM, "%s is joined already", buf_cstr(&name));
		break;
	case EADDRNOTAVAIL:
		err_set(e, ERR_SYSTEM, "%s is not joined: :groups lists what is", buf_cstr(&name));
		break;
	case ENODEV:
		err_set(e, ERR_SYSTEM,
			w->ifindex ? "%s: that interface cannot hear groups"
				   : "%s: no route tells the interface: name it with %%IF, or take "
				     "%%all",
			buf_cstr(&name));
		break;
	case ENOBUFS:
	case ENOMEM:
		err_set(e, ERR_SYSTEM,
			w->source.family ? "%s: the kernel keeps no more sources "
					   "(net.ipv4.igmp_max_msf, net.ipv6.mld_max_msf)"
					 : "%s: the kernel has no room for another membership "
					   "(net.ipv4.igmp_max_memberships, net.core.optmem_max)",
			buf_cstr(&name));
		break;
	default:
		err_sys(e, errnum, "%s", buf_cstr(&name));
		break;
	}
	if (e)
		e->errnum = errnum;
	buf_done(&name);
	return false;
}

static bool mixed(const struct membership *m, const struct wanted *w, struct error *e)
{
	struct buf name;
	const struct addr any = { 0 };

	buf_init(&name, 200);
	group_format(&name, &w->group, &any, m->ifindex);
	err_set(e, ERR_STATE,
		m->source_specific ? "%s is joined for single sources: leave it first to hear any"
				   : "%s is joined for any source: leave it first to hear single "
				     "ones, or block others",
		buf_cstr(&name));
	buf_done(&name);
	return false;
}

/* ---- joining ---- */

static int call_join(int fd, const struct wanted *w)
{
	if (w->source.family)
		return source_call(fd, MCAST_JOIN_SOURCE_GROUP, &w->group, &w->source, w->ifindex);
	return group_call(fd, MCAST_JOIN_GROUP, &w->group, w->ifindex);
}

static bool is_full(int errnum)
{
	return errnum == ENOBUFS || errnum == ENOMEM;
}

static int descriptor(const struct sock *s, size_t i)
{
	return i == 0 ? s->fd : s->helpers[i - 1];
}

/*
 * The descriptor where the kernel has room, opened if need be.  One that holds the group for
 * another interface is asked first: if both turn out to be the same interface it says EADDRINUSE
 * (before it counts), where another one would join, and each datagram would come twice.
 */
static bool join_somewhere(struct sock *s, const struct wanted *w, int *fd, struct error *e)
{
	int errnum = ENOBUFS;

	for (size_t i = 0; i < s->groups.count && is_full(errnum); i++) {
		if (!addr_same_host(&s->groups.m[i].group, &w->group))
			continue;
		*fd = s->groups.m[i].fd;
		errnum = call_join(*fd, w);
	}
	for (size_t i = 0; i <= s->helper_count && is_full(errnum); i++) {
		*fd = descriptor(s, i);
		errnum = call_join(*fd, w);
	}
	if (is_full(errnum)) {
		if (!sock_add_helper(s, e))
			return false;
		*fd = descriptor(s, s->helper_count);
		errnum = call_join(*fd, w);
	}
	return errnum ? refused(w, errnum, e) : true;
}

static bool join_new(struct sock *s, const struct wanted *w, struct error *e)
{
	struct membership m = {
		.group = w->group,
		.ifindex = w->ifindex,
		.source_specific = w->source.family != AF_UNSPEC,
	};

	if (!reserve_membership(&s->groups, e) || (m.source_specific && !reserve_source(&m, e)))
		return false;
	if (!join_somewhere(s, w, &m.fd, e)) {
		free(m.sources);
		return false;
	}
	if (m.source_specific)
		m.sources[m.source_count++] = w->source;
	s->groups.m[s->groups.count++] = m;
	return true;
}

/* ---- an interface that was removed, and is back under another index ---- */

bool group_is_on(const struct membership *m, unsigned ifindex)
{
	struct group_filter filter = { .gf_interface = ifindex };
	socklen_t len = GROUP_FILTER_SIZE(0);

	if (m->lost || m->ifindex)
		return !m->lost && m->ifindex == ifindex;
	addr_to_sockaddr(&m->group, m->group.family, &filter.gf_group);
	return getsockopt(m->fd, level_of(&m->group), MCAST_MSFILTER, &filter, &len) == 0;
}

void group_lose(struct membership *m, unsigned ifindex, const char *name, const char *why)
{
	m->lost = ifindex;
	m->lost_why = why;
	memset(m->lost_name, 0, sizeof(m->lost_name));
	memcpy(m->lost_name, name, strnlen(name, sizeof(m->lost_name) - 1));
}

/* All of it or, but for the errno, nothing. */
static int call_rejoin(const struct membership *m, const struct wanted *w)
{
	const int name = m->source_specific ? MCAST_JOIN_SOURCE_GROUP : MCAST_BLOCK_SOURCE;
	bool joined = !m->source_specific;
	int errnum = 0;

	if (joined)
		errnum = group_call(m->fd, MCAST_JOIN_GROUP, &w->group, w->ifindex);
	if (errnum)
		return errnum;
	for (size_t i = 0; !errnum && i < m->source_count; i++) {
		errnum = source_call(m->fd, name, &w->group, &m->sources[i], w->ifindex);
		joined = joined || !errnum;
	}
	if (errnum && joined)
		group_call(m->fd, MCAST_LEAVE_GROUP, &w->group, w->ifindex);
	return errnum;
}

bool group_rejoin(struct membership *m, unsigned ifindex, struct error *e)
{
	const struct wanted w = { .group = m->group, .ifindex = m->ifindex ? ifindex : 0 };
	int errnum;

	/* it has its place among the socket's few until it is left */
	group_call(m->fd, MCAST_LEAVE_GROUP, &m->group, m->lost);
	errnum = call_rejoin(m, &w);
	if (errnum)
		return refused(&w, errnum, e);
	for (size_t i = 0; i < m->source_count; i++)
		if (m->sources[i].scope == m->lost)
			m->sources[i].scope = ifindex;
	m->ifindex = w.ifindex;
	m->lost = 0;
	return true;
}

/* ---- joining one ---- */

/* "join" where that was lost joins all of it again. */
static bool join_lost(struct membership *m, const struct wanted *w, bool *done, struct error *e)
{
	size_t at;

	if (!group_rejoin(m, w->ifindex, e))
		return false;
	*done = m->source_specific ? w->source.family && find_source(m, &w->source, &at)
				   : !w->source.family;
	return true;
}

static bool join_one(struct sock *s, const struct wanted *w, struct error *e)
{
	struct membership *m = find(&s->groups, &w->group, w->ifindex);
	bool done = false;
	size_t at;
	int errnum;

	if (!m && (m = find_lost(&s->groups, &w->group, w->ifindex))) {
		if (!join_lost(m, w, &done, e) || done)
			return done;
	}
	if (!m)
		return join_new(s, w, e);
	if (m->source_specific != (w->source.family != AF_UNSPEC))
		return mixed(m, w, e);
	if (!m->source_specific || find_source(m, &w->source, &at))
		return refused(w, EADDRINUSE, e);
	if (!reserve_source(m, e))
		return false;
	errnum = call_join(m->fd, w);
	if (errnum)
		return refused(w, errnum, e);
	m->sources[m->source_count++] = w->source;
	return true;
}

/* ---- leaving ---- */

static bool leave_one(struct sock *s, const struct wanted *w, struct error *e)
{
	struct membership *m = find(&s->groups, &w->group, w->ifindex);
	unsigned ifindex = w->ifindex;
	size_t at = 0;
	int errnum;

	if (!m && (m = find_lost(&s->groups, &w->group, w->ifindex)))
		ifindex = m->lost;
	if (!m)
		return refused(w, EADDRNOTAVAIL, e);
	if (w->source.family && !m->source_specific)
		return mixed(m, w, e);
	if (w->source.family && !find_source(m, &w->source, &at))
		return refused(w, EADDRNOTAVAIL, e);
	errnum = w->source.family ? source_call(m->fd, MCAST_LEAVE_SOURCE_GROUP, &w->group,
						&w->source, ifindex)
				  : group_call(m->fd, MCAST_LEAVE_GROUP, &w->group, ifindex);
	/* A membership ends with its interface: then the kernel has forgotten it before us. */
	if (errnum && errnum != EADDRNOTAVAIL && errnum != ENODEV)
		return refused(w, errnum, e);
	if (w->source.family)
		remove_source(m, at);
	if (!w->source.family || m->source_count == 0)
		remove_membership(&s->groups, m);
	return true;
}

/* ---- all that a spec names ---- */

typedef bool act_fn(struct sock *s, const struct wanted *w, struct error *e);

struct run {
	struct sock *s;
	act_fn *act;
	int passed_over; /* the errno that says "is so already" */
	unsigned done;
	unsigned wanted;
	struct error last; /* of those passed over */
};

static bool act_on(struct run *r, const struct wanted *w, struct error *e)
{
	struct error why = { 0 };

	r->wanted++;
	if (r->act(r->s, w, &why)) {
		r->done++;
		return true;
	}
	r->last = why;
	if (why.errnum == r->passed_over)
		return true;
	if (e)
		*e = why;
	return r->done ? err_prefix(e, "after %u: ", r->done) : false;
}

/* Runs for each interface that the spec names; the groups are the outer loop. */
static bool each_interface(struct run *r, const struct group_spec *g, struct wanted w,
			   const struct iface_table *t, struct error *e)
{
	w.ifindex = g->ifindex;
	if (!g->all)
		return act_on(r, &w, e);
	for (size_t i = 0; i < t->count; i++) {
		const unsigned need = IFF_UP | IFF_MULTICAST;

		if ((t->ifaces[i].flags & need) != need)
			continue;
		w.ifindex = t->ifaces[i].index;
		if (!act_on(r, &w, e))
			return false;
	}
	return true;
}

/* "leave GROUP": on every interface where it was joined. */
static bool each_joined(struct run *r, struct wanted w, struct error *e)
{
	struct group_list *l = &r->s->groups;
	unsigned before = r->wanted;

	for (size_t i = l->count; i-- > 0;) {
		if (i >= l->count || !addr_same_host(&l->m[i].group, &w.group))
			continue;
		w.ifindex = l->m[i].ifindex;
		if (!act_on(r, &w, e))
			return false;
	}
	w.ifindex = 0;
	return r->wanted > before ? true : act_on(r, &w, e);
}

static bool run(struct run *r, const struct group_spec *g, struct error *e)
{
	bool leaving = r->act == leave_one;
	struct iface_table t = { 0 };
	bool ok = true;

	if (g->all && !iface_load(&t, e))
		return false;
	for (uint32_t n = 0; ok && n < g->count; n++) {
		struct wanted w = { .group = g->group, .source = g->source };

		addr_add(&w.group, n); /* group_parse() saw that the last one fits */
		ok = leaving && !g->all && !g->ifindex ? each_joined(r, w, e)
						       : each_interface(r, g, w, &t, e);
	}
	iface_done(&t);
	if (!ok || r->done)
		return ok;
	if (!r->wanted)
		return err_set(e, ERR_STATE, "no interface is up and can hear groups");
	if (e)
		*e = r->last;
	return false;
}

bool group_join(struct sock *s, const struct group_spec *g, unsigned *joined, struct error *e)
{
	struct run r = { .s = s, .act = join_one, .passed_over = EADDRINUSE };
	/* The kernel lets an IPv6 socket join IPv4 groups that it will never hear. */
	bool ok = sock_speaks(s, g->group.family, e) && run(&r, g, e);

	*joined = r.done;
	return ok;
}

bool group_leave(struct sock *s, const struct group_spec *g, unsigned *left, struct error *e)
{
	struct run r = { .s = s, .act = leave_one, .passed_over = EADDRNOTAVAIL };
	bool ok = run(&r, g, e);

	*left = r.done;
	return ok;
}

/* ---- blocking sources of an any-source membership ---- */

static bool block_one(struct sock *s, const struct wanted *w, struct error *e)
{
	struct membership *m = find(&s->groups, &w->group, w->ifindex);
	const struct addr any = { 0 };
	size_t at;
	int errnum;

	if (!m)
		return refused(&(struct wanted){ w->group, any, w->ifindex }, EADDRNOTAVAIL, e);
	if (m->source_specific)
		return err_set(e, ERR_STATE,
			       "only the sources that were joined are heard there: leave SRC@GROUP "
			       "ends one");
	if (find_source(m, &w->source, &at))
		return err_set(e, ERR_STATE, "that source is blocked already");
	if (!reserve_source(m, e))
		return false;
	errnum = source_call(m->fd, MCAST_BLOCK_SOURCE, &w->group, &w->source, w->ifindex);
	if (errnum)
		return refused(w, errnum, e);
	m->sources[m->source_count++] = w->source;
	return true;
}

static bool unblock_one(struct sock *s, const struct wanted *w, struct error *e)
{
	struct membership *m = find(&s->groups, &w->group, w->ifindex);
	size_t at;
	int errnum;

	if (!m || m->source_specific || !find_source(m, &w->source, &at))
		return err_set(e, ERR_STATE,
			       "that source is not blocked: :groups lists those that are");
	errnum = source_call(m->fd, MCAST_UNBLOCK_SOURCE, &w->group, &w->source, w->ifindex);
	if (errnum)
		return refused(w, errnum, e);
	remove_source(m, at);
	return true;
}

static bool change_source(struct sock *s, const struct group_spec *g, act_fn *act, struct error *e)
{
	struct run r = { .s = s, .act = act };

	if (!g->source.family)
		return err_set(e, ERR_USAGE, "name the source: SRC@GROUP[%%IF]");
	return run(&r, g, e);
}

bool group_block(struct sock *s, const struct group_spec *g, struct error *e)
{
	return change_source(s, g, block_one, e);
}

bool group_unblock(struct sock *s, const struct group_spec *g, struct error *e)
{
	return change_source(s, g, unblock_one, e);
}
