/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs: when a tick is due, what becomes of it, and how a job ends.  See job.h. */
#include "session/job.h"

#include "payload/payload.h"
#include "session/activity.h"
#include "session/sender.h"
#include "util/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FREQUENT (NS_PER_S / RATE_SLICES)

struct job *job_find(const struct session *s, uint32_t number)
{
	struct job *j = s->jobs;

	while (j && j->number != number)
		j = j->next;
	return j;
}

/* ---- ends ---- */

static void free_job(struct job *j)
{
	if (j->source.free)
		j->source.free(j->source.ctx);
	free(j->dests);
	free(j->until);
	free(j->line);
	free(j);
}

static void format_count(const struct job *j, struct buf *out)
{
	buf_printf(out, "%" PRIu64 " sent", j->ticks - j->errors);
	if (j->errors)
		buf_printf(out, ", %" PRIu64 " failed", j->errors);
	if (j->late)
		buf_printf(out, ", %" PRIu64 " late", j->late);
}

/* For whoever asks at the end of the session how it went. */
static void note_failure(struct job *j)
{
	struct error *e = &j->session->job_failure;

	if (e->code || !j->ticks || j->left)
		return;
	*e = j->why;
	err_prefix(e, "%%%u sent nothing: ", j->number);
}

/* The event comes last: whoever hears it may act on the session. */
static void end(struct job *j, const char *how)
{
	struct session *s = j->session;
	struct job **at = &s->jobs;
	uint32_t number = j->number, socket = j->socket;
	struct buf count;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	s->job_count--;
	loop_timer_stop(s->loop, &j->timer);
	loop_timer_stop(s->loop, &j->limit);
	note_failure(j);
	buf_init(&count, 128);
	format_count(j, &count);
	free_job(j);
	if (how)
		session_event(s, PACKET_NOTE, socket, "%%%u %s: %s", number, how, buf_cstr(&count));
	buf_done(&count);
}

void job_stop(struct job *j)
{
	end(j, "stopped");
}

void job_stop_all(struct session *s)
{
	while (s->jobs)
		job_stop(s->jobs);
	activity_stop_all(s);
}

static struct job *job_of(const struct session *s, uint32_t socket)
{
	struct job *j = s->jobs;

	while (j && j->socket != socket)
		j = j->next;
	return j;
}

void job_drop(struct session *s, const struct session_socket *k)
{
	struct job *j;

	while ((j = job_of(s, k->number)))
		end(j, "ended with its socket");
}

static struct job *job_that_found(const struct session *s)
{
	struct job *j = s->jobs;

	while (j && !j->found)
		j = j->next;
	return j;
}

/* All look before the first of them ends: that is an event, whose hearers may end others. */
void job_follow(struct session *s, const struct packet *p)
{
	struct job *j;
	char how[48];

	for (j = s->jobs; j; j = j->next)
		if (j->source.until && p->seq >= j->begun && j->source.until(j->source.ctx, p))
			j->found = p->no;
	while ((j = job_that_found(s))) {
		snprintf(how, sizeof(how), "ended with #%" PRIu64, j->found);
		end(j, how);
	}
}

static void on_limit(void *ctx)
{
	struct job *j = ctx;
	struct session *s = j->session;
	uint32_t number = j->number;

	session_follow(s); /* what has come already counts */
	j = job_find(s, number);
	if (!j)
		return;
	if (!s->job_failure.code)
		err_set(&s->job_failure, ERR_UNMET, "%%%u gave up: until %s was not met", number,
			j->until);
	end(j, "gave up");
	session_follow(s);
}

/* ---- ticks ---- */

/* Each destination is tried: one that cannot be reached does not keep the others waiting. */
static bool send_to_all(struct job *j, struct session_socket *k, const struct buf *bytes,
			size_t *sent, struct error *e)
{
	struct session *s = j->session;
	struct store_stats st;
	bool ok = true;

	*sent = 0;
	for (size_t i = 0; i < j->count; i++) {
		if (via_send(s, k, &j->via, &j->dests[i], 1, buf_cstr(bytes), bytes->len, j->number,
			     ok ? e : NULL))
			++*sent;
		else
			ok = false;
	}
	store_stats(s->store, &st);
	j->handed = st.end_seq;
	return ok;
}

/* What left was used, whoever it did not reach. */
static bool send_next(struct job *j, struct session_socket *k, struct error *e)
{
	struct payload_env env;
	struct buf bytes;
	size_t sent;
	bool ok;

	session_payload_env(j->session, &env);
	env.seq = j->seq;
	buf_init(&bytes, PAYLOAD_MAX_V6 + 1);
	ok = j->source.payload(j->source.ctx, &env, &bytes, e);
	if (ok) {
		ok = send_to_all(j, k, &bytes, &sent, e);
		if (sent) {
			j->left = true;
			j->seq = env.seq;
			env.seq = j->session->payload_seq;
			session_payload_used(j->session, &env);
		}
	}
	buf_done(&bytes);
	return ok;
}

static void tick(struct job *j, struct session_socket *k, uint64_t now)
{
	struct error e = { .at = -1 };
	bool ok = send_next(j, k, &e);

	if (!j->ticks++)
		j->first = now;
	j->last = now;
	if (ok) {
		rate_add(&j->rate, now, 1);
		return;
	}
	j->errors++;
	if (j->why.code)
		return;
	j->why = e;
	session_event(j->session, PACKET_ERROR, j->socket, "%%%u: %s%s", j->number, e.text,
		      j->every ? "; it goes on" : "");
}

/* The next tick is due at the next multiple that lies ahead; those gone by are late. */
static void arm_next(struct job *j, uint64_t now)
{
	uint64_t missed = (now - j->due) / j->every;

	j->late += missed;
	j->due += (missed + 1) * j->every;
	loop_timer_at(j->session->loop, &j->timer, j->due);
}

static void on_due(void *ctx)
{
	struct job *j = ctx;
	struct session *s = j->session;
	struct session_socket *k = session_find(s, j->socket);
	uint64_t now = loop_now(s->loop);
	uint32_t number = j->number;

	if (j->every)
		arm_next(j, now);
	if (sender_waits(k, j->handed))
		j->late++;
	else
		tick(j, k, now);
	/* the event about a failure may have had it stopped */
	j = job_find(s, number);
	if (j && !j->every)
		end(j, NULL);
	else if (j && j->times && j->ticks >= j->times)
		end(j, "done");
	session_follow(s);
}

/* ---- starting ---- */

/* What is known of it with its memory: j is zeroed. */
static bool fill(struct job *j, const struct job_spec *spec)
{
	j->line = strdup(spec->line);
	j->until = spec->until ? strdup(spec->until) : NULL;
	j->dests = calloc(spec->count, sizeof(*j->dests));
	if (!j->line || !j->dests || (spec->until && !j->until))
		return false;
	memcpy(j->dests, spec->dests, spec->count * sizeof(*j->dests));
	j->count = spec->count;
	j->via = spec->via;
	j->verb = spec->verb;
	j->seq = 1;
	j->every = spec->every;
	j->times = spec->times;
	return true;
}

static void arm_first(struct job *j, const struct job_spec *spec)
{
	struct loop *loop = j->session->loop;

	j->timer = (struct loop_timer){ .fire = on_due, .ctx = j };
	j->limit = (struct loop_timer){ .fire = on_limit, .ctx = j };
	j->due = loop_now(loop) + spec->delay;
	loop_timer_at(loop, &j->timer, j->due);
	if (spec->timeout)
		loop_timer_at(loop, &j->limit, j->due + spec->timeout);
}

static void append(struct session *s, struct job *j)
{
	struct job **at = &s->jobs;

	while (*at)
		at = &(*at)->next;
	*at = j;
	s->job_count++;
	s->job_last = j->number;
}

struct job *job_start(struct session *s, struct session_socket *k, const struct job_spec *spec,
		      struct error *e)
{
	struct store_stats st;
	struct job *j;

	if (s->job_count == JOB_MAX) {
		err_set(e, ERR_LIMIT, "%d jobs run: stop one first (:jobs lists them)", JOB_MAX);
		return NULL;
	}
	j = calloc(1, sizeof(*j));
	if (!j || !fill(j, spec)) {
		if (j)
			free_job(j);
		err_set(e, ERR_LIMIT, "no memory for a job");
		return NULL;
	}
	store_stats(s->store, &st);
	j->begun = st.end_seq;
	j->session = s;
	j->socket = k->number;
	j->number = s->job_last + 1;
	j->source = spec->source;
	append(s, j);
	arm_first(j, spec);
	return j;
}

/* ---- words ---- */

void job_format_rate(const struct job *j, uint64_t now, struct buf *out)
{
	uint64_t sent = j->ticks - j->errors, tenths;

	if (sent < 2 || j->last == j->first) {
		buf_char(out, '-');
	} else if (j->every <= FREQUENT && now - j->first >= NS_PER_S) {
		buf_printf(out, "%" PRIu64 "/s", rate_per_second(&j->rate, now));
	} else {
		tenths = (uint64_t)((double)(sent - 1) * 10e9 / (double)(j->last - j->first) + 0.5);
		buf_printf(out, "%" PRIu64 ".%u/s", tenths / 10, (unsigned)(tenths % 10));
	}
}
