/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window on a file slides from record to record.  See capfile.h. */
#include "store/capfile.h"

#include "store/capfile_private.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_HEAD 24u /* of pcap */
#define RECORD_HEAD 16u

#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO 0xa1b23c4du
#define MAGIC_KUZNETZOV 0xa1b2cd34u
#define MAGIC_PCAPNG 0x0a0d0d0au /* reads the same in both orders */
#define LINK_TYPE_MASK 0xffffu   /* above it: the length of a checksum behind each frame */

#define YEAR_NS (365 * 86400 * NS_PER_S)

struct capfile *capfile_new(struct error *e)
{
	struct capfile *f = calloc(1, sizeof(*f));

	if (f)
		f->window = malloc(CAPFILE_WINDOW);
	if (!f || !f->window) {
		free(f);
		err_set(e, ERR_LIMIT, "no memory to read a capture file");
		return NULL;
	}
	buf_init(&f->comment, PCAPNG_COMMENT_MAX);
	f->latest = UINT64_MAX;
	return f;
}

void capfile_free(struct capfile *f)
{
	if (!f)
		return;
	buf_done(&f->comment);
	free(f->interfaces);
	free(f->window);
	free(f);
}

void capfile_set_latest(struct capfile *f, uint64_t latest)
{
	f->latest = latest;
}

uint64_t capfile_offset(const struct capfile *f)
{
	return f->offset;
}

/* ---- the window ---- */

const uint8_t *capfile_at(const struct capfile *f)
{
	return f->window + f->start;
}

size_t capfile_there(const struct capfile *f)
{
	return f->end - f->start;
}

/* What is not in the window yet is passed over when it comes. */
void capfile_pass(struct capfile *f, uint64_t n)
{
	const uint64_t now = n < capfile_there(f) ? n : capfile_there(f);

	f->start += (size_t)now;
	f->offset += now;
	f->skip = n - now;
}

static void make_room(struct capfile *f)
{
	if (f->start == 0)
		return;
	memmove(f->window, f->window + f->start, f->end - f->start);
	f->end -= f->start;
	f->start = 0;
}

static void came(struct capfile *f, size_t n)
{
	f->end += n;
	f->ended = n == 0;
	if (f->skip)
		capfile_pass(f, f->skip);
}

bool capfile_fill(struct capfile *f, int fd, struct error *e)
{
	size_t room;
	ssize_t n;

	make_room(f);
	room = CAPFILE_WINDOW - f->end;
	do
		n = read(fd, f->window + f->end, room < CAPFILE_READ ? room : CAPFILE_READ);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return true; /* not yet */
	if (n < 0)
		return err_sys(e, errno, "cannot read on");
	came(f, (size_t)n);
	return true;
}

size_t capfile_feed(struct capfile *f, const void *bytes, size_t n)
{
	make_room(f);
	if (n > CAPFILE_WINDOW - f->end)
		n = CAPFILE_WINDOW - f->end;
	if (n)
		memcpy(f->window + f->end, bytes, n);
	came(f, n);
	return n;
}

enum capfile_result capfile_damaged(struct capfile *f, struct error *e, const char *fmt, ...)
{
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	f->over = true;
	err_set(e, ERR_SYNTAX, "at byte %" PRIu64 " %s", f->offset, what);
	return CAPFILE_DAMAGED;
}

enum capfile_result capfile_wait(struct capfile *f, uint64_t need, const char *what,
				 struct error *e)
{
	if (!f->ended)
		return CAPFILE_MORE;
	return capfile_damaged(f, e, "%s is cut off: %zu of %" PRIu64 " bytes are there", what,
			       capfile_there(f), need);
}

/* ---- numbers ---- */

uint16_t capfile_get16(const struct capfile *f, const uint8_t *at)
{
	return (uint16_t)(f->big ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

uint32_t capfile_get32(const struct capfile *f, const uint8_t *at)
{
	const uint32_t first = capfile_get16(f, at), second = capfile_get16(f, at + 2);

	return f->big ? first << 16 | second : second << 16 | first;
}

/* ---- frames ---- */

static bool is_odd_time(const struct capfile *f, uint64_t time)
{
	const uint64_t distance = time > f->previous ? time - f->previous : f->previous - time;

	return time > f->latest || (f->previous && distance > YEAR_NS);
}

void capfile_found(struct capfile *f, struct capfile_frame *out, bool fits)
{
	out->number = ++f->frames;
	out->offset = f->offset;
	if (!fits || (out->time && is_odd_time(f, out->time)))
		out->odd |= CAPFILE_ODD_TIME;
	/* The files of some tools go on in another year: that is odd once. */
	if (fits && out->time && out->time <= f->latest)
		f->previous = out->time;
	if (out->original >= out->captured)
		return;
	out->odd |= CAPFILE_ODD_LENGTH;
	out->original = out->captured;
}

/* ---- pcap ---- */

/* What it is instead of a capture that can be read. */
static enum capfile_result say(struct capfile *f, struct error *e, const char *what)
{
	f->over = true;
	err_set(e, ERR_USAGE, "%s", what);
	return CAPFILE_DAMAGED;
}

static enum capfile_result refuse(struct capfile *f, struct error *e)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b }, zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	const uint8_t *at = capfile_at(f);
	const size_t n = capfile_there(f);

	if (n >= sizeof(gzip) && memcmp(at, gzip, sizeof(gzip)) == 0)
		return say(f, e, "is compressed: zcat FILE >OTHER unpacks it");
	if (n >= sizeof(zstd) && memcmp(at, zstd, sizeof(zstd)) == 0)
		return say(f, e, "is compressed: zstdcat FILE >OTHER unpacks it");
	return say(f, e, "is no capture file: neither pcap nor pcapng");
}

/* false: it is no pcap file. */
static bool find_order(struct capfile *f, uint32_t *magic)
{
	for (int big = 0; big < 2; big++) {
		f->big = big;
		*magic = capfile_get32(f, capfile_at(f));
		if (*magic == MAGIC_MICRO || *magic == MAGIC_NANO || *magic == MAGIC_KUZNETZOV)
			return true;
	}
	return false;
}

/* false: its fraction is more than a second. */
static bool pcap_time(const struct capfile *f, const uint8_t *at, uint64_t *out)
{
	const uint64_t part = capfile_get32(f, at + 4), ns = f->nano ? part : part * 1000;

	*out = capfile_get32(f, at) * NS_PER_S + ns;
	return ns < NS_PER_S;
}

static enum capfile_result next_record(struct capfile *f, struct capfile_frame *out,
				       struct error *e)
{
	const uint8_t *at = capfile_at(f);
	uint32_t captured, original;
	uint64_t time;
	bool fits;

	if (capfile_there(f) < RECORD_HEAD)
		return capfile_wait(f, RECORD_HEAD, "a frame", e);
	captured = capfile_get32(f, at + 8);
	original = capfile_get32(f, at + 12);
	if (captured > CAPFILE_FRAME_MAX)
		return capfile_damaged(f, e, "a frame claims to hold %" PRIu32 " bytes", captured);
	if (capfile_there(f) < RECORD_HEAD + captured)
		return capfile_wait(f, RECORD_HEAD + captured, "a frame", e);
	fits = pcap_time(f, at, &time);
	*out = (struct capfile_frame){
		.link_type = f->link_type,
		.data = at + RECORD_HEAD,
		.captured = captured,
		.original = original,
		.time = time,
	};
	capfile_found(f, out, fits);
	capfile_pass(f, RECORD_HEAD + captured);
	return CAPFILE_FRAME;
}

static enum capfile_result begin_pcap(struct capfile *f, struct capfile_frame *out, struct error *e)
{
	const uint8_t *at = capfile_at(f);
	uint32_t magic;

	if (!find_order(f, &magic))
		return refuse(f, e);
	if (capfile_there(f) < FILE_HEAD)
		return capfile_wait(f, FILE_HEAD, "the head of the file", e);
	if (magic == MAGIC_KUZNETZOV)
		return say(
			f, e,
			"is of Alexey Kuznetzov's modified pcap: editcap FILE OTHER rewrites it");
	if (capfile_get16(f, at + 4) != 2)
		return capfile_damaged(f, e, "version %u of pcap is not known",
				       capfile_get16(f, at + 4));
	f->kind = KIND_PCAP;
	f->nano = magic == MAGIC_NANO;
	f->link_type = capfile_get32(f, at + 20) & LINK_TYPE_MASK;
	capfile_pass(f, FILE_HEAD);
	return capfile_next(f, out, e);
}

/* ---- both ---- */

static enum capfile_result begin(struct capfile *f, struct capfile_frame *out, struct error *e)
{
	if (capfile_there(f) < 4) {
		if (!f->ended)
			return CAPFILE_MORE;
		return capfile_there(f) ? refuse(f, e) : say(f, e, "is empty");
	}
	if (capfile_get32(f, capfile_at(f)) != MAGIC_PCAPNG)
		return begin_pcap(f, out, e);
	f->kind = KIND_PCAPNG;
	return capfile_next_block(f, out, e);
}

enum capfile_result capfile_next(struct capfile *f, struct capfile_frame *out, struct error *e)
{
	if (f->over)
		return CAPFILE_END;
	if (f->kind == KIND_UNKNOWN)
		return begin(f, out, e);
	if (f->ended && !capfile_there(f) && !f->skip)
		return CAPFILE_END;
	return f->kind == KIND_PCAP ? next_record(f, out, e) : capfile_next_block(f, out, e);
}
