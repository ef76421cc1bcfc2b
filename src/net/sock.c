/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets: opened with all that a receiver wants to know, bound, connected. */
#include "net/sock.h"

#include "net/explain.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How often another ephemeral port is tried when somebody was faster. */
#define PORT_TRIES 16

struct setting {
	int level, name, value;
};

static const struct setting settings_any[] = {
	{ SOL_SOCKET, SO_TIMESTAMPNS, 1 },
	{ SOL_SOCKET, SO_RXQ_OVFL, 1 },
};

static const struct setting settings_v4[] = {
	{ IPPROTO_IP, IP_PKTINFO, 1 },      { IPPROTO_IP, IP_RECVTTL, 1 },
	{ IPPROTO_IP, IP_RECVTOS, 1 },      { IPPROTO_IP, IP_RECVERR, 1 },
	{ IPPROTO_IP, IP_RECVFRAGSIZE, 1 }, { IPPROTO_IP, IP_MULTICAST_ALL, 0 },
};

static const struct setting settings_v6[] = {
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO, 1 },  { IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1 },
	{ IPPROTO_IPV6, IPV6_RECVTCLASS, 1 },   { IPPROTO_IPV6, IPV6_RECVERR, 1 },
	{ IPPROTO_IPV6, IPV6_RECVFRAGSIZE, 1 }, { IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool apply_settings(int fd, const struct setting *settings, size_t count, struct error *e)
{
	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, settings[i].level, settings[i].name, &settings[i].value,
			       sizeof(settings[i].value)) < 0)
			return err_sys(e, errno, "cannot prepare a socket (level %d, option %d)",
				       settings[i].level, settings[i].name);
	return true;
}

static bool prepare(int fd, int family, bool dual, struct error *e)
{
	const struct setting v6only = { IPPROTO_IPV6, IPV6_V6ONLY, !dual };

	if (family == AF_INET6 && (!apply_settings(fd, &v6only, 1, e) ||
				   !apply_settings(fd, settings_v6, COUNT(settings_v6), e)))
		return false;
	if ((family == AF_INET || dual) && !apply_settings(fd, settings_v4, COUNT(settings_v4), e))
		return false;
	return apply_settings(fd, settings_any, COUNT(settings_any), e);
}

/* Those that must precede bind come first. */
static bool apply_options(int fd, int family, bool dual, const struct sockopt_values *options,
			  struct error *e)
{
	for (unsigned pass = 0; pass < 2; pass++) {
		for (const struct sockopt *o = sockopts; o->name; o++) {
			const struct sockopt_value *v = &options->v[sockopt_index(o)];
			unsigned when = o->flags & SOCKOPT_BEFORE_BIND ? 0 : 1;

			if (v->asked && when == pass && !sockopt_apply(fd, family, dual, o, v, e))
				return false;
		}
	}
	return true;
}

static int new_socket(int family)
{
	return socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
}

/* A descriptor with everything set, not yet bound; -1 on error. */
static int new_descriptor(int family, bool dual, const struct sockopt_values *options,
			  struct error *e)
{
	int fd = new_socket(family);

	if (fd < 0) {
		err_sys(e, errno, "cannot open a socket");
		return -1;
	}
	if (!prepare(fd, family, dual, e) || !apply_options(fd, family, dual, options, e)) {
		close(fd);
		return -1;
	}
	return fd;
}

static struct sockopt_value *option(struct sockopt_values *values, const char *name)
{
	return &values->v[sockopt_index(sockopt_find(name, NULL))];
}

/* ---- which family ---- */

static bool host_has_ipv6(void)
{
	int fd = new_socket(AF_INET6);

	if (fd < 0)
		return errno != EAFNOSUPPORT;
	close(fd);
	return true;
}

static bool choose_family(struct sock *s, const struct sock_spec *spec, struct error *e)
{
	const struct sockopt_value *v6only = sockopt_asked(&s->options, "v6only");
	int bound = spec->bind.family;

	if (spec->family != AF_UNSPEC && bound && bound != spec->family)
		return err_set(e, ERR_USAGE, "the address to bind to is %s, the socket %s",
			       bound == AF_INET ? "IPv4" : "IPv6",
			       spec->family == AF_INET ? "IPv4" : "IPv6");
	s->family = spec->family ? spec->family : bound;
	if (s->family == AF_UNSPEC)
		s->family = host_has_ipv6() ? AF_INET6 : AF_INET;
	s->dual = s->family == AF_INET6 && (!bound || addr_is_any(&spec->bind)) &&
		  (v6only->asked ? !v6only->number : spec->family == AF_UNSPEC);
	return true;
}

/* ---- bind ---- */

/* Returns 0 or the errno. */
static int bind_to(int fd, int family, const struct addr *addr)
{
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(addr, family, &sa);

	return bind(fd, (struct sockaddr *)&sa, len) < 0 ? errno : 0;
}

/* A port that nobody on this host uses on any address, as the kernel chooses it; 0 or the errno. */
static int free_port(int family, uint16_t *port)
{
	const struct addr any = addr_any(family, 0);
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct addr got = { 0 };
	int fd = new_socket(family), errnum;

	if (fd < 0)
		return errno;
	errnum = bind_to(fd, family, &any);
	if (!errnum && getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
		errnum = errno;
	close(fd);
	if (errnum)
		return errnum;
	addr_from_sockaddr(&got, (struct sockaddr *)&sa, len);
	*port = got.port;
	return 0;
}

static int bind_ephemeral(struct sock *s)
{
	int errnum = EADDRINUSE;

	for (int i = 0; i < PORT_TRIES && errnum == EADDRINUSE; i++) {
		errnum = free_port(s->family, &s->local.port);
		if (!errnum)
			errnum = bind_to(s->fd, s->family, &s->local);
	}
	return errnum;
}

static bool bind_socket(struct sock *s, const struct addr *where, struct error *e)
{
	int errnum;

	s->local = where->family ? *where : addr_any(s->family, where->port);
	errnum = s->local.port ? bind_to(s->fd, s->family, &s->local) : bind_ephemeral(s);
	return errnum ? explain_bind(&s->local, &s->options, errnum, e) : true;
}

bool sock_open(struct sock *s, const struct sock_spec *spec, struct error *e)
{
	struct sock fresh = { .fd = -1, .options = spec->options };
	struct sockopt_value *rcvbuf = option(&fresh.options, "rcvbuf");

	if (!rcvbuf->asked)
		*rcvbuf = (struct sockopt_value){ .asked = true, .number = SOCK_RCVBUF_ASK };
	if (!choose_family(&fresh, spec, e))
		return false;
	fresh.fd = new_descriptor(fresh.family, fresh.dual, &fresh.options, e);
	if (fresh.fd < 0)
		return false;
	if (!bind_socket(&fresh, &spec->bind, e)) {
		close(fresh.fd);
		return false;
	}
	*s = fresh;
	return true;
}

void sock_close(struct sock *s)
{
	if (s->fd >= 0)
		close(s->fd);
	for (size_t i = 0; i < s->helper_count; i++)
		close(s->helpers[i]);
	free(s->helpers);
	group_list_done(&s->groups);
	*s = (struct sock){ .fd = -1 };
}

/* ---- helpers ---- */

static void share_port(const struct sock *s, int fd, int on)
{
	setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	for (size_t i = 0; i < s->helper_count; i++)
		setsockopt(s->helpers[i], SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

/*
 * The port is shared for the moment of the bind only, so that nobody else gets in.  Which
 * descriptor hears unicast then is the kernel's choice, and does not matter: all are read as
 * one.
 */
bool sock_add_helper(struct sock *s, struct error *e)
{
	int *more, fd, errnum;

	if (sockopt_asked(&s->options, "multicast-all")->number)
		return err_set(e, ERR_STATE,
			       "the kernel's limit of memberships is reached (net.ipv4."
			       "igmp_max_memberships), and multicast-all is on: it hears all "
			       "groups anyway");
	more = realloc(s->helpers, (s->helper_count + 1) * sizeof(*more));
	if (!more)
		return err_set(e, ERR_LIMIT, "no memory for another socket");
	s->helpers = more;
	fd = new_descriptor(s->family, s->dual, &s->options, e);
	if (fd < 0)
		return false;
	share_port(s, fd, 1);
	errnum = bind_to(fd, s->family, &s->local);
	if (!sockopt_asked(&s->options, "reuseaddr")->number)
		share_port(s, fd, 0);
	if (errnum) {
		close(fd);
		return explain_bind(&s->local, &s->options, errnum, e);
	}
	s->helpers[s->helper_count++] = fd;
	return true;
}

/* ---- connect ---- */

/* Returns 0 or the errno. */
static int dissolve(struct sock *s)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct sockopt *device = sockopt_find("device", NULL);
	const struct sockopt_value *v = &s->options.v[sockopt_index(device)];

	if (connect(s->fd, &none, sizeof(none)) < 0)
		return errno;
	/* Disconnecting unbinds from the device, too (__udp_disconnect, 6.18). */
	if (v->number && !sockopt_apply(s->fd, s->family, s->dual, device, v, NULL))
		return ENODEV;
	return 0;
}

/* Returns 0 or the errno. */
static int connect_to(struct sock *s, const struct addr *peer)
{
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(peer, s->family, &sa);

	return connect(s->fd, (struct sockaddr *)&sa, len) < 0 ? errno : 0;
}

bool sock_connect(struct sock *s, const struct addr *peer, struct error *e)
{
	int errnum;

	if (!sock_can_reach(s, peer, e))
		return false;
	/* Else the source address that suited the old peer would stay. */
	if (s->peer.family) {
		errnum = dissolve(s);
		if (errnum)
			return err_sys(e, errnum, "cannot disconnect first");
	}
	errnum = connect_to(s, peer);
	if (!errnum) {
		s->peer = *peer;
		return true;
	}
	if (s->peer.family && connect_to(s, &s->peer) != 0)
		s->peer = (struct addr){ 0 };
	return explain_connect(s, peer, errnum, e);
}

bool sock_disconnect(struct sock *s, struct error *e)
{
	int errnum = dissolve(s);

	if (errnum)
		return err_sys(e, errnum, "cannot disconnect");
	s->peer = (struct addr){ 0 };
	return true;
}

bool sock_speaks(const struct sock *s, int family, struct error *e)
{
	if (family == AF_INET6 && s->family == AF_INET)
		return err_set(e, ERR_STATE,
			       "this socket speaks IPv4 only: \":open udp6\" opens one for IPv6");
	if (family == AF_INET && s->family == AF_INET6 && !s->dual)
		return err_set(e, ERR_STATE,
			       "this socket speaks IPv6 only: \":open udp4\" opens one for IPv4");
	return true;
}

bool sock_can_reach(const struct sock *s, const struct addr *dest, struct error *e)
{
	if (dest->port == 0)
		return err_set(e, ERR_RANGE, "port 0 cannot be sent to: 1..65535");
	if (!sock_speaks(s, dest->family, e))
		return false;
	if (addr_kind(dest) == ADDR_LINKLOCAL && !dest->scope &&
	    !sockopt_asked(&s->options, "device")->number)
		return err_set(
			e, ERR_STATE,
			"a link-local address needs its interface: ADDRESS%%IF, or set device IF");
	return true;
}

/* ---- memory ---- */

static bool read_memory(int fd, struct sock_memory *out)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0 || len < sizeof(info))
		return false;
	out->queued = info[SK_MEMINFO_RMEM_ALLOC];
	out->rcvbuf = info[SK_MEMINFO_RCVBUF];
	out->drops = info[SK_MEMINFO_DROPS];
	return true;
}

bool sock_memory(const struct sock *s, struct sock_memory *out)
{
	struct sock_memory sum, more;

	if (!read_memory(s->fd, &sum))
		return false;
	for (size_t i = 0; i < s->helper_count; i++) {
		if (!read_memory(s->helpers[i], &more))
			return false;
		sum.queued += more.queued;
		sum.drops += more.drops;
	}
	*out = sum;
	return true;
}
