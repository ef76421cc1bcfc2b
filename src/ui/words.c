/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets in words.
 */
#include "ui/words.h"

#include "net/errqueue.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define SHORTEST_ADDR 12    /* addr_format_short() wants so much */
#define ERROR_ADDR 44       /* columns of the address in front of an error */
#define BYTES_PER_COLUMN 12 /* a base and TEXT_MAX_MARKS marks of four bytes each */
#define SAMPLE 256          /* bytes that decide between text and hex */

void words_time(struct buf *out, uint64_t time, int digits, bool utc)
{
	time_t seconds = (time_t)(time / NS_PER_S);
	uint64_t fraction = time % NS_PER_S;
	struct tm tm = { 0 };

	if (utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	for (int i = digits; i < 9; i++)
		fraction /= 10;
	if (digits)
		buf_printf(out, ".%0*" PRIu64, digits, fraction);
}

void words_peer(struct buf *out, const struct view *v, const struct addr *a, size_t columns)
{
	const struct peer *peer = peer_find(&v->session->peers, a);
	size_t before = out->len;

	if (peer)
		buf_printf(out, "@%" PRIu32 " ", peer->number);
	columns -= out->len - before < columns ? out->len - before : columns;
	addr_format_short(out, a, columns < SHORTEST_ADDR ? SHORTEST_ADDR : columns);
}

static const char *rx_direction(uint32_t flags)
{
	if (flags & PACKET_OWN)
		return "<o";
	if (flags & PACKET_MULTICAST)
		return "<m";
	return flags & PACKET_BROADCAST ? "<b" : "<-";
}

const char *words_direction(const struct packet *p)
{
	switch (p->kind) {
	case PACKET_RX:
		return rx_direction(p->flags);
	case PACKET_TX:
		return p->result > 0 ? "!!" : "->";
	case PACKET_ICMP:
		return "!!";
	default:
		return "--";
	}
}

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

/* 0003 0001 6865 */
static void hex_pairs(struct buf *out, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%02x", i && i % 2 == 0 ? " " : "", data[i]);
}

void words_payload(struct buf *out, const struct packet *p, size_t columns)
{
	size_t most = columns * BYTES_PER_COLUMN;
	size_t n = p->stored < most ? p->stored : most;

	if (p->kind == PACKET_TX && p->result > 0) {
		buf_str(out, strerror(p->result));
		return;
	}
	if (p->kind == PACKET_TX && p->result == PACKET_TX_PENDING)
		buf_str(out, "waiting: ");
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(out, "cut: %" PRIu32 " of %" PRIu32 " bytes ", p->stored, p->len);
	if (!p->len)
		buf_str(out, "(empty datagram)");
	else if (is_mostly_text(p->data, n))
		text_escape(out, p->data, n);
	else
		hex_pairs(out, p->data, n < columns ? n : columns);
}

static void error_subject(struct buf *out, const struct packet *p)
{
	const struct packet_icmp *i = &p->icmp;

	addr_format_short(out, &p->peer, ERROR_ADDR);
	buf_printf(out, " %s",
		   errqueue_mark((enum errqueue_origin)i->origin, i->type, i->code, i->errnum));
}

static void error_meaning(struct buf *out, const struct packet *p)
{
	const struct packet_icmp *i = &p->icmp;

	buf_str(out, ": ");
	errqueue_words(out, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum, i->mtu);
	if (i->offender.family && !addr_same_host(&i->offender, &p->peer)) {
		buf_str(out, ", says ");
		addr_format_host(out, &i->offender);
	}
}

void pane_error_words(const struct packet *p, struct buf *out)
{
	error_subject(out, p);
	if (p->icmp.cause)
		buf_printf(out, " #%" PRIu64, p->icmp.cause);
	error_meaning(out, p);
}

void words_run(struct buf *out, const struct packet *p, const struct list_row *run, bool utc)
{
	error_subject(out, p);
	buf_printf(out, " x %" PRIu64 ", last ", run->last - run->first + 1);
	words_time(out, run->fold->last_time, 0, utc);
	error_meaning(out, p);
}

void words_gap(struct buf *out, const struct packet *p)
{
	const char *least = p->flags & PACKET_AT_LEAST ? "at least " : "";

	if (p->where == PACKET_WHERE_STORE)
		buf_printf(out, "%s%" PRIu64 " could not be stored here: no memory", least,
			   p->lost);
	else
		buf_printf(out, "%s%" PRIu64 " lost here before %s could be received", least,
			   p->lost, p->lost == 1 ? "it" : "they");
}
