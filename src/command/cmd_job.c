/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about jobs: "every" and "delay" in front of a sending command, jobs, stop. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/expectation.h"
#include "command/send.h"
#include "command/tables.h"
#include "payload/payload.h"
#include "session/activity.h"
#include "session/job.h"
#include "session/rule.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_COLUMNS 60 /* of a job's line in the listing */

/* ---- what is asked for ---- */

static bool read_time(struct command_call *c, size_t i, uint64_t *out, struct error *e)
{
	uint64_t ns;

	if (!num_parse_duration(c->words[i].text, &ns, e))
		return err_shift(e, (ptrdiff_t)c->words[i].at);
	if (ns < JOB_EVERY_MIN || ns > JOB_EVERY_MAX)
		return err_at(e, (ptrdiff_t)c->words[i].at, "%s: %s is outside 1us..8784h",
			      c->row->name, c->words[i].text);
	*out = ns;
	return true;
}

/* What follows "at" in the line is the command; without one there is nothing to do. */
static bool go_on(struct command_call *c, size_t at, struct error *e)
{
	at += strspn(c->line + at, " \t");
	c->schedule.asked = true;
	if (!c->line[at])
		return command_usage(c, e);
	c->rest = at;
	return true;
}

static size_t end_of(const struct command_call *c, size_t i)
{
	return c->words[i].at + strlen(c->words[i].text);
}

static bool read_until(struct command_call *c, size_t at, size_t *end, struct error *e)
{
	unsigned how = EXPECTATION_ONE_WORD | (c->intent ? EXPECTATION_LOOK : 0);
	size_t used;

	at += strspn(c->line + at, " \t");
	if (!expectation_parse(c->session, c->line + at, strlen(c->line + at), how, &used,
			       &c->until, e))
		return err_shift(e, (ptrdiff_t)at);
	if (c->until->none)
		return err_at(e, (ptrdiff_t)at,
			      "\"none\" never comes: say what ends the job, or \"times N\"");
	*end = at + used;
	return true;
}

static bool every_run(struct command_call *c, struct error *e)
{
	size_t i = 1, end = end_of(c, 0);
	int64_t times;

	if (c->schedule.every)
		return err_set(e, ERR_USAGE, "\"every\" is given twice");
	if (!read_time(c, 0, &c->schedule.every, e))
		return false;
	if (c->word_count > 2 && strcmp(c->words[1].text, "times") == 0) {
		if (!num_parse_int(c->words[2].text, 1, INT64_MAX, &times, e))
			return err_shift(e, (ptrdiff_t)c->words[2].at);
		c->schedule.times = (uint64_t)times;
		end = end_of(c, 2);
		i = 3;
	}
	if (i < c->word_count && strcmp(c->words[i].text, "until") == 0 &&
	    !read_until(c, end_of(c, i), &end, e))
		return false;
	return go_on(c, end, e);
}

static bool delay_run(struct command_call *c, struct error *e)
{
	if (c->schedule.delay)
		return err_set(e, ERR_USAGE, "\"delay\" is given twice");
	return read_time(c, 0, &c->schedule.delay, e) && go_on(c, end_of(c, 0), e);
}

/* ---- what a job sends ---- */

/* A sending command that is read again at each tick, or the bytes of one that is read once. */
struct repeated {
	struct session *session;
	struct command_set set; /* tables outlive every session */
	uint32_t socket;
	char *line; /* from the verb on; NULL: always the same bytes */
	struct buf bytes;
	struct expectation *until; /* NULL: nothing ends it */
};

static void repeated_free(void *ctx)
{
	struct repeated *r = ctx;

	expectation_free(r->until);
	buf_done(&r->bytes);
	free(r->line);
	free(r);
}

static bool repeated_payload(void *ctx, struct payload_env *env, struct buf *out, struct error *e)
{
	struct repeated *r = ctx;
	struct session_socket *k = session_find(r->session, r->socket);

	if (r->line)
		return command_reread(r->session, &r->set, r->line, k, env, out, e);
	return buf_add(out, buf_cstr(&r->bytes), r->bytes.len) ||
	       err_set(e, ERR_LIMIT, "no memory for %zu bytes", r->bytes.len);
}

static bool repeated_until(void *ctx, const struct packet *p)
{
	struct repeated *r = ctx;
	bool met = expectation_matches(r->until, p);

	if (r->until->what && what_must_tell(r->until->what))
		session_event(r->session, PACKET_NOTE, r->socket,
			      "until %s is too costly for some datagrams: they do not end the job",
			      r->until->text);
	return met;
}

static struct repeated *repeated_new(const struct command_call *c, const char *line,
				     const struct session_socket *k, const struct buf *bytes)
{
	struct repeated *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->session = c->session;
	r->set = *c->set;
	r->socket = k->number;
	buf_init(&r->bytes, COMMAND_LINE_MAX);
	if (c->row->flags & CMD_ONCE)
		buf_add(&r->bytes, buf_cstr(bytes), bytes->len);
	else
		r->line = strdup(line);
	if (r->line || (c->row->flags & CMD_ONCE && !r->bytes.failed))
		return r;
	repeated_free(r);
	return NULL;
}

/* ---- starting ---- */

static void say_started(struct command_call *c, const struct job *j)
{
	struct buf time;

	buf_init(&time, 32);
	num_format_duration(&time, j->every ? j->every : c->schedule.delay);
	command_say(c, MESSAGE_INFO, "%%%u %s %s: \":stop %%%u\" ends it", j->number,
		    j->every ? "sends every" : "sends in", buf_cstr(&time), j->number);
	buf_done(&time);
}

static bool start(struct command_call *c, const char *line, size_t verb, struct session_socket *k,
		  const struct job_spec *spec, const struct buf *bytes, struct error *e)
{
	struct job_spec whole = *spec;
	struct repeated *r;
	struct job *j;

	if (!via_check(c->session, k, &spec->via, spec->dests, spec->count, bytes->len, e))
		return false;
	r = repeated_new(c, line + verb, k, bytes);
	if (!r)
		return err_set(e, ERR_LIMIT, "no memory for a job");
	whole.source = (struct job_source){
		.ctx = r,
		.payload = repeated_payload,
		.until = c->until ? repeated_until : NULL,
		.free = repeated_free,
	};
	r->until = c->until;
	j = job_start(c->session, k, &whole, e);
	if (!j) {
		r->until = NULL;
		repeated_free(r);
		return false;
	}
	c->until = NULL;
	say_started(c, j);
	return true;
}

bool job_begin(struct command_call *c, const char *line, size_t verb, struct error *e)
{
	struct command_intent intent = { 0 };
	struct job_spec spec = {
		.line = line,
		.verb = verb,
		.delay = c->schedule.delay,
		.every = c->schedule.every,
		.times = c->schedule.times,
		.timeout = c->until && c->until->timed ? c->until->timeout : 0,
		.until = c->until ? c->until->text : NULL,
	};
	struct session_socket *k;
	bool ok;

	buf_init(&intent.bytes, COMMAND_LINE_MAX);
	c->intent = &intent;
	ok = c->row->run(c, e);
	c->intent = NULL;
	spec.via = c->via; /* "reply" chooses its source by itself */
	k = intent.socket;
	spec.dests = intent.count || !k ? intent.addrs : &k->sock.peer;
	spec.count = intent.count ? intent.count : 1;
	if (ok && !spec.dests[0].family)
		ok = err_set(e, ERR_STATE, "no target: :to HOST PORT, or wait for a peer");
	if (ok && !k)
		ok = (k = send_socket_for(c->session, &spec.dests[0], e)) != NULL;
	ok = ok && start(c, line, verb, k, &spec, &intent.bytes, e);
	command_intent_done(&intent);
	return ok;
}

/* Behind "until" what is waited for stands in front of what is sent. */
static bool is_behind_until(const struct command_completion *c)
{
	for (size_t i = 0; i < c->word && i < c->ahead_count; i++)
		if (strcmp(c->ahead[c->ahead_count - 1 - i], "until") == 0)
			return true;
	return false;
}

static void every_complete(struct command_completion *c)
{
	if (c->word == 0)
		return;
	if (is_behind_until(c)) {
		completion_offer_expression(c);
		if (strcmp(c->before, "until") == 0)
			return;
	}
	if (strcmp(c->row->name, "every") == 0) {
		if (c->word == 1)
			completion_offer(c, "times");
		if (c->word == 1 || c->word == 3)
			completion_offer(c, "until");
	}
	completion_offer_sending(c);
}

/* ---- jobs, stop ---- */

static void job_row(struct command_call *c, const struct job *j)
{
	uint64_t now = clock_monotonic(c->session->clock);
	size_t n = text_fit(j->line, strlen(j->line), SHOWN_COLUMNS);
	struct buf every, sent, rate;
	char command[32];

	buf_init(&every, 32);
	buf_init(&sent, 64);
	buf_init(&rate, 32);
	num_format_duration(&every, j->every);
	buf_printf(&sent, "%" PRIu64, j->ticks - j->errors);
	if (j->times)
		buf_printf(&sent, " of %" PRIu64, j->times);
	job_format_rate(j, now, &rate);
	snprintf(command, sizeof(command), "stop %%%u", j->number);
	listing_row(&c->listing, LISTING_PLAIN, command,
		    "%%%u\t%s\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%.*s%s", j->number,
		    j->every ? buf_cstr(&every) : "once", buf_cstr(&sent), buf_cstr(&rate), j->late,
		    j->errors, (int)n, j->line, j->line[n] ? ".." : "");
	buf_done(&every);
	buf_done(&sent);
	buf_done(&rate);
}

/* Enter ends one that goes on, and shows the report of one that is over. */
static void activity_row(struct command_call *c, const struct activity *a)
{
	size_t n = text_fit(a->line, strlen(a->line), SHOWN_COLUMNS);
	struct buf progress;
	char command[32];

	buf_init(&progress, 64);
	if (a->kind->progress && !a->over)
		a->kind->progress(a, &progress);
	snprintf(command, sizeof(command), "%s %%%u", a->over ? "show" : "stop", a->number);
	listing_row(&c->listing, a->over ? LISTING_DIM : LISTING_PLAIN,
		    a->over && !diagnose_has_report(c, a) ? NULL : command,
		    "%%%u\t%s\t%s\t\t\t\t%.*s%s", a->number, a->over ? "over" : "-",
		    buf_cstr(&progress), (int)n, a->line, a->line[n] ? ".." : "");
	buf_done(&progress);
}

static bool jobs_run(struct command_call *c, struct error *e)
{
	const struct session *s = c->session;

	(void)e;
	buf_printf(&c->listing.title, "%zu job%s", s->job_count, s->job_count == 1 ? "" : "s");
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL, " \tevery\tsent\trate\tlate\terr\tcommand");
	for (const struct job *j = s->jobs; j; j = j->next)
		job_row(c, j);
	for (const struct activity *a = s->activities; a; a = a->next)
		activity_row(c, a);
	if (!s->jobs && !s->activities)
		listing_row(&c->listing, LISTING_DIM, "every 1s send ",
			    "none runs: \"every 1s send TEXT\" starts one");
	return true;
}

static bool stop_run(struct command_call *c, struct error *e)
{
	struct activity *a = NULL;
	struct rule *r = NULL;
	struct job *j = NULL;
	uint64_t number;

	if (!c->word_count) {
		if (!c->session->job_count)
			command_say(c, MESSAGE_INFO, "no job runs%s",
				    c->session->rules ? ": \":stop rules\" ends the rules" : "");
		job_stop_all(c->session);
		return true;
	}
	if (strcmp(c->words[0].text, "rules") == 0) {
		rule_stop_all(c->session);
		return true;
	}
	if (!args_number(&c->words[0], '%', &number, e))
		return false;
	if (number <= UINT32_MAX) {
		r = rule_find(c->session, (uint32_t)number);
		j = job_find(c->session, (uint32_t)number);
		a = activity_find(c->session, (uint32_t)number);
	}
	if (!j && !r && (!a || a->over))
		return err_at(e, (ptrdiff_t)c->words[0].at,
			      "no job %s runs, and no rule: :jobs and :rules list them",
			      c->words[0].text);
	if (j)
		job_stop(j);
	else if (r)
		rule_stop(r);
	else
		activity_over(a);
	return true;
}

static void stop_complete(struct command_completion *c)
{
	for (const struct job *j = c->session->jobs; j; j = j->next)
		completion_offer(c, "%%%u", j->number);
	for (const struct activity *a = c->session->activities; a; a = a->next)
		if (!a->over)
			completion_offer(c, "%%%u", a->number);
	for (const struct rule *r = c->session->rules; r; r = r->next)
		completion_offer(c, "%%%u", r->number);
	if (c->session->rules)
		completion_offer(c, "rules");
}

const struct command job_commands[] = {
	{ "every", "D [times N] [until EXPECTATION] SENDING-COMMAND", "jobs", 2, -1, CMD_MODIFIER,
	  "a job: send now and then every D, N times, until that comes or it is stopped",
	  .run = every_run, .complete = every_complete },
	{ "delay", "D SENDING-COMMAND", "jobs", 2, -1, CMD_MODIFIER,
	  "a job: send after D; in front of \"every\", begin after D", .run = delay_run,
	  .complete = every_complete },
	{ "jobs", "", "jobs", 0, 0, 0, "list the jobs, what they achieve and what failed",
	  .run = jobs_run },
	{ "stop", "[%N|rules]", "jobs", 0, 1, 0, "end job or rule N, all jobs, or all rules",
	  .run = stop_run, .complete = stop_complete },
	{ 0 },
};
