/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of the store become blocks of a file.  See recorder.h. */
#include "session/recorder.h"

#include "session/headers.h"
#include "session/record_file.h"
#include "session/words.h"
#include "store/pcapng.h"
#include "store/synth.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Recording gives way to the rest of the loop after so long, looking at the clock now and then. */
#define LINK_HEADER 14 /* bytes of Ethernet (IEEE 802.3) */
#define FOLLOW_NS (4 * NS_PER_MS)
#define FOLLOW_STRIDE 64
#define PENDING_NS (20 * NS_PER_MS) /* how often one that waits to be sent is looked at */
#define INTERFACES_MAX 1024
#define BLOCKS_MAX (1u << 20) /* more than a packet and what may stand in front of it */
#define NOTES_MAX PCAPNG_COMMENT_MAX

static const char comment[] =
	"Recorded from sockets: IP and UDP headers are made up around the payloads, as are the "
	"ICMP "
	"packets; of what was sent, addresses, TTL and TOS are those that the kernel uses.";

struct interface {
	unsigned index;
	uint64_t packets;
};

struct recorder {
	struct session *session;
	struct recorder_spec spec; /* its path is the name of the first file */
	char path[PATH_MAX];
	struct record_file file;
	struct headers headers;
	struct store_cursor cursor;
	struct store_hold cause; /* of an ICMP error */
	struct loop_timer again;
	struct buf blocks;    /* made and not handed over yet */
	struct buf notes;     /* the comment of the next packet */
	uint64_t dropped;     /* in front of it */
	uint64_t begun, mono; /* when the file was begun: real, monotonic ns */
	struct interface interfaces[INTERFACES_MAX];
	size_t interface_count;
	uint64_t file_lost;
	bool full;   /* the file at hand: another one follows when it is written */
	bool ending; /* nothing is waited for any more */
	struct recorder_totals totals;
};

const char *recorder_path(const struct session *s)
{
	return s->recorder ? s->recorder->file.path : NULL;
}

void recorder_totals(const struct session *s, struct recorder_totals *out)
{
	*out = s->recorder ? s->recorder->totals : (struct recorder_totals){ 0 };
}

/* ---- blocks ---- */

static void flush(struct recorder *r)
{
	record_file_flush(&r->file, &r->blocks);
	r->totals.bytes += r->blocks.len;
	buf_reset(&r->blocks);
}

static void add_section(struct recorder *r)
{
	struct utsname u;
	char os[sizeof(u.sysname) + sizeof(u.release) + 1] = "";

	if (uname(&u) == 0)
		snprintf(os, sizeof(os), "%s %s", u.sysname, u.release);
	pcapng_section(&r->blocks, os, PACKAGE_NAME " " PACKAGE_VERSION, comment);
}

/* Its number in the file; more than there can be share the last one. */
static uint32_t interface_number(struct recorder *r, unsigned index)
{
	const char *name = index ? session_ifname(r->session, index) : NULL;
	char unnamed[32];
	size_t i = 0;

	while (i < r->interface_count && r->interfaces[i].index != index)
		i++;
	if (i < r->interface_count)
		return (uint32_t)i;
	if (i == INTERFACES_MAX)
		return INTERFACES_MAX - 1;
	snprintf(unnamed, sizeof(unnamed), index ? "if%u" : "unknown", index);
	pcapng_interface(&r->blocks, name ? name : unnamed,
			 index ? NULL : "the interface is not known", PCAPNG_ETHERNET);
	r->interfaces[r->interface_count++] = (struct interface){ .index = index };
	return (uint32_t)i;
}

/* What was lost is known of the sockets, not of interfaces: it stands with the first one. */
static void add_statistics(struct recorder *r)
{
	for (size_t i = 0; i < r->interface_count; i++) {
		const struct pcapng_statistics st = {
			.interface = (uint32_t)i,
			.begun = r->begun,
			.ended = clock_realtime(r->session->clock),
			.received = r->interfaces[i].packets,
			.dropped = i ? 0 : r->file_lost,
		};

		pcapng_statistics(&r->blocks, &st);
	}
	flush(r);
}

/* ---- packets ---- */

static void begin_note(struct recorder *r)
{
	if (r->notes.len)
		buf_char(&r->notes, '\n');
}

static void note_gap(struct recorder *r, const struct packet *p)
{
	r->dropped += p->lost;
	r->file_lost += p->lost;
	r->totals.lost += p->lost;
	begin_note(r);
	words_gap(&r->notes, p);
}

static void note_unsent(struct recorder *r, const struct packet *p)
{
	begin_note(r);
	buf_printf(&r->notes, "#%" PRIu64 " to ", p->no);
	addr_format(&r->notes, &p->peer);
	buf_printf(&r->notes, " was not sent: %s", strerror(p->result));
}

static enum pcapng_reception reception_of(const struct packet *p)
{
	if (p->kind == PACKET_TX)
		return PCAPNG_UNSPECIFIED;
	if (p->flags & PACKET_MULTICAST)
		return PCAPNG_MULTICAST;
	return p->flags & PACKET_BROADCAST ? PCAPNG_BROADCAST : PCAPNG_UNICAST;
}

/* The quoted datagram was as long as the one that was sent. */
static void complete_icmp(struct recorder *r, struct packet *p)
{
	struct packet cause;

	if (p->icmp.cause && store_find(r->session->store, p->icmp.cause, &r->cause, &cause) &&
	    cause.len > p->len)
		p->len = cause.len;
}

/* An Ethernet header whose addresses are not known. */
static void put_link_header(struct buf *out, int family)
{
	const uint8_t header[LINK_HEADER] = {
		[12] = family == AF_INET ? 0x08 : 0x86, [13] = family == AF_INET ? 0x00 : 0xdd
	};

	buf_add(out, header, sizeof(header));
}

static void add_packet(struct recorder *r, struct packet p)
{
	struct pcapng_packet block = {
		.time = p.time,
		.direction = p.kind == PACKET_TX ? PCAPNG_OUTBOUND : PCAPNG_INBOUND,
		.dropped = r->dropped,
	};
	size_t at;

	if (p.kind != PACKET_RX)
		headers_complete(&r->headers, r->session, &p);
	if (p.kind == PACKET_ICMP)
		complete_icmp(r, &p);
	block.reception = reception_of(&p);
	block.interface = interface_number(r, p.ifindex);
	at = pcapng_packet_begin(&r->blocks);
	put_link_header(&r->blocks, p.peer.family);
	if (!synth_packet(&r->blocks, &p, &block.original)) {
		buf_cut(&r->blocks, at);
		begin_note(r);
		words_error(&r->notes, &p);
		return;
	}
	block.original += LINK_HEADER;
	block.comment = r->notes.len ? buf_cstr(&r->notes) : NULL;
	pcapng_packet_end(&r->blocks, at, &block);
	r->interfaces[block.interface].packets++;
	r->totals.packets++;
	r->dropped = 0;
	buf_reset(&r->notes);
}

/* false: it waits for room in the kernel's buffer, so nobody knows yet whether it was sent. */
static bool record(struct recorder *r, const struct packet *p)
{
	if (p->flags & PACKET_READ)
		return true;
	switch (p->kind) {
	case PACKET_TX:
		if (p->result == PACKET_TX_PENDING)
			return r->ending; /* it was not sent while this was recorded */
		if (p->result == PACKET_TX_SENT)
			add_packet(r, *p);
		else
			note_unsent(r, p);
		break;
	case PACKET_RX:
	case PACKET_ICMP:
		add_packet(r, *p);
		break;
	case PACKET_GAP:
		note_gap(r, p);
		break;
	default:
		break;
	}
	return true;
}

/* ---- files ---- */

static void on_written(void *ctx, short revents)
{
	struct session *s = ctx;

	(void)revents;
	record_file_turn(&s->recorder->file);
	recorder_follow(s);
}

static bool open_file(struct recorder *r, const char *path, struct error *e)
{
	struct session *s = r->session;

	if (!record_file_open(&r->file, path, r->spec.overwrite, e))
		return false;
	if (!loop_watch(s->loop, output_fd(r->file.out), POLLIN, on_written, s, e)) {
		record_file_close(&r->file, NULL);
		return false;
	}
	r->begun = clock_realtime(s->clock);
	r->mono = clock_monotonic(s->clock);
	r->interface_count = 0;
	r->file_lost = 0;
	r->full = false;
	r->totals.files++;
	add_section(r);
	flush(r);
	return true;
}

static bool close_file(struct recorder *r, struct error *e)
{
	loop_unwatch(r->session->loop, output_fd(r->file.out));
	return record_file_close(&r->file, e);
}

static bool is_due(const struct recorder *r)
{
	const struct recorder_spec *sp = &r->spec;

	if (!r->interface_count)
		return false; /* nothing stands in it */
	if (sp->rotate_bytes && r->file.appended + r->blocks.len >= sp->rotate_bytes)
		return true;
	return sp->rotate_ns && clock_monotonic(r->session->clock) - r->mono >= sp->rotate_ns;
}

/* The next one is begun when this one is written: false until then, and on an error. */
static bool change_file(struct recorder *r, struct error *e)
{
	char next[PATH_MAX];
	int n;

	if (!r->full) {
		add_statistics(r);
		r->full = true;
	}
	if (!output_is_idle(r->file.out) || output_error(r->file.out))
		return false;
	n = snprintf(next, sizeof(next), "%s.%u", r->path, r->totals.files);
	if (n < 0 || (size_t)n >= sizeof(next))
		return err_sys(e, ENAMETOOLONG, "%.60s..", r->path);
	return close_file(r, e) && open_file(r, next, e);
}

/* ---- life ---- */

static void release(struct recorder *r)
{
	loop_timer_stop(r->session->loop, &r->again);
	store_cursor_rest(&r->cursor);
	store_hold_done(&r->cause);
	buf_done(&r->blocks);
	buf_done(&r->notes);
	free(r);
}

/* It is over before the event is told: who hears it may look, or start another. */
static void give_up(struct recorder *r, const struct error *why)
{
	struct session *s = r->session;
	struct error e = *why;
	bool left = !e.text[0];

	s->recorder = NULL;
	if (r->file.out)
		left = close_file(r, left ? &e : NULL) && left;
	release(r);
	if (left)
		return; /* whoever read stdout has gone */
	s->record_failure = e;
	session_event(s, PACKET_ERROR, 0, "%s: recording stopped", e.text);
}

static void on_again(void *ctx)
{
	recorder_follow(ctx);
}

/* Between two packets: may there be another one now? */
static bool has_room(struct recorder *r, struct error *e)
{
	if (output_error(r->file.out))
		return false;
	if ((r->full || is_due(r)) && !change_file(r, e))
		return false;
	return !output_is_full(r->file.out);
}

static void look_again(struct recorder *r, uint64_t ns)
{
	loop_timer_at(r->session->loop, &r->again, clock_monotonic(r->session->clock) + ns);
}

/* As many as there is time and room for.  false: there may be more. */
static bool take_packets(struct recorder *r, struct error *e)
{
	uint64_t end = clock_monotonic(r->session->clock) + FOLLOW_NS;
	struct packet p;

	for (unsigned n = 1; has_room(r, e); n++) {
		if (store_cursor_read(&r->cursor, &p) == STORE_END)
			return true;
		if (!record(r, &p)) {
			store_cursor_unread(&r->cursor, &p);
			look_again(r, PENDING_NS);
			return true;
		}
		if (r->blocks.len >= BLOCKS_MAX / 4)
			flush(r);
		if (n % FOLLOW_STRIDE == 0 && clock_monotonic(r->session->clock) > end) {
			look_again(r, 0);
			return false;
		}
	}
	return false;
}

void recorder_follow(struct session *s)
{
	struct recorder *r = s->recorder;
	struct error e = { .at = -1 };

	if (!r)
		return;
	loop_timer_stop(s->loop, &r->again);
	take_packets(r, &e);
	store_cursor_pause(&r->cursor);
	if (r->file.out)
		flush(r);
	if (e.text[0] || output_error(r->file.out))
		give_up(r, &e);
}

static void start_at_end(struct recorder *r)
{
	struct store_stats st;

	store_stats(r->session->store, &st);
	r->cursor.store = r->session->store;
	store_cursor_seek(&r->cursor, st.end_seq);
}

bool recorder_start(struct session *s, const struct recorder_spec *spec, struct error *e)
{
	struct recorder *r;

	if (s->recorder)
		return err_set(e, ERR_STATE, "recording to %s already: record off ends that",
			       s->recorder->file.path);
	r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_LIMIT, "no memory to record");
	r->session = s;
	r->spec = *spec;
	r->again = (struct loop_timer){ .fire = on_again, .ctx = s };
	snprintf(r->path, sizeof(r->path), "%s", spec->path);
	r->spec.path = r->path;
	buf_init(&r->blocks, BLOCKS_MAX);
	buf_init(&r->notes, NOTES_MAX);
	if (!open_file(r, spec->path, e)) {
		release(r);
		return false;
	}
	start_at_end(r);
	s->recorder = r;
	return true;
}

/* What the store holds by now; others may go on appending. */
static void take_rest(struct recorder *r, struct error *e)
{
	struct store_stats st;

	r->ending = true;
	store_stats(r->session->store, &st);
	while (!take_packets(r, e) && r->cursor.next < st.end_seq && !e->text[0]) {
		flush(r);
		record_file_wait(&r->file);
		if (!output_is_idle(r->file.out) || output_error(r->file.out))
			return;
	}
}

bool recorder_stop(struct session *s, struct recorder_totals *out, struct error *e)
{
	struct recorder *r = s->recorder;
	struct error why = { .at = -1 };

	if (r) {
		s->recorder = NULL;
		take_rest(r, &why);
		if (r->file.out) {
			if (!r->full)
				add_statistics(r);
			record_file_wait(&r->file);
			close_file(r, why.text[0] ? NULL : &why);
		}
		if (out)
			*out = r->totals;
		release(r);
	}
	if (!why.code)
		return true;
	s->record_failure = why;
	if (e)
		*e = why;
	return false;
}
