/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets in words.
 */
#include "ui/words.h"

#include "session/words.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

#define SHORTEST_ADDR 12    /* addr_format_short() wants so much */
#define BYTES_PER_COLUMN 12 /* a base and TEXT_MAX_MARKS marks of four bytes each */
#define SAMPLE 256          /* bytes that decide between text and hex */

void words_peer(struct buf *out, const struct view *v, const struct addr *a, size_t columns)
{
	const struct peer *peer = peer_find(&v->session->peers, a);
	size_t before = out->len;

	if (peer)
		buf_printf(out, "@%" PRIu32 " ", peer->number);
	if (peer && peer->label) {
		struct buf whole;
		size_t wide;

		text_escape(out, peer->label, strlen(peer->label));
		buf_init(&whole, 128);
		addr_format(&whole, a);
		wide = text_width(out->data + before, out->len - before) + 1 + whole.len;
		if (wide <= columns)
			buf_printf(out, " %s", buf_cstr(&whole));
		buf_done(&whole);
		return;
	}
	columns -= out->len - before < columns ? out->len - before : columns;
	addr_format_short(out, a, columns < SHORTEST_ADDR ? SHORTEST_ADDR : columns);
}

void words_source(struct buf *out, const struct addr *a, size_t columns)
{
	if (addr_is_any(a))
		buf_printf(out, ":%u", a->port);
	else
		addr_format_short(out, a, columns);
}

static const struct iface *iface_of(const struct iface_table *all, const struct addr *a)
{
	for (size_t i = 0; i < all->count; i++)
		if (iface_has_addr(&all->ifaces[i], a))
			return &all->ifaces[i];
	return NULL;
}

/* The interface by which it came though another one has the address; NULL: as usual. */
static const struct iface *strange_interface(const struct view *v, const struct packet *p)
{
	const struct iface_table *all = session_ifaces(v->session);
	const struct iface *in = iface_by_index(all, p->ifindex);

	if (!in || (in->flags & IFF_LOOPBACK) || iface_has_addr(in, &p->local))
		return NULL;
	return iface_of(all, &p->local) ? in : NULL;
}

static void add_times(struct buf *out, const struct list_row *run, bool utc)
{
	buf_printf(out, "x %" PRIu64 ", last ", run->last - run->first + 1);
	words_time(out, run->fold->last_time, 0, utc);
}

/* ---- notes ---- */

/* Each is parted from the one before. */
static struct buf *part(struct buf *out, size_t start)
{
	if (out->len > start)
		buf_str(out, ", ");
	return out;
}

static void note_what_it_is(struct buf *out, size_t start, const struct packet *p)
{
	if (p->kind == PACKET_TX && p->result == PACKET_TX_PENDING)
		buf_str(part(out, start), "waiting");
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(part(out, start), "cut: %" PRIu32 " of %" PRIu32 " bytes", p->stored,
			   p->len);
	if (!p->len && !(p->kind == PACKET_TX && p->result > 0))
		buf_str(part(out, start), "empty datagram");
}

static void note_how_it_came(struct buf *out, size_t start, const struct view *v,
			     const struct packet *p)
{
	const uint32_t many = PACKET_MULTICAST | PACKET_BROADCAST;
	const struct iface *in = strange_interface(v, p);

	if (p->fragment)
		buf_str(part(out, start), "in fragments");
	if ((p->flags & PACKET_HAS_TOS) && (p->tos & 3) == 3)
		buf_str(part(out, start), "ECN CE");
	if ((p->flags & PACKET_HAS_TTL) && p->ttl <= 1 && !(p->flags & many))
		buf_printf(part(out, start), "ttl %u", p->ttl);
	if (in)
		buf_printf(part(out, start), "by %s", in->name);
}

void words_note(struct buf *out, const struct view *v, const struct packet *p,
		const struct list_row *run)
{
	size_t before = out->len, start = before + 1;
	struct pair pair;

	buf_char(out, '(');
	if (run)
		add_times(out, run, v->utc);
	note_what_it_is(out, start, p);
	if (p->kind == PACKET_RX)
		note_how_it_came(out, start, v, p);
	else if (p->result == PACKET_TX_SENT && pairing_of(v->session, p->no, &pair) &&
		 pair.unanswered)
		buf_str(part(out, start), "unanswered");
	if (out->len > start)
		buf_str(out, ") ");
	else
		buf_cut(out, before);
}

void words_round_trip(struct buf *out, const struct view *v, const struct packet *p)
{
	struct pair pair;

	if (p->kind != PACKET_RX || !pairing_of(v->session, p->no, &pair))
		return;
	buf_char(out, '(');
	num_format_about(out, pair.rtt);
	buf_str(out, pair.guess ? "?)" : ")");
}

/* ---- payloads ---- */

/* Three quarters or more of what is there can be read. */
static bool is_mostly_text(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	size_t readable = 0, all = 0;
	int marks = 0;

	n = n < SAMPLE ? n : SAMPLE;
	for (size_t i = 0; i < n; all++) {
		struct text_glyph g = text_next_on(s + i, n - i, &marks);

		readable += g.shown || g.cp == '\n' || g.cp == '\r' || g.cp == '\t';
		i += g.bytes;
	}
	return readable * 4 >= all * 3;
}

bool words_is_text(const struct packet *p)
{
	return is_mostly_text(p->data, p->stored);
}

/* How the bytes of a payload stand in a row. */
struct bytes_shown {
	size_t n; /* of them; 0: words stand for all */
	bool text;
};

/* Of one that was not sent there are only words. */
static struct bytes_shown bytes_shown(const struct packet *p, size_t columns)
{
	size_t most = columns * BYTES_PER_COLUMN;
	struct bytes_shown b = { .n = p->stored < most ? p->stored : most };

	if (p->kind == PACKET_TX && p->result > 0)
		return (struct bytes_shown){ 0 };
	b.text = is_mostly_text(p->data, b.n);
	if (!b.text && b.n > columns)
		b.n = columns;
	return b;
}

/* The bytes that stand together at data[at]; 0003 0001 6865 if it is no text.  Returns where the
 * next ones begin. */
static size_t next_bytes(struct buf *out, const struct bytes_shown *b, const uint8_t *data,
			 size_t at, int *marks)
{
	if (b->text)
		return text_escape_next(out, data, b->n, at, marks);
	buf_printf(out, "%02x", data[at]);
	return at + 1;
}

static bool has_gap(const struct bytes_shown *b, size_t at)
{
	return !b->text && at && at % 2 == 0;
}

void words_payload(struct buf *out, const struct packet *p, size_t columns)
{
	struct bytes_shown b = bytes_shown(p, columns);
	int marks = 0;

	if (p->kind == PACKET_TX && p->result > 0)
		buf_printf(out, "not sent: %s", strerror(p->result));
	for (size_t i = 0; i < b.n;) {
		if (has_gap(&b, i))
			buf_char(out, ' ');
		i = next_bytes(out, &b, p->data, i, &marks);
	}
}

void words_payload_columns(const struct packet *p, size_t columns, words_columns *each, void *ctx)
{
	struct bytes_shown b = bytes_shown(p, columns);
	struct buf text;
	size_t col = 0;
	int marks = 0;

	buf_init(&text, columns * BYTES_PER_COLUMN);
	for (size_t i = 0, next; i < b.n && col < columns; i = next) {
		bool mark = marks > 0;
		size_t width;

		col += has_gap(&b, i);
		buf_reset(&text);
		next = next_bytes(&text, &b, p->data, i, &marks);
		/* A mark is on the character before it: alone it would be a dot. */
		width = mark && text_next(buf_cstr(&text), text.len).width == 0
				? 0
				: text_width(buf_cstr(&text), text.len);
		each(ctx, i, next - i, (int)col, (int)width);
		col += width;
	}
	buf_done(&text);
}

void words_run(struct buf *out, const struct packet *p, const struct list_row *run, bool utc)
{
	words_error_subject(out, p);
	buf_char(out, ' ');
	add_times(out, run, utc);
	words_error_meaning(out, p);
}
