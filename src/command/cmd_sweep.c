/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "sweep": one probe out of every interface, and who answered. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/tables.h"
#include "diagnose/sweep.h"
#include "util/json.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 8    /* of those that differ, in a row */
#define SHOWN_COLUMNS 60 /* of an answer's text */
#define SHOWN_RANGES 60

/* ---- what is asked for ---- */

struct asked {
	struct sweep_wish wish;
	uint64_t collect;
	bool how; /* "group" or "broadcast" was given */
};

static bool read_collect(struct command_call *c, size_t i, struct asked *a, struct error *e)
{
	if (!num_parse_duration(c->words[i].text, &a->collect, e))
		return err_shift(e, (ptrdiff_t)c->words[i].at);
	if (!a->collect || a->collect > SWEEP_COLLECT_MAX)
		return err_at(e, (ptrdiff_t)c->words[i].at, "collect: %s is outside 1ns..24h",
			      c->words[i].text);
	return true;
}

static bool add_named(struct asked *a, unsigned index, struct error *e)
{
	if (a->wish.named_count == SWEEP_NAMED)
		return err_set(e, ERR_LIMIT, "more than %d interfaces are named", SWEEP_NAMED);
	a->wish.named[a->wish.named_count++] = index;
	return true;
}

/* "eth0,eth1": cuts the word at its commas. */
static bool read_via(struct command_call *c, size_t i, struct asked *a, struct error *e)
{
	char *item = c->words[i].text;

	while (item) {
		char *comma = strchr(item, ',');
		unsigned index;

		if (comma)
			*comma = '\0';
		if (!iface_parse(item, &index, e) || !add_named(a, index, e)) {
			if (e && e->at < 0)
				e->at = 0;
			return err_shift(e, (ptrdiff_t)c->words[i].at + (item - c->words[i].text));
		}
		item = comma ? comma + 1 : NULL;
	}
	return true;
}

static bool read_group(struct command_call *c, size_t i, struct asked *a, struct error *e)
{
	struct group_spec g;

	if (!group_parse(c->words[i].text, &g, e))
		return args_at(c, i, e);
	if (g.count > 1 || g.source.family)
		return err_at(e, (ptrdiff_t)c->words[i].at, "a sweep is to one group: GROUP[%%IF]");
	a->wish.how = SWEEP_GROUP;
	a->wish.group = g.group;
	return !g.ifindex || add_named(a, g.ifindex, e) || args_at(c, i, e);
}

static bool read_how(struct command_call *c, size_t i, struct asked *a, struct error *e)
{
	if (a->how)
		return err_at(e, (ptrdiff_t)c->words[i].at,
			      "where to is given twice: one of \"group GROUP\" and \"broadcast\"");
	a->how = true;
	if (strcmp(c->words[i].text, "group") == 0)
		return read_group(c, i + 1, a, e);
	a->wish.how = SWEEP_BROADCAST;
	return true;
}

/* *i: the word at which the sending command begins. */
static bool read_words(struct command_call *c, struct asked *a, size_t *i, struct error *e)
{
	*a = (struct asked){ .collect = SWEEP_COLLECT };
	if (!addr_parse_port(c->words[0].text, false, &a->wish.port, e))
		return args_at(c, 0, e);
	for (*i = 1; *i < c->word_count;) {
		const char *word = c->words[*i].text;
		bool broadcast = strcmp(word, "broadcast") == 0, ok;

		if (!broadcast && strcmp(word, "collect") != 0 && strcmp(word, "via") != 0 &&
		    strcmp(word, "group") != 0)
			return true;
		if (!broadcast && *i + 1 >= c->word_count)
			return command_usage(c, e);
		if (broadcast || strcmp(word, "group") == 0)
			ok = read_how(c, *i, a, e);
		else if (strcmp(word, "via") == 0)
			ok = read_via(c, *i + 1, a, e);
		else
			ok = read_collect(c, *i + 1, a, e);
		if (!ok)
			return false;
		*i += broadcast ? 1 : 2;
	}
	return command_usage(c, e);
}

/* The bytes of the sending command, which goes to whom the sweep says and nowhere else. */
static bool read_payload(struct command_call *c, size_t i, struct payload_env *env, struct buf *out,
			 struct error *e)
{
	const struct command_word *verb = &c->words[i];
	const struct command *row = command_find(c->set, verb->text, c->prefixes, e);
	struct session_socket nobody = { 0 };

	if (!row) {
		if (e)
			e->at = (ptrdiff_t)verb->at;
		return false;
	}
	if (!(row->flags & CMD_SENDS))
		return err_at(e, (ptrdiff_t)verb->at,
			      "behind \"sweep PORT\" comes send, hex, ...: what to send");
	if (!command_reread(c->session, c->set, c->line + verb->at, &nobody, env, out, e))
		return err_shift(e, (ptrdiff_t)verb->at);
	return true;
}

/* ---- what it would do ---- */

/* "eth0 to 10.77.0.255:7000, eth1 to ..." */
static void format_ways(const struct sweep_probe *probes, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		if (probes[i].refused[0])
			continue;
		buf_printf(out, "%s%s to ", out->len ? ", " : "", probes[i].ifname);
		addr_format(out, &probes[i].dest);
	}
}

static bool intend(struct command_call *c, const struct asked *a, const struct buf *bytes,
		   struct error *e)
{
	struct sweep_probe *probes = calloc(SWEEP_PROBES, sizeof(*probes));
	size_t count = 0;
	bool ok;

	if (!probes)
		return err_set(e, ERR_LIMIT, "no memory for a sweep");
	ok = sweep_plan(&a->wish, session_ifaces(c->session), probes, &count, e) &&
	     (buf_add(&c->intent->bytes, bytes->data, bytes->len) ||
	      err_set(e, ERR_LIMIT, "no memory for %zu bytes", bytes->len));
	if (ok)
		format_ways(probes, count, &c->intent->ways);
	c->intent->sends = ok;
	free(probes);
	return ok;
}

static bool begin(struct command_call *c, const struct asked *a, const struct buf *bytes,
		  struct error *e)
{
	struct sweep *w = sweep_start(c->session, &a->wish, a->collect, buf_cstr(bytes), bytes->len,
				      c->line, e);

	return w && diagnose_begin(c, &w->activity, e);
}

static bool sweep_run(struct command_call *c, struct error *e)
{
	struct payload_env env;
	struct asked asked;
	struct buf bytes;
	size_t verb = 0;
	bool ok;

	if (!read_words(c, &asked, &verb, e))
		return false;
	session_payload_env(c->session, &env);
	buf_init(&bytes, COMMAND_LINE_MAX);
	ok = read_payload(c, verb, &env, &bytes, e);
	if (ok && c->intent) {
		ok = intend(c, &asked, &bytes, e);
	} else if (ok) {
		ok = begin(c, &asked, &bytes, e);
		if (ok)
			session_payload_used(c->session, &env);
	}
	buf_done(&bytes);
	return ok;
}

/* ---- who answered ---- */

static void answer_data(struct command_call *c, const struct sweep *w, const struct answer *a,
			const char *dev)
{
	struct buf members, host, differ;

	buf_init(&members, 16 * ANSWERS_BYTES);
	buf_init(&host, 128);
	buf_init(&differ, 8 * ANSWERS_BYTES);
	addr_format_host(&host, &a->peer);
	answers_format_ranges(&w->answers, &differ);
	json_string(&members, "src", buf_cstr(&host));
	json_number(&members, "sport", a->peer.port);
	json_string(&members, "ifname", dev);
	json_real(&members, "after", (double)sweep_after(w, a) / NS_PER_S);
	json_number(&members, "count", a->count);
	json_number(&members, "len", a->len);
	json_bool(&members, "truncated", a->kept < a->len);
	json_string(&members, "differ", buf_cstr(&differ));
	json_key(&members, "data");
	buf_char(&members, '"');
	json_hex(&members, a->data, a->kept);
	buf_char(&members, '"');
	if (text_is_utf8(a->data, a->kept))
		json_bytes(&members, "text", (const char *)a->data, a->kept);
	listing_data(&c->listing, "answer", &members);
	buf_done(&members);
	buf_done(&host);
	buf_done(&differ);
}

/* The escaped text in so many columns. */
static void format_preview(const struct answer *a, struct buf *out)
{
	size_t fit, n = a->kept < 4 * SHOWN_COLUMNS ? a->kept : 4 * SHOWN_COLUMNS;

	text_escape(out, a->data, n);
	fit = text_fit(buf_cstr(out), out->len, SHOWN_COLUMNS);
	if (fit < out->len || n < a->len) {
		buf_cut(out, fit);
		buf_str(out, "..");
	}
}

static void answer_row(struct command_call *c, const struct sweep *w, const struct answer *a)
{
	const struct iface *dev = session_iface(c->session, a->ifindex);
	const struct peer *peer = peer_find(&c->session->peers, &a->peer);
	struct buf name, after, bytes, text, command;

	buf_init(&name, 160);
	buf_init(&after, 32);
	buf_init(&bytes, 64);
	buf_init(&text, 64 * SHOWN_COLUMNS);
	buf_init(&command, 160);
	if (peer)
		buf_printf(&name, "@%u ", peer->number);
	addr_format(&name, &a->peer);
	buf_str(&command, "to ");
	addr_format(&command, &a->peer);
	num_format_duration(&after, sweep_after(w, a));
	answers_format_bytes(&w->answers, a, SHOWN_BYTES, &bytes);
	format_preview(a, &text);
	listing_row(&c->listing, LISTING_PLAIN, buf_cstr(&command),
		    "%s\t%s\t%s\t%" PRIu64 "\t%u\t%s\t%s", buf_cstr(&name), dev ? dev->name : "-",
		    buf_cstr(&after), a->count, a->len, bytes.len ? buf_cstr(&bytes) : "-",
		    buf_cstr(&text));
	answer_data(c, w, a, dev ? dev->name : "");
	buf_done(&name);
	buf_done(&after);
	buf_done(&bytes);
	buf_done(&text);
	buf_done(&command);
}

static void probe_row(struct command_call *c, const struct sweep_probe *p)
{
	struct buf dest;

	buf_init(&dest, 160);
	if (p->dest.family)
		addr_format(&dest, &p->dest);
	if (p->refused[0]) {
		listing_row(&c->listing, LISTING_ERROR, NULL, "%s%s by %s: not sent, %s",
			    dest.len ? "-> " : "", buf_cstr(&dest), p->ifname, p->refused);
	} else {
		buf_printf(&dest, " by %s", p->ifname);
		if (p->source.family) {
			buf_str(&dest, " from ");
			addr_format_host(&dest, &p->source);
		}
		listing_row(&c->listing, LISTING_DIM, NULL, "-> %s", buf_cstr(&dest));
	}
	buf_done(&dest);
}

/* "differ at bytes 2-3,7": ranges as far as they fit a line. */
static void difference_row(struct command_call *c, const struct answers *t)
{
	struct buf ranges;

	if (t->heard - t->beyond < 2)
		return;
	if (!answers_differ(t)) {
		listing_row(&c->listing, LISTING_PLAIN, NULL, "all answers are equal%s",
			    t->longest > ANSWERS_BYTES ? " as far as they are compared" : "");
		return;
	}
	buf_init(&ranges, 8 * ANSWERS_BYTES);
	answers_format_ranges(t, &ranges);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "the answers differ at byte%s %.*s%s of %u",
		    strpbrk(buf_cstr(&ranges), "-,") ? "s" : "", SHOWN_RANGES, buf_cstr(&ranges),
		    ranges.len > SHOWN_RANGES ? ".." : "", t->longest);
	buf_done(&ranges);
}

static void sweep_title(struct command_call *c, const struct sweep *w)
{
	struct buf *title = &c->listing.title;

	buf_printf(title, "sweep %u: %zu answered, %zu probe%s of %zu B sent, ", w->wish.port,
		   w->answers.count, w->sent, w->sent == 1 ? "" : "s", w->len);
	if (w->activity.over) {
		buf_str(title, "over");
	} else {
		buf_str(title, "collecting for ");
		num_format_duration(title, w->collect);
	}
}

static void sweep_report(struct command_call *c, struct activity *a)
{
	const struct sweep *w = sweep_of(a);
	const struct answers *t = &w->answers;

	sweep_title(c, w);
	for (size_t i = 0; i < w->probe_count; i++)
		probe_row(c, &w->probes[i]);
	if (t->count)
		listing_row(&c->listing, LISTING_HEADING, NULL,
			    "who\tby\tafter\tcount\tlen\tdiffering bytes\tanswer");
	for (size_t i = 0; i < t->count; i++)
		answer_row(c, w, &t->all[i]);
	difference_row(c, t);
	if (t->beyond)
		listing_row(&c->listing, LISTING_ERROR, NULL,
			    "%" PRIu64 " more datagrams came from others than these %zu", t->beyond,
			    t->count);
	if (!t->count)
		listing_row(&c->listing, LISTING_DIM, NULL, "nobody has answered%s",
			    a->over ? "" : " yet");
}

/* ---- completion ---- */

/* The word before the one that is completed: the line is cut into words where they end. */
static const char *word_before(const struct command_completion *c)
{
	const char *at = c->prefix;

	while (at > c->text && (!at[-1] || at[-1] == ' ' || at[-1] == '\t'))
		at--;
	while (at > c->text && at[-1] && at[-1] != ' ' && at[-1] != '\t')
		at--;
	return at;
}

static void sweep_complete(struct command_completion *c)
{
	const char *before = word_before(c);

	if (c->word == 0)
		return;
	if (strcmp(before, "via") == 0) {
		for (size_t i = 0; i < session_ifaces(c->session)->count; i++)
			completion_offer(c, "%s", c->session->ifaces.ifaces[i].name);
		return;
	}
	if (strcmp(before, "collect") == 0 || strcmp(before, "group") == 0)
		return;
	completion_offer(c, "collect");
	completion_offer(c, "via");
	completion_offer(c, "group");
	completion_offer(c, "broadcast");
	for (size_t i = 0; command_at(c->set, i); i++)
		if (command_at(c->set, i)->flags & CMD_SENDS)
			completion_offer(c, "%s", command_at(c->set, i)->name);
}

const struct command sweep_commands[] = {
	{ "sweep", "PORT [collect D] [via IF,...] [group GROUP | broadcast] SENDING-COMMAND",
	  "diagnosis", 2, -1, CMD_TAIL,
	  "send one probe out of every interface, and tell who answered (default: for 2 s)",
	  .run = sweep_run, .complete = sweep_complete, .report = sweep_report },
	{ 0 },
};
