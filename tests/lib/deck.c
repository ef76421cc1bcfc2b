/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session made by hand.
 */
#include "deck.h"

#include "net/errqueue.h"
#include "util/num.h"
#include "util/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STEP (7 * NS_PER_MS)
#define ROW_BYTES (CANVAS_COLS_MAX * 12 + 1)

void deck_init(struct deck *d, size_t segment, size_t limit)
{
	*d = (struct deck){
		.ifaces = { { .name = "lo", .index = 1 }, { .name = "eth1", .index = 7777 } },
		.time = DECK_START,
	};
	d->session.store = store_new(segment, limit, NULL);
	assert_non_null(d->session.store);
	d->session.ifaces = (struct iface_table){ .ifaces = d->ifaces, .count = 2 };
	/* those of this host stay out */
	d->session.watch.read = 1;
	d->session.watch.watched = true;
	d->session.services_read = true;
	d->view.session = &d->session;
	d->view.utc = true;
	d->view.now = DECK_START;
	d->view.line.prompt = "";
	d->view.line.text = "";
	d->view.list.rows = 10; /* as if it had been drawn */
	listing_init(&d->view.panel.listing);
}

void deck_done(struct deck *d)
{
	listing_done(&d->view.panel.listing);
	kept_packet_clear(&d->view.list.selected);
	compare_done(&d->view.compare);
	fold_done(&d->view.list.folds);
	fold_done(&d->view.list.refolds);
	matches_done(&d->view.list.matches);
	finder_set(&d->view.finder, NULL);
	color_done(&d->view.colors);
	canvas_done(&d->canvas);
	peer_table_done(&d->session.peers);
	store_free(d->session.store);
}

int deck_setup(void **state)
{
	static struct deck d;

	deck_init(&d, 4096, 5 * 4096);
	*state = &d;
	return 0;
}

int deck_setup_large(void **state)
{
	static struct deck d;

	deck_init(&d, 64 << 10, 5 * (64 << 10));
	*state = &d;
	return 0;
}

int deck_teardown(void **state)
{
	deck_done(*state);
	return 0;
}

struct addr deck_addr(const char *host, uint16_t port)
{
	struct addr a;

	assert_true(addr_parse_ip(host, &a, NULL));
	a.port = port;
	return a;
}

struct session_socket *deck_open(struct deck *d, const char *host, uint16_t port)
{
	struct session *s = &d->session;
	struct session_socket *k = &d->sockets[s->socket_count];

	assert_in_range(s->socket_count, 0, DECK_SOCKETS - 1);
	k->number = ++s->opened;
	k->sock.local = deck_addr(host, port);
	s->sockets[s->socket_count++] = k;
	s->current = k;
	return k;
}

uint64_t deck_add(struct deck *d, struct packet p)
{
	bool added;

	if (!p.time) {
		p.time = d->time;
		d->time += STEP;
	}
	store_begin(d->session.store);
	assert_true(store_append(d->session.store, &p));
	store_end(d->session.store);
	if (p.peer.family)
		peer_note(&d->session.peers, &p.peer, &added);
	list_packet(&d->view, &p);
	return p.no;
}

static struct packet datagram_of(enum packet_kind kind, uint32_t socket, struct addr peer,
				 const char *text)
{
	return (struct packet){
		.kind = kind,
		.socket = socket,
		.peer = peer,
		.len = (uint32_t)strlen(text),
		.stored = (uint32_t)strlen(text),
		.data = (const uint8_t *)text,
	};
}

uint64_t deck_rx(struct deck *d, uint32_t socket, struct addr peer, const char *text)
{
	struct packet p = datagram_of(PACKET_RX, socket, peer, text);

	p.local = deck_addr("127.0.0.1", 5000);
	p.ifindex = 1;
	p.ttl = 64;
	p.flags = PACKET_HAS_TTL | PACKET_HAS_TOS;
	return deck_add(d, p);
}

uint64_t deck_tx(struct deck *d, uint32_t socket, struct addr peer, const char *text)
{
	struct packet p = datagram_of(PACKET_TX, socket, peer, text);

	p.local = deck_addr("0.0.0.0", 5000);
	return deck_add(d, p);
}

void deck_digits(struct deck *d, int count)
{
	for (int i = 0; i < count; i++) {
		char text[2] = { (char)('0' + i % 10), '\0' };

		deck_rx(d, 1, deck_addr("10.0.0.9", 5353), text);
	}
}

uint64_t deck_refused(struct deck *d, uint32_t socket, struct addr peer, uint64_t cause)
{
	struct packet p = datagram_of(PACKET_ICMP, socket, peer, "");

	p.icmp = (struct packet_icmp){
		.offender = peer,
		.cause = cause,
		.errnum = ECONNREFUSED,
		.origin = ERRQUEUE_ICMP,
		.type = 3,
		.code = 3,
	};
	p.icmp.offender.port = 0;
	return deck_add(d, p);
}

void deck_event(struct deck *d, enum packet_kind kind, uint32_t socket, const char *text)
{
	deck_add(d, datagram_of(kind, socket, (struct addr){ 0 }, text));
}

uint64_t deck_selected(const struct deck *d)
{
	return d->view.list.paused ? d->view.list.selected.packet.no : 0;
}

void deck_line(struct deck *d, const char *text)
{
	d->view.line.text = text;
	d->view.line.len = d->view.line.point = strlen(text);
}

static const struct cell *cell_at(const struct deck *d, int row, int col)
{
	return &d->canvas.cells[row * d->canvas.cols + col];
}

struct packet deck_datagram(const char *bytes, uint32_t len)
{
	return (struct packet){
		.kind = PACKET_RX,
		.socket = 1,
		.len = len,
		.stored = len,
		.peer = deck_addr("10.0.0.9", 9),
		.data = (const uint8_t *)bytes,
	};
}

static void check_character(uint32_t cp, int width)
{
	char utf8[4];
	size_t n = text_encode(cp, utf8);
	struct text_glyph g;

	assert_int_not_equal(n, 0);
	g = text_next(utf8, n);
	assert_true(g.shown);
	assert_int_equal(g.width, width);
}

static void check_cell(const struct deck *d, int row, int col)
{
	const struct cell *c = cell_at(d, row, col);

	assert_in_range(c->style, 0, STYLE_COUNT - 1);
	if (c->width == 0) {
		assert_int_equal(c->ch[0], 0);
		assert_true(col > 0 && c[-1].width == 2);
		return;
	}
	check_character(c->ch[0], c->width);
	for (int i = 1; i < 3 && c->ch[i]; i++)
		check_character(c->ch[i], 0);
	if (c->width == 2)
		assert_true(col + 1 < d->canvas.cols && c[1].width == 0);
}

void deck_draw(struct deck *d, int rows, int cols)
{
	assert_true(canvas_resize(&d->canvas, rows, cols));
	view_draw(&d->view, &d->canvas);
	for (int row = 0; row < rows; row++)
		for (int col = 0; col < cols; col++)
			check_cell(d, row, col);
	assert_in_range(d->canvas.cursor_row + 1, 0, rows);
	assert_in_range(d->canvas.cursor_col, 0, cols - 1);
}

const char *deck_row(const struct deck *d, int row)
{
	static char rows[4][ROW_BYTES];
	static unsigned turn;
	char *text = rows[turn++ % 4];
	size_t n = 0;

	for (int col = 0; col < d->canvas.cols; col++) {
		const struct cell *c = cell_at(d, row, col);

		for (int i = 0; i < 3 && c->ch[i]; i++)
			n += text_encode(c->ch[i], text + n);
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

enum style deck_style(const struct deck *d, int row, int col)
{
	return (enum style)cell_at(d, row, col)->style;
}

void deck_expect(const struct deck *d, const char *const *rows, int count)
{
	int wrong = -1;

	assert_int_equal(d->canvas.rows, count);
	for (int row = count - 1; row >= 0; row--)
		if (strcmp(deck_row(d, row), rows[row]) != 0)
			wrong = row;
	if (wrong < 0)
		return;
	for (int row = 0; row < count; row++)
		fprintf(stderr, "%c is   |%s\n  want |%s\n", row == wrong ? '*' : ' ',
			deck_row(d, row), rows[row]);
	fail_msg("row %d differs", wrong);
}

void assert_starts(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

void assert_ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	if (n < m || strcmp(text + n - m, end) != 0)
		fail_msg("\"%s\" does not end with \"%s\"", text, end);
}
