/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

uint16_t talk_open(struct fake_face *f, const char *where)
{
	fake_must(f, "open %s", where);
	return f->session.current->sock.local.port;
}

/* Is heard, and what is due to be answered was answered, once this returns. */
void talk_say(struct fake_face *f, struct udp_peer *p, const char *addr, uint16_t port,
	      const void *bytes, size_t n)
{
	assert_true(peer_send(p, addr, port, bytes, n));
	fake_until_rx(f, f->session.rx + 1);
}

void talk_hears(struct udp_peer *p, const char *wanted)
{
	char got[2000];
	ssize_t n = peer_recv(p, got, sizeof(got) - 1);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, wanted);
}

void talk_ask(struct fake_face *f, struct udp_peer *p, uint16_t port, const char *request,
	      const char *answer)
{
	talk_say(f, p, "127.0.0.1", port, request, strlen(request));
	talk_hears(p, answer);
	assert_int_equal(p->last_port, port);
}

/* How many packets of that kind hold the text. */
unsigned talk_count(struct fake_face *f, enum packet_kind kind, const char *text)
{
	struct store_hold hold = { 0 };
	struct packet p;
	unsigned n = 0;

	for (uint64_t seq = 0; store_get(f->session.store, seq, &hold, &p); seq++)
		n += p.kind == kind && memmem(p.data, p.stored, text, strlen(text));
	store_hold_done(&hold);
	return n;
}
