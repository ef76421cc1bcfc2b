/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The head: sockets in the status row, totals and PAUSED in the counter row.
 */
#include "ui/view.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 4096
#define WIDE 100 /* columns from which totals and memory are shown too */

static int width_of(const struct buf *b)
{
	return (int)text_width(buf_cstr(b), b->len);
}

/* An option's value as asked, 0 if it was not. */
static const struct sockopt_value *asked(const struct session_socket *k, const char *name)
{
	const struct sockopt_value *value = sockopt_asked(&k->sock.options, name);

	return value->asked && value->number ? value : NULL;
}

static void describe_current(struct buf *out, const struct session_socket *k)
{
	const struct sockopt_value *device = asked(k, "device");

	buf_printf(out, "[%" PRIu32 "*%s%s] ", k->number, k->mark[0] ? " " : "", k->mark);
	addr_format(out, &k->sock.local);
	if (k->sock.peer.family) {
		buf_str(out, " ->");
		addr_format(out, &k->sock.peer);
	}
	if (device)
		buf_printf(out, " on %s", device->device);
	if (asked(k, "broadcast"))
		buf_str(out, " bcast");
	if (k->echo)
		buf_str(out, " echo");
}

/* Each group, or, where they need more columns than there are, how many. */
static void describe_groups(struct buf *out, const struct group_list *groups, int columns)
{
	static const struct addr any = { 0 };
	size_t before = out->len;
	int used = 0;

	for (size_t i = 0; i < groups->count && used <= columns; i++) {
		const struct membership *m = &groups->m[i];

		buf_str(out, m->lost ? " lost " : " +");
		group_format_membership(out, m,
					m->source_specific && m->source_count ? m->sources : &any);
		used = (int)(out->len - before);
	}
	if (used <= columns || !groups->count)
		return;
	out->len = before;
	buf_printf(out, " +%zu group%s", groups->count, groups->count == 1 ? "" : "s");
}

static void describe_other(struct buf *out, const struct session_socket *k)
{
	buf_printf(out, "%s[%" PRIu32, out->len ? " " : "", k->number);
	if (k->mark[0])
		buf_printf(out, " %s]", k->mark);
	else
		buf_str(out, k->unseen ? "+]" : "]");
}

/* As many of the others as fit, in order; ".." stands for the rest. */
static void describe_others(struct buf *out, const struct session *s, int columns)
{
	size_t left = s->socket_count - 1;

	for (size_t i = 0; i < s->socket_count; i++) {
		size_t before = out->len;

		if (s->sockets[i] == s->current)
			continue;
		describe_other(out, s->sockets[i]);
		if (width_of(out) + (--left ? 3 : 0) <= columns)
			continue;
		out->len = before;
		buf_str(out, out->len ? " .." : "..");
		return;
	}
}

static void draw_sockets(const struct view *v, int row, struct canvas *c)
{
	const struct session *s = v->session;
	struct buf current, others;
	int room = c->cols - 2;

	if (!s->current) {
		canvas_words(c, row, 1, room, STYLE_STATUS, "no socket: :open 0.0.0.0:5000, or F2");
		return;
	}
	buf_init(&current, TEXT_MAX);
	buf_init(&others, TEXT_MAX);
	describe_current(&current, s->current);
	describe_others(&others, s, room / 2);
	describe_groups(&current, &s->current->sock.groups,
			room - width_of(&current) - (others.len ? width_of(&others) + 1 : 0));
	room -= canvas_str(c, row, 1, room, STYLE_STATUS, buf_cstr(&current)) + 1;
	buf_reset(&others);
	describe_others(&others, s, room);
	if (width_of(&others) <= room)
		canvas_str(c, row, c->cols - 1 - width_of(&others), room, STYLE_STATUS,
			   buf_cstr(&others));
	buf_done(&current);
	buf_done(&others);
}

/* One counter; returns where the next may begin. */
static int draw_counter(struct canvas *c, int row, int col, int end, enum style style,
			const struct buf *text)
{
	if (col + width_of(text) > end)
		return col;
	return col + canvas_str(c, row, col, end - col, style, buf_cstr(text)) + 2;
}

static void format_rx(const struct view *v, bool wide, struct buf *out)
{
	uint64_t rate = rate_per_second(&v->session->traffic.rate, v->mono);

	buf_str(out, "rx ");
	if (wide || !rate)
		num_format_count(out, v->session->rx);
	if (wide && rate)
		buf_printf(out, " (%" PRIu64 "/s)", rate);
	else if (rate)
		buf_printf(out, "%" PRIu64 "/s", rate);
}

static void format_kept(const struct view *v, struct buf *out)
{
	struct store_stats stats;

	store_stats(v->session->store, &stats);
	buf_str(out, "kept ");
	num_format_size(out, stats.bytes);
	buf_str(out, " of ");
	num_format_size(out, stats.limit);
	if (!stats.first_seq || v->now < stats.oldest_time)
		return;
	buf_str(out, ", oldest ");
	num_format_duration(out, (v->now - stats.oldest_time) / NS_PER_S * NS_PER_S);
}

static void draw_counters(const struct view *v, int row, int end, struct canvas *c)
{
	const struct session *s = v->session;
	const struct {
		const char *name;
		uint64_t count;
		enum style style;
	} counters[] = {
		{ "tx", s->tx, STYLE_STATUS },
		{ "lost", s->lost, s->lost ? STYLE_ERROR : STYLE_STATUS },
		{ "err", s->errors, s->errors ? STYLE_ERROR : STYLE_STATUS },
		{ "jobs", s->job_count, STYLE_STATUS },
	};
	const size_t shown = sizeof(counters) / sizeof(counters[0]) - (s->job_count == 0);
	struct buf text;
	int col;

	buf_init(&text, TEXT_MAX);
	format_rx(v, c->cols >= WIDE, &text);
	col = draw_counter(c, row, 1, end, STYLE_STATUS, &text);
	for (size_t i = 0; i < shown; i++) {
		buf_reset(&text);
		buf_printf(&text, "%s ", counters[i].name);
		num_format_count(&text, counters[i].count);
		col = draw_counter(c, row, col, end, counters[i].style, &text);
	}
	if (s->rule_count) {
		buf_reset(&text);
		buf_printf(&text, "rules %zu", s->rule_count);
		col = draw_counter(c, row, col, end, STYLE_STATUS, &text);
	}
	if (s->recorder) {
		buf_reset(&text);
		buf_str(&text, "rec");
		col = draw_counter(c, row, col, end, STYLE_STATUS, &text);
	}
	if (c->cols >= WIDE) {
		buf_reset(&text);
		format_kept(v, &text);
		draw_counter(c, row, col, end, STYLE_STATUS, &text);
	}
	buf_done(&text);
}

/* Returns the column where the counters have to end. */
static int draw_paused(struct view *v, int row, struct canvas *c)
{
	uint64_t newer = list_newer(v), no = v->list.selected.packet.no;
	char at[32] = "", text[80];
	int width;

	if (!v->list.paused)
		return c->cols - 1;
	if (no)
		snprintf(at, sizeof(at), " at #%" PRIu64, no);
	snprintf(text, sizeof(text), "PAUSED%s, %" PRIu64 " newer", at, newer);
	if ((int)strlen(text) > c->cols - 2)
		snprintf(text, sizeof(text), "PAUSED +%" PRIu64, newer);
	width = (int)strlen(text);
	canvas_str(c, row, width < c->cols - 1 ? c->cols - 1 - width : 0, c->cols, STYLE_WARNING,
		   text);
	return c->cols - 1 - width - 2;
}

/* "1,204 of 48,112", and how much is still to be looked at; returns as draw_paused(). */
static int draw_filtered(struct view *v, int row, int end, struct canvas *c)
{
	const struct matches *m = &v->list.matches;
	uint64_t all = v->list.end - list_start(v);
	struct buf text;
	int at;

	if (!matches_on(m))
		return end;
	buf_init(&text, TEXT_MAX);
	num_format_count(&text, m->count);
	buf_str(&text, " of ");
	num_format_count(&text, all);
	if (m->low > m->start && m->high > m->start)
		buf_printf(&text, ", %" PRIu64 " %% seen",
			   100 * (m->high - m->low) / (m->high - m->start));
	if (m->unknown) {
		buf_str(&text, ", ");
		num_format_count(&text, m->unknown);
		buf_str(&text, " too costly");
	}
	if (m->peers && m->peers->solo)
		buf_printf(&text, ", solo %" PRIu32, m->peers->solo);
	else if (m->peers)
		buf_printf(&text, ", %" PRIu32 " muted", m->peers->muted);
	at = end - width_of(&text);
	if (at > 0)
		canvas_str(c, row, at, end - at, STYLE_WARNING, buf_cstr(&text));
	buf_done(&text);
	return at > 0 ? at - 2 : end;
}

void pane_status_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	int end;

	if (l->status >= 0) {
		canvas_fill(c, l->status, 0, l->cols, STYLE_STATUS, ' ');
		draw_sockets(v, l->status, c);
	}
	if (l->counters >= 0) {
		canvas_fill(c, l->counters, 0, l->cols, STYLE_STATUS, ' ');
		end = draw_paused(v, l->counters, c);
		end = draw_filtered(v, l->counters, end, c);
		draw_counters(v, l->counters, end, c);
	}
}
