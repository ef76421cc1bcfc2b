/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/writer.h"

#include "front/json.h"
#include "session/words.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

#define ROW 16        /* bytes of a row of a dump */
#define TIME_DIGITS 6 /* microseconds */

static const char digits[] = "0123456789abcdef";

static bool is_printed(const struct packet *p, bool verbose)
{
	switch (p->kind) {
	case PACKET_RX:
	case PACKET_ICMP:
	case PACKET_GAP:
		return true;
	case PACKET_TX:
		return verbose;
	default:
		return false;
	}
}

static bool is_datagram(const struct packet *p)
{
	return p->kind == PACKET_RX || p->kind == PACKET_TX;
}

/* "5", or "1000 of 1500" for one that was cut. */
static void format_len(const struct packet *p, struct buf *out)
{
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(out, "%" PRIu32 " of ", p->stored);
	buf_printf(out, "%" PRIu32, is_datagram(p) ? p->len : 0);
}

/* What is no datagram, and why one was not sent, in words. */
static void format_words(const struct packet *p, struct buf *out)
{
	if (p->kind == PACKET_ICMP)
		words_error(out, p);
	else if (p->kind == PACKET_GAP)
		words_gap(out, p);
}

static void write_raw(struct session *s, const struct packet *p, struct buf *out)
{
	(void)s;
	if (p->kind == PACKET_RX && !(p->flags & PACKET_OWN))
		buf_add(out, p->data, p->stored);
}

static void write_text(struct session *s, const struct packet *p, struct buf *out)
{
	(void)s;
	words_time(out, p->time, TIME_DIGITS, false);
	buf_printf(out, "\t%" PRIu32 "\t%s\t", p->socket, words_direction(p));
	if (p->peer.family)
		addr_format(out, &p->peer);
	else
		buf_char(out, '-');
	buf_char(out, '\t');
	format_len(p, out);
	buf_char(out, '\t');
	if (is_datagram(p))
		text_escape(out, p->data, p->stored);
	else
		format_words(p, out);
	buf_char(out, '\n');
}

/* "0010  68 65 6c 6c 6f 0a 68 65  6c 6c 6f 0a 68 65 6c 6c  hello.hello.hell" */
static void dump_row(const uint8_t *data, size_t offset, size_t n, struct buf *out)
{
	char row[3 * ROW + 3 + ROW + 1];
	size_t at = 0;

	memset(row, ' ', sizeof(row));
	for (size_t i = 0; i < ROW; i++) {
		if (i < n) {
			row[at] = digits[data[i] >> 4];
			row[at + 1] = digits[data[i] & 15];
		}
		at += i == ROW / 2 - 1 ? 4 : 3;
	}
	at++;
	for (size_t i = 0; i < n; i++)
		row[at++] = text_dot(data[i]);
	row[at++] = '\n';
	buf_printf(out, "%04zx  ", offset);
	buf_add(out, row, at);
}

static void write_hex(struct session *s, const struct packet *p, struct buf *out)
{
	(void)s;
	words_time(out, p->time, TIME_DIGITS, false);
	buf_printf(out, " [%" PRIu32 "] %s ", p->socket, words_direction(p));
	if (!is_datagram(p)) {
		format_words(p, out);
		buf_char(out, '\n');
		return;
	}
	addr_format(out, &p->peer);
	buf_char(out, ' ');
	format_len(p, out);
	buf_str(out, " B\n");
	for (size_t at = 0; at < p->stored; at += ROW)
		dump_row(p->data + at, at, p->stored - at < ROW ? p->stored - at : ROW, out);
}

static const struct format {
	const char *name;
	void (*write)(struct session *s, const struct packet *p, struct buf *out);
	bool chooses; /* it decides by itself what it prints */
} formats[] = {
	[WRITER_RAW] = { "raw", write_raw, true },
	[WRITER_TEXT] = { "text", write_text, false },
	[WRITER_HEX] = { "hex", write_hex, false },
	[WRITER_JSON] = { "json", json_packet, true },
};

bool writer_find(const char *name, enum writer_format *out, struct error *e)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0) {
			*out = (enum writer_format)i;
			return true;
		}
	}
	return err_set(e, ERR_USAGE,
		       "-o: \"%s\" is none of raw, text, hex, json; what is printed goes to a file "
		       "by \">\"",
		       name);
}

void writer_packet(enum writer_format format, struct session *s, bool verbose,
		   const struct packet *p, struct buf *out)
{
	if (formats[format].chooses || is_printed(p, verbose))
		formats[format].write(s, p, out);
}
