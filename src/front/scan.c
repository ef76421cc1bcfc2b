/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/scan.h"

#include "net/errqueue.h"
#include "session/json.h"
#include "session/sender.h"
#include "util/json.h"
#include "util/num.h"
#include "util/output.h"
#include "util/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long a reader that stands still may hold up the end once it was ordered by a signal. */
#define GRACE NS_PER_S

enum port_state { PORT_UNASKED, PORT_SILENT, PORT_REFUSED, PORT_ANSWERED, PORT_STATES };

static const char *const state_names[] = {
	[PORT_SILENT] = "silent",
	[PORT_REFUSED] = "refused",
	[PORT_ANSWERED] = "answered",
};

struct scan {
	struct session *session;
	const struct scan_config *config;
	struct output *out;
	struct loop_timer timer; /* the next probe, then the end of waiting; see signalled */
	struct addr next;
	bool asked_all;
	bool signalled; /* told to end: a reader of stdout is waited for only so long */
	bool telling;   /* what was found goes to stdout, and is not changed any more */
	size_t open;    /* ports asked that said nothing yet */
	int signals;
	struct error *e;
	bool failed;
	uint8_t state[65536]; /* enum port_state */
};

static void end(struct scan *c)
{
	loop_stop(c->session->loop);
}

static void settle(struct scan *c, uint16_t port, enum port_state state)
{
	if (c->state[port] == PORT_SILENT)
		c->open--;
	if (c->state[port] != PORT_UNASKED && c->state[port] < state)
		c->state[port] = (uint8_t)state;
	if (c->asked_all && !c->open)
		end(c);
}

/* One to the port that asks comes back as it left. */
static bool is_own_probe(struct session *s, const struct packet *p)
{
	return p->peer.port == s->current->sock.local.port &&
	       iface_is_own(session_ifaces(s), &p->peer);
}

static void on_packet(void *ctx, const struct packet *p)
{
	struct scan *c = ctx;
	const struct packet_icmp *i = &p->icmp;

	if (c->telling || !addr_same_host(&p->peer, &c->config->first))
		return;
	if (p->kind == PACKET_RX && !is_own_probe(c->session, p))
		settle(c, p->peer.port, PORT_ANSWERED);
	else if (p->kind == PACKET_ICMP &&
		 errqueue_is_unreachable((enum errqueue_origin)i->origin, i->type, i->code))
		settle(c, p->peer.port, PORT_REFUSED);
}

static void on_timer(void *ctx)
{
	struct scan *c = ctx;
	uint64_t now = clock_monotonic(c->session->clock);

	if (c->asked_all || c->telling) {
		end(c);
		return;
	}
	c->state[c->next.port] = PORT_SILENT;
	c->open++;
	c->asked_all = c->next.port == c->config->last;
	loop_timer_at(c->session->loop, &c->timer,
		      now + (c->asked_all ? c->config->wait : c->config->interval));
	if (!sender_send(c->session, c->session->current, &c->next, 1, "", 0, 0, c->e)) {
		c->failed = true;
		end(c);
	}
	c->next.port++;
	session_follow(c->session);
}

/* What was found until then is still told. */
static void hurry(struct scan *c)
{
	struct loop *loop = c->session->loop;

	if (!c->telling)
		end(c);
	else if (!c->timer.due)
		loop_timer_at(loop, &c->timer, clock_monotonic(c->session->clock) + GRACE);
}

static void on_signal(void *ctx, short revents)
{
	struct scan *c = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(c->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		c->signalled = true;
	hurry(c);
}

static void on_written(void *ctx, short revents)
{
	struct scan *c = ctx;

	(void)revents;
	output_turn(c->out);
	if (output_is_idle(c->out))
		end(c);
}

static bool watch_signals(struct scan *c)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, 0 };

	c->signals = signals_open(signals, c->e);
	return c->signals >= 0 &&
	       loop_watch(c->session->loop, c->signals, POLLIN, on_signal, c, c->e);
}

/* ---- what was found ---- */

static void count(const struct scan *c, size_t counts[PORT_STATES])
{
	for (uint32_t port = c->config->first.port; port <= c->config->last; port++)
		counts[c->state[port]]++;
}

static void tell_port(struct scan *c, const struct addr *at, const char *state)
{
	struct buf *out = output_buffer(c->out), members, host;

	if (!c->config->json) {
		addr_format(out, at);
		buf_printf(out, " %s\n", state);
		return;
	}
	buf_init(&members, 256);
	buf_init(&host, 128);
	addr_format_host(&host, at);
	json_string(&members, "dst", buf_cstr(&host));
	json_number(&members, "dport", at->port);
	json_string(&members, "state", state);
	json_row(clock_realtime(c->session->clock), "port", buf_cstr(&members), out);
	buf_done(&host);
	buf_done(&members);
}

static void tell(struct scan *c)
{
	const struct scan_config *f = c->config;
	struct addr at = f->first;
	bool all = f->verbose || f->first.port == f->last;

	for (uint32_t port = f->first.port; port <= f->last; port++) {
		enum port_state state = (enum port_state)c->state[port];

		if (state == PORT_UNASKED || (state == PORT_REFUSED && !all))
			continue;
		at.port = (uint16_t)port;
		tell_port(c, &at, state_names[state]);
	}
	output_flush(c->out);
}

static enum ending_status judge(struct scan *c, struct buf *why)
{
	size_t counts[PORT_STATES] = { 0 };

	count(c, counts);
	if (output_error(c->out) && output_error(c->out) != EPIPE) {
		err_sys(c->e, output_error(c->out), "stdout");
		return ENDING_ERROR;
	}
	if (!output_is_idle(c->out)) {
		err_set(c->e, ERR_STATE,
			"the output is not complete: nobody reads stdout, %zu bytes wait",
			output_waiting(c->out));
		return ENDING_ERROR;
	}
	if (counts[PORT_ANSWERED])
		return ENDING_DONE;
	buf_printf(why, "no port answered: %zu silent, %zu refused", counts[PORT_SILENT],
		   counts[PORT_REFUSED]);
	return counts[PORT_SILENT] || !counts[PORT_REFUSED] ? ENDING_NO_ANSWER : ENDING_REFUSED;
}

static enum ending_status run(struct scan *c, struct buf *why)
{
	struct loop *loop = c->session->loop;

	loop_timer_at(loop, &c->timer, clock_monotonic(c->session->clock));
	if (!loop_run(loop, c->e) || c->failed)
		return ENDING_ERROR;
	loop_timer_stop(loop, &c->timer);
	c->telling = true;
	tell(c);
	if (c->signalled)
		hurry(c);
	if (!output_is_idle(c->out) && !loop_run(loop, c->e))
		return ENDING_ERROR;
	return judge(c, why);
}

enum ending_status scan_run(struct session *s, const struct scan_config *config, struct buf *why,
			    struct error *e)
{
	enum ending_status status = ENDING_ERROR;
	struct scan *c = calloc(1, sizeof(*c));

	if (!c) {
		err_set(e, ERR_LIMIT, "no memory");
		return status;
	}
	c->session = s;
	c->config = config;
	c->next = config->first;
	c->e = e;
	c->signals = -1;
	c->timer = (struct loop_timer){ .fire = on_timer, .ctx = c };
	s->watcher = (struct session_watcher){ .ctx = c, .packet = on_packet };
	c->out = output_new(STDOUT_FILENO, e);
	if (c->out && watch_signals(c) &&
	    loop_watch(s->loop, output_fd(c->out), POLLIN, on_written, c, e))
		status = run(c, why);
	s->watcher = (struct session_watcher){ 0 };
	loop_timer_stop(s->loop, &c->timer);
	if (c->out)
		loop_unwatch(s->loop, output_fd(c->out));
	if (c->signals >= 0) {
		loop_unwatch(s->loop, c->signals);
		close(c->signals);
	}
	output_free(c->out);
	free(c);
	return status;
}
