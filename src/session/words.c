/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/words.h"

#include "net/errqueue.h"
#include "util/num.h"

#include <inttypes.h>
#include <time.h>

#define ERROR_ADDR 44 /* columns of the address in front of an error */

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
	case PACKET_ERROR:
		return "!!";
	default:
		return "--";
	}
}

/* Of what was received the kernel said it: only what is sent has to be looked up. */
const char *words_kind(struct session *s, const struct packet *p)
{
	bool sent = p->kind == PACKET_TX;
	const struct addr *to = sent ? &p->peer : &p->local;

	if ((p->flags & PACKET_MULTICAST) || addr_is_multicast(to))
		return "multicast";
	if (addr_kind(to) == ADDR_BROADCAST)
		return "limited broadcast";
	if ((p->flags & PACKET_BROADCAST) || (sent && iface_is_broadcast(session_ifaces(s), to)))
		return "subnet broadcast";
	return "unicast";
}

static const char *error_mark(const struct packet_icmp *i)
{
	return errqueue_mark((enum errqueue_origin)i->origin, i->type, i->code, i->errnum);
}

void words_error_subject(struct buf *out, const struct packet *p)
{
	addr_format_short(out, &p->peer, ERROR_ADDR);
	buf_printf(out, " %s", error_mark(&p->icmp));
}

void words_said(struct buf *out, const struct packet_icmp *i, const struct addr *about)
{
	buf_str(out, ": ");
	errqueue_words(out, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum, i->info);
	if (errqueue_is_local((enum errqueue_origin)i->origin)) {
		buf_str(out, ", says this host");
	} else if (i->offender.family && !addr_same_host(&i->offender, about)) {
		buf_str(out, ", says ");
		addr_format_host(out, &i->offender);
	}
}

void words_error_meaning(struct buf *out, const struct packet *p)
{
	words_said(out, &p->icmp, &p->peer);
}

static void error_cause(struct buf *out, const struct packet *p)
{
	if (p->icmp.cause)
		buf_printf(out, " #%" PRIu64, p->icmp.cause);
}

void words_error(struct buf *out, const struct packet *p)
{
	words_error_subject(out, p);
	error_cause(out, p);
	words_error_meaning(out, p);
}

void words_error_event(struct buf *out, const struct packet *p)
{
	buf_str(out, error_mark(&p->icmp));
	error_cause(out, p);
	words_error_meaning(out, p);
}

void words_gap(struct buf *out, const struct packet *p)
{
	const char *least = p->flags & PACKET_AT_LEAST ? "at least " : "";

	if (p->where == PACKET_WHERE_STORE)
		buf_printf(out, "%s%" PRIu64 " lost here: no memory to keep %s", least, p->lost,
			   p->lost == 1 ? "it" : "them");
	else
		buf_printf(out, "%s%" PRIu64 " lost here before %s could be received", least,
			   p->lost, p->lost == 1 ? "it" : "they");
}
