/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/replay.h"

#include "net/iface.h"
#include "payload/payload.h"
#include "session/capture.h"
#include "session/filter_env.h"
#include "session/sender.h"
#include "util/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE_NS (4 * NS_PER_MS)
#define ROOM_NS NS_PER_MS /* a full socket buffer is looked at again */

static uint64_t now_of(const struct replay *r)
{
	return loop_now(r->activity.session->loop);
}

static void wake(struct replay *r, uint64_t due)
{
	loop_timer_at(r->activity.session->loop, &r->timer, due);
}

/* ---- as an activity ---- */

static bool is_answer(const struct replay *r, const struct packet *p)
{
	if (p->socket != r->socket || p->seq < r->asked_seq || (p->flags & PACKET_OWN))
		return false;
	return addr_is_multicast(&r->dest) || addr_kind(&r->dest) == ADDR_BROADCAST ||
	       iface_is_broadcast(session_ifaces(r->activity.session), &r->dest) ||
	       addr_same_host(&p->peer, &r->dest);
}

static void answered(struct replay *r, bool by_data)
{
	r->asked = false;
	if (by_data)
		r->answered++;
	else
		r->unanswered++;
	wake(r, now_of(r));
}

static void on_packet(struct activity *a, const struct packet *p)
{
	struct replay *r = (struct replay *)a;

	if (r->asked && (p->kind == PACKET_RX || p->kind == PACKET_ICMP) && is_answer(r, p))
		answered(r, p->kind == PACKET_RX);
	if (p->kind == PACKET_CLOSE && p->socket == r->socket)
		wake(r, now_of(r));
}

static void on_stop(struct activity *a)
{
	struct replay *r = (struct replay *)a;

	loop_timer_stop(a->session->loop, &r->timer);
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

static void on_free(struct activity *a)
{
	struct replay *r = (struct replay *)a;

	capfile_free(r->file);
	dissect_free(r->dissect);
	filter_free(r->spec.filter);
	buf_done(&r->bytes);
	free(r);
}

static void on_progress(const struct activity *a, struct buf *out)
{
	const struct replay *r = (const struct replay *)a;

	buf_printf(out, "%llu sent, %u %%", (unsigned long long)r->sent,
		   r->size ? (unsigned)(100 * capfile_offset(r->file) / r->size) : 100);
}

static const struct activity_kind replay_kind = {
	.name = "replay",
	.packet = on_packet,
	.stop = on_stop,
	.progress = on_progress,
	.free = on_free,
};

const struct replay *replay_of(const struct activity *a)
{
	return a->kind == &replay_kind ? (const struct replay *)a : NULL;
}

static void end(struct replay *r)
{
	struct error *why = &r->activity.verdict;

	if (r->damage.code) {
		*why = r->damage;
		err_prefix(why, why->code == ERR_USAGE ? "%s " : "%s: ", r->path);
	} else if (r->problem.code) {
		*why = r->problem;
	} else if (!r->sent) {
		err_set(why, ERR_STATE, "nothing in %s was sent", r->path);
	} else if (r->spec.wait && !r->answered) {
		err_set(why, ERR_SILENT, "nobody answered");
	}
	activity_over(&r->activity);
}

/* ---- what is sent ---- */

static void note_failure(struct replay *r, const struct error *e)
{
	r->failed++;
	if (!r->problem.code)
		r->problem = *e;
}

/* Behind a time that cannot be the distances begin anew. */
static uint64_t due_of(struct replay *r, uint64_t time)
{
	if (!r->odd_time)
		return replay_pace_due(&r->pace, time, now_of(r));
	r->timeless++;
	r->pace.begun = false;
	return now_of(r);
}

/* Is it to be sent?  It is taken over then. */
static void take(struct replay *r, const struct dissected *d)
{
	struct packet p = d->packet;
	struct addr from = p.peer, to = p.local;

	if (p.kind != PACKET_RX) {
		r->others++;
		return;
	}
	if (d->direction == PCAPNG_INBOUND) {
		r->inbound++;
		return;
	}
	if (d->direction == PCAPNG_OUTBOUND) {
		p.kind = PACKET_TX;
		p.result = PACKET_TX_SENT;
		p.peer = to;
		p.local = from;
	}
	if (r->spec.filter && !filter_matches(r->spec.filter, &p, &r->env)) {
		r->hidden++;
		return;
	}
	if (p.flags & PACKET_TRUNCATED) {
		r->cut++;
		return;
	}
	r->undirected += d->direction == PCAPNG_UNKNOWN;
	buf_reset(&r->bytes);
	buf_add(&r->bytes, p.data, p.stored);
	r->dest = r->spec.original ? to : r->spec.dest;
	r->due = due_of(r, p.time);
	r->pending = true;
}

static void count_left(struct replay *r, bool all)
{
	enum dissect_result result;
	struct dissected d;

	while (dissect_left(r->dissect, all, &d, &result))
		r->cut++;
}

static void take_frame(struct replay *r, const struct capfile_frame *f)
{
	struct dissected d;

	r->odd_time = f->odd & CAPFILE_ODD_TIME;
	switch (dissect_frame(r->dissect, f, 0, &d)) {
	case DISSECT_PACKET:
		take(r, &d);
		break;
	case DISSECT_FRAGMENT:
		count_left(r, false);
		break;
	case DISSECT_BAD:
		r->cut++;
		break;
	case DISSECT_OTHER:
	case DISSECT_LINK:
		r->others++;
		break;
	}
}

/* One step in the file. */
static void read_on(struct replay *r)
{
	struct capfile_frame f;

	switch (capfile_next(r->file, &f, &r->damage)) {
	case CAPFILE_FRAME:
		take_frame(r, &f);
		return;
	case CAPFILE_DROPS:
		return;
	case CAPFILE_MORE:
		r->ended = !capfile_fill(r->file, r->fd, &r->damage);
		return;
	case CAPFILE_END:
	case CAPFILE_DAMAGED:
		count_left(r, true);
		r->ended = true;
		return;
	}
}

static void send_pending(struct replay *r, struct session_socket *k)
{
	struct session *s = r->activity.session;
	const struct addr *dest = r->dest.family ? &r->dest : NULL;
	struct error e = { .at = -1 };
	struct store_stats st;

	store_stats(s->store, &st);
	r->pending = false;
	replay_pace_done(&r->pace, r->due, now_of(r));
	if (!sender_send(s, k, dest, dest ? 1 : 0, buf_cstr(&r->bytes), r->bytes.len, 0, &e)) {
		note_failure(r, &e);
		return;
	}
	r->sent++;
	if (!dest)
		r->dest = k->sock.peer;
	r->asked = r->spec.wait;
	r->asked_seq = st.end_seq;
	r->asked_until = now_of(r) + r->spec.timeout;
}

/* false: nothing can be done before the timer fires. */
static bool step(struct replay *r)
{
	struct session_socket *k = session_find(r->activity.session, r->socket);
	uint64_t now = now_of(r);

	if (!k) {
		err_set(&r->problem, ERR_STATE, "socket [%u] was closed", r->socket);
		r->ended = true;
		r->pending = r->asked = false;
	}
	if (r->asked && now < r->asked_until)
		wake(r, r->asked_until);
	else if (r->asked)
		answered(r, false);
	else if (r->pending && now < r->due)
		wake(r, r->due);
	else if (r->pending && k->waiting)
		wake(r, now + ROOM_NS);
	else if (r->pending)
		return send_pending(r, k), true;
	else if (!r->ended)
		return read_on(r), true;
	else
		end(r);
	return false;
}

static void on_time(void *ctx)
{
	struct replay *r = ctx;
	uint64_t until = now_of(r) + SLICE_NS;

	while (step(r))
		if (now_of(r) > until) {
			wake(r, now_of(r));
			return;
		}
}

/* ---- the begin ---- */

static bool open_file(struct replay *r, struct error *e)
{
	struct stat st;

	r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r->fd < 0)
		return err_sys(e, errno, "%s", r->path);
	if (fstat(r->fd, &st) < 0)
		return err_sys(e, errno, "%s", r->path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "%s is no ordinary file", r->path);
	r->size = (uint64_t)st.st_size;
	r->file = capfile_new(e);
	r->dissect = r->file ? dissect_new(e) : NULL;
	if (r->file)
		capfile_set_latest(r->file,
				   clock_realtime(r->activity.session->clock) + CAPTURE_AHEAD_NS);
	return r->dissect;
}

struct replay *replay_start(struct session *s, const struct replay_spec *spec, const char *line,
			    struct error *e)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (!r) {
		filter_free(spec->filter);
		err_set(e, ERR_LIMIT, "no memory for a replay");
		return NULL;
	}
	r->activity.kind = &replay_kind;
	r->spec = *spec;
	snprintf(r->path, sizeof(r->path), "%s", spec->path);
	r->spec.path = r->path;
	r->socket = spec->socket->number;
	r->fd = -1;
	r->env = session_filter_env(s);
	r->pace.speed = spec->speed;
	r->timer = (struct loop_timer){ .fire = on_time, .ctx = r };
	buf_init(&r->bytes, PAYLOAD_MAX_V6);
	if (!activity_start(s, &r->activity, line, e))
		return NULL;
	if (!open_file(r, e)) {
		activity_over(&r->activity);
		return NULL;
	}
	wake(r, now_of(r));
	return r;
}
