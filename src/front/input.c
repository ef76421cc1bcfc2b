/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/input.h"

#include "util/text.h"

#include <inttypes.h>
#include <string.h>

#define LONGEST_END 2 /* "\r\n" */

void input_init(struct input *in, const struct input_config *config)
{
	*in = (struct input){ .config = *config };
	buf_init(&in->bytes, INPUT_LINE_MAX + LONGEST_END + 2 * INPUT_CHUNK);
	buf_init(&in->made, PAYLOAD_MAX_V6 + LONGEST_END);
}

void input_done(struct input *in)
{
	buf_done(&in->bytes);
	buf_done(&in->made);
	*in = (struct input){ 0 };
}

/* The longest line, or whole input, that may still become one datagram. */
static size_t longest(const struct input *in)
{
	return in->config.notation == NOTATION_NONE ? PAYLOAD_MAX_V6 : INPUT_LINE_MAX;
}

bool input_wants_more(const struct input *in)
{
	return !in->over && in->bytes.len - in->used <= longest(in) + LONGEST_END;
}

void input_feed(struct input *in, const void *bytes, size_t n)
{
	size_t left = in->bytes.len - in->used;

	in->over = in->over || n == 0;
	if (in->used && left)
		memmove(in->bytes.data, in->bytes.data + in->used, left);
	buf_cut(&in->bytes, left);
	in->looked -= in->used < in->looked ? in->used : in->looked;
	in->used = 0;
	buf_add(&in->bytes, bytes, n);
}

static bool fail(const struct input *in, ptrdiff_t column, struct error *e)
{
	if (column > 0)
		return err_prefix(e, "stdin:%" PRIu64 ":%td: ", in->line, column);
	return err_prefix(e, "stdin:%" PRIu64 ": ", in->line);
}

static bool too_long(const struct input *in, struct error *e)
{
	if (in->config.whole)
		return err_set(e, ERR_RANGE, "stdin is longer than one datagram can be, %d bytes",
			       PAYLOAD_MAX_V4);
	err_set(e, ERR_RANGE, "a line is longer than one datagram can be, %d bytes",
		PAYLOAD_MAX_V4);
	return fail(in, 0, e);
}

/* Reads a line in the notation that is set, into in->made. */
static bool read_notation(struct input *in, const char *text, size_t n, struct payload_env *env,
			  struct error *e)
{
	bool hex = in->config.notation == NOTATION_HEX;
	bool ok = hex ? payload_hex(text, n, env, &in->made, e)
		      : payload_text(text, n, env, &in->made, e);

	if (ok)
		return true;
	return fail(in, e && e->at >= 0 ? (ptrdiff_t)text_column(text, n, (size_t)e->at) : 0, e);
}

/* What ends the datagram of a line that ended with "found". */
static const char *line_end(const struct input *in, const char *found, size_t n, size_t *len)
{
	static const char crlf[] = "\r\n";

	*len = 0;
	if (in->config.notation == NOTATION_HEX || in->config.whole)
		return crlf;
	switch (in->config.line_end) {
	case LINE_END_KEEP:
		*len = n;
		return found;
	case LINE_END_NONE:
		break;
	case LINE_END_LF:
		*len = 1;
		return crlf + 1;
	case LINE_END_CRLF:
		*len = 2;
		break;
	}
	return crlf;
}

/* Puts the datagram together where it is more than a piece of the input. */
static bool make(struct input *in, const char *text, size_t n, size_t end, struct payload_env *env,
		 struct error *e)
{
	size_t tail;
	const char *ends = line_end(in, text + n, end, &tail);

	env->tail = tail;
	buf_reset(&in->made);
	if (in->config.notation == NOTATION_NONE)
		buf_add(&in->made, text, n);
	else if (!read_notation(in, text, n, env, e))
		return false;
	buf_add(&in->made, ends, tail);
	return in->made.failed ? too_long(in, e) : true;
}

bool input_is_stable(const struct input *in)
{
	return in->config.notation == NOTATION_NONE &&
	       (in->config.whole || in->config.line_end == LINE_END_KEEP ||
		in->config.line_end == LINE_END_NONE);
}

/* The next line: its length without and with its end; false: it is not complete. */
static bool find_line(struct input *in, size_t *len, size_t *whole)
{
	const char *start = buf_cstr(&in->bytes) + in->used;
	size_t left = in->bytes.len - in->used;
	size_t looked = in->looked > in->used ? in->looked - in->used : 0;
	const char *newline = in->config.whole || looked == left
				      ? NULL
				      : memchr(start + looked, '\n', left - looked);

	in->looked = in->bytes.len;
	if (!newline && !in->over)
		return false;
	*whole = newline ? (size_t)(newline - start) + 1 : left;
	*len = newline ? *whole - 1 : *whole;
	if (newline)
		in->looked = in->used + *whole;
	if (newline && *len && start[*len - 1] == '\r')
		--*len;
	return true;
}

bool input_is_over(const struct input *in)
{
	/* no input at all is one datagram if all of it is to be one */
	return in->over && in->used == in->bytes.len && (!in->config.whole || in->line);
}

enum input_next input_next(struct input *in, struct payload_env *env, const uint8_t **data,
			   size_t *len, struct error *e)
{
	const char *text = buf_cstr(&in->bytes) + in->used;
	size_t left = in->bytes.len - in->used, n, whole;

	if (input_is_over(in))
		return INPUT_OVER;
	if (!find_line(in, &n, &whole)) {
		if (left <= longest(in) + LONGEST_END)
			return INPUT_MORE;
		in->line++;
		too_long(in, e);
		return INPUT_ERROR;
	}
	in->line++;
	in->used += whole;
	if (!input_is_stable(in)) {
		if (!make(in, text, n, whole - n, env, e))
			return INPUT_ERROR;
		*data = (const uint8_t *)buf_cstr(&in->made);
		*len = in->made.len;
		return INPUT_DATAGRAM;
	}
	*data = (const uint8_t *)text;
	*len = in->config.line_end == LINE_END_KEEP || in->config.whole ? whole : n;
	if (*len > PAYLOAD_MAX_V6) {
		too_long(in, e);
		return INPUT_ERROR;
	}
	return INPUT_DATAGRAM;
}
