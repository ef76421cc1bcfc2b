/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who else has the port, and what this host had to drop. */
#include "diagnose/doctor_private.h"

#include "net/owner.h"
#include "net/procfile.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the port ---- */

static unsigned long inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (unsigned long)st.st_ino : 0;
}

static bool is_mine(const struct sock *s, unsigned long inode)
{
	if (inode_of(s->fd) == inode)
		return true;
	for (size_t i = 0; i < s->helper_count; i++)
		if (inode_of(s->helpers[i]) == inode)
			return true;
	return false;
}

static const struct session_socket *session_owner(const struct session *s, unsigned long inode)
{
	for (size_t i = 0; i < s->socket_count; i++)
		if (is_mine(&s->sockets[i]->sock, inode))
			return s->sockets[i];
	return NULL;
}

/* Can a datagram be meant for both?  On :: an IPv6 socket is taken to hear IPv4, too. */
static bool overlap(const struct owner_entry *a, const struct owner_entry *b)
{
	if (addr_is_any(&a->local) || addr_is_any(&b->local))
		return a->six == b->six || (a->six && addr_is_any(&a->local)) ||
		       (b->six && addr_is_any(&b->local));
	return addr_same_host(&a->local, &b->local);
}

/* Of those that a datagram fits the kernel takes the one that is bound most closely
 * (compute_score(), net/ipv4/udp.c, Linux 6.1). */
static int closeness(const struct owner_entry *o)
{
	return (o->peer.family ? 4 : 0) + (addr_is_any(&o->local) ? 0 : 4) + (o->six ? 0 : 1);
}

/* "avahi-daemon (pid 812)", "[2]", "somebody (uid 0)" */
static void name_owner(const struct doctor *d, const struct owner_entry *o, struct buf *out)
{
	const struct session_socket *other = session_owner(d->activity.session, o->inode);
	struct owner who;

	if (other) {
		buf_printf(out, "[%u]", other->number);
		return;
	}
	owner_of_entry("", o, &who);
	if (who.program[0])
		text_escape(out, who.program, strlen(who.program));
	else
		buf_str(out, "a process");
	if (who.pid)
		buf_printf(out, " (pid %ld)", (long)who.pid);
	else
		buf_printf(out, " of uid %u, not ours to see", who.uid);
}

static const char *shared_by(const struct doctor *d)
{
	int addr = 0, port = 0;

	doctor_sockopt(d, SOL_SOCKET, SO_REUSEADDR, &addr);
	doctor_sockopt(d, SOL_SOCKET, SO_REUSEPORT, &port);
	if (addr && port)
		return "by reuseaddr or reuseport";
	return addr ? "by reuseaddr" : port ? "by reuseport" : "bound otherwise";
}

static void tell_sharer(struct doctor *d, const struct owner_entry *own,
			const struct owner_entry *other, bool own_first)
{
	int mine = closeness(own), theirs = closeness(other), reuseport = 0;
	struct buf who, where;

	d->shared = true;
	doctor_sockopt(d, SOL_SOCKET, SO_REUSEPORT, &reuseport);
	buf_init(&who, 128);
	buf_init(&where, 96);
	name_owner(d, other, &who);
	addr_format(&where, &other->local);
	if (mine == theirs && reuseport)
		doctor_say(d, DOCTOR_WARNING, NULL,
			   "%s has %s, too (%s): unicast goes to one of both by a hash of the "
			   "sender; groups and broadcasts reach both",
			   buf_cstr(&who), buf_cstr(&where), shared_by(d));
	else if (mine > theirs || (mine == theirs && own_first))
		doctor_say(d, DOCTOR_WARNING, NULL,
			   "%s has %s, too (%s): unicast goes to [%u] only, %s; groups and "
			   "broadcasts reach both",
			   buf_cstr(&who), buf_cstr(&where), shared_by(d), d->k->number,
			   mine > theirs ? "which is bound more closely" : "which was bound last");
	else
		doctor_say(
			d, DOCTOR_FAULT, NULL,
			"%s has %s, too (%s): unicast goes there, not to [%u]: it %s; groups and "
			"broadcasts reach both",
			buf_cstr(&who), buf_cstr(&where), shared_by(d), d->k->number,
			mine < theirs ? "is bound more closely" : "was bound last");
	buf_done(&who);
	buf_done(&where);
}

bool doctor_look_port(struct doctor *d)
{
	const struct owner_entry *own = NULL;
	struct owner_list l;
	struct error e;
	size_t at = 0;

	if (!owner_list_read("", d->k->sock.local.port, &l, &e)) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL, "%s", e.text);
		return true;
	}
	for (at = 0; at < l.count && !own; at++)
		if (l.entries[at].inode == inode_of(d->k->sock.fd))
			own = &l.entries[at];
	for (size_t i = 0; own && i < l.count; i++)
		if (!is_mine(&d->k->sock, l.entries[i].inode) && overlap(own, &l.entries[i]))
			tell_sharer(d, own, &l.entries[i], own < &l.entries[i]);
	owner_list_done(&l);
	return true;
}

/* ---- the receive buffer ---- */

/* What would give it more room: as much as the system allows, or that it allows more. */
static void more_buffer(const struct doctor *d, const struct sock_memory *m, int64_t limit,
			char command[DOCTOR_COMMAND_MAX])
{
	int64_t granted = m->rcvbuf / 2, asked = doctor_option(d, "rcvbuf");

	if (granted < limit)
		snprintf(command, DOCTOR_COMMAND_MAX, "set rcvbuf %" PRId64, limit);
	else
		snprintf(command, DOCTOR_COMMAND_MAX, "# sysctl -w net.core.rmem_max=%" PRId64,
			 asked > granted ? asked : 4 * granted);
}

bool doctor_look_buffer(struct doctor *d)
{
	char command[DOCTOR_COMMAND_MAX];
	struct buf granted;
	struct sock_memory m;
	int64_t limit = 0;

	if (!sock_memory(&d->k->sock, &m))
		return false;
	buf_init(&granted, 256);
	session_format_buffer(d->k, &granted);
	procfile_read_number("", "/proc/sys/net/core/rmem_max", &limit, NULL);
	if (m.drops) {
		buf_str(&granted, limit ? "; net.core.rmem_max allows " : "");
		if (limit > 0)
			num_format_size(&granted, (uint64_t)limit);
		more_buffer(d, &m, limit, command);
		doctor_say(d, DOCTOR_FAULT, command, "%u lost in this host: %s", m.drops,
			   buf_cstr(&granted));
	} else {
		doctor_say(d, DOCTOR_OK, NULL, "nothing lost in this host: %s", buf_cstr(&granted));
	}
	buf_done(&granted);
	return true;
}

/* ---- the host's counters ---- */

static void tell_counter(struct doctor *d, const char *name, uint64_t before, uint64_t now,
			 const char *what)
{
	if (now > before)
		doctor_say(d, DOCTOR_WARNING, NULL,
			   "%s moved by %" PRIu64 " since [%u] was opened: %s", name, now - before,
			   d->k->number, what);
}

static void tell_counters(struct doctor *d, const char *prefix, const struct udp_counters *a,
			  const struct udp_counters *b)
{
	uint64_t known_a = a->rcvbuf_errors + a->csum_errors + a->mem_errors;
	uint64_t known_b = b->rcvbuf_errors + b->csum_errors + b->mem_errors;
	char name[32];

	snprintf(name, sizeof(name), "%sRcvbufErrors", prefix);
	tell_counter(d, name, a->rcvbuf_errors, b->rcvbuf_errors,
		     "a receive buffer of this host was full");
	snprintf(name, sizeof(name), "%sInCsumErrors", prefix);
	tell_counter(d, name, a->csum_errors, b->csum_errors,
		     "datagrams came with a wrong checksum and were dropped");
	snprintf(name, sizeof(name), "%sMemErrors", prefix);
	tell_counter(d, name, a->mem_errors, b->mem_errors,
		     "the memory of net.ipv4.udp_mem was used up");
	snprintf(name, sizeof(name), "%sInErrors", prefix);
	tell_counter(d, name, a->in_errors > known_a ? a->in_errors - known_a : 0,
		     b->in_errors > known_b ? b->in_errors - known_b : 0,
		     "datagrams were refused, by a filter or as malformed");
	snprintf(name, sizeof(name), "%sNoPorts", prefix);
	/* Somebody may knock at other ports at any time: no sign of trouble for who hears. */
	if (!d->k->rx)
		tell_counter(d, name, a->no_ports, b->no_ports,
			     "datagrams came for ports or addresses where nobody listens");
}

bool doctor_look_counters(struct doctor *d)
{
	struct udpstat now;
	struct error e;

	if (!udpstat_read("", &now, &e)) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL, "%s", e.text);
		return true;
	}
	if (!d->k->counted)
		return true; /* it was opened just now */
	tell_counters(d, "Udp", &d->k->opened.v4, &now.v4);
	tell_counters(d, "Udp6", &d->k->opened.v6, &now.v6);
	return true;
}
