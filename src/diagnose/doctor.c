/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's rounds: what was heard is gathered once, then each check looks. */
#include "diagnose/doctor_private.h"

#include "net/procfile.h"
#include "net/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEARD_PACKETS 200000 /* the newest that are gone through */
#define FACT_MAX 600

const struct doctor_check doctor_checks[] = {
	{ "address", NULL, doctor_look_address },
	{ "connect", NULL, doctor_look_connect },
	{ "device", NULL, doctor_look_device },
	{ "joined", NULL, doctor_look_joined },
	{ "arrival", "what is heard of the groups arrives where they are joined",
	  doctor_look_arrival },
	{ "source", "no sender that is known is left out by a list of sources",
	  doctor_look_source },
	{ "interface", NULL, doctor_look_interface },
	{ "route", NULL, doctor_look_route },
	{ "rp_filter", "no known sender is dropped for the way back to it", doctor_look_rp_filter },
	{ "sender", "TTL, loop and broadcast are set for the target", doctor_look_sender },
	{ "port", "no other socket of this host shares the port", doctor_look_port },
	{ "buffer", NULL, doctor_look_buffer },
	{ "counters", "the host counted no lost datagram since the socket was opened",
	  doctor_look_counters },
	{ "firewall", "no rule of the firewall names the port", doctor_look_firewall },
	{ "wire", NULL, doctor_look_wire },
	{ "querier", NULL, doctor_look_querier },
	{ NULL, NULL, NULL },
};

const char *doctor_level_name(enum doctor_level level)
{
	static const char *const names[] = {
		[DOCTOR_FAULT] = "fault",
		[DOCTOR_WARNING] = "warning",
		[DOCTOR_UNKNOWN] = "unknown",
		[DOCTOR_OK] = "ok",
	};

	return names[level];
}

/* ---- findings ---- */

static struct finding *add_finding(struct diagnosis *out)
{
	size_t room = out->room ? out->room * 2 : 32;
	struct finding *more;

	if (out->count < out->room)
		return &out->findings[out->count];
	more = realloc(out->findings, room * sizeof(*more));
	if (!more)
		return NULL;
	out->findings = more;
	out->room = room;
	return &out->findings[out->count];
}

void doctor_say(struct doctor *d, enum doctor_level level, const char *command, const char *fmt,
		...)
{
	struct finding *f = add_finding(&d->found);
	char fact[FACT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fact, sizeof(fact), fmt, ap);
	va_end(ap);
	d->said++;
	if (!f) {
		d->found.failed = true;
		return;
	}
	*f = (struct finding){ .level = level, .check = d->check->name, .fact = strdup(fact) };
	f->command = command ? strdup(command) : NULL;
	if (!f->fact || (command && !f->command)) {
		free(f->fact);
		free(f->command);
		d->found.failed = true;
		return;
	}
	d->found.count++;
	d->found.levels[level]++;
}

/* By level; what is alike stays in the order of the checks. */
static void sort_findings(struct diagnosis *out)
{
	for (size_t i = 1; i < out->count; i++) {
		struct finding f = out->findings[i];
		size_t at = i;

		for (; at && out->findings[at - 1].level > f.level; at--)
			out->findings[at] = out->findings[at - 1];
		out->findings[at] = f;
	}
}

static void diagnosis_done(struct diagnosis *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->findings[i].fact);
		free(d->findings[i].command);
	}
	free(d->findings);
	*d = (struct diagnosis){ 0 };
}

/* ---- what was heard ---- */

void doctor_note(struct doctor *d, const struct addr *to, const struct addr *from, unsigned ifindex,
		 uint32_t socket)
{
	struct heard *h = d->heard, *end = d->heard + d->heard_count;

	while (h < end && !(h->ifindex == ifindex && h->socket == socket &&
			    addr_same_bytes(&h->to, to) && addr_same_host(&h->from, from)))
		h++;
	if (h == end && d->heard_count >= (socket ? HEARD_MAX : HEARD_WIRE))
		return;
	if (h == end) {
		*h = (struct heard){
			.to = *to, .from = *from, .ifindex = ifindex, .socket = socket
		};
		h->to.port = 0;
		d->heard_count++;
	}
	h->count++;
}

/* What one of our sockets heard comes first: it is the better witness. */
static int by_witness(const void *a, const void *b)
{
	const struct heard *x = a, *y = b;

	return (x->socket == 0) - (y->socket == 0);
}

const char *doctor_witness(const struct heard *h, char out[48])
{
	if (h->socket)
		snprintf(out, 48, "where [%u] hears it", h->socket);
	else
		snprintf(out, 48, "as seen on the wire");
	return out;
}

static void gather(struct doctor *d)
{
	struct store_cursor cursor = { .store = d->activity.session->store };
	struct store_stats st;
	struct packet p;

	store_stats(d->activity.session->store, &st);
	if (st.end_seq - st.first_seq > HEARD_PACKETS)
		store_cursor_seek(&cursor, st.end_seq - HEARD_PACKETS);
	while (cursor.next < st.end_seq && store_cursor_read(&cursor, &p) != STORE_END)
		if (p.kind == PACKET_RX && p.local.port == d->k->sock.local.port) {
			doctor_note(d, &p.local, &p.peer, p.ifindex, p.socket);
			doctor_note_delivered(d, &p);
		}
	store_cursor_rest(&cursor);
	qsort(d->heard, d->heard_count, sizeof(d->heard[0]), by_witness);
}

/* ---- facts that several checks need ---- */

size_t doctor_targets(const struct doctor *d, const struct addr **out)
{
	if (d->k->sock.peer.family) {
		*out = &d->k->sock.peer;
		return 1;
	}
	return target_addrs(&d->k->target, out);
}

int64_t doctor_option(const struct doctor *d, const char *name)
{
	return sockopt_asked(&d->k->sock.options, name)->number;
}

bool doctor_sockopt(const struct doctor *d, int level, int name, int *out)
{
	socklen_t len = sizeof(*out);

	return getsockopt(d->k->sock.fd, level, name, out, &len) == 0;
}

unsigned doctor_forced(const struct doctor *d, const struct addr *dest)
{
	return session_forced_interface(d->k, dest);
}

unsigned doctor_way(const struct doctor *d, const struct addr *dest)
{
	struct route r;

	return route_lookup(dest, doctor_forced(d, dest), &r, NULL) ? r.ifindex : 0;
}

const char *doctor_iface(struct doctor *d, unsigned ifindex, char out[32])
{
	const struct iface *dev = iface_by_index(&d->activity.session->ifaces, ifindex);

	if (dev)
		snprintf(out, 32, "%s", dev->name);
	else
		snprintf(out, 32, "interface %u", ifindex);
	return out;
}

const char *doctor_host(const struct addr *a, char out[80])
{
	struct buf text;

	buf_init(&text, 79);
	addr_format_host(&text, a);
	snprintf(out, 80, "%s", buf_cstr(&text));
	buf_done(&text);
	return out;
}

void doctor_group_command(const char *verb, const struct addr *group, const struct addr *source,
			  unsigned ifindex, char command[DOCTOR_COMMAND_MAX])
{
	const struct addr none = { 0 };
	struct buf text;

	buf_init(&text, DOCTOR_COMMAND_MAX - 1);
	buf_printf(&text, "%s ", verb);
	group_format(&text, group, source ? source : &none, ifindex);
	snprintf(command, DOCTOR_COMMAND_MAX, "%s", buf_cstr(&text));
	buf_done(&text);
}

bool doctor_joined(const struct doctor *d, const struct addr *group, unsigned ifindex)
{
	const struct group_list *l = &d->k->sock.groups;

	for (size_t i = 0; i < l->count; i++)
		if (!l->m[i].lost && addr_same_bytes(&l->m[i].group, group) &&
		    (!ifindex ||
		     session_membership_ifindex(d->activity.session, &l->m[i]) == ifindex))
			return true;
	return false;
}

bool doctor_capable(unsigned capability)
{
	struct procfile_text all, line, word;
	uint64_t mask = 0;
	struct buf text;

	buf_init(&text, 64u << 10);
	if (procfile_read("", "/proc/self/status", &text, NULL)) {
		all = procfile_text(buf_cstr(&text), text.len);
		while (procfile_line(&all, &line))
			if (procfile_word(&line, &word) && procfile_is(&word, "CapEff:"))
				procfile_number(&line, 0, 16, UINT64_MAX, &mask);
	}
	buf_done(&text);
	return mask >> capability & 1;
}

/* ---- a visit ---- */

static void look(struct doctor *d)
{
	for (d->check = doctor_checks; d->check->name; d->check++) {
		d->said = 0;
		if (d->check->look(d) && !d->said && d->check->fine)
			doctor_say(d, DOCTOR_OK, NULL, "%s", d->check->fine);
	}
	sort_findings(&d->found);
}

static void judge(struct doctor *d)
{
	size_t faults = d->found.levels[DOCTOR_FAULT];

	if (faults == 1)
		err_set(&d->activity.verdict, ERR_UNMET, "doctor: %s", d->found.findings[0].fact);
	else if (faults)
		err_set(&d->activity.verdict, ERR_UNMET, "doctor: %zu faults, the first: %s",
			faults, d->found.findings[0].fact);
}

static void examine(struct doctor *d)
{
	d->k = session_find(d->activity.session, d->socket);
	if (!d->k) {
		err_set(&d->failed, ERR_STATE, "[%u] was closed before it was examined", d->socket);
		return;
	}
	/* What the receiver's thread has read of the socket, but not stored yet, is not lost. */
	receiver_check_drops(d->activity.session->receiver);
	session_follow(d->activity.session);
	gather(d);
	look(d);
	d->k = NULL;
	d->examined = !d->found.failed;
	if (d->examined)
		judge(d);
	else
		err_set(&d->failed, ERR_LIMIT, "no memory for what the doctor found");
}

void doctor_go_on(struct doctor *d)
{
	if (d->due.due || doctor_list_rules(d))
		return;
	examine(d);
	if (d->failed.code)
		d->activity.verdict = d->failed;
	activity_over(&d->activity);
}

static void on_stop(struct activity *a)
{
	struct doctor *d = (struct doctor *)a;

	loop_timer_stop(a->session->loop, &d->due);
	doctor_leave_wire(d);
	child_free(d->child);
	d->child = NULL;
}

static void on_free(struct activity *a)
{
	struct doctor *d = (struct doctor *)a;

	for (size_t i = 0; i < d->rules_count; i++)
		buf_done(&d->rules[i].text);
	diagnosis_done(&d->found);
	free(d);
}

static const struct activity_kind doctor_kind = {
	.name = "doctor",
	.stop = on_stop,
	.free = on_free,
};

struct activity *doctor_start(struct session *s, const struct session_socket *k, const char *line,
			      struct error *e)
{
	struct doctor *d;

	if (!session_read_ifaces(s, e))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d) {
		err_set(e, ERR_LIMIT, "no memory for the doctor");
		return NULL;
	}
	d->activity.kind = &doctor_kind;
	d->socket = k->number;
	d->port = k->sock.local.port;
	d->sniff.fd = -1;
	if (!activity_start(s, &d->activity, line, e))
		return NULL;
	d->k = k;
	doctor_watch_wire(d);
	doctor_ask_firewall(d);
	doctor_go_on(d);
	return &d->activity;
}

const struct diagnosis *doctor_found(const struct activity *a, uint32_t *socket, struct error *why)
{
	const struct doctor *d = (const struct doctor *)a;

	*socket = d->socket;
	*why = d->failed;
	return d->examined ? &d->found : NULL;
}
