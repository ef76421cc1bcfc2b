/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came, to stdout; what of it counts, for the end. */
#include "session/json.h"
#include "front/pipe_private.h"
#include "net/errqueue.h"
#include "session/activity.h"
#include "session/words.h"
#include "util/num.h"

#include <string.h>

/* Printing gives way to the rest of the loop after so long, looking at the clock now and then. */
#define PRINT_NS (4 * NS_PER_MS)
#define PRINT_STRIDE 64
#define COMPLAINT_MAX 600 /* bytes of a line of stderr about a packet */
#define TELL_AFTER (5 * NS_PER_MS)
#define GAP_EVERY NS_PER_S

/* Do several hosts hear what goes there?  Nothing is broadcast without the option. */
static bool is_group(const struct pipe *p, const struct session_socket *k, const struct addr *dest)
{
	if (addr_is_multicast(dest))
		return true;
	return sockopt_asked(&k->sock.options, "broadcast")->number &&
	       (addr_kind(dest) == ADDR_BROADCAST ||
		iface_is_broadcast(session_ifaces(p->session), dest));
}

void pipe_find_target(struct pipe *p)
{
	const struct session_socket *k = p->session->current;
	const struct addr *dest;

	if (!k || target_addrs(&k->target, &dest) != 1)
		return;
	p->ending.config.one_target = p->config.only_target;
	if (p->config.only_target && !is_group(p, k, dest))
		p->target = *dest;
}

static bool is_wanted(const struct pipe *p, const struct packet *packet)
{
	return packet->kind != PACKET_RX || !p->target.family || packet->flags & PACKET_READ ||
	       addr_same_host(&packet->peer, &p->target);
}

/* ---- what counts ---- */

static void note_rx(struct pipe *p, const struct packet *packet)
{
	const struct ending *d = &p->ending;

	if (!is_wanted(p, packet) || (packet->flags & PACKET_OWN))
		return;
	ending_received(&p->ending, clock_monotonic(p->clock));
	if (d->received == d->config.max_count)
		p->print_end = packet->seq + 1;
}

static void tell_complaint(struct pipe *p)
{
	if (p->tell.due)
		pipe_say(p, "%s", buf_cstr(&p->complained));
	loop_timer_stop(p->loop, &p->tell);
}

static void tell_gap(struct pipe *p)
{
	struct buf words;

	if (!p->gap.lost)
		return;
	buf_init(&words, COMPLAINT_MAX);
	words_gap(&words, &p->gap);
	pipe_say(p, "%s", buf_cstr(&words));
	buf_done(&words);
	p->gap.lost = 0;
	p->gap_told = clock_monotonic(p->clock);
	loop_timer_stop(p->loop, &p->tell_gap);
}

void pipe_tell_complaints(struct pipe *p)
{
	tell_gap(p);
	tell_complaint(p);
}

static void on_tell_gap(void *ctx)
{
	tell_gap(ctx);
}

static void on_tell(void *ctx)
{
	struct pipe *p = ctx;

	pipe_say(p, "%s", buf_cstr(&p->complained));
}

/* What it is about, as words; which datagram was refused is no news where others were before. */
static void add_subject(struct buf *out, const struct packet *packet)
{
	if (packet->kind == PACKET_ICMP) {
		words_error_subject(out, packet);
		words_error_meaning(out, packet);
	} else {
		buf_add(out, packet->data, packet->stored);
	}
}

/*
 * Told on stderr where stdout holds nothing but payloads; the same again is not told again.  It
 * waits a moment: if it is why the session ends, it is told once, as the reason.
 */
static void complain(struct pipe *p, const struct packet *packet)
{
	struct buf subject;

	if (p->config.format != WRITER_RAW)
		return;
	buf_init(&subject, COMPLAINT_MAX);
	add_subject(&subject, packet);
	if (strcmp(buf_cstr(&subject), buf_cstr(&p->subject)) != 0) {
		tell_complaint(p);
		buf_reset(&p->subject);
		buf_str(&p->subject, buf_cstr(&subject));
		buf_reset(&p->complained);
		if (packet->kind == PACKET_ICMP)
			words_error(&p->complained, packet);
		else
			buf_str(&p->complained, buf_cstr(&subject));
		loop_timer_at(p->loop, &p->tell, clock_monotonic(p->clock) + TELL_AFTER);
	}
	buf_done(&subject);
}

/* In a flood they come by the thousand: the first is told, then the sum of each second. */
static void add_gap(struct pipe *p, const struct packet *packet)
{
	uint64_t soon = clock_monotonic(p->clock) + TELL_AFTER;
	uint64_t next = p->gap_told ? p->gap_told + GAP_EVERY : 0;

	if (p->config.format != WRITER_RAW || !packet->lost)
		return;
	if (p->gap.where != packet->where)
		tell_gap(p);
	p->gap.kind = PACKET_GAP;
	p->gap.flags = packet->flags | (p->gap.lost ? p->gap.flags : 0);
	p->gap.where = packet->where;
	p->gap.lost += packet->lost;
	if (!p->tell_gap.due)
		loop_timer_at(p->loop, &p->tell_gap, soon > next ? soon : next);
}

static void note_icmp(struct pipe *p, const struct packet *packet)
{
	const struct packet_icmp *i = &packet->icmp;
	struct buf words;

	complain(p, packet);
	if (!p->ending.config.one_target ||
	    !errqueue_is_unreachable((enum errqueue_origin)i->origin, i->type, i->code))
		return;
	buf_init(&words, sizeof(p->ending.refusal));
	words_error(&words, packet);
	ending_refused(&p->ending, buf_cstr(&words));
	buf_done(&words);
}

void pipe_note(struct pipe *p, const struct packet *packet)
{
	if (packet->flags & PACKET_READ)
		return;
	/* What an activity asks and hears is none of what the session waits for. */
	if (packet_is_numbered(packet->kind) && activity_owns(p->session, packet->socket))
		return;
	switch (packet->kind) {
	case PACKET_RX:
		note_rx(p, packet);
		break;
	case PACKET_TX:
		ending_sent(&p->ending, clock_monotonic(p->clock));
		break;
	case PACKET_ICMP:
		note_icmp(p, packet);
		break;
	case PACKET_GAP:
		add_gap(p, packet);
		break;
	case PACKET_ERROR:
		complain(p, packet);
		break;
	case PACKET_JOIN:
	case PACKET_LEAVE:
		if (packet->ifindex)
			complain(p, packet);
		break;
	case PACKET_OPEN:
		pipe_tell_open(p, packet);
		break;
	default:
		break;
	}
}

/* ---- printing ---- */

static void print_packet(struct pipe *p, const struct packet *packet)
{
	if (packet->seq >= p->print_end || p->muted ||
	    !printed_has(&p->printed_only, p->session, p->config.format, p->config.verbose, packet))
		return;
	if (is_wanted(p, packet))
		writer_packet(p->config.format, p->session, p->config.verbose, packet,
			      output_buffer(p->out));
	else
		p->unprinted++;
}

static void on_more(void *ctx)
{
	struct pipe *p = ctx;

	pipe_print(p);
	pipe_check(p);
}

/* Overtaken by the store: what is missing is told in its place, and spoils the exit status, which
 * says it on stderr. */
static void print_gap(struct pipe *p, const struct packet *gap)
{
	if (!gap->lost || p->muted)
		return;
	p->missed += gap->lost;
	p->missed_by_reader = p->waits_for_reader;
	writer_packet(p->config.format, p->session, p->config.verbose, gap, output_buffer(p->out));
}

void pipe_json_error(struct pipe *p, const char *text)
{
	json_error(clock_realtime(p->clock), text, output_buffer(p->out));
	output_flush(p->out);
}

/* Has all that the session knows of been printed, and is there nothing that it does not yet? */
static bool is_at_end(const struct pipe *p)
{
	return p->print.next >= p->session->follow.next && !p->session->again.due;
}

static void tell_given_up(struct pipe *p)
{
	if (p->printed_only.what && what_must_tell(p->printed_only.what))
		pipe_say(p, "the filter is too costly for some packets: they are not printed");
}

/* Never ahead of what the session has followed: -W may end the output in front of the rest. */
void pipe_print(struct pipe *p)
{
	uint64_t end = clock_monotonic(p->clock) + PRINT_NS;
	struct packet packet;

	for (unsigned n = 1; !output_is_full(p->out); n++) {
		enum store_read read;

		if (p->print.next >= p->session->follow.next)
			break;
		read = store_cursor_read(&p->print, &packet);
		if (read == STORE_END)
			break;
		if (read == STORE_GAP)
			print_gap(p, &packet);
		else
			print_packet(p, &packet);
		if (n % PRINT_STRIDE == 0 && clock_monotonic(p->clock) > end) {
			loop_timer_at(p->loop, &p->more, end);
			break;
		}
	}
	tell_given_up(p);
	p->waits_for_reader = output_is_full(p->out);
	p->printed = is_at_end(p) && !p->waits_for_reader;
	store_cursor_pause(&p->print);
	p->used |= output_buffer(p->out)->len > 0;
	output_flush(p->out);
	if (p->printed)
		capture_poke(p->session);
}

void pipe_print_init(struct pipe *p)
{
	p->print.store = p->session->store;
	p->print_end = UINT64_MAX;
	p->more = (struct loop_timer){ .fire = on_more, .ctx = p };
	p->tell = (struct loop_timer){ .fire = on_tell, .ctx = p };
	p->tell_gap = (struct loop_timer){ .fire = on_tell_gap, .ctx = p };
	buf_init(&p->complained, COMPLAINT_MAX);
	buf_init(&p->subject, COMPLAINT_MAX);
}

void pipe_print_done(struct pipe *p)
{
	store_cursor_rest(&p->print);
	loop_timer_stop(p->loop, &p->more);
	loop_timer_stop(p->loop, &p->tell);
	loop_timer_stop(p->loop, &p->tell_gap);
	printed_done(&p->printed_only);
	buf_done(&p->complained);
	buf_done(&p->subject);
}
