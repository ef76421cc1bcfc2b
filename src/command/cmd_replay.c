/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay: the datagrams of a capture file, sent once more. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/send.h"
#include "command/tables.h"
#include "session/replay.h"
#include "util/json.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SPEED_MIN 0.001
#define SPEED_MAX 1000000.0
#define TIMEOUT_MAX (3600 * NS_PER_S)

/* ---- what is asked for ---- */

static bool is_last(const struct command_call *c, size_t i)
{
	return i + 1 >= c->word_count;
}

/* "2", "0.5", "10x" */
static bool read_speed(struct command_call *c, size_t i, struct replay_spec *spec, struct error *e)
{
	const char *word = c->words[i].text;
	char *end;
	double speed;

	errno = 0;
	speed = strtod(word, &end);
	if (*end == 'x')
		end++;
	if (errno || end == word || *end || strspn(word, "0123456789.") < strcspn(word, "x") ||
	    !(speed >= SPEED_MIN && speed <= SPEED_MAX))
		return err_at(e, (ptrdiff_t)c->words[i].at,
			      "speed: \"%s\" is no number from 0.001 to 1000000", word);
	spec->speed = speed;
	return true;
}

/* It ends where nothing joins it to what follows. */
static bool read_filter(struct command_call *c, size_t *i, struct replay_spec *spec,
			struct error *e)
{
	size_t at = c->words[*i].at, used;

	if (spec->filter)
		return err_at(e, (ptrdiff_t)at, "\"filter\" is given twice");
	if (!filter_parse_head(c->line + at, strlen(c->line + at), &used, &spec->filter, e))
		return err_shift(e, (ptrdiff_t)at);
	while (*i < c->word_count && c->words[*i].at < at + used)
		++*i;
	return true;
}

static bool read_to(struct command_call *c, size_t *i, struct replay_spec *spec, struct error *e)
{
	const struct session_socket *k = c->session->current;
	size_t used = 1;

	if (strcmp(c->words[*i].text, "original") == 0)
		spec->original = true;
	else if (!args_address(c, *i, k ? k->sock.family : AF_UNSPEC, &spec->dest, &used, e))
		return false;
	*i += used;
	return true;
}

static bool read_timeout(struct command_call *c, size_t i, struct replay_spec *spec,
			 struct error *e)
{
	if (!num_parse_duration(c->words[i].text, &spec->timeout, e))
		return err_shift(e, (ptrdiff_t)c->words[i].at);
	if (!spec->timeout || spec->timeout > TIMEOUT_MAX)
		return err_at(e, (ptrdiff_t)c->words[i].at, "timeout: %s is outside 1ns..1h",
			      c->words[i].text);
	return true;
}

static bool read_option(struct command_call *c, size_t *i, struct replay_spec *spec,
			struct error *e)
{
	const char *word = c->words[*i].text;
	size_t at = (*i)++;

	if (strcmp(word, "as-fast") == 0) {
		spec->speed = 0;
		return true;
	}
	if (strcmp(word, "wait-answers") == 0) {
		spec->wait = true;
		return true;
	}
	if (is_last(c, at))
		return command_usage(c, e);
	if (strcmp(word, "filter") == 0)
		return read_filter(c, i, spec, e);
	if (strcmp(word, "to") == 0)
		return read_to(c, i, spec, e);
	if (strcmp(word, "speed") == 0)
		return read_speed(c, (*i)++, spec, e);
	if (strcmp(word, "timeout") == 0)
		return read_timeout(c, (*i)++, spec, e);
	return err_at(e, (ptrdiff_t)c->words[at].at,
		      "\"%s\" is none of filter, speed, as-fast, to, wait-answers, timeout", word);
}

/* To the target, unless it says where; nothing goes where nobody asked for. */
static bool find_target(struct command_call *c, struct replay_spec *spec, struct error *e)
{
	struct session_socket *k = c->session->current;
	const struct addr *dests;
	size_t count;

	if (spec->dest.family) {
		spec->socket = send_socket_for(c->session, &spec->dest, e);
		return spec->socket && sock_can_reach(&spec->socket->sock, &spec->dest, e);
	}
	if (!k)
		return command_no_socket(c, e);
	spec->socket = k;
	if (spec->original || k->sock.peer.family)
		return true;
	count = target_addrs(&k->target, &dests);
	if (count != 1)
		return err_set(e, ERR_STATE,
			       "%s: replay FILE to HOST PORT, or \"to original\", where each went "
			       "then",
			       count ? "there are several targets" : "no target");
	spec->dest = dests[0];
	return true;
}

static bool replay_run(struct command_call *c, struct error *e)
{
	struct replay_spec spec = { .path = c->words[0].text,
				    .speed = 1,
				    .timeout = REPLAY_TIMEOUT };
	struct replay *r;
	bool ok = true;

	if (strlen(spec.path) >= PATH_MAX)
		return err_sys(e, ENAMETOOLONG, "%.60s..", spec.path);
	for (size_t i = 1; ok && i < c->word_count;)
		ok = read_option(c, &i, &spec, e);
	if (!ok || !find_target(c, &spec, e)) {
		filter_free(spec.filter);
		return false;
	}
	r = replay_start(c->session, &spec, c->line, e);
	return r && diagnose_begin(c, &r->activity, e);
}

/* ---- the report ---- */

static void count_row(struct command_call *c, uint64_t n, const char *words)
{
	struct buf count;

	if (!n)
		return;
	buf_init(&count, 32);
	num_format_count(&count, n);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "%s\t%s", buf_cstr(&count), words);
	buf_done(&count);
}

static void add_data(struct command_call *c, const struct replay *r)
{
	struct buf members;

	buf_init(&members, 2 * PATH_MAX + 512);
	json_string(&members, "file", r->path);
	json_number(&members, "sent", r->sent);
	json_number(&members, "failed", r->failed);
	json_number(&members, "answered", r->answered);
	json_number(&members, "unanswered", r->unanswered);
	json_number(&members, "inbound", r->inbound);
	json_number(&members, "filtered", r->hidden);
	json_number(&members, "incomplete", r->cut);
	json_number(&members, "other", r->others);
	json_bool(&members, "over", r->activity.over);
	listing_data(&c->listing, "replay", &members);
	buf_done(&members);
}

static void replay_report(struct command_call *c, struct activity *a)
{
	const struct replay *r = replay_of(a);

	buf_printf(&c->listing.title, "replay %s: ", r->path);
	if (a->over)
		buf_str(&c->listing.title, r->ended && !r->pending ? "over" : "stopped");
	else
		a->kind->progress(a, &c->listing.title);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "%" PRIu64 "\tsent", r->sent);
	add_data(c, r);
	if (r->spec.wait)
		listing_row(&c->listing, LISTING_PLAIN, NULL, "%" PRIu64 "\tanswered", r->answered);
	count_row(c, r->unanswered, "not answered in time, or refused");
	count_row(c, r->spec.wait ? 0 : r->pace.late,
		  "left late, and all behind them as much later");
	count_row(c, r->undirected, "of these have no direction in the file");
	count_row(c, r->timeless, "of these have a time that cannot be: sent without a wait");
	count_row(c, r->inbound, "came in then: left out");
	count_row(c, r->hidden, "left out by the filter");
	count_row(c, r->spec.filter ? filter_given_up(r->spec.filter) : 0,
		  "of these because it was too costly for them");
	count_row(c, r->cut, "are not whole in the file: left out");
	count_row(c, r->others, "frames that are no datagrams");
	if (r->failed)
		listing_row(&c->listing, LISTING_ERROR, NULL, "%" PRIu64 "\tnot sent: %s",
			    r->failed, r->problem.text);
	if (r->damage.code)
		listing_row(&c->listing, LISTING_ERROR, NULL, "the file %s", r->damage.text);
}

static void replay_complete(struct command_completion *c)
{
	if (c->word == 0) {
		completion_offer_files(c);
		return;
	}
	if (strcmp(c->before, "to") == 0) {
		completion_offer(c, "original");
		completion_offer_peers(c);
		return;
	}
	if (strcmp(c->before, "filter") == 0) {
		completion_offer_expression(c);
		return;
	}
	completion_offer(c, "filter");
	completion_offer(c, "speed");
	completion_offer(c, "as-fast");
	completion_offer(c, "to");
	completion_offer(c, "wait-answers");
	completion_offer(c, "timeout");
}

const struct command replay_commands[] = {
	{ "replay",
	  "FILE [filter EXPR] [speed X|as-fast] [to HOST PORT|original] [wait-answers] [timeout D]",
	  "files", 1, -1, 0, "send the datagrams of a capture file again, to the target",
	  .run = replay_run, .complete = replay_complete, .report = replay_report },
	{ 0 },
};
