/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/moment.h"

#include "util/num.h"

#include <string.h>
#include <time.h>

/* The text still to be read; "bad" is sticky. */
struct reader {
	const char *s;
	bool bad;
};

static bool take(struct reader *r, char c)
{
	if (*r->s != c)
		return false;
	r->s++;
	return true;
}

/* Exactly so many digits, from min to max. */
static int digits(struct reader *r, int count, int min, int max)
{
	int n = 0;

	for (; count > 0; count--, r->s++) {
		if (*r->s < '0' || *r->s > '9') {
			r->bad = true;
			return min;
		}
		n = 10 * n + (*r->s - '0');
	}
	r->bad |= n < min || n > max;
	return n;
}

/* HH:MM[:SS[.digits]] into the ns since midnight, and how long what it names is. */
static uint64_t read_clock(struct reader *r, uint64_t *length)
{
	uint64_t seconds = (uint64_t)digits(r, 2, 0, 23) * 3600, ns = 0;

	r->bad |= !take(r, ':');
	seconds += (uint64_t)digits(r, 2, 0, 59) * 60;
	*length = 60 * NS_PER_S;
	if (!r->bad && take(r, ':')) {
		seconds += (uint64_t)digits(r, 2, 0, 59);
		*length = NS_PER_S;
		if (!r->bad && take(r, '.')) {
			do {
				*length /= 10;
				ns += (uint64_t)digits(r, 1, 0, 9) * *length;
			} while (!r->bad && *length > 1 && *r->s >= '0' && *r->s <= '9');
		}
	}
	return seconds * NS_PER_S + ns;
}

/* Midnight of a day, "days" later; -1: the calendar does not have it. */
static int64_t midnight(const struct tm *day, int days, bool utc)
{
	struct tm tm = *day;
	time_t at;

	tm.tm_mday += days;
	tm.tm_isdst = -1;
	at = utc ? timegm(&tm) : mktime(&tm);
	if (!days && (tm.tm_mday != day->tm_mday || tm.tm_mon != day->tm_mon))
		return -1;
	return at < 0 || at > INT64_MAX / (int64_t)NS_PER_S - 1 ? -1 : (int64_t)at;
}

/* A clock's time of that day: of the calendar, so that a changed clock does not shift it. */
static int64_t second_of(const struct tm *day, uint64_t seconds, bool utc)
{
	struct tm tm = *day;

	tm.tm_hour = (int)(seconds / 3600);
	tm.tm_min = (int)(seconds / 60 % 60);
	tm.tm_sec = (int)(seconds % 60);
	tm.tm_isdst = -1;
	return utc ? (int64_t)timegm(&tm) : (int64_t)mktime(&tm);
}

/* YYYY-MM-DD[THH:MM...][Z] */
static void read_date(struct reader *r, struct moment *out)
{
	struct tm day = { .tm_year = digits(r, 4, 1970, 2500) - 1900 };
	uint64_t clock = 0, length = 0;
	int64_t first, next;
	bool utc;

	r->bad |= !take(r, '-');
	day.tm_mon = digits(r, 2, 1, 12) - 1;
	r->bad |= !take(r, '-');
	day.tm_mday = digits(r, 2, 1, 31);
	if (!r->bad && (take(r, 'T') || take(r, ' ')))
		clock = read_clock(r, &length);
	utc = take(r, 'Z');
	first = midnight(&day, 0, utc);
	next = midnight(&day, 1, utc);
	r->bad |= first < 0 || next < 0;
	if (r->bad)
		return;
	if (length)
		first = second_of(&day, clock / NS_PER_S, utc);
	out->low = (uint64_t)first * NS_PER_S + clock % NS_PER_S;
	out->high = (length ? out->low + length : (uint64_t)next * NS_PER_S) - 1;
}

bool moment_parse(const char *word, struct moment *out, struct error *e)
{
	struct reader r = { .s = word };
	struct moment m = { .of_day = !strchr(word, '-') };
	uint64_t length = 1;

	if (m.of_day) {
		m.low = read_clock(&r, &length);
		m.high = m.low + length - 1;
	} else {
		read_date(&r, &m);
	}
	if (r.bad || *r.s)
		return err_at(e, 0,
			      "\"%s\" is no time: 12:03, 12:03:11.301, 2026-03-01, "
			      "2026-03-01T12:03:11, with Z behind it UTC",
			      word);
	*out = m;
	return true;
}

uint64_t moment_of_day(uint64_t time)
{
	time_t seconds = (time_t)(time / NS_PER_S);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		return 0;
	return ((uint64_t)tm.tm_hour * 3600 + (uint64_t)tm.tm_min * 60 + (uint64_t)tm.tm_sec) *
		       NS_PER_S +
	       time % NS_PER_S;
}
