/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/spark.h"

#include "util/text.h"

#define LEVELS 8

/* U+2581..U+2588 fill a cell from below, U+258F..U+2588 from the left. */
#define LOWER_EIGHTH 0x2581u
#define LEFT_EIGHTH 0x258fu

static void put(struct buf *out, uint32_t cp)
{
	char utf8[4];

	buf_add(out, utf8, text_encode(cp, utf8));
}

/* 0..top, rounded up, so that only nothing looks like nothing. */
static unsigned share(uint64_t value, uint64_t most, unsigned top)
{
	double part = most ? (double)value / (double)most * top : 0;
	unsigned whole = (unsigned)part;

	return whole < top && part > whole ? whole + 1 : whole;
}

void spark_line(struct buf *out, const uint64_t *values, size_t n)
{
	static const char ascii[LEVELS + 1] = { ' ', '.', ',', ':', '-', '=', '+', '*', '#' };
	bool blocks = text_locale_is_utf8();
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	for (size_t i = 0; i < n; i++) {
		unsigned level = share(values[i], most, LEVELS);

		if (blocks && level)
			put(out, LOWER_EIGHTH + level - 1);
		else
			buf_char(out, ascii[level]);
	}
}

void spark_bar(struct buf *out, uint64_t value, uint64_t most, unsigned columns)
{
	unsigned eighths;

	if (!text_locale_is_utf8()) {
		buf_fill(out, '#', share(value, most, columns));
		return;
	}
	eighths = share(value, most, columns * LEVELS);
	for (unsigned i = 0; i < eighths / LEVELS; i++)
		put(out, LEFT_EIGHTH - (LEVELS - 1));
	if (eighths % LEVELS)
		put(out, LEFT_EIGHTH - (eighths % LEVELS - 1));
}
