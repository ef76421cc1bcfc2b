/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "still.h"

#include "deck.h"

#include <stdio.h>

static uint64_t read_clock(void *ctx)
{
	(void)ctx;
	return 1;
}

int still_setup(void **state, const char *ifname)
{
	static const struct clock stopped = { .monotonic = read_clock, .realtime = read_clock };
	static struct still s;

	s = (struct still){
		.session = { .clock = &stopped,
			     .watch.read = 1,
			     .ifaces = { .ifaces = s.ifaces, .count = 2 } },
		.ifaces = { { .name = "lo", .index = 1 }, { .index = 2 } },
	};
	snprintf(s.ifaces[1].name, sizeof(s.ifaces[1].name), "%s", ifname);
	buf_init(&s.out, 64u << 20);
	*state = &s;
	return 0;
}

int still_teardown(void **state)
{
	struct still *s = *state;

	buf_done(&s->out);
	return 0;
}

struct packet still_packet(enum packet_kind kind, const void *data, size_t n)
{
	return (struct packet){
		.no = 7,
		.time = STILL_TIME,
		.kind = kind,
		.socket = 1,
		.len = (uint32_t)n,
		.stored = (uint32_t)n,
		.data = data,
		.peer = deck_addr("10.0.0.9", 5353),
		.local = deck_addr("224.0.0.251", 53),
	};
}
