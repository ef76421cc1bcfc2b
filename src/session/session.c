/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: sockets, what they hear, who is there.  See session.h. */
#include "session/session.h"

#include "session/activity.h"
#include "session/job.h"
#include "session/recorder.h"
#include "session/rule.h"
#include "session/sender.h"
#include "session/silence.h"
#include "session/tshark.h"
#include "util/num.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define COUNT_NS (10 * NS_PER_MS)
#define LOOK_NS NS_PER_MS

static void changed(struct session *s)
{
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

/* While the receiver's thread answers by itself it is not held up by waking the loop each time. */
static void look_soon(struct session *s)
{
	s->answering = false;
	receiver_hush(s->receiver);
	loop_timer_at(s->loop, &s->look, clock_monotonic(s->clock) + LOOK_NS);
}

static void acknowledge(struct session *s)
{
	struct error e;

	if (!receiver_acknowledge(s->receiver, &e))
		session_event(s, PACKET_ERROR, 0, "%s", e.text);
	session_follow(s);
}

static void on_received(void *ctx, short revents)
{
	struct session *s = ctx;

	(void)revents;
	acknowledge(s);
	if (s->answering)
		look_soon(s);
}

static void on_look(void *ctx)
{
	struct session *s = ctx;

	session_follow(s);
	if (s->answering)
		look_soon(s);
	else
		acknowledge(s);
}

static void on_resolved(void *ctx, short revents)
{
	struct session *s = ctx;

	(void)revents;
	resolver_collect(s->resolver);
	if (s->names.count) {
		names_look(s);
		changed(s);
	}
	if (s->watcher.resolved)
		s->watcher.resolved(s->watcher.ctx);
}

static void on_again(void *ctx)
{
	session_follow(ctx);
	/* It may have been cut behind the last packet: that all was followed is news as well. */
	changed(ctx);
}

static void on_count(void *ctx)
{
	struct session *s = ctx;

	for (size_t i = 0; i < s->socket_count; i++) {
		struct session_socket *k = s->sockets[i];

		if (!k->counted)
			k->counted = udpstat_read("", &k->opened, NULL);
	}
}

/* No secret hangs on it; a kernel without entropy yet must not hold up the start. */
static uint64_t random_seed(const struct clock *clock)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = clock_realtime(clock);
	return seed;
}

/* At least four segments. */
static struct store *make_store(size_t memory, struct error *e)
{
	return store_new(memory < 4 * STORE_SEGMENT ? STORE_SEGMENT / 2 : STORE_SEGMENT, memory, e);
}

bool session_init(struct session *s, const struct session_config *config, struct error *e)
{
	memset(s, 0, sizeof(*s));
	s->clock = config->clock;
	s->loop = config->loop;
	s->payload_seq = 1;
	s->pairing.off = config->unpaired;
	s->payload_random = random_seed(s->clock);
	s->again = (struct loop_timer){ .fire = on_again, .ctx = s };
	s->look = (struct loop_timer){ .fire = on_look, .ctx = s };
	s->count = (struct loop_timer){ .fire = on_count, .ctx = s };
	s->store = make_store(config->memory ? config->memory : SESSION_MEMORY, e);
	if (!s->store)
		return false;
	s->follow.store = s->store;
	s->sent = sent_new();
	if (!s->sent) {
		err_set(e, ERR_LIMIT, "no memory for the list of sent datagrams");
		goto fail;
	}
	s->receiver = receiver_new(s->store, s->sent, e);
	if (!s->receiver)
		goto fail;
	s->resolver = resolver_new(s->clock, config->numeric_only, e);
	if (!s->resolver)
		goto fail;
	if (!loop_watch(s->loop, receiver_fd(s->receiver), POLLIN, on_received, s, e) ||
	    !loop_watch(s->loop, resolver_fd(s->resolver), POLLIN, on_resolved, s, e))
		goto fail;
	return true;
fail:
	session_done(s);
	return false;
}

/* What nobody receives from any more. */
static void close_socket(struct session *s, struct session_socket *k)
{
	sender_drop(s, k);
	sock_close(&k->sock);
	target_done(&k->target);
	free(k);
}

void session_done(struct session *s)
{
	s->watcher = (struct session_watcher){ 0 };
	recorder_stop(s, NULL, NULL);
	job_stop_all(s);
	activity_free_all(s);
	rule_free_all(s);
	silence_done(s);
	tshark_done(s);
	if (s->loop) {
		loop_timer_stop(s->loop, &s->again);
		loop_timer_stop(s->loop, &s->look);
		loop_timer_stop(s->loop, &s->count);
		loop_timer_stop(s->loop, &s->pairing.overdue);
		if (s->receiver)
			loop_unwatch(s->loop, receiver_fd(s->receiver));
		if (s->resolver)
			loop_unwatch(s->loop, resolver_fd(s->resolver));
	}
	/* Before the sockets, so that it need not be asked to let go of each. */
	receiver_free(s->receiver);
	while (s->socket_count)
		close_socket(s, s->sockets[--s->socket_count]);
	resolver_free(s->resolver);
	store_cursor_rest(&s->follow);
	sent_free(s->sent);
	store_free(s->store);
	pairing_done(&s->pairing);
	peer_table_done(&s->peers);
	names_done(&s->names);
	groupstat_done(&s->groups);
	igmp_done(&s->igmp.table);
	sequence_free(s->sequence);
	variable_table_done(&s->variables);
	captures_done(&s->captures);
	interfaces_done(s);
	services_done(&s->services);
	memset(s, 0, sizeof(*s));
}

/* ---- events ---- */

static void add_event(struct session *s, struct packet p, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void add_event(struct session *s, struct packet p, const char *fmt, va_list ap)
{
	const struct session_socket *k = session_find(s, p.socket);
	char text[512];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	if (n < 0)
		return;
	p.time = clock_realtime(s->clock);
	p.data = (const uint8_t *)text;
	if (k)
		p.local = k->sock.local;
	p.len = p.stored = (uint32_t)((size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
	store_begin(s->store);
	store_append(s->store, &p);
	store_end(s->store);
	changed(s);
}

void session_event(struct session *s, enum packet_kind kind, uint32_t socket, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_event(s, (struct packet){ .kind = kind, .socket = socket }, fmt, ap);
	va_end(ap);
}

void session_interface_event(struct session *s, enum packet_kind kind, uint32_t socket,
			     unsigned ifindex, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_event(s, (struct packet){ .kind = kind, .socket = socket, .ifindex = ifindex }, fmt,
		  ap);
	va_end(ap);
}

void session_stopped(struct session *s, uint64_t ns)
{
	struct buf age;

	if (ns < NS_PER_S / 10)
		return;
	buf_init(&age, 32);
	ns -= ns % (ns < NS_PER_S ? 100 * NS_PER_MS : NS_PER_S);
	num_format_duration(&age, ns);
	session_event(s, PACKET_NOTE, 0, "stopped %s", buf_cstr(&age));
	buf_done(&age);
	session_follow(s);
}

/* ---- payloads ---- */

static bool find_variable(void *ctx, const char *name, size_t n, const void **data, size_t *len)
{
	const struct session *s = ctx;
	const struct variable *v = variable_find(&s->variables, name, n);

	if (!v)
		return false;
	*data = v->data;
	*len = v->len;
	return true;
}

void session_payload_env(struct session *s, struct payload_env *env)
{
	*env = (struct payload_env){
		.now = clock_realtime(s->clock),
		.seq = s->payload_seq,
		.random = s->payload_random,
		.variable = find_variable,
		.ctx = s,
	};
}

void session_payload_used(struct session *s, const struct payload_env *env)
{
	s->payload_seq = env->seq;
	s->payload_random = env->random;
}

bool session_sequence(struct session *s, const struct sequence_spec *spec, struct error *e)
{
	struct sequence *q = spec ? sequence_new(spec) : NULL;

	if (spec && !q)
		return err_set(e, ERR_LIMIT, "no memory for sequence numbers");
	sequence_free(s->sequence);
	s->sequence = q;
	s->sequence_dropped = s->traffic.dropped;
	changed(s);
	return true;
}

/* ---- sockets ---- */

static bool listen_to(struct session *s, const struct session_socket *k, int fd, bool helper,
		      bool known, struct error *e)
{
	const struct receiver_source src = {
		.fd = fd,
		.socket = k->number,
		.port = k->sock.local.port,
		.helper = helper,
		.gro = sockopt_asked(&k->sock.options, "gro")->number,
	};

	return known ? receiver_change(s->receiver, &src, e) : receiver_add(s->receiver, &src, e);
}

bool session_format_buffer(const struct session_socket *k, struct buf *out)
{
	uint64_t asked = (uint64_t)sockopt_asked(&k->sock.options, "rcvbuf")->number;
	struct sock_memory m;

	if (!sock_memory(&k->sock, &m))
		return false;
	buf_str(out, "receive buffer ");
	num_format_size(out, m.rcvbuf / 2);
	if (m.rcvbuf / 2 >= asked)
		return true;
	buf_str(out, " granted of ");
	num_format_size(out, asked);
	buf_str(out, " asked; sysctl net.core.rmem_max");
	return false;
}

/* What the socket may hear and how much of it the kernel will keep for us, as the list's event. */
static void tell_open(struct session *s, const struct session_socket *k)
{
	struct buf text;

	buf_init(&text, 256);
	addr_format(&text, &k->sock.local);
	buf_str(&text, k->sock.dual ? " and IPv4, " : ", ");
	session_format_buffer(k, &text);
	session_event(s, PACKET_OPEN, k->number, "[%u] open %s", k->number, buf_cstr(&text));
	buf_done(&text);
}

struct session_socket *session_open(struct session *s, const struct sock_spec *spec,
				    struct error *e)
{
	if (s->socket_count == SESSION_MAX_SOCKETS) {
		err_set(e, ERR_LIMIT, "%d sockets are open: close one first", SESSION_MAX_SOCKETS);
		return NULL;
	}
	struct session_socket *k = calloc(1, sizeof(*k));
	if (!k) {
		err_set(e, ERR_LIMIT, "no memory for a socket");
		return NULL;
	}
	if (!sock_open(&k->sock, spec, e)) {
		free(k);
		return NULL;
	}
	k->number = s->opened + 1;
	if (!listen_to(s, k, k->sock.fd, false, false, e)) {
		sock_close(&k->sock);
		free(k);
		return NULL;
	}
	s->opened = k->number;
	s->sockets[s->socket_count++] = k;
	s->current = k;
	if (!s->count.due)
		loop_timer_at(s->loop, &s->count, clock_monotonic(s->clock) + COUNT_NS);
	tell_open(s, k);
	return k;
}

/* What an activity opened is not for typing into. */
static struct session_socket *newest_of_person(const struct session *s)
{
	size_t i = s->socket_count;

	while (i && activity_owns(s, s->sockets[i - 1]->number))
		i--;
	return i ? s->sockets[i - 1] : NULL;
}

void session_close(struct session *s, struct session_socket *k)
{
	size_t i = 0;

	job_drop(s, k);
	receiver_remove(s->receiver, k->sock.fd);
	for (size_t h = 0; h < k->sock.helper_count; h++)
		receiver_remove(s->receiver, k->sock.helpers[h]);
	sender_drop(s, k);
	session_follow(s);
	rule_drop(s, k);
	session_event(s, PACKET_CLOSE, k->number, "[%u] closed", k->number);
	while (s->sockets[i] != k)
		i++;
	memmove(&s->sockets[i], &s->sockets[i + 1],
		(s->socket_count - i - 1) * sizeof(s->sockets[0]));
	s->socket_count--;
	if (s->current == k)
		s->current = newest_of_person(s);
	close_socket(s, k);
}

struct session_socket *session_find(const struct session *s, uint32_t number)
{
	for (size_t i = 0; i < s->socket_count; i++)
		if (s->sockets[i]->number == number)
			return s->sockets[i];
	return NULL;
}

void session_select(struct session *s, struct session_socket *k)
{
	s->current = k;
	if (k)
		k->unseen = false;
	changed(s);
}

bool session_connect(struct session *s, struct session_socket *k, const struct addr *peer,
		     struct error *e)
{
	struct buf name;

	if (!sock_connect(&k->sock, peer, e) || !target_pin(&k->target, peer, 1, e))
		return false;
	buf_init(&name, 128);
	addr_format(&name, peer);
	session_event(s, PACKET_NOTE, k->number, "[%u] connected: only %s is heard", k->number,
		      buf_cstr(&name));
	buf_done(&name);
	return true;
}

bool session_disconnect(struct session *s, struct session_socket *k, struct error *e)
{
	if (!sock_disconnect(&k->sock, e))
		return false;
	session_event(s, PACKET_NOTE, k->number,
		      "[%u] disconnected: everybody is heard, port %u is kept", k->number,
		      k->sock.local.port);
	return true;
}

bool session_set_option(struct session *s, struct session_socket *k, const struct sockopt *o,
			const struct sockopt_value *v, struct error *e)
{
	if (!sockopt_set(&k->sock, o, v, e))
		return false;
	if (strcmp(o->name, "gro") == 0) {
		if (!listen_to(s, k, k->sock.fd, false, true, e))
			return false;
		for (size_t h = 0; h < k->sock.helper_count; h++)
			if (!listen_to(s, k, k->sock.helpers[h], true, true, e))
				return false;
	}
	changed(s);
	return true;
}

/* ---- groups ---- */

static void tell_group(struct session *s, enum packet_kind kind, const struct session_socket *k,
		       const struct group_spec *g)
{
	struct buf name;

	buf_init(&name, 256);
	group_format(&name, &g->group, &g->source, g->ifindex);
	if (g->count > 1)
		buf_printf(&name, " and the %u groups after it", g->count - 1);
	if (g->all)
		buf_str(&name, " on all interfaces");
	session_event(s, kind, k->number, "[%u] %s %s", k->number,
		      kind == PACKET_JOIN ? "joined" : "left", buf_cstr(&name));
	buf_done(&name);
}

bool session_join(struct session *s, struct session_socket *k, const struct group_spec *g,
		  unsigned *joined, struct error *e)
{
	size_t helpers = k->sock.helper_count;
	bool ok;

	session_watch_interfaces(s);
	ok = group_join(&k->sock, g, joined, e);
	for (size_t h = helpers; h < k->sock.helper_count; h++)
		if (!listen_to(s, k, k->sock.helpers[h], true, false, ok ? e : NULL))
			ok = false;
	s->igmp.read = 0;
	if (*joined) {
		tell_group(s, PACKET_JOIN, k, g);
		silence_watch(s, k, g);
	}
	return ok;
}

bool session_leave(struct session *s, struct session_socket *k, const struct group_spec *g,
		   unsigned *left, struct error *e)
{
	bool ok = group_leave(&k->sock, g, left, e);

	s->igmp.read = 0;
	if (*left)
		tell_group(s, PACKET_LEAVE, k, g);
	return ok;
}

const char *session_service(struct session *s, uint16_t port)
{
	if (!s->services_read)
		services_load(&s->services);
	s->services_read = true;
	return services_name(&s->services, port);
}
