/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes to the terminal in line mode. */
#include "command/entry.h"
#include "front/plain_private.h"
#include "session/writer.h"
#include "util/num.h"
#include "util/text.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Printing gives way to the keyboard after so long, looking at the clock now and then. */
#define PRINT_NS (4 * NS_PER_MS)
#define PRINT_STRIDE 64
/* So long a terminal that stands still is waited for. */
#define PATIENCE_NS (300 * NS_PER_MS)
#define COLUMNS_USUAL 80

/* One less than there are: nobody knows what a terminal does after its last column. */
static int columns(void)
{
	struct winsize size = { .ws_col = 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col)
		size.ws_col = COLUMNS_USUAL;
	return size.ws_col - 1;
}

/* ---- the prompt ---- */

static struct prompt_line current_line(const struct plain *p)
{
	struct line_state st;

	line_state(p->line, &st);
	return (struct prompt_line){
		.word = st.prompt[0] ? st.prompt
			: p->waiting ? "wait> "
				     : entry_prompt(&p->typing, st.text, st.len, p->pasted),
		.text = st.text,
		.len = st.len,
		.point = st.point,
	};
}

/* A terminal that stands still gets the prompt when it goes on. */
static void on_draw(void *ctx)
{
	struct plain *p = ctx;
	struct prompt_line line = current_line(p);

	if (!p->running || output_is_full(p->out))
		return;
	prompt_draw(&p->prompt, &line, columns(), output_buffer(p->out));
	output_flush(p->out);
}

void plain_touch(struct plain *p)
{
	output_flush(p->out);
	if (p->running)
		loop_timer_at(p->loop, &p->draw, clock_monotonic(p->clock));
}

struct buf *plain_above(struct plain *p)
{
	struct buf *out = output_buffer(p->out);

	prompt_erase(&p->prompt, out);
	return out;
}

void plain_end_line(struct plain *p, const char *add)
{
	struct prompt_line line = current_line(p);
	struct buf *out = output_buffer(p->out);

	prompt_leave(&p->prompt, &line, out);
	buf_cut(out, out->len - 1);
	buf_str(out, add);
	buf_char(out, '\n');
	plain_touch(p);
}

/* ---- lines above it ---- */

void plain_say(struct plain *p, enum command_message kind, const char *fmt, ...)
{
	struct buf *out = plain_above(p);
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_str(out, kind == MESSAGE_INFO ? "" : "udpdeck: ");
	text_show(out, text);
	buf_char(out, '\n');
	plain_touch(p);
}

static void write_event(const struct packet *packet, struct buf *out)
{
	char words[600];

	snprintf(words, sizeof(words), "%.*s", (int)packet->stored, (const char *)packet->data);
	text_show(out, words);
	buf_char(out, '\n');
}

/* Events are rows on the screen, so they are lines here; text has none of them. */
static bool is_event(const struct packet *packet)
{
	switch (packet->kind) {
	case PACKET_OPEN:
	case PACKET_CLOSE:
	case PACKET_JOIN:
	case PACKET_LEAVE:
	case PACKET_INTERFACE:
	case PACKET_NOTE:
		return true;
	default:
		return false;
	}
}

static bool is_printed(struct plain *p, const struct packet *packet)
{
	if (is_event(packet))
		return printed_shows(&p->printed_only, p->session, packet);
	return printed_has(&p->printed_only, p->session, WRITER_TEXT, p->verbose, packet);
}

static void write_packet(struct plain *p, const struct packet *packet, struct buf *out)
{
	if (is_event(packet))
		write_event(packet, out);
	else
		writer_packet(WRITER_TEXT, p->session, p->verbose, packet, out);
}

void plain_print(struct plain *p)
{
	uint64_t end = clock_monotonic(p->clock) + PRINT_NS;
	struct packet packet;
	struct buf lines;

	p->behind = true;
	buf_init(&lines, OUTPUT_MAX / 2);
	for (unsigned n = 1; !output_is_full(p->out) && lines.len < OUTPUT_FULL; n++) {
		enum store_read read = store_cursor_read(&p->print, &packet);

		if (read == STORE_END) {
			p->behind = false;
			break;
		}
		if (read == STORE_GAP || is_printed(p, &packet))
			write_packet(p, &packet, &lines);
		if (n % PRINT_STRIDE == 0 && clock_monotonic(p->clock) > end) {
			loop_timer_at(p->loop, &p->more, end);
			break;
		}
	}
	store_cursor_pause(&p->print);
	if (lines.len)
		buf_add(plain_above(p), buf_cstr(&lines), lines.len);
	buf_done(&lines);
	plain_touch(p);
	if (p->printed_only.what && what_must_tell(p->printed_only.what))
		plain_say(p, MESSAGE_WARNING,
			  "the filter is too costly for some packets: they are not printed");
	if (!p->behind)
		capture_poke(p->session);
}

static void on_more(void *ctx)
{
	plain_print(ctx);
}

void plain_print_init(struct plain *p)
{
	prompt_init(&p->prompt);
	p->print.store = p->session->store;
	p->draw = (struct loop_timer){ .fire = on_draw, .ctx = p };
	p->more = (struct loop_timer){ .fire = on_more, .ctx = p };
}

bool plain_drain(struct plain *p)
{
	uint64_t end = clock_monotonic(p->clock) + PATIENCE_NS, now;

	output_flush(p->out);
	while (!output_is_idle(p->out) && (now = clock_monotonic(p->clock)) < end) {
		struct pollfd done = { .fd = output_fd(p->out), .events = POLLIN };

		if (poll(&done, 1, (int)((end - now) / NS_PER_MS) + 1) > 0)
			output_turn(p->out);
	}
	return output_is_idle(p->out);
}
