/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about peers: who is there, what they are called, whose packets are shown. */
#include "command/args.h"
#include "command/complete.h"
#include "command/script.h"
#include "command/tables.h"
#include "session/names.h"
#include "util/json.h"
#include "util/num.h"
#include "util/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA_MAX 4096   /* bytes of a row's members */
#define LIVE_ROWS 1000u /* a panel is made anew at each frame: more would hold the others up */

/* ---- peers ---- */

struct ranked {
	uint64_t key;
	const struct peer *peer;
};

static uint64_t key_new(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->number;
}

static uint64_t key_last(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->last;
}

static uint64_t key_rate(const struct peer *p, uint64_t mono)
{
	return pace_per_second(&p->rx_pace, mono);
}

static uint64_t key_rx(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->rx;
}

static uint64_t key_tx(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->tx;
}

static uint64_t key_bytes(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->rx_bytes + p->tx_bytes;
}

static uint64_t key_rtt(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->pairing.rtt;
}

static uint64_t key_unanswered(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->pairing.unanswered;
}

static uint64_t key_errors(const struct peer *p, uint64_t mono)
{
	(void)mono;
	return p->errors;
}

/* The greatest first; of equal ones the newest. */
static const struct order {
	const char *name;
	uint64_t (*key)(const struct peer *p, uint64_t mono);
} orders[] = {
	{ "new", key_new },       { "last", key_last },
	{ "rate", key_rate },     { "rx", key_rx },
	{ "tx", key_tx },         { "bytes", key_bytes },
	{ "rtt", key_rtt },       { "unanswered", key_unanswered },
	{ "errors", key_errors },
};

#define ORDERS (sizeof(orders) / sizeof(orders[0]))

static int compare(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	return a->peer->number > b->peer->number ? -1 : 1;
}

/* All peers in that order; heap.  NULL without memory. */
static struct ranked *rank(const struct peer_table *t, const struct order *order, uint64_t mono)
{
	struct ranked *all = malloc((t->count + 1) * sizeof(*all));

	for (uint32_t i = 0; all && i < t->count; i++) {
		const struct peer *p = t->peers[t->count - 1 - i];

		all[i] = (struct ranked){ order->key(p, mono), p };
	}
	if (all && order != orders)
		qsort(all, t->count, sizeof(*all), compare);
	return all;
}

/* What the rows of one listing share. */
struct peer_rows {
	struct listing *out;
	const struct peer_table *table;
	bool named; /* has a column of names that were asked for */
	bool plain; /* a panel, made anew at each frame, needs no members */
	uint64_t now, mono;
	struct buf who, address, name, rx, tx, rtt, spread, first, last, data;
};

static void add_seconds(struct buf *data, const char *key, uint64_t ns)
{
	json_real(data, key, (double)ns / (double)NS_PER_S);
}

static void add_data(struct peer_rows *r, const struct peer *p)
{
	const struct peer_pairing *a = &p->pairing;

	buf_reset(&r->data);
	json_number(&r->data, "peer", p->number);
	json_string(&r->data, "address", buf_cstr(&r->address));
	if (p->label)
		json_string(&r->data, "label", p->label);
	if (p->name && p->name[0])
		json_string(&r->data, "name", p->name);
	json_bool(&r->data, "shown", peer_is_shown(r->table, p));
	json_number(&r->data, "socket", p->socket);
	json_number(&r->data, "rx", p->rx);
	json_number(&r->data, "tx", p->tx);
	json_number(&r->data, "rx_bytes", p->rx_bytes);
	json_number(&r->data, "tx_bytes", p->tx_bytes);
	json_number(&r->data, "rate", pace_per_second(&p->rx_pace, r->mono));
	json_number(&r->data, "answered", a->answered);
	json_number(&r->data, "unanswered", a->unanswered);
	if (a->answered) {
		add_seconds(&r->data, "rtt", a->rtt);
		add_seconds(&r->data, "rtt_min", a->rtt_least);
		add_seconds(&r->data, "rtt_mean", a->rtt_sum / a->answered);
	}
	json_number(&r->data, "errors", p->errors);
	if (p->error)
		json_string(&r->data, "error", p->error);
	if (p->first) {
		json_time(&r->data, "first", p->first);
		json_time(&r->data, "last", p->last);
	}
	listing_data(r->out, "peer", &r->data);
}

static void fill_cells(struct peer_rows *r, const struct peer *p)
{
	struct buf *const cells[] = { &r->who, &r->address, &r->name,  &r->rx,  &r->tx,
				      &r->rtt, &r->spread,  &r->first, &r->last };
	const struct peer_pairing *a = &p->pairing;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		buf_reset(cells[i]);
	if (p->label)
		buf_printf(&r->who, " %s", p->label);
	if (!peer_is_shown(r->table, p))
		buf_str(&r->who, " (muted)");
	addr_format(&r->address, &p->addr);
	if (p->name)
		text_escape(&r->name, p->name, strlen(p->name));
	num_format_size(&r->rx, p->rx_bytes);
	num_format_size(&r->tx, p->tx_bytes);
	if (a->answered) {
		num_format_about(&r->rtt, a->rtt);
		num_format_about(&r->spread, a->rtt_least);
		buf_str(&r->spread, " / ");
		num_format_about(&r->spread, a->rtt_sum / a->answered);
	}
	if (p->first) {
		num_format_age(&r->first, r->now, p->first);
		buf_str(&r->first, ", ");
		if (p->socket)
			buf_printf(&r->first, "[%u]", p->socket);
		else
			buf_str(&r->first, "a file");
		num_format_age(&r->last, r->now, p->last);
	}
}

static const char *cell(const struct buf *b)
{
	return b->len ? buf_cstr(b) : "-";
}

static void add_row(struct peer_rows *r, const struct peer *p)
{
	char command[32];

	fill_cells(r, p);
	snprintf(command, sizeof(command), "to @%u", p->number);
	listing_row(r->out, peer_is_shown(r->table, p) ? LISTING_PLAIN : LISTING_DIM, command,
		    "@%u%s\t%s%s%s\t%llu\t%llu\t%llu/s\t%s\t%llu\t%llu%s%s\t%s\t%s\t%s\t%s\t%s",
		    p->number, buf_cstr(&r->who), buf_cstr(&r->address), r->named ? "\t" : "",
		    r->named ? cell(&r->name) : "", (unsigned long long)p->rx,
		    (unsigned long long)p->tx,
		    (unsigned long long)pace_per_second(&p->rx_pace, r->mono), cell(&r->rtt),
		    (unsigned long long)p->pairing.unanswered, (unsigned long long)p->errors,
		    p->error ? " " : "", p->error ? p->error : "", cell(&r->last), buf_cstr(&r->rx),
		    buf_cstr(&r->tx), cell(&r->spread), cell(&r->first));
	if (!r->plain)
		add_data(r, p);
}

static bool is_any_named(const struct session *s)
{
	bool any = s->names.count > 0;

	for (uint32_t i = 0; !any && i < s->peers.count; i++)
		any = s->peers.peers[i]->name != NULL;
	return any;
}

static void list_peers(struct command_call *c, const struct ranked *all, uint32_t count)
{
	struct peer_rows r = {
		.out = &c->listing,
		.table = &c->session->peers,
		.named = is_any_named(c->session),
		.plain = c->face->is_live,
		.now = clock_realtime(c->session->clock),
		.mono = clock_monotonic(c->session->clock),
	};
	struct buf *const cells[] = { &r.who, &r.address, &r.name,  &r.rx,   &r.tx,
				      &r.rtt, &r.spread,  &r.first, &r.last, &r.data };

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		buf_init(cells[i], DATA_MAX);
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \taddress%s\trx\ttx\trate\trtt\tunansw\terr\tlast\trx bytes\ttx bytes\t"
		    "least / mean rtt\tfirst, socket",
		    r.named ? "\tname" : "");
	for (uint32_t i = 0; i < count; i++)
		add_row(&r, all[i].peer);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		buf_done(cells[i]);
}

/* By word number at, if there is one. */
static bool find_order(const struct command_call *c, size_t at, const struct order **out,
		       struct error *e)
{
	*out = orders;
	if (at >= c->word_count)
		return true;
	for (size_t i = 0; i < ORDERS; i++) {
		if (strcmp(orders[i].name, c->words[at].text) == 0) {
			*out = &orders[i];
			return true;
		}
	}
	return err_at(e, (ptrdiff_t)c->words[at].at,
		      "peers are not listed by \"%s\": new, last, rate, rx, tx, bytes, rtt, "
		      "unanswered, errors",
		      c->words[at].text);
}

/* A panel shows them as they come: only those who are there now are asked about, so it is made
 * again without asking.  Elsewhere the listing waits for them. */
static bool ask_names(struct command_call *c, const struct order *order, const struct ranked *all,
		      uint32_t count, struct error *e)
{
	const struct script *sc = c->face->script;

	if (!names_begin(c->session, e))
		return args_at(c, 0, e);
	for (uint32_t i = 0; i < count; i++)
		names_want(c->session, all[i].peer);
	if (names_look(c->session) && (!c->face->is_live || (sc && script_is_running(sc))))
		return err_set(e, ERR_PENDING, "looking up the names of %u peers", count);
	buf_printf(&c->listing.remake, "peers %s", order->name);
	return true;
}

static void add_title(struct command_call *c, const struct order *order)
{
	struct buf *title = &c->listing.title;

	buf_printf(title, "%u peer%s", c->session->peers.count,
		   c->session->peers.count == 1 ? "" : "s");
	if (order != orders)
		buf_printf(title, " by %s", order->name);
	if (c->session->names.count)
		buf_printf(title, ", %zu names are looked up", c->session->names.count);
}

static bool peers_run(struct command_call *c, struct error *e)
{
	const struct peer_table *t = &c->session->peers;
	bool named = c->word_count && strcmp(c->words[0].text, "names") == 0;
	uint32_t count = t->count;
	const struct order *order;
	struct ranked *all;

	if (c->word_count == 2 && !named)
		return command_usage(c, e);
	if (!find_order(c, named, &order, e))
		return false;
	all = rank(t, order, clock_monotonic(c->session->clock));
	if (!all)
		return err_set(e, ERR_LIMIT, "no memory to list %u peers", t->count);
	if (c->face->is_live && count > LIVE_ROWS)
		count = LIVE_ROWS;
	if (named && !ask_names(c, order, all, count, e)) {
		free(all);
		return false;
	}
	add_title(c, order);
	c->listing.live = true;
	list_peers(c, all, count);
	if (!t->count)
		listing_row(&c->listing, LISTING_DIM, NULL, "nobody was heard or written to yet");
	if (count < t->count)
		listing_row(&c->listing, LISTING_DIM, NULL, "\tand %u more", t->count - count);
	free(all);
	return true;
}

static void peers_complete(struct command_completion *c)
{
	if (c->word == 0)
		completion_offer(c, "names");
	if (c->word == 1 && strcmp(c->first, "names") != 0)
		return;
	for (size_t i = 0; c->word <= 1 && i < ORDERS; i++)
		completion_offer(c, "%s", orders[i].name);
}

/* ---- label ---- */

static bool label_run(struct command_call *c, struct error *e)
{
	struct peer *p = args_peer(c, 0, e);

	return p &&
	       (peer_label(p, c->word_count > 1 ? c->words[1].text : NULL, e) || args_at(c, 1, e));
}

static void first_complete(struct command_completion *c)
{
	if (c->word == 0)
		completion_offer_peers(c);
}

/* ---- mute and solo ---- */

/* Whose packets are shown has changed: the list looks again, and the line says what it shows. */
static bool say_shown(struct command_call *c, struct error *e)
{
	const struct peer_table *t = &c->session->peers;

	if (c->face->refilter && !c->face->refilter(c->face->ctx, e))
		return false;
	if (t->solo)
		command_say(c, MESSAGE_INFO, "only %u peer%s shown; :solo shows all again", t->solo,
			    t->solo == 1 ? " is" : "s are");
	else if (t->muted)
		command_say(c, MESSAGE_INFO,
			    "%u peer%s not shown, but kept and recorded; :unmute shows all again",
			    t->muted, t->muted == 1 ? " is" : "s are");
	else
		command_say(c, MESSAGE_INFO, "all peers are shown");
	return true;
}

/* All words are read before anything changes. */
static bool read_peers(struct command_call *c, struct peer *out[COMMAND_WORDS_MAX], struct error *e)
{
	for (size_t i = 0; i < c->word_count; i++)
		if (!(out[i] = args_peer(c, i, e)))
			return false;
	return true;
}

static void list_muted(struct command_call *c)
{
	const struct peer_table *t = &c->session->peers;

	buf_printf(&c->listing.title, "%u muted", t->muted);
	for (uint32_t i = 0; i < t->count; i++) {
		const struct peer *p = t->peers[i];
		struct buf address;
		char command[32];

		if (!p->muted)
			continue;
		buf_init(&address, 128);
		addr_format(&address, &p->addr);
		snprintf(command, sizeof(command), "unmute @%u", p->number);
		listing_row(&c->listing, LISTING_PLAIN, command, "@%u\t%s", p->number,
			    buf_cstr(&address));
		buf_done(&address);
	}
	if (!t->muted)
		listing_row(&c->listing, LISTING_DIM, NULL, "nobody is muted");
}

static bool mute_run(struct command_call *c, struct error *e)
{
	struct peer *peers[COMMAND_WORDS_MAX];

	if (!c->word_count) {
		list_muted(c);
		return true;
	}
	if (!read_peers(c, peers, e))
		return false;
	for (size_t i = 0; i < c->word_count; i++)
		peer_mute(&c->session->peers, peers[i], true);
	return say_shown(c, e);
}

static bool unmute_run(struct command_call *c, struct error *e)
{
	struct peer_table *t = &c->session->peers;
	struct peer *peers[COMMAND_WORDS_MAX];

	if (!read_peers(c, peers, e))
		return false;
	for (size_t i = 0; i < c->word_count; i++)
		peer_mute(t, peers[i], false);
	for (uint32_t i = 0; !c->word_count && i < t->count; i++)
		peer_mute(t, t->peers[i], false);
	return say_shown(c, e);
}

static bool solo_run(struct command_call *c, struct error *e)
{
	struct peer_table *t = &c->session->peers;
	struct peer *peers[COMMAND_WORDS_MAX];

	if (!read_peers(c, peers, e))
		return false;
	for (uint32_t i = 0; t->solo && i < t->count; i++)
		peer_solo(t, t->peers[i], false);
	for (size_t i = 0; i < c->word_count; i++)
		peer_solo(t, peers[i], true);
	return say_shown(c, e);
}

const struct command peer_commands[] = {
	{ "peers", "[names] [ORDER]", "looking", 0, 2, 0,
	  "list who was heard or written to, newest first, or by last, rate, rx, tx, bytes, rtt, "
	  "unanswered, errors; with names, looks these up",
	  .run = peers_run, .complete = peers_complete },
	{ "label", "@N|ADDR:PORT [NAME]", "looking", 1, 2, 0,
	  "call peer N by a name; without one take it away", .run = label_run,
	  .complete = first_complete },
	{ "mute", "[@N|ADDR:PORT]...", "looking", 0, -1, 0,
	  "show nothing of these peers; without one list who is muted", .run = mute_run,
	  .complete = completion_offer_peers },
	{ "unmute", "[@N|ADDR:PORT]...", "looking", 0, -1, 0,
	  "show these peers again; without one all", .run = unmute_run,
	  .complete = completion_offer_peers },
	{ "solo", "[@N|ADDR:PORT]...", "looking", 0, -1, 0,
	  "show only these peers; without one all again", .run = solo_run,
	  .complete = completion_offer_peers },
	{ 0 },
};
