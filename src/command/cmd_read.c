/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read: what a capture file holds of UDP, into the session. */
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/script.h"
#include "command/tables.h"
#include "session/capture.h"
#include "session/words.h"
#include "util/json.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The rest of the line; a file's name may hold blanks, and completion puts one behind it. */
static bool read_path(struct command_call *c, char *path, size_t size, struct error *e)
{
	const char *at = c->payload;
	size_t n = c->payload_len;

	while (n && strchr(" \t", at[n - 1]))
		n--;
	if (!n)
		return command_usage(c, e);
	if (n >= size)
		return err_sys(e, ENAMETOOLONG, "%.60s..", at);
	memcpy(path, at, n);
	path[n] = '\0';
	return true;
}

static bool take_stdin(struct command_call *c, struct error *e)
{
	if (!c->face->take_stdin)
		return err_set(e, ERR_STATE,
			       "stdin is in use: read FILE, or without a terminal zcat FILE | "
			       "udpdeck --read -");
	return c->face->take_stdin(c->face->ctx, e);
}

/* On a screen the list is what there is to see: it goes on by itself. */
static bool read_run(struct command_call *c, struct error *e)
{
	struct script *sc = c->face->script;
	char path[PATH_MAX];
	struct activity *a;

	if (!read_path(c, path, sizeof(path), e))
		return false;
	if (strcmp(path, "-") == 0 && !take_stdin(c, e))
		return false;
	a = capture_start(c->session, path, c->line, e);
	if (!a)
		return false;
	if (sc && (!c->face->is_live || script_is_running(sc)))
		return script_activity(sc, a->number, e);
	command_say(c, MESSAGE_INFO, "reading %s", path);
	return true;
}

/* ---- the report ---- */

static void count_row(struct command_call *c, const char *name, uint64_t n, const char *help)
{
	struct buf count;

	buf_init(&count, 32);
	num_format_count(&count, n);
	if (n)
		listing_row(&c->listing, LISTING_PLAIN, NULL, "%s\t%s\t%s", name, buf_cstr(&count),
			    help);
	buf_done(&count);
}

static void data(struct command_call *c, const struct capture_totals *t)
{
	struct buf members;

	buf_init(&members, 2 * PATH_MAX);
	json_string(&members, "file", t->path);
	json_number(&members, "frames", t->frames);
	json_number(&members, "datagrams", t->datagrams);
	json_number(&members, "icmp", t->errors);
	json_number(&members, "not_udp", t->others);
	json_number(&members, "damaged", t->bad);
	json_number(&members, "unknown_link", t->unknown);
	json_number(&members, "incomplete", t->incomplete);
	json_number(&members, "lost", t->lost);
	json_number(&members, "odd_times", t->odd_times);
	json_number(&members, "odd_lengths", t->odd_lengths);
	json_number(&members, "odd_drops", t->odd_drops);
	if (t->first) {
		json_time(&members, "first", t->first);
		json_time(&members, "last", t->last);
	}
	listing_data(&c->listing, "read", &members);
	buf_done(&members);
}

static void time_row(struct command_call *c, const char *name, uint64_t time)
{
	struct buf text;

	buf_init(&text, 64);
	words_time(&text, time, 6, false);
	if (time)
		listing_row(&c->listing, LISTING_PLAIN, NULL, "%s\t%s\t", name, buf_cstr(&text));
	buf_done(&text);
}

static void report(struct command_call *c, struct activity *a)
{
	struct capture_totals t;
	struct buf line;

	capture_totals(a, &t);
	buf_init(&line, PATH_MAX + 512);
	capture_words(&t, &line);
	buf_printf(&c->listing.title, "%%%" PRIu32 " read%s", a->number,
		   a->over ? "" : ", goes on");
	listing_row(&c->listing, LISTING_HEADING, NULL, "%s: %s", t.path, buf_cstr(&line));
	data(c, &t);
	if (a->verdict.code)
		listing_row(&c->listing, LISTING_ERROR, NULL, "%s", a->verdict.text);
	count_row(c, "frames", t.frames, "of the file");
	count_row(c, "datagrams", t.datagrams, "");
	count_row(c, "ICMP errors", t.errors, "about datagrams");
	count_row(c, "not UDP", t.others, "frames left out");
	count_row(c, "damaged", t.bad,
		  "frames left out: cut off in their headers, or contradictory");
	count_row(c, "unknown link", t.unknown, "frames left out: their link type is not known");
	count_row(c, "incomplete", t.incomplete, "datagrams of which fragments are missing");
	count_row(c, "lost", t.lost, "by who captured, as the file says");
	count_row(c, "odd times", t.odd_times,
		  "frames: in the future, or a year from the one in front");
	count_row(c, "odd lengths", t.odd_lengths,
		  "frames of which more was captured than they are said to be long");
	count_row(c, "odd counts", t.odd_drops, "of what was lost: left out");
	count_row(c, "gone", t.gone, "read, and gone from memory: --memory keeps more");
	time_row(c, "first", t.first);
	time_row(c, "last", t.last);
	buf_done(&line);
}

static void read_complete(struct command_completion *c)
{
	completion_offer_files(c);
}

const struct command read_commands[] = {
	{ "read", "FILE", "files", 1, -1, CMD_PAYLOAD,
	  "the UDP of a pcap or pcapng file, into the list; - is stdin", .run = read_run,
	  .complete = read_complete, .report = report },
	{ 0 },
};
