/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands for looking at what came and who is there. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/tables.h"
#include "util/num.h"

#include <stdio.h>

static bool show_activity(struct command_call *c, struct error *e)
{
	struct activity *a = NULL;
	uint64_t number;

	if (!args_number(&c->words[0], '%', &number, e))
		return false;
	if (number <= UINT32_MAX)
		a = activity_find(c->session, (uint32_t)number);
	if (!a)
		return err_at(e, (ptrdiff_t)c->words[0].at,
			      "%s has no report: :jobs lists those that have", c->words[0].text);
	diagnose_report(c, a);
	return true;
}

static bool show_run(struct command_call *c, struct error *e)
{
	uint64_t number;

	if (c->words[0].text[0] == '%')
		return show_activity(c, e);
	if (!args_number(&c->words[0], '#', &number, e))
		return false;
	if (!c->face->show)
		return err_set(e, ERR_STATE, "show needs the screen");
	return c->face->show(c->face->ctx, number, e) ? true : args_at(c, 0, e);
}

static bool clear_run(struct command_call *c, struct error *e)
{
	if (!c->face->clear)
		return err_set(e, ERR_STATE, "clear needs the screen");
	c->face->clear(c->face->ctx);
	return true;
}

/* "3 s ago" */
static void format_age(const struct session *s, uint64_t then, struct buf *out)
{
	uint64_t now = clock_realtime(s->clock);

	if (now < then + NS_PER_S) {
		buf_str(out, "now");
		return;
	}
	num_format_duration(out, (now - then) / NS_PER_S * NS_PER_S);
	buf_str(out, " ago");
}

static bool peers_run(struct command_call *c, struct error *e)
{
	const struct session *s = c->session;
	struct buf name, bytes, last;
	char command[32];

	(void)e;
	buf_printf(&c->listing.title, "%u peers", s->peers.count);
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \taddress\tsocket\trx\tbytes\ttx\terr\tlast");
	buf_init(&name, 128);
	buf_init(&bytes, 32);
	buf_init(&last, 32);
	for (uint32_t n = s->peers.count; n > 0; n--) {
		const struct peer *p = peer_by_number(&s->peers, n);

		buf_reset(&name);
		buf_reset(&bytes);
		buf_reset(&last);
		addr_format(&name, &p->addr);
		num_format_size(&bytes, p->rx_bytes);
		format_age(s, p->last, &last);
		snprintf(command, sizeof(command), "to @%u", n);
		listing_row(&c->listing, LISTING_PLAIN, command,
			    "@%u%s%s\t%s\t[%u]\t%llu\t%s\t%llu\t%llu%s%s\t%s", n,
			    p->label ? " " : "", p->label ? p->label : "", buf_cstr(&name),
			    p->socket, (unsigned long long)p->rx, buf_cstr(&bytes),
			    (unsigned long long)p->tx, (unsigned long long)p->errors,
			    p->error ? " " : "", p->error ? p->error : "", buf_cstr(&last));
	}
	if (!s->peers.count)
		listing_row(&c->listing, LISTING_DIM, NULL, "nobody was heard or written to yet");
	buf_done(&name);
	buf_done(&bytes);
	buf_done(&last);
	return true;
}

static bool label_run(struct command_call *c, struct error *e)
{
	struct peer *p;
	uint64_t number;

	if (!args_number(&c->words[0], '@', &number, e))
		return false;
	p = number <= UINT32_MAX ? peer_by_number(&c->session->peers, (uint32_t)number) : NULL;
	if (!p)
		return err_at(e, (ptrdiff_t)c->words[0].at,
			      "there is no peer %s yet: :peers lists them", c->words[0].text);
	return peer_label(p, c->word_count > 1 ? c->words[1].text : NULL, e) || args_at(c, 1, e);
}

static void label_complete(struct command_completion *c)
{
	if (c->word > 0)
		return;
	for (uint32_t n = 1; n <= c->session->peers.count && n <= COMPLETION_MAX; n++)
		completion_offer(c, "@%u", n);
}

/* ---- stats ---- */

static void socket_stats(struct command_call *c, const struct session_socket *k)
{
	struct sock_memory m = { 0 };
	struct buf queued, room;
	char command[32];

	buf_init(&queued, 32);
	buf_init(&room, 32);
	sock_memory(&k->sock, &m);
	num_format_size(&queued, m.queued);
	num_format_size(&room, m.rcvbuf);
	snprintf(command, sizeof(command), "socket %u", k->number);
	listing_row(&c->listing, LISTING_PLAIN, command,
		    "[%u]\t%llu\t%llu\t%llu\t%llu\t%u\t%s of %s", k->number,
		    (unsigned long long)k->rx, (unsigned long long)k->tx,
		    (unsigned long long)k->lost, (unsigned long long)k->errors, m.drops,
		    buf_cstr(&queued), buf_cstr(&room));
	buf_done(&queued);
	buf_done(&room);
}

/* What the store keeps: "20 KiB of 256 MiB, 1,204 packets, the oldest 36 s old" */
static void store_rows(struct command_call *c)
{
	uint64_t now = clock_realtime(c->session->clock);
	struct store_stats st;
	struct buf text;

	store_stats(c->session->store, &st);
	buf_init(&text, 256);
	num_format_size(&text, st.bytes);
	buf_str(&text, " of ");
	num_format_size(&text, st.limit);
	buf_str(&text, ", ");
	num_format_count(&text, st.end_seq - st.first_seq);
	buf_str(&text, " packets and events");
	if (st.oldest_time && st.oldest_time <= now) {
		buf_str(&text, ", the oldest ");
		num_format_duration(&text, (now - st.oldest_time) / NS_PER_S * NS_PER_S);
		buf_str(&text, " old");
	}
	listing_row(&c->listing, LISTING_PLAIN, NULL, "kept\t%s", buf_cstr(&text));
	buf_done(&text);
}

static bool stats_run(struct command_call *c, struct error *e)
{
	const struct session *s = c->session;

	(void)e;
	receiver_check_drops(s->receiver);
	buf_str(&c->listing.title, "stats");
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \trx\ttx\tlost\terr\tdropped\twaiting to be read");
	for (size_t i = 0; i < s->socket_count; i++)
		socket_stats(c, s->sockets[i]);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "all\t%llu\t%llu\t%llu\t%llu\t\t",
		    (unsigned long long)s->rx, (unsigned long long)s->tx,
		    (unsigned long long)s->lost, (unsigned long long)s->errors);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "now\t%llu/s",
		    (unsigned long long)rate_per_second(&s->rx_rate, clock_monotonic(s->clock)));
	listing_row(&c->listing, LISTING_PLAIN, "peers", "peers\t%u", s->peers.count);
	listing_row(&c->listing, LISTING_PLAIN, "jobs", "jobs\t%zu", s->job_count);
	store_rows(c);
	return true;
}

const struct command look_commands[] = {
	{ "show", "#N|%N", "looking", 1, 1, 0,
	  "show packet N in the details, or the report of activity N", .run = show_run },
	{ "peers", "", "looking", 0, 0, 0, "list who was heard or written to, newest first",
	  .run = peers_run },
	{ "label", "@N [NAME]", "looking", 1, 2, 0,
	  "call peer N by a name; without one take it away", .run = label_run,
	  .complete = label_complete },
	{ "stats", "", "looking", 0, 0, 0,
	  "totals, what waits in the sockets and what the kernel dropped, what is kept",
	  .run = stats_run },
	{ "clear", "", "looking", 0, 0, 0, "empty the list; numbers go on", .run = clear_run },
	{ 0 },
};
