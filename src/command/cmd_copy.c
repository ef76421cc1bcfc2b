/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy: a datagram, or a part of it, to the terminal's clipboard or into a file. */
#include "command/args.h"
#include "command/complete.h"
#include "command/copy.h"
#include "command/tables.h"
#include "command/tail.h"
#include "session/new_file.h"
#include "util/num.h"
#include "util/slice.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_MAX (1u << 20)
#define C_ROW 12
#define PYTHON_ROW 16

static const char *const formats[] = {
	[COPY_HEX] = "hex",
	[COPY_C] = "c",
	[COPY_PYTHON] = "python",
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

/* ---- the formats ---- */

static void format_c(uint64_t number, const uint8_t *data, size_t n, struct buf *out)
{
	buf_printf(out, "static const unsigned char packet_%" PRIu64 "[%zu] = {", number, n);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s0x%02x,", i % C_ROW ? " " : "\n\t", data[i]);
	buf_str(out, "\n};\n");
}

static void format_python(uint64_t number, const uint8_t *data, size_t n, struct buf *out)
{
	buf_printf(out, "packet_%" PRIu64 " = (", number);
	for (size_t i = 0; i < n; i++) {
		if (i % PYTHON_ROW == 0)
			buf_str(out, i ? "\"\n    b\"" : "\n    b\"");
		if (data[i] >= ' ' && data[i] < 0x7f && data[i] != '"' && data[i] != '\\')
			buf_char(out, (char)data[i]);
		else
			buf_printf(out, "\\x%02x", data[i]);
	}
	buf_str(out, "\"\n)\n");
}

void copy_format(enum copy_format f, uint64_t number, const uint8_t *data, size_t n,
		 struct buf *out)
{
	if (f == COPY_C)
		format_c(number, data, n, out);
	else if (f == COPY_PYTHON)
		format_python(number, data, n, out);
	for (size_t i = 0; f == COPY_HEX && i < n; i++)
		buf_printf(out, "%s%02x", i ? " " : "", data[i]);
}

static bool is_whole(const struct buf *text, struct error *e)
{
	return !text->failed || err_set(e, ERR_LIMIT, "no memory for a copy");
}

bool copy_offer(struct command_call *c, enum copy_format f, uint64_t number, const uint8_t *data,
		size_t n, struct error *e)
{
	struct buf text;
	bool ok;

	if (!c->face->clipboard)
		return err_set(e, ERR_STATE,
			       "there is no clipboard without the screen: "
			       "copy #N > FILE");
	buf_init(&text, COPY_MAX);
	copy_format(f, number, data, n, &text);
	ok = is_whole(&text, e) && c->face->clipboard(c->face->ctx, buf_cstr(&text), text.len, e);
	if (ok)
		command_say(c, MESSAGE_INFO,
			    "%zu byte%s of #%" PRIu64 " as %s offered to the terminal (OSC 52); in "
			    "tmux needs \"set -s set-clipboard on\"%s",
			    n, n == 1 ? "" : "s", number, formats[f],
			    text.len > COPY_TERMINALS
				    ? "; many terminals take no more than 74 kB: > FILE"
				    : "");
	buf_done(&text);
	return ok;
}

static bool write_file(const char *path, bool overwrite, const struct buf *text, struct error *e)
{
	size_t done = 0;
	int fd, errnum = 0;

	if (!new_file_open(path, overwrite, "copy #N > FILE", &fd, e))
		return false;
	while (done < text->len && !errnum) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			errnum = errno;
	}
	if (close(fd) < 0 && !errnum)
		errnum = errno;
	if (!errnum)
		return true;
	unlink(path);
	return err_sys(e, errnum, "%s", path);
}

/* ---- what is asked for ---- */

struct asked {
	uint64_t number;
	struct slice part;
	bool sliced, overwrite;
	enum copy_format format;
	char path[PATH_MAX]; /* "": to the clipboard */
};

/* "... > FILE [--force]" goes from the end. */
static bool read_file(struct command_call *c, struct tail *words, struct asked *a, struct error *e)
{
	const char *sign = memchr(words->at, '>', words->n);
	struct tail file;

	if (!sign)
		return true;
	file = tail_trimmed(sign + 1, words->n - (size_t)(sign + 1 - words->at));
	*words = tail_trimmed(words->at, (size_t)(sign - words->at));
	a->overwrite = tail_take_force(&file);
	if (!file.n || tail_is(file, "--force"))
		return command_usage(c, e);
	return tail_copy(file, a->path, sizeof(a->path), e);
}

static bool read_format(struct command_call *c, struct tail *words, struct asked *a,
			struct error *e)
{
	struct tail word = tail_last(*words), before = *words;

	tail_drop(&before);
	if (!tail_is(tail_last(before), "as"))
		return true;
	for (size_t i = 0; i < FORMATS; i++)
		if (tail_is(word, formats[i])) {
			a->format = (enum copy_format)i;
			tail_drop(&before);
			*words = before;
			return true;
		}
	return err_at(e, tail_at(c, word), "\"%.*s\" is none of hex, c, python",
		      (int)(word.n < 60 ? word.n : 60), word.at);
}

/* "#N[OFFSET:LENGTH]" */
static bool read_part(struct command_call *c, struct tail words, struct asked *a, struct error *e)
{
	char text[64];
	struct command_word w = { .text = text, .at = (size_t)tail_at(c, words) };
	char *bracket;
	size_t used;

	if (!words.n)
		return command_usage(c, e);
	if (!tail_copy(words, text, sizeof(text), NULL))
		return err_at(e, tail_at(c, words), "a packet is named by #NUMBER");
	bracket = strchr(text, '[');
	if (bracket) {
		if (!slice_parse(bracket, &a->part, &used, e))
			return err_shift(e, tail_at(c, words) + (bracket - text));
		if (bracket[used])
			return command_usage(c, e);
		a->sliced = true;
		*bracket = '\0';
	}
	return args_number(&w, '#', &a->number, e);
}

static bool copy_packet(struct command_call *c, const struct asked *a, const struct packet *p,
			struct error *e)
{
	size_t at = 0, n = p->stored;
	struct buf text;
	bool ok;

	if (a->sliced && !slice_find(&a->part, p->stored, &at))
		return err_set(e, ERR_RANGE, "#%" PRIu64 " has only %" PRIu32 " bytes", p->no,
			       p->stored);
	if (a->sliced)
		n = slice_length(&a->part, p->stored, at);
	if (!n)
		return err_set(e, ERR_STATE, "#%" PRIu64 " is empty: there is nothing to copy",
			       p->no);
	if (!a->path[0])
		return copy_offer(c, a->format, p->no, p->data + at, n, e);
	buf_init(&text, COPY_MAX);
	copy_format(a->format, p->no, p->data + at, n, &text);
	if (a->format == COPY_HEX)
		buf_char(&text, '\n');
	ok = is_whole(&text, e) && write_file(a->path, a->overwrite, &text, e);
	buf_done(&text);
	if (ok)
		command_say(c, MESSAGE_INFO, "%zu byte%s of #%" PRIu64 " as %s in %s", n,
			    n == 1 ? "" : "s", p->no, formats[a->format], a->path);
	return ok;
}

static bool copy_run(struct command_call *c, struct error *e)
{
	struct tail words = tail_of(c);
	struct asked a = { .format = COPY_HEX };
	struct store_hold hold = { 0 };
	struct packet p;
	bool ok;

	if (!read_file(c, &words, &a, e) || !read_format(c, &words, &a, e) ||
	    !read_part(c, words, &a, e))
		return false;
	ok = store_find(c->session->store, a.number, &hold, &p)
		     ? copy_packet(c, &a, &p, e)
		     : err_at(e, (ptrdiff_t)c->payload_at, "packet #%" PRIu64 " is not kept",
			      a.number);
	store_hold_done(&hold);
	return ok;
}

static void copy_complete(struct command_completion *c)
{
	if (c->word == 0)
		return;
	if (strcmp(c->before, "as") == 0) {
		for (size_t i = 0; i < FORMATS; i++)
			completion_offer(c, "%s", formats[i]);
	} else if (strcmp(c->before, ">") == 0) {
		completion_offer_files(c);
	} else {
		completion_offer(c, "as");
		completion_offer(c, ">");
	}
}

const struct command copy_commands[] = {
	{ "copy", "#N[OFFSET:LENGTH] [as hex|c|python] [> FILE [--force]]", "looking", 1, -1,
	  CMD_PAYLOAD, "offer a datagram's bytes to the terminal's clipboard, or write them",
	  .run = copy_run, .complete = copy_complete },
	{ 0 },
};
