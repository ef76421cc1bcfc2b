/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each field's bytes are.  That the buffer is full is told in the end, by payload_read(). */
#include "payload/value.h"

#include "util/num.h"
#include "util/slice.h"
#include "util/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#define NTP_EPOCH 2208988800ull /* seconds from 1900 to 1970 (RFC 5905) */
#define MAC_BYTES 6

bool value_none_of(const char *arg, struct error *e, const char *wanted)
{
	return err_at(e, 0, "\"%.*s\" is none of %s",
		      (int)text_fit(arg, strlen(arg), FIELD_QUOTE_COLUMNS), arg, wanted);
}

void value_put(struct field_call *f, const struct number_type *t, uint64_t bits)
{
	uint8_t bytes[NUMBER_BYTES];

	number_put(t, bits, bytes);
	buf_add(f->r->out, bytes, t->size);
}

/* The integer type that an argument names. */
static const struct number_type *integer(const char *arg, struct error *e)
{
	const struct number_type *t = number_find(arg);

	if (t && t->kind != NUMBER_FLOAT)
		return t;
	value_none_of(arg, e, "u8, u16be, u16le, u24be ... i64le");
	return NULL;
}

/* A counter goes round: its low bits are what fits. */
static bool read_seq(struct field_call *f, struct error *e)
{
	const struct number_type *t = f->arg ? integer(f->arg, e) : NULL;

	if (f->arg && !t)
		return false;
	f->r->numbered = true;
	if (t)
		value_put(f, t, f->r->env->seq);
	else
		buf_printf(f->r->out, "%llu", (unsigned long long)f->r->env->seq);
	return true;
}

static void put_rfc3339(struct field_call *f, uint64_t now)
{
	time_t seconds = (time_t)(now / NS_PER_S);
	struct tm tm;
	char text[64];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(f->r->out, "%s.%09lluZ", text, (unsigned long long)(now % NS_PER_S));
}

static void put_ntp(struct field_call *f, uint64_t now)
{
	uint64_t seconds = now / NS_PER_S + NTP_EPOCH;
	uint64_t fraction = ((now % NS_PER_S) << 32) / NS_PER_S;

	value_put(f, number_find("u64"), seconds << 32 | fraction);
}

static bool put_unix(struct field_call *f, uint64_t seconds, struct error *e)
{
	const struct number_type *t = integer(f->arg + strlen("unix:"), e);

	if (!t)
		return err_shift(e, strlen("unix:"));
	if (!number_fits(t, seconds, e))
		return false;
	value_put(f, t, seconds);
	return true;
}

static bool read_time(struct field_call *f, struct error *e)
{
	uint64_t now = f->r->env->now;

	if (!f->arg)
		put_rfc3339(f, now);
	else if (strcmp(f->arg, "ntp") == 0)
		put_ntp(f, now);
	else if (strcmp(f->arg, "unix") == 0)
		value_put(f, number_find("u32"), now / NS_PER_S);
	else if (strncmp(f->arg, "unix:", 5) == 0)
		return put_unix(f, now / NS_PER_S, e);
	else
		return value_none_of(f->arg, e, "ntp, unix, unix:u64be");
	return true;
}

/* splitmix64: each step of the state gives eight bytes. */
uint64_t payload_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool read_rand(struct field_call *f, struct error *e)
{
	uint64_t n, bits;

	if (!num_parse_uint(f->arg, PAYLOAD_MAX_V6, &n, e))
		return false;
	for (; n > 0; n -= n < sizeof(bits) ? n : sizeof(bits)) {
		bits = payload_random(&f->r->random);
		buf_add(f->r->out, &bits, n < sizeof(bits) ? n : sizeof(bits));
	}
	return true;
}

bool value_put_late(struct field_call *f, const struct late *l, size_t width, struct error *e)
{
	struct reading *r = f->r;

	if (r->late_count == READING_LATE_MAX)
		return err_set(e, ERR_LIMIT, "more than %d lengths and checksums in one payload",
			       READING_LATE_MAX);
	r->late[r->late_count] = *l;
	r->late[r->late_count].at = r->out->len;
	r->late[r->late_count++].place = f->place;
	buf_fill(r->out, '\0', width);
	return true;
}

static bool read_len(struct field_call *f, struct error *e)
{
	struct late l = { 0 };
	const char *type = f->arg;

	if (type && strncmp(type, "rest", 4) == 0 && (!type[4] || type[4] == ':')) {
		l.rest = true;
		type = type[4] ? type + 5 : NULL;
	}
	if (type && !(l.type = integer(type, e)))
		return err_shift(e, type - f->arg);
	return value_put_late(f, &l, l.type ? l.type->size : 0, e);
}

static bool read_ip(struct field_call *f, struct error *e)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET, f->arg, &addr) == 1)
		buf_add(f->r->out, &addr, sizeof(struct in_addr));
	else if (inet_pton(AF_INET6, f->arg, &addr) == 1)
		buf_add(f->r->out, &addr, sizeof(struct in6_addr));
	else
		return err_at(e, 0, "\"%.*s\" is no IPv4 or IPv6 address",
			      (int)text_fit(f->arg, strlen(f->arg), FIELD_QUOTE_COLUMNS), f->arg);
	return true;
}

static bool read_mac(struct field_call *f, struct error *e)
{
	uint8_t bytes[MAC_BYTES];
	const char *s = f->arg;

	for (size_t i = 0; i < MAC_BYTES; i++, s += 3) {
		int high = num_hex_digit(s[0]);
		int low = high < 0 ? -1 : num_hex_digit(s[1]);
		char end = low < 0 ? '?' : s[2];

		if (i + 1 < MAC_BYTES ? end != ':' && end != '-' : end != '\0')
			return err_at(e, s - f->arg, "a MAC address is 00:11:22:33:44:55");
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	buf_add(f->r->out, bytes, sizeof(bytes));
	return true;
}

static bool read_path(struct field_call *f, struct error *e)
{
	return payload_file(f->arg, PAYLOAD_MAX_V6, f->r->out, e);
}

/* While a template is read there is no request yet. */
static bool read_request(struct field_call *f, struct error *e)
{
	const struct payload_env *env = f->r->env;
	struct slice slice = { 0 };
	size_t used, at;

	if (f->arg && !slice_parse(f->arg, &slice, &used, e))
		return false;
	if (f->arg && f->arg[used])
		return err_at(e, (ptrdiff_t)used, "\"}\" is missing after the slice");
	if (f->r->live)
		return true;
	if (!env->request)
		return err_at(e, 0, "${req} is the datagram that is answered: here none is");
	if (!slice_find(&slice, env->request_len, &at))
		return err_set(e, ERR_RANGE, "${req%s} is not in a datagram of %zu byte%s", f->arg,
			       env->request_len, env->request_len == 1 ? "" : "s");
	buf_add(f->r->out, (const char *)env->request + at,
		slice_length(&slice, env->request_len, at));
	return true;
}

const struct field fields[] = {
	{ "seq", "[:TYPE]", false, FIELD_OF_MOMENT,
	  "the next number, in decimal or as TYPE, going round", read_seq },
	{ "time", "[:ntp|:unix[:TYPE]]", false, FIELD_OF_MOMENT,
	  "now as RFC 3339 text, 8 bytes of NTP, or seconds since 1970 (u32be)", read_time },
	{ "rand", ":N", true, FIELD_OF_MOMENT, "N random bytes", read_rand },
	{ "req", "[OFFSET:LENGTH]", false, FIELD_OF_REQUEST,
	  "in answers: the datagram that is answered, or that part of it", read_request },
	{ "len", "[:rest][:TYPE]", false, FIELD_SETTLED,
	  "bytes of the datagram, or of what follows the field", read_len },
	{ "ip", ":ADDR", true, FIELD_SETTLED, "an address in 4 or 16 bytes", read_ip },
	{ "mac", ":ADDR", true, FIELD_SETTLED, "an address in 6 bytes", read_mac },
	{ "file", ":PATH", true, FIELD_SETTLED, "what a file holds", read_path },
	{ 0 },
};
