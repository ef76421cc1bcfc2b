/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers as people write them.
 *
 * Sizes and durations are the same thing: a decimal number times a unit out of a
 * table.  Reading and writing share the tables.
 */
#include "util/num.h"

#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How much of a word an error quotes. */
#define QUOTE_COLUMNS 40

/* A value is written exactly in a smaller unit, rather than rounded, while it stays below. */
#define EXACT_BELOW 10000

#define DAY_NS (86400 * NS_PER_S)

struct unit {
	const char *name;
	const char *also[2]; /* other spellings; "" is a bare number */
	uint64_t scale;
};

/* Largest first; a NULL name ends a table. */
static const struct unit sizes[] = {
	{ "GiB", { "G", NULL }, 1ull << 30 }, { "MiB", { "M", NULL }, 1ull << 20 },
	{ "KiB", { "K", "k" }, 1ull << 10 },  { "B", { "", NULL }, 1 },
	{ NULL, { NULL, NULL }, 0 },
};

static const struct unit durations[] = {
	{ "h", { NULL, NULL }, 3600 * NS_PER_S },
	{ "m", { NULL, NULL }, 60 * NS_PER_S },
	{ "s", { "", NULL }, NS_PER_S },
	{ "ms", { NULL, NULL }, NS_PER_MS },
	{ "us", { NULL, NULL }, NS_PER_US },
	{ "ns", { NULL, NULL }, 1 },
	{ NULL, { NULL, NULL }, 0 },
};

static const struct unit *unit_named(const struct unit *units, const char *name)
{
	for (const struct unit *u = units; u->name; u++) {
		if (strcmp(u->name, name) == 0)
			return u;
		for (size_t i = 0; i < 2 && u->also[i]; i++) {
			if (strcmp(u->also[i], name) == 0)
				return u;
		}
	}
	return NULL;
}

static int quoted(const char *word)
{
	return (int)text_fit(word, strlen(word), QUOTE_COLUMNS);
}

static const char *ellipsis(const char *word)
{
	return word[quoted(word)] ? "..." : "";
}

static bool unreadable(struct error *e, const char *word, const char *what)
{
	return err_at(e, 0, "\"%.*s%s\" is no %s", quoted(word), word, ellipsis(word), what);
}

/* The place of a range error is the word itself. */
static bool outside(struct error *e, const char *word, const char *range)
{
	err_set(e, ERR_RANGE, "%.*s%s is outside %s", quoted(word), word, ellipsis(word), range);
	if (e)
		e->at = 0;
	return false;
}

static bool outside_integers(struct error *e, const char *word, int64_t min, int64_t max)
{
	struct buf range;
	buf_init(&range, 64);
	buf_printf(&range, "%" PRId64 "..%" PRId64, min, max);
	outside(e, word, buf_cstr(&range));
	buf_done(&range);
	return false;
}

static bool outside_sizes(struct error *e, const char *word, uint64_t min, uint64_t max)
{
	struct buf range;
	buf_init(&range, 64);
	num_format_size(&range, min);
	buf_str(&range, "..");
	num_format_size(&range, max);
	outside(e, word, buf_cstr(&range));
	buf_done(&range);
	return false;
}

int num_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Reads digits and returns where they end.  "over" tells that uint64_t is too small for them. */
static const char *read_digits(const char *s, int base, uint64_t *value, bool *over)
{
	*value = 0;
	*over = false;
	for (;; s++) {
		int digit = num_hex_digit(*s);
		if (digit < 0 || digit >= base)
			return s;
		if (__builtin_mul_overflow(*value, (uint64_t)base, value) ||
		    __builtin_add_overflow(*value, (uint64_t)digit, value))
			*over = true;
	}
}

/* A whole word of digits, decimal or after 0x, without its sign. */
static bool read_magnitude(const char *word, const char *s, uint64_t *magnitude, bool *over,
			   struct error *e)
{
	int base = 10;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	const char *end = read_digits(s, base, magnitude, over);
	if (end == s || *end)
		return unreadable(e, word, "number");
	return true;
}

bool num_parse_int(const char *word, int64_t min, int64_t max, int64_t *out, struct error *e)
{
	bool negative = *word == '-', over;
	uint64_t magnitude;
	if (!read_magnitude(word, word + (negative || (*word == '+' && min < 0)), &magnitude, &over,
			    e))
		return false;

	uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	if (over || magnitude > limit || (negative && min >= 0))
		return outside_integers(e, word, min, max);
	int64_t value = (int64_t)(negative ? 0 - magnitude : magnitude);
	if (value < min || value > max)
		return outside_integers(e, word, min, max);
	*out = value;
	return true;
}

bool num_parse_uint(const char *word, uint64_t max, uint64_t *out, struct error *e)
{
	bool negative = *word == '-', over;
	uint64_t magnitude;
	if (!read_magnitude(word, word + negative, &magnitude, &over, e))
		return false;
	if (negative || over || magnitude > max) {
		char range[32];
		snprintf(range, sizeof range, "0..%" PRIu64, max);
		return outside(e, word, range);
	}
	*out = magnitude;
	return true;
}

enum reading {
	READ_OK,
	READ_BAD,
	READ_TOO_BIG,
};

/* What a fraction's digits are worth at this scale, rounded down. */
static uint64_t fraction_of(const char *digits, const char *end, uint64_t scale)
{
	uint64_t part = 0;
	while (end > digits)
		part = (part + (uint64_t)num_hex_digit(*--end) * scale) / 10;
	return part;
}

/* A decimal number and a unit: "16M", "0.5s". */
static enum reading read_scaled(const char *word, const struct unit *units, uint64_t *out)
{
	uint64_t whole;
	bool over;
	const char *dot = read_digits(word, 10, &whole, &over);
	const char *digits = *dot == '.' ? dot + 1 : dot;
	const char *end = digits + (digits > dot ? strspn(digits, "0123456789") : 0);
	if (dot == word || (digits > dot && end == digits))
		return READ_BAD;
	const struct unit *u = unit_named(units, end);
	if (!u || (end > digits && u->scale == 1))
		return READ_BAD;

	if (over || __builtin_mul_overflow(whole, u->scale, &whole) ||
	    __builtin_add_overflow(whole, fraction_of(digits, end, u->scale), &whole))
		return READ_TOO_BIG;
	*out = whole;
	return READ_OK;
}

bool num_parse_size(const char *word, uint64_t min, uint64_t max, uint64_t *out, struct error *e)
{
	uint64_t bytes = 0;
	enum reading got = read_scaled(word, sizes, &bytes);
	if (got == READ_BAD)
		return unreadable(e, word, "size: write 512, 64k, 1.5M or 1GiB");
	if (got == READ_TOO_BIG || bytes < min || bytes > max)
		return outside_sizes(e, word, min, max);
	*out = bytes;
	return true;
}

bool num_parse_duration(const char *word, uint64_t *ns, struct error *e)
{
	switch (read_scaled(word, durations, ns)) {
	case READ_OK:
		return true;
	case READ_TOO_BIG:
		return outside(e, word, "0 s..584 years");
	case READ_BAD:
		break;
	}
	return unreadable(e, word,
			  "duration: write 250ms, 0.5s, 2m or 1h; a bare number is seconds");
}

static void put_tenths(struct buf *out, uint64_t tenths, bool exact, const struct unit *u)
{
	buf_printf(out, "%" PRIu64, tenths / 10);
	if (!exact || tenths % 10 != 0)
		buf_printf(out, ".%" PRIu64, tenths % 10);
	buf_printf(out, " %s", u->name);
}

static void format_scaled(struct buf *out, uint64_t value, const struct unit *units)
{
	if (value == 0) {
		put_tenths(out, 0, true, unit_named(units, ""));
		return;
	}
	for (const struct unit *u = units; u->name; u++) {
		uint64_t whole = value / u->scale;
		uint64_t rest = value % u->scale * 10;
		if (whole > 0 && whole < EXACT_BELOW && rest % u->scale == 0) {
			put_tenths(out, whole * 10 + rest / u->scale, true, u);
			return;
		}
	}
	/* Rounded, in the largest unit that does not make it less than one. */
	const struct unit *u = units;
	while (value < u->scale - u->scale / 20)
		u++;
	uint64_t rest = value % u->scale * 10;
	put_tenths(out, value / u->scale * 10 + (rest + u->scale / 2) / u->scale, false, u);
}

void num_format_size(struct buf *out, uint64_t bytes)
{
	format_scaled(out, bytes, sizes);
}

void num_format_duration(struct buf *out, uint64_t ns)
{
	format_scaled(out, ns, durations);
}

void num_format_typed(struct buf *out, uint64_t ns)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = {
		{ 3600 * NS_PER_S, "h" }, { 60 * NS_PER_S, "m" }, { NS_PER_S, "s" },
		{ NS_PER_MS, "ms" },      { NS_PER_US, "us" },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns % units[i].ns == 0) {
			buf_printf(out, "%llu%s", (unsigned long long)ns / units[i].ns,
				   units[i].name);
			return;
		}
	}
	buf_printf(out, "%llu.%03lluus", ns / NS_PER_US, ns % NS_PER_US);
}

void num_format_about(struct buf *out, uint64_t ns)
{
	uint64_t unit = 1;

	while (ns / unit >= 100)
		unit *= 10;
	num_format_duration(out, (ns + unit / 2) / unit * unit);
}

void num_format_age(struct buf *out, uint64_t now, uint64_t then)
{
	const uint64_t age = now > then ? now - then : 0;

	if (then > now && then - now > DAY_NS) {
		buf_str(out, "in the future");
		return;
	}
	if (age < NS_PER_S) {
		buf_str(out, "now");
		return;
	}
	/* By size alone, so that of two ages the one with the larger unit is the older one. */
	if (age < 600 * NS_PER_S) {
		buf_printf(out, "%llu s", age / NS_PER_S);
	} else if (age < 600 * 60 * NS_PER_S) {
		buf_printf(out, "%llu m", age / (60 * NS_PER_S));
	} else if (age < 2 * DAY_NS) {
		buf_printf(out, "%llu h", age / (3600 * NS_PER_S));
	} else {
		num_format_count(out, age / DAY_NS);
		buf_str(out, " days");
	}
	buf_str(out, " ago");
}

void num_format_count(struct buf *out, uint64_t n)
{
	char text[32]; /* 20 digits and 6 commas at most */
	size_t at = sizeof text;
	int digits = 0;
	do {
		if (digits > 0 && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + n % 10);
		digits++;
		n /= 10;
	} while (n > 0);
	buf_add(out, text + at, sizeof text - at);
}
