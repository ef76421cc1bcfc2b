/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "ping": what is asked for, and how probes, answers and their statistics are told. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/ping_report.h"
#include "command/script.h"
#include "command/tables.h"
#include "diagnose/ping.h"
#include "payload/payload.h"
#include "session/job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_TIMES 4 /* where nobody is there to end it */
#define TIMEOUT_MAX (24 * 3600 * NS_PER_S)

/* ---- what is asked for ---- */

static bool read_duration(struct command_call *c, size_t i, uint64_t min, uint64_t max,
			  const char *range, uint64_t *out, struct error *e)
{
	const struct command_word *w = &c->words[i];
	uint64_t ns;

	if (*out)
		return err_at(e, (ptrdiff_t)c->words[i - 1].at, "\"%s\" is given twice",
			      c->words[i - 1].text);
	if (!num_parse_duration(w->text, &ns, e))
		return err_shift(e, (ptrdiff_t)w->at);
	if (ns < min || ns > max)
		return err_at(e, (ptrdiff_t)w->at, "%s: %s is outside %s", c->words[i - 1].text,
			      w->text, range);
	*out = ns;
	return true;
}

static bool read_times(struct command_call *c, size_t i, uint64_t *out, struct error *e)
{
	int64_t times;

	if (*out)
		return err_at(e, (ptrdiff_t)c->words[i - 1].at, "\"times\" is given twice");
	if (!num_parse_int(c->words[i].text, 1, INT64_MAX, &times, e))
		return err_shift(e, (ptrdiff_t)c->words[i].at);
	*out = (uint64_t)times;
	return true;
}

/* One of "times N", "every D", "timeout D" at word i; *is: was it? */
static bool read_setting(struct command_call *c, size_t i, struct ping_spec *spec, bool *is,
			 struct error *e)
{
	const char *word = c->words[i].text;
	bool times = strcmp(word, "times") == 0, every = strcmp(word, "every") == 0;

	*is = times || every || strcmp(word, "timeout") == 0;
	if (!*is)
		return true;
	if (i + 1 == c->word_count)
		return command_usage(c, e);
	if (times)
		return read_times(c, i + 1, &spec->times, e);
	if (every)
		return read_duration(c, i + 1, PING_EVERY_MIN, JOB_EVERY_MAX, "100us..8784h",
				     &spec->every, e);
	return read_duration(c, i + 1, NS_PER_MS, TIMEOUT_MAX, "1ms..24h", &spec->timeout, e);
}

/* What follows the settings is sent, as it stands. */
static void find_payload(const struct command_call *c, size_t i, struct ping_spec *spec)
{
	if (i >= c->word_count)
		return;
	spec->payload = c->line + c->words[i].at;
	spec->payload_len = strlen(spec->payload);
}

/* The first probe: an error in it is one of the line. */
static bool read_probe(const struct command_call *c, const struct ping_spec *spec, struct buf *out,
		       struct error *e)
{
	struct payload_env env;

	session_payload_env(c->session, &env);
	env.seq = 1;
	return ping_payload(spec, &env, out, e) ||
	       (spec->payload ? err_shift(e, spec->payload - c->line) : false);
}

static bool check_pace(struct ping_spec *spec, struct error *e)
{
	uint64_t waited;

	if (!spec->every)
		spec->every = PING_EVERY;
	if (!spec->timeout)
		spec->timeout = spec->every > PING_TIMEOUT ? spec->every : PING_TIMEOUT;
	waited = spec->timeout / spec->every + 1;
	if (waited <= ROUNDTRIP_PROBES || (spec->times && spec->times <= ROUNDTRIP_PROBES))
		return true;
	return err_set(e, ERR_RANGE,
		       "%" PRIu64 " probes would be waited for at a time, %d may be: a longer "
		       "\"every\" or a shorter \"timeout\"",
		       waited, ROUNDTRIP_PROBES);
}

static bool read_spec(struct command_call *c, struct ping_spec *spec, struct error *e)
{
	size_t i, used;
	bool is = true;

	if (!args_address(c, 0, AF_UNSPEC, &spec->target, &used, e))
		return false;
	for (i = used; i < c->word_count; i += 2) {
		if (!read_setting(c, i, spec, &is, e))
			return false;
		if (!is)
			break;
	}
	find_payload(c, i, spec);
	return check_pace(spec, e);
}

/* ---- telling it as it goes ---- */

/* Where there is no screen that shows how it goes each answer is a line. */
struct teller {
	struct face *face;
	struct session *session;
	struct ping *ping; /* set once it is started */
	bool in_script;
};

static void tell_listing(const struct teller *t, struct listing *l)
{
	if (t->face->listing)
		t->face->listing(t->face->ctx, "", l);
	listing_done(l);
}

static void tell_event(void *ctx, const struct ping_event *event)
{
	const struct teller *t = ctx;
	struct listing l;

	listing_init(&l);
	ping_report_event(&l, event);
	tell_listing(t, &l);
}

/* A script that waits for the end prints the report by itself, unless that was stopped first.  A
 * session that is taken down has no face any more, and no watcher. */
static void tell_sums(void *ctx)
{
	struct teller *t = ctx;
	bool waits = t->in_script && !script_is_idle(t->face->script);
	struct listing l;

	if (t->ping && !waits && t->session->watcher.changed) {
		listing_init(&l);
		ping_report(&l, t->ping);
		tell_listing(t, &l);
	}
	free(t);
}

static struct teller *add_teller(const struct command_call *c, bool in_script,
				 struct ping_spec *spec, struct error *e)
{
	struct teller *t = calloc(1, sizeof(*t));

	if (!t) {
		err_set(e, ERR_LIMIT, "no memory for a ping");
		return NULL;
	}
	*t = (struct teller){ .face = c->face, .session = c->session, .in_script = in_script };
	spec->tell = tell_event;
	spec->ended = tell_sums;
	spec->ctx = t;
	return t;
}

/* ---- the command ---- */

/* From a socket of its own, which is not yet open. */
static bool intend(struct command_intent *intent, const struct ping_spec *spec, struct error *e)
{
	intent->addrs = malloc(sizeof(*intent->addrs));
	if (!intent->addrs)
		return err_set(e, ERR_LIMIT, "no memory");
	intent->addrs[0] = spec->target;
	intent->count = 1;
	intent->schedule = (struct command_schedule){ .asked = true,
						      .every = spec->every,
						      .times = spec->times };
	intent->sends = true;
	return true;
}

static bool start(struct command_call *c, struct ping_spec *spec, struct error *e)
{
	bool in_script = c->face->script && script_is_running(c->face->script);
	struct teller *t = NULL;
	struct ping *p;

	if (!spec->times && in_script)
		spec->times = SCRIPT_TIMES;
	if (!c->face->is_live && !(t = add_teller(c, in_script, spec, e)))
		return false;
	p = ping_start(c->session, spec, c->line, e);
	if (!p) {
		free(t);
		return false;
	}
	if (t)
		t->ping = p;
	return t && !in_script ? true : diagnose_begin(c, &p->activity, e);
}

static bool ping_run(struct command_call *c, struct error *e)
{
	struct ping_spec spec = { 0 };
	struct buf probe;
	bool ok;

	buf_init(&probe, PAYLOAD_MAX_V6 + 1);
	ok = read_spec(c, &spec, e) &&
	     read_probe(c, &spec, c->intent ? &c->intent->bytes : &probe, e);
	buf_done(&probe);
	if (ok)
		ok = c->intent ? intend(c->intent, &spec, e) : start(c, &spec, e);
	return ok;
}

static void ping_show(struct command_call *c, struct activity *a)
{
	ping_report(&c->listing, ping_of(a));
}

static void ping_complete(struct command_completion *c)
{
	if (c->word < 1)
		return;
	completion_offer(c, "times");
	completion_offer(c, "every");
	completion_offer(c, "timeout");
}

const struct command ping_commands[] = {
	{ "ping", "HOST PORT [times N] [every D] [timeout D] [TEXT]", "diagnosis", 1, -1, CMD_TAIL,
	  "probe again and again: who answers, how fast, what is lost, late, twice or out of order",
	  .run = ping_run, .complete = ping_complete, .report = ping_show },
	{ 0 },
};
