/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets as raw bytes, lines, dumps and objects.  See writer.h. */
#include "session/writer.h"

#include "session/csv.h"
#include "session/json.h"
#include "session/words.h"
#include "util/near.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

#define TIME_DIGITS 6
#define WORDS_MAX 2048

#define ROW_BYTES 16
#define ROW_HALF 8 /* a wider gap stands after so many */
#define ROW_MAX 96

typedef void writer(struct session *s, bool verbose, const struct packet *p, struct buf *out);

/* What goes between the marks of the format.  An error is one of its own: it has no payload. */
enum row_kind { ROW_NONE, ROW_DATAGRAM, ROW_WORDS };

static enum row_kind row_kind(bool verbose, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_RX:
		return ROW_DATAGRAM;
	case PACKET_TX:
		if (p->result > 0)
			return ROW_WORDS;
		return verbose || p->flags & PACKET_READ ? ROW_DATAGRAM : ROW_NONE;
	case PACKET_ICMP:
	case PACKET_GAP:
	case PACKET_ERROR:
	case PACKET_INTERFACE:
		return ROW_WORDS;
	case PACKET_JOIN:
	case PACKET_LEAVE:
		/* by a command it is known; what happened to an interface did it here */
		return p->ifindex ? ROW_WORDS : ROW_NONE;
	default:
		return ROW_NONE;
	}
}

/* ---- what text and hex have in common ---- */

/* An interface may have been given any name. */
static void add_safe(struct buf *out, const struct buf *words)
{
	text_escape(out, buf_cstr(words), words->len);
}

static void add_socket(struct buf *out, const struct packet *p)
{
	if (p->socket)
		buf_printf(out, "%" PRIu32, p->socket);
	else
		buf_char(out, '-');
}

static void add_peer(struct buf *out, const struct packet *p)
{
	struct buf words;

	if (!p->peer.family) {
		buf_char(out, '-');
		return;
	}
	buf_init(&words, WORDS_MAX);
	addr_format(&words, &p->peer);
	add_safe(out, &words);
	buf_done(&words);
}

static void add_words(struct buf *out, const struct packet *p)
{
	struct buf words;

	buf_init(&words, WORDS_MAX);
	switch (p->kind) {
	case PACKET_TX:
		buf_printf(&words, "not sent: %s", strerror(p->result));
		break;
	case PACKET_ICMP:
		words_error_event(&words, p);
		break;
	case PACKET_GAP:
		words_gap(&words, p);
		break;
	default:
		buf_add(&words, p->data, p->stored);
		break;
	}
	add_safe(out, &words);
	buf_done(&words);
}

/* "5", or "1000 of 1500" for one that was cut. */
static void add_len(struct buf *out, const struct packet *p)
{
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(out, "%" PRIu32 " of ", p->stored);
	buf_printf(out, "%" PRIu32, p->len);
	if (p->kind == PACKET_TX && p->result == PACKET_TX_PENDING)
		buf_str(out, " waiting");
}

/* ---- raw ---- */

static void write_raw(struct session *s, bool verbose, const struct packet *p, struct buf *out)
{
	(void)s;
	(void)verbose;
	if (p->kind == PACKET_RX && !(p->flags & PACKET_OWN))
		buf_add(out, p->data, p->stored);
}

/* ---- text ---- */

static void write_text(struct session *s, bool verbose, const struct packet *p, struct buf *out)
{
	enum row_kind kind = row_kind(verbose, p);

	(void)s;
	if (kind == ROW_NONE)
		return;
	words_time(out, p->time, TIME_DIGITS, false);
	buf_char(out, '\t');
	add_socket(out, p);
	buf_printf(out, "\t%s\t", words_direction(p));
	add_peer(out, p);
	buf_char(out, '\t');
	if (kind == ROW_DATAGRAM) {
		add_len(out, p);
		buf_char(out, '\t');
		text_escape(out, p->data, p->stored);
	} else {
		buf_str(out, "-\t");
		add_words(out, p);
	}
	buf_char(out, '\n');
}

/* ---- hex ---- */

static void put_hex(char *at, unsigned value, int digits)
{
	for (int i = digits; i-- > 0; value >>= 4)
		at[i] = "0123456789abcdef"[value & 15];
}

/* "0010  68 65 6c 6c 6f 0a 68 65  6c 6c 6f 0a 68 65 6c 6c  |hello.hello.hell|": the bars keep
 * characters that look like bytes apart from them. */
static void add_row(struct buf *out, size_t offset, const uint8_t *data, size_t n)
{
	char row[ROW_MAX];
	size_t at = 6;

	memset(row, ' ', sizeof(row));
	put_hex(row, (unsigned)offset, 4);
	for (size_t i = 0; i < ROW_BYTES; i++) {
		if (i == ROW_HALF)
			at++;
		if (i < n)
			put_hex(row + at, data[i], 2);
		at += 3;
	}
	at++;
	row[at++] = '|';
	for (size_t i = 0; i < n; i++)
		row[at++] = text_dot(data[i]);
	row[at++] = '|';
	row[at++] = '\n';
	buf_add(out, row, at);
}

static void add_size(struct buf *out, struct session *s, const struct packet *p)
{
	const char *in = p->ifindex ? session_ifname(s, p->ifindex) : NULL;

	add_len(out, p);
	buf_str(out, " B");
	if (in) {
		buf_str(out, " on ");
		text_escape(out, in, strlen(in));
	}
}

static void write_hex(struct session *s, bool verbose, const struct packet *p, struct buf *out)
{
	enum row_kind kind = row_kind(verbose, p);

	if (kind == ROW_NONE)
		return;
	buf_char(out, '#');
	if (p->no)
		buf_printf(out, "%" PRIu64, p->no);
	buf_char(out, ' ');
	words_time(out, p->time, TIME_DIGITS, false);
	buf_char(out, ' ');
	buf_char(out, '[');
	add_socket(out, p);
	buf_printf(out, "] %s ", words_direction(p));
	add_peer(out, p);
	buf_char(out, ' ');
	if (kind == ROW_WORDS)
		add_words(out, p);
	else
		add_size(out, s, p);
	buf_char(out, '\n');
	for (size_t i = 0; kind == ROW_DATAGRAM && i < p->stored; i += ROW_BYTES)
		add_row(out, i, p->data + i, p->stored - i < ROW_BYTES ? p->stored - i : ROW_BYTES);
}

/* ---- json ---- */

static void write_json(struct session *s, bool verbose, const struct packet *p, struct buf *out)
{
	(void)verbose;
	json_packet(s, p, out);
}

/* ---- csv ---- */

static void write_csv(struct session *s, bool verbose, const struct packet *p, struct buf *out)
{
	(void)verbose;
	csv_packet(s, p, out);
}

/* ---- the formats ---- */

static const struct {
	const char *name;
	writer *write;
} formats[] = {
	[WRITER_RAW] = { "raw", write_raw }, [WRITER_TEXT] = { "text", write_text },
	[WRITER_HEX] = { "hex", write_hex }, [WRITER_JSON] = { "json", write_json },
	[WRITER_CSV] = { "csv", write_csv },
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

bool writer_named(const char *name, enum writer_format *out)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0) {
			*out = (enum writer_format)i;
			return true;
		}
	return false;
}

const char *writer_name(enum writer_format format)
{
	return formats[format].name;
}

bool writer_find(const char *name, enum writer_format *out, struct error *e)
{
	struct near near;
	struct buf hint;

	if (writer_named(name, out))
		return true;
	near_init(&near, name);
	for (size_t i = 0; i < FORMATS; i++)
		near_offer(&near, formats[i].name);
	buf_init(&hint, 128);
	near_format(&near, &hint);
	err_set(e, ERR_USAGE, "-o: \"%.100s\" is none of raw, text, hex, json, csv%s", name,
		hint.len ? buf_cstr(&hint) : "; what is printed goes to a file by \">\"");
	buf_done(&hint);
	return false;
}

void writer_head(enum writer_format format, struct buf *out)
{
	if (format == WRITER_CSV)
		csv_head(out);
}

bool writer_tells(enum writer_format f, bool verbose, const struct packet *p)
{
	if (f == WRITER_RAW)
		return p->kind == PACKET_RX;
	return (f != WRITER_TEXT && f != WRITER_HEX) || row_kind(verbose, p) != ROW_NONE;
}

void writer_packet(enum writer_format f, struct session *s, bool verbose, const struct packet *p,
		   struct buf *out)
{
	formats[f].write(s, verbose, p, out);
}
