/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list: column heads and the rows around the selection or before the end.
 */
#include "session/filter_env.h"
#include "session/words.h"
#include "ui/words.h"

#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROW_MAX 8192 /* bytes of one row's text */

/* Bytes that may stand in a column, combining marks left aside. */
#define BYTES_A_COLUMN 4

#define NO_WIDTH 7
#define PEER_WIDTH 25
#define DELTA_WIDTH 11
#define DELTA_SECONDS 1000000
#define LEN_WIDTH 5

/* Where each column begins, -1: not shown. */
struct columns {
	int no, no_width;
	int time, time_digits;
	int delta;
	int socket, socket_width;
	int direction;
	int peer, peer_width; /* -1: peer and what it sent are one text */
	int to, to_width;
	int ttl;
	int len;
	int info;
};

/* What drawing rows needs, made once per frame. */
struct painter {
	struct view *v;
	struct canvas *c;
	struct columns at;
	struct buf text;
	struct store_hold hold;
	uint64_t before; /* time of the row above, 0: unknown */
	int payload;     /* where a payload begins in the row drawn last, -1: it has none */
	int payload_end; /* what is drawn over its tail, or the edge */
	struct spans spans;
	struct filter_env env; /* of colour rules */
};

static int digits_of(uint64_t n)
{
	int digits = 1;

	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

static int at_least(int n, int least)
{
	return n > least ? n : least;
}

/* Takes "width" columns and a blank, returns where they begin. */
static int take(int *x, int width)
{
	int at = *x;

	*x += width + 1;
	return at;
}

static void place_columns(const struct view *v, int cols, struct columns *at)
{
	struct store_stats stats;
	int x = 1;

	store_stats(v->session->store, &stats);
	at->no_width = at_least(digits_of(stats.last_no), NO_WIDTH);
	at->time_digits = cols >= 130 ? 6 : cols >= 80 ? 3 : 0;
	at->socket_width = at_least(digits_of(v->session->opened), 2);
	at->peer_width = cols >= 160 ? 40 : cols >= 80 ? PEER_WIDTH : 21;
	at->to_width = cols >= 160 ? 30 : 20;

	at->no = cols >= 40 ? take(&x, at->no_width) : -1;
	at->time = cols >= 60 ? take(&x, at->time_digits ? 9 + at->time_digits : 8) : -1;
	at->delta = cols >= 130 ? take(&x, DELTA_WIDTH) : -1;
	at->socket = cols >= 60 && v->session->opened > 1 ? take(&x, at->socket_width) : -1;
	at->direction = take(&x, 2);
	at->peer = cols >= 50 ? take(&x, at->peer_width) : -1;
	at->to = cols >= 100 ? take(&x, at->to_width) : -1;
	at->ttl = cols >= 130 ? take(&x, 3) : -1;
	at->len = cols >= 80 ? take(&x, LEN_WIDTH) : -1;
	at->info = x;
}

static void draw_heads(const struct painter *d, int row)
{
	const struct columns *at = &d->at;
	struct canvas *c = d->c;

	canvas_fill(c, row, 0, c->cols, STYLE_COLUMNS, ' ');
	canvas_right(c, row, at->no, at->no_width, STYLE_COLUMNS, "No");
	canvas_str(c, row, at->time, 4, STYLE_COLUMNS, "Time");
	canvas_right(c, row, at->delta, DELTA_WIDTH, STYLE_COLUMNS, "Delta");
	canvas_right(c, row, at->socket, at->socket_width, STYLE_COLUMNS, "S");
	canvas_str(c, row, at->peer, 4, STYLE_COLUMNS, "Peer");
	canvas_str(c, row, at->to, 2, STYLE_COLUMNS, "To");
	canvas_right(c, row, at->ttl, 3, STYLE_COLUMNS, "TTL");
	canvas_right(c, row, at->len, LEN_WIDTH, STYLE_COLUMNS, "Len");
	canvas_str(c, row, at->info, 4, STYLE_COLUMNS, "Info");
	if (d->v->list.matches.what)
		canvas_words(c, row, at->info + 6, c->cols - at->info - 6, STYLE_WARNING,
			     d->v->list.matches.text);
}

static enum style style_of(const struct packet *p)
{
	switch (p->kind) {
	case PACKET_RX:
		return STYLE_RX;
	case PACKET_TX:
		return p->result > 0                 ? STYLE_ERROR
		       : p->result == PACKET_TX_SENT ? STYLE_TX
						     : STYLE_DIM;
	case PACKET_ICMP:
	case PACKET_ERROR:
		return STYLE_ERROR;
	case PACKET_GAP:
		return STYLE_GAP;
	default:
		return STYLE_EVENT;
	}
}

_Static_assert(STYLE_ROW_LAST - STYLE_ROW + 1 == ROW_COLORS, "a style for each colour of a row");

/* As a rule says, else by what it is. */
static enum style style_of_row(const struct painter *d, const struct packet *p)
{
	const struct color_rule *rule = color_find(&d->v->colors, p, &d->env);

	return rule ? STYLE_ROW + (enum style)rule->color : style_of(p);
}

static void put_text(const struct painter *d, int row, int col, int width, enum style style)
{
	canvas_text(d->c, row, col, width, style, buf_cstr(&d->text), d->text.len);
}

/* From col to the right edge. */
static void put_rest(const struct painter *d, int row, int col, enum style style)
{
	put_text(d, row, col, d->c->cols - col, style);
}

static void put_number(const struct painter *d, int row, int col, int width, enum style style,
		       uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	canvas_right(d->c, row, col, width, style, text);
}

/* Kernel times of different sockets may run backwards by a little, those of files by years: what
 * has no room in seconds is days. */
static void draw_delta(const struct painter *d, int row, enum style style, uint64_t time)
{
	uint64_t apart = time > d->before ? time - d->before : d->before - time;
	char text[40];

	if (d->at.delta < 0 || !d->before)
		return;
	if (apart < DELTA_SECONDS * NS_PER_S)
		snprintf(text, sizeof(text), "%s%llu.%06llu", time < d->before ? "-" : "",
			 apart / NS_PER_S, apart % NS_PER_S / NS_PER_US);
	else
		snprintf(text, sizeof(text), "%s%llu d", time < d->before ? "-" : "",
			 apart / (86400 * NS_PER_S));
	canvas_right(d->c, row, d->at.delta, DELTA_WIDTH, style, text);
}

/* What all kinds but gaps have. */
static void draw_common(struct painter *d, int row, enum style style, const struct packet *p)
{
	const struct columns *at = &d->at;

	if (p->no)
		put_number(d, row, at->no, at->no_width, style, p->no);
	buf_reset(&d->text);
	words_time(&d->text, p->time, at->time_digits, d->v->utc);
	put_text(d, row, at->time, 9 + at->time_digits, style);
	draw_delta(d, row, style, p->time);
	if (p->socket)
		put_number(d, row, at->socket, at->socket_width, style, p->socket);
	canvas_str(d->c, row, at->direction, 2, style, words_direction(p));
}

/* Its bracket stands in the blank column before the payload's, where no payload comes, so that none
 * looks the same, without colours too.  Returns the columns by which the payload stands further to
 * the right. */
static int draw_note(struct painter *d, int row, int col, const struct packet *p,
		     const struct list_row *run)
{
	int width;

	buf_reset(&d->text);
	words_note(&d->text, d->v, p, run);
	put_rest(d, row, col - 1, STYLE_WARNING);
	width = (int)text_width(buf_cstr(&d->text), d->text.len);
	return width ? width - 1 : 0;
}

/* How long an answer took, at the right edge, over the payload's tail; its bracket stands in the
 * last column, where no payload comes. */
static void draw_round_trip(struct painter *d, int row, const struct packet *p)
{
	const int end = d->c->cols;
	int width;

	buf_reset(&d->text);
	words_round_trip(&d->text, d->v, p);
	width = (int)d->text.len;
	if (!width || d->at.info + 2 * width > end)
		return;
	d->payload_end = end - width - 1;
	canvas_fill(d->c, row, d->payload_end, width + 1, STYLE_NORMAL, ' ');
	put_rest(d, row, end - width, STYLE_DIM);
}

/* On a narrow screen the peer is in front of the payload, which a blank or a note parts from it. */
static int draw_peer(struct painter *d, int row, enum style style, const struct packet *p,
		     const struct list_row *run)
{
	const struct columns *at = &d->at;
	int left = at_least(d->c->cols - at->info, 1), used;

	buf_reset(&d->text);
	words_peer(&d->text, d->v, &p->peer,
		   (size_t)(at->peer < 0 && left < at->peer_width ? left : at->peer_width));
	if (at->peer >= 0) {
		put_text(d, row, at->peer, at->peer_width, style);
		return at->info + draw_note(d, row, at->info, p, run);
	}
	put_rest(d, row, at->info, style);
	used = at->info + (int)text_width(buf_cstr(&d->text), d->text.len) + 1;
	return used + draw_note(d, row, used, p, run);
}

static void draw_datagram(struct painter *d, int row, enum style style, const struct packet *p,
			  const struct list_row *run)
{
	const struct columns *at = &d->at;

	d->payload = draw_peer(d, row, style, p, run);
	d->payload_end = at->peer < 0 ? d->c->cols : d->c->cols - 1;
	buf_reset(&d->text);
	words_payload(&d->text, p, (size_t)at_least(d->payload_end - d->payload, 1));
	put_text(d, row, d->payload, d->payload_end - d->payload, style);
	if (at->peer >= 0)
		draw_round_trip(d, row, p);
	if (at->len >= 0)
		put_number(d, row, at->len, LEN_WIDTH, style, p->len);
	if (at->ttl >= 0 && (p->flags & PACKET_HAS_TTL))
		put_number(d, row, at->ttl, 3, style, p->ttl);
	if (at->to >= 0 && p->kind == PACKET_RX && p->local.family) {
		buf_reset(&d->text);
		addr_format_short(&d->text, &p->local, (size_t)at->to_width);
		put_text(d, row, at->to, at->to_width, style);
	}
}

/* Gaps stand across the columns. */
static void draw_gap(struct painter *d, int row, const char *text)
{
	int col = d->at.time >= 0 ? d->at.time : 1;

	canvas_printf(d->c, row, col, d->c->cols - col, STYLE_GAP, "------- %s -------", text);
}

/* run: the equal errors or datagrams that p begins, or NULL. */
static void draw_packet(struct painter *d, int row, const struct packet *p,
			const struct list_row *run)
{
	enum style style = style_of_row(d, p);
	int across = d->at.peer >= 0 ? d->at.peer : d->at.info;

	d->payload = -1;
	d->payload_end = d->c->cols;
	buf_reset(&d->text);
	if (p->kind == PACKET_GAP) {
		words_gap(&d->text, p);
		draw_gap(d, row, buf_cstr(&d->text));
		return;
	}
	draw_common(d, row, style, p);
	if (p->kind == PACKET_RX || p->kind == PACKET_TX) {
		draw_datagram(d, row, style, p, run);
		return;
	}
	buf_reset(&d->text);
	if (run)
		words_run(&d->text, p, run, d->v->utc);
	else if (p->kind == PACKET_ICMP)
		words_error(&d->text, p);
	else
		text_escape(&d->text, p->data, p->stored);
	put_rest(d, row, across, style);
}

/* Where the payload of a row is drawn. */
struct drawn {
	const struct painter *painter;
	int row;
};

static void paint_bytes(void *ctx, size_t offset, size_t bytes, int column, int width)
{
	const struct drawn *at = ctx;
	enum style style = STYLE_NORMAL;

	for (size_t i = 0; i < bytes && style == STYLE_NORMAL; i++)
		style = spans_at(&at->painter->spans, offset + i, STYLE_NORMAL);
	if (style != STYLE_NORMAL)
		canvas_paint(at->painter->c, at->row, at->painter->payload + column, width, style);
}

/* Over the bar, too. */
static void paint_spans(struct painter *d, int row, const struct packet *p)
{
	struct drawn at = { d, row };
	int left = d->payload_end - d->payload;

	if (d->payload < 0 || left <= 0)
		return;
	spans_init(&d->spans, 0, (size_t)left * BYTES_A_COLUMN);
	view_spans(d->v, p, &d->spans);
	if (d->spans.count)
		words_payload_columns(p, (size_t)left, paint_bytes, &at);
}

/* The marked packet, which "diff" compares others with. */
static void draw_mark(const struct painter *d, int row, uint64_t first, uint64_t last)
{
	const struct kept_packet *marked = &d->v->compare.marked;

	if (marked->set && marked->packet.seq >= first && marked->packet.seq <= last)
		canvas_fill(d->c, row, 0, 1, STYLE_MARKED, 'm');
}

static void mark_selected(const struct painter *d, int row)
{
	canvas_fill(d->c, row, 0, 1, STYLE_NORMAL, '>');
	canvas_paint(d->c, row, 0, d->c->cols,
		     d->v->focus == FOCUS_LIST ? STYLE_SELECTED : STYLE_SELECTED_DIM);
}

/* The selection outlived its place: it stands above what is still listed, and how many numbers are
 * missing in between is said.  Returns the rows used. */
static int draw_outlived(struct painter *d, const struct layout *l, uint64_t start)
{
	const struct list_view *list = &d->v->list;
	uint64_t missing = 0;
	struct packet next;
	char text[80];

	draw_packet(d, l->list_top, &list->selected.packet, NULL);
	mark_selected(d, l->list_top);
	paint_spans(d, l->list_top, &list->selected.packet);
	for (uint64_t seq = start; seq < list->end; seq++) {
		if (!store_get(d->v->session->store, seq, &d->hold, &next))
			break;
		if (next.no) {
			missing = next.no > list->selected_no ? next.no - list->selected_no - 1 : 0;
			break;
		}
	}
	if (!missing || l->list_rows < 3)
		return 1;
	snprintf(text, sizeof(text), "%" PRIu64 " %s", missing,
		 start == list->cleared ? "cleared" : "made room for newer ones");
	draw_gap(d, l->list_top + 1, text);
	return 2;
}

/* The place at the top of the list so that it is full, if there is so much, and the bar stays on
 * its row; following, the newest is at the bottom. */
static uint64_t find_top(struct view *v, const struct layout *l, uint64_t start, uint64_t top)
{
	struct list_view *list = &v->list;
	uint64_t below = top;
	int up, down;

	up = list->paused && list->selected_row < l->list_rows ? list->selected_row
							       : l->list_rows - 1;
	up = list_walk(v, start, &top, up, true);
	down = list_walk(v, start, &below, l->list_rows - 1 - up, false);
	up += list_walk(v, start, &top, l->list_rows - 1 - up - down, true);
	list->selected_row = up;
	return top;
}

static uint64_t time_before(struct painter *d, uint64_t start, uint64_t top)
{
	struct list_row above;
	struct packet p;

	if (d->at.delta < 0 || !list_walk(d->v, start, &top, 1, true))
		return 0;
	above = list_row_at(d->v, start, top);
	if (above.fold)
		return above.fold->last_time;
	return store_get(d->v->session->store, above.first, &d->hold, &p) ? p.time : 0;
}

static void draw_rows(struct painter *d, uint64_t start, uint64_t top, int row, int rows)
{
	const struct list_view *list = &d->v->list;
	struct list_row at;
	struct packet p;
	bool more = rows > 0;

	d->v->list.top = top;
	d->v->list.top_row = d->v->list.rows - rows;
	d->before = time_before(d, start, top);
	for (uint64_t seq = top; more; row++) {
		at = list_row_at(d->v, start, seq);
		more = --rows > 0 && list_walk(d->v, start, &seq, 1, false);
		if (!store_get(d->v->session->store, at.first, &d->hold, &p)) {
			draw_gap(d, row, "made room for newer ones");
			continue;
		}
		draw_packet(d, row, &p, at.fold ? &at : NULL);
		d->before = at.fold ? at.fold->last_time : p.time;
		draw_mark(d, row, at.first, at.last);
		if (list->paused && list->selected.packet.seq >= at.first &&
		    list->selected.packet.seq <= at.last)
			mark_selected(d, row);
		paint_spans(d, row, &p);
	}
}

/* An empty list says why. */
static const char *why_nothing(const struct matches *m)
{
	if (!matches_on(m))
		return "";
	if (m->low > m->start)
		return m->what ? "looking for what the filter matches" : "looking for other peers";
	if (!m->peers)
		return "the filter matches nothing; :filter takes it off";
	if (m->what)
		return m->peers->solo ? "nothing of peers that are shown matches the filter; "
					":filter, :solo show more"
				      : "nothing of peers that are shown matches the filter; "
					":filter, :unmute show more";
	return m->peers->solo ? "nothing of the peers that are solo; :solo shows all"
			      : "nothing but of muted peers; :unmute shows them";
}

static void draw_nothing(const struct painter *d, int row)
{
	canvas_words(d->c, row, 1, d->c->cols - 1, STYLE_DIM, why_nothing(&d->v->list.matches));
}

static void draw_list(struct painter *d, const struct layout *l, uint64_t start)
{
	struct view *v = d->v;
	int used = 0;
	uint64_t top;

	v->list.rows = l->list_rows;
	if (v->list.paused && v->list.selected.packet.seq < start) {
		used = draw_outlived(d, l, start);
		v->list.selected_row = 0;
		if (list_anchor(v, start, &top))
			draw_rows(d, start, top, l->list_top + used, l->list_rows - used);
	} else if (list_anchor(v, start, &top)) {
		draw_rows(d, start, find_top(v, l, start, top), l->list_top, l->list_rows);
	} else {
		draw_nothing(d, l->list_top);
	}
}

void pane_list_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	struct painter d = { .v = v, .c = c, .env = session_filter_env(v->session) };
	uint64_t start = list_start(v);

	buf_init(&d.text, ROW_MAX);
	place_columns(v, l->cols, &d.at);
	fold_forget(&v->list.folds, start);
	matches_forget(&v->list.matches, start);
	if (l->columns >= 0)
		draw_heads(&d, l->columns);
	if (l->list_rows > 0)
		draw_list(&d, l, start);
	store_hold_done(&d.hold);
	buf_done(&d.text);
}
