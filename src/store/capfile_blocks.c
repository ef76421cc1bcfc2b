/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The blocks of pcapng.  See capfile.h.
 *
 * Each begins with its type and its length and ends with the length again.  A section begins with
 * a block of its own, in either byte order, and forgets the interfaces of the one before.
 */
#include "store/capfile_private.h"
#include "store/pcapng_codes.h"
#include "util/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_HEAD 8u     /* type, length */
#define SECTION_FIXED 16u /* what stands in front of the options */
#define INTERFACE_FIXED 8u
#define PACKET_FIXED 20u
#define SIMPLE_FIXED 4u
#define STATISTICS_FIXED 12u

#define MICROSECONDS 6        /* where if_tsresol is missing */
#define DROPS_UNKNOWN 0xffffu /* in the obsolete block */
/* At 150 million in a second it takes three weeks to drop so many. */
#define DROPS_MAX (UINT64_C(1) << 48)

/* The inside of a block; of its options the one at hand. */
struct inside {
	const struct capfile *f;
	const uint8_t *at; /* what was not read yet */
	size_t n;
	uint16_t code;
	const uint8_t *value;
	size_t length;
};

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* false: that was the last.  One that is longer than its block ends them, too. */
static bool next_option(struct inside *in)
{
	if (in->n < 4)
		return false;
	in->code = capfile_get16(in->f, in->at);
	in->length = capfile_get16(in->f, in->at + 2);
	in->value = in->at + 4;
	if (in->code == OPTION_END || in->length > in->n - 4)
		return false;
	in->at += 4;
	in->n -= 4;
	if (padded(in->length) >= in->n) {
		in->n = 0;
		return true;
	}
	in->at += padded(in->length);
	in->n -= padded(in->length);
	return true;
}

static uint64_t get64(const struct capfile *f, const uint8_t *at)
{
	const uint64_t first = capfile_get32(f, at), second = capfile_get32(f, at + 4);

	return f->big ? first << 32 | second : second << 32 | first;
}

/* ---- sections and interfaces ---- */

/* The order is needed before the length can be read. */
static bool find_order(struct capfile *f, const uint8_t *at)
{
	for (int big = 0; big < 2; big++) {
		f->big = big;
		if (capfile_get32(f, at) == ORDER_MAGIC)
			return true;
	}
	return false;
}

static bool section(struct capfile *f, struct inside in, enum capfile_result *result,
		    struct error *e)
{
	static const char own[] = PACKAGE_NAME " ";

	if (in.n < SECTION_FIXED || capfile_get16(f, in.at + 4) != 1) {
		*result = capfile_damaged(f, e, "a section is of an unknown version");
		return true;
	}
	f->own = false;
	f->interface_count = 0;
	in.at += SECTION_FIXED;
	in.n -= SECTION_FIXED;
	while (next_option(&in))
		if (in.code == SECTION_PROGRAM && in.length >= sizeof(own) - 1)
			f->own = memcmp(in.value, own, sizeof(own) - 1) == 0;
	return false;
}

static struct capfile_interface *add_interface(struct capfile *f)
{
	if (f->interface_count == f->interface_room) {
		size_t room = f->interface_room ? 2 * f->interface_room : 8;
		struct capfile_interface *more =
			reallocarray(f->interfaces, room, sizeof(*f->interfaces));

		if (!more)
			return NULL;
		f->interfaces = more;
		f->interface_room = room;
	}
	return &f->interfaces[f->interface_count++];
}

static void read_name(struct capfile_interface *i, const struct inside *in)
{
	const size_t n = in->length < sizeof(i->name) ? in->length : sizeof(i->name) - 1;

	memcpy(i->name, in->value, n);
	i->name[n] = '\0';
}

static bool interface(struct capfile *f, struct inside in, enum capfile_result *result,
		      struct error *e)
{
	struct capfile_interface *i = NULL;

	if (in.n >= INTERFACE_FIXED && f->interface_count < CAPFILE_INTERFACES_MAX)
		i = add_interface(f);
	if (!i) {
		*result = capfile_damaged(f, e, "there is an interface too many, or half a one");
		return true;
	}
	*i = (struct capfile_interface){
		.link_type = capfile_get16(f, in.at),
		.snaplen = capfile_get32(f, in.at + 4),
		.resolution = MICROSECONDS,
	};
	in.at += INTERFACE_FIXED;
	in.n -= INTERFACE_FIXED;
	while (next_option(&in))
		if (in.code == INTERFACE_NAME)
			read_name(i, &in);
		else if (in.code == INTERFACE_RESOLUTION && in.length >= 1)
			i->resolution = in.value[0];
		else if (in.code == INTERFACE_SHIFT && in.length >= 8)
			i->shift = (int64_t)get64(f, in.value);
	return false;
}

static struct capfile_interface *find_interface(struct capfile *f, uint32_t number)
{
	return number < f->interface_count ? &f->interfaces[number] : NULL;
}

static const char *name_of(const struct capfile_interface *i)
{
	return i->name[0] ? i->name : NULL;
}

/* ---- times ---- */

__extension__ typedef __int128 wide;

/* What does not fit is the last moment that does; false. */
static bool clamp(wide ns, uint64_t *out)
{
	const bool fits = ns >= 0 && ns <= UINT64_MAX;

	*out = fits ? (uint64_t)ns : ns < 0 ? 0 : UINT64_MAX;
	return fits;
}

/* "resolution": 10 to the power of -n, or, with the highest bit set, 2 to the power of -n. */
static bool time_of(const struct capfile_interface *i, uint64_t units, uint64_t *out)
{
	unsigned n = i->resolution & 0x7f;
	wide ns = units;

	if (i->resolution & 0x80) {
		ns = ns * NS_PER_S >> n;
	} else {
		for (; n < 9; n++)
			ns *= 10;
		for (; n > 9; n--)
			ns /= 10;
	}
	return clamp(ns + (wide)i->shift * NS_PER_S, out);
}

/* ---- drops ---- */

/* -1, in 64 or in 32 bits, is what some write who do not know it. */
static uint64_t read_drops(struct capfile_frame *out, uint64_t count)
{
	if (count < DROPS_MAX && count != UINT32_MAX)
		return count;
	out->odd |= CAPFILE_ODD_DROPS;
	return 0;
}

/* ---- packets ---- */

static void read_flags(struct capfile_frame *out, uint32_t flags)
{
	out->direction = (flags & 3) == 3 ? PCAPNG_UNKNOWN : (enum pcapng_direction)(flags & 3);
	if ((flags >> 2 & 7) <= PCAPNG_BROADCAST)
		out->reception = (enum pcapng_reception)(flags >> 2 & 7);
}

/* A NUL ends it, as it does for whoever reads it. */
static void add_comment(struct capfile *f, const struct inside *in)
{
	if (f->comment.len)
		buf_char(&f->comment, '\n');
	buf_add(&f->comment, in->value, strnlen((const char *)in->value, in->length));
}

static void read_packet_options(struct capfile *f, struct inside in, struct capfile_frame *out)
{
	buf_reset(&f->comment);
	while (next_option(&in))
		if (in.code == OPTION_COMMENT)
			add_comment(f, &in);
		else if (in.code == PACKET_FLAGS && in.length >= 4)
			read_flags(out, capfile_get32(f, in.value));
		else if (in.code == PACKET_DROPPED && in.length >= 8)
			out->dropped = read_drops(out, get64(f, in.value));
	if (f->comment.len)
		out->comment = buf_cstr(&f->comment);
}

static bool fits(struct capfile *f, const struct inside *in, uint32_t captured,
		 enum capfile_result *result, struct error *e)
{
	if (captured <= in->n && captured <= CAPFILE_FRAME_MAX)
		return true;
	*result = capfile_damaged(f, e, "a frame claims to hold %" PRIu32 " bytes", captured);
	return false;
}

/* The enhanced block and the obsolete one differ in their first word only. */
static bool packet(struct capfile *f, struct inside in, bool obsolete, struct capfile_frame *out,
		   enum capfile_result *result, struct error *e)
{
	struct capfile_interface *i = NULL;
	uint32_t number, captured, drops = DROPS_UNKNOWN;
	uint64_t units, time;
	bool fits_time;

	if (in.n >= PACKET_FIXED) {
		number = obsolete ? capfile_get16(f, in.at) : capfile_get32(f, in.at);
		i = find_interface(f, number);
	}
	if (!i) {
		*result = capfile_damaged(f, e, "a packet is of no interface");
		return true;
	}
	if (obsolete)
		drops = capfile_get16(f, in.at + 2);
	units = (uint64_t)capfile_get32(f, in.at + 4) << 32 | capfile_get32(f, in.at + 8);
	captured = capfile_get32(f, in.at + 12);
	fits_time = time_of(i, units, &time);
	*out = (struct capfile_frame){
		.link_type = i->link_type,
		.data = in.at + PACKET_FIXED,
		.captured = captured,
		.original = capfile_get32(f, in.at + 16),
		.time = time,
		.interface = name_of(i),
		.dropped = drops == DROPS_UNKNOWN ? 0 : drops,
	};
	in.at += PACKET_FIXED;
	in.n -= PACKET_FIXED;
	if (!fits(f, &in, captured, result, e))
		return true;
	in.at += padded(captured) < in.n ? padded(captured) : in.n;
	in.n -= padded(captured) < in.n ? padded(captured) : in.n;
	read_packet_options(f, in, out);
	i->dropped += out->dropped;
	capfile_found(f, out, fits_time);
	*result = CAPFILE_FRAME;
	return true;
}

/* It tells no time, and how much was captured only by what the interface keeps of each. */
static bool simple_packet(struct capfile *f, struct inside in, struct capfile_frame *out,
			  enum capfile_result *result, struct error *e)
{
	const struct capfile_interface *i = find_interface(f, 0);
	uint32_t original, captured;

	if (!i || in.n < SIMPLE_FIXED) {
		*result = capfile_damaged(f, e, "a packet is of no interface");
		return true;
	}
	original = captured = capfile_get32(f, in.at);
	in.at += SIMPLE_FIXED;
	in.n -= SIMPLE_FIXED;
	if (i->snaplen && captured > i->snaplen)
		captured = i->snaplen;
	if (!fits(f, &in, captured, result, e))
		return true;
	*out = (struct capfile_frame){
		.link_type = i->link_type,
		.data = in.at,
		.captured = captured,
		.original = original,
		.interface = name_of(i),
	};
	capfile_found(f, out, true);
	*result = CAPFILE_FRAME;
	return true;
}

/* What no packet told of.  Several of an interface count on. */
static bool statistics(struct capfile *f, struct inside in, struct capfile_frame *out,
		       enum capfile_result *result)
{
	struct capfile_interface *i =
		in.n >= STATISTICS_FIXED ? find_interface(f, capfile_get32(f, in.at)) : NULL;
	uint64_t dropped = 0;

	if (!i)
		return false;
	*out = (struct capfile_frame){ .interface = name_of(i) };
	in.at += STATISTICS_FIXED;
	in.n -= STATISTICS_FIXED;
	while (next_option(&in))
		if ((in.code == STATISTICS_DROPPED || in.code == STATISTICS_DROPPED_EARLY) &&
		    in.length >= 8)
			dropped += read_drops(out, get64(f, in.value));
	if (dropped > i->dropped) {
		out->dropped = dropped - i->dropped;
		i->dropped = dropped;
	}
	if (!out->dropped && !out->odd)
		return false;
	*result = CAPFILE_DROPS;
	return true;
}

/* ---- blocks ---- */

static bool is_known(uint32_t type)
{
	return type == BLOCK_SECTION || (type >= BLOCK_INTERFACE && type <= BLOCK_SIMPLE_PACKET) ||
	       type == BLOCK_STATISTICS || type == BLOCK_PACKET;
}

/* true: *result is to be told.  false: on to the next. */
static bool read_block(struct capfile *f, uint32_t type, struct inside in,
		       struct capfile_frame *out, enum capfile_result *result, struct error *e)
{
	switch (type) {
	case BLOCK_SECTION:
		return section(f, in, result, e);
	case BLOCK_INTERFACE:
		return interface(f, in, result, e);
	case BLOCK_PACKET:
	case BLOCK_OBSOLETE_PACKET:
		return packet(f, in, type == BLOCK_OBSOLETE_PACKET, out, result, e);
	case BLOCK_SIMPLE_PACKET:
		return simple_packet(f, in, out, result, e);
	case BLOCK_STATISTICS:
		return statistics(f, in, out, result);
	default:
		return false;
	}
}

/* The head of the block at hand; false: *result says why there is none. */
static bool read_head(struct capfile *f, uint32_t *type, uint32_t *length,
		      enum capfile_result *result, struct error *e)
{
	const uint8_t *at = capfile_at(f);

	if (capfile_there(f) < BLOCK_MIN) {
		*result = capfile_wait(f, BLOCK_MIN, "a block", e);
		return false;
	}
	*type = capfile_get32(f, at);
	if (*type == BLOCK_SECTION && !find_order(f, at + BLOCK_HEAD)) {
		*result = capfile_damaged(f, e, "a section has no byte order");
		return false;
	}
	*length = capfile_get32(f, at + 4);
	if (*length < BLOCK_MIN || *length % 4) {
		*result = capfile_damaged(f, e, "a block claims to be %" PRIu32 " bytes long",
					  *length);
		return false;
	}
	return true;
}

/* One block, whole or passed over; as read_block(). */
static bool next_block(struct capfile *f, struct capfile_frame *out, enum capfile_result *result,
		       struct error *e)
{
	const uint8_t *at = capfile_at(f);
	uint32_t type, length;
	bool told;

	if (!read_head(f, &type, &length, result, e))
		return true;
	if (!is_known(type)) {
		capfile_pass(f, length);
		return false;
	}
	if (length > CAPFILE_BLOCK_MAX) {
		*result = capfile_damaged(f, e, "a block claims to be %" PRIu32 " bytes long",
					  length);
		return true;
	}
	if (capfile_there(f) < length) {
		*result = capfile_wait(f, length, "a block", e);
		return true;
	}
	if (capfile_get32(f, at + length - 4) != length) {
		*result = capfile_damaged(f, e, "a block does not end where it says");
		return true;
	}
	told = read_block(f, type,
			  (struct inside){ .f = f, .at = at + BLOCK_HEAD, .n = length - BLOCK_MIN },
			  out, result, e);
	if (told && *result == CAPFILE_FRAME)
		out->own = f->own;
	if (!told || *result != CAPFILE_DAMAGED)
		capfile_pass(f, length);
	return told;
}

enum capfile_result capfile_next_block(struct capfile *f, struct capfile_frame *out,
				       struct error *e)
{
	enum capfile_result result;

	do {
		if (f->skip)
			return capfile_wait(f, f->skip, "a block", e);
		if (f->ended && !capfile_there(f))
			return CAPFILE_END;
	} while (!next_block(f, out, &result, e));
	return result;
}
