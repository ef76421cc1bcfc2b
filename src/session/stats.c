/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/stats.h"

/* Arrivals are by the kernel's time.  Over a clock that was set back there is no gap to tell. */
static void note_arrival(struct traffic *t, uint64_t time)
{
	if (!t->first)
		t->first = time;
	else if (time >= t->last)
		histogram_add(&t->gaps, time - t->last);
	t->last = time;
}

void traffic_read(struct traffic *t, const struct packet *p)
{
	t->rx_bytes += p->len;
	note_arrival(t, p->time);
	histogram_add(&t->sizes, p->len);
}

void traffic_received(struct traffic *t, const struct packet *p, uint64_t now)
{
	traffic_read(t, p);
	rate_add(&t->rate, now, 1);
	rate_add(&t->byte_rate, now, p->len);
	minute_add(&t->minute, now, 1);
}
