/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/ending.h"

#include "util/num.h"

#include <inttypes.h>
#include <stdio.h>

/* How long to wait after the end of input for answers to what was sent, if nobody says. */
#define LINGER (1 * NS_PER_S)

void ending_sent(struct ending *d, uint64_t now)
{
	d->sent++;
	if (!d->first_send)
		d->first_send = now;
}

void ending_received(struct ending *d, uint64_t now)
{
	d->received++;
	d->last_rx = now;
}

void ending_refused(struct ending *d, const char *words)
{
	if (!d->refusal[0])
		snprintf(d->refusal, sizeof(d->refusal), "%s", words);
}

void ending_input_over(struct ending *d, uint64_t now)
{
	if (!d->input_over)
		d->input_over = now;
}

static bool is_refused(const struct ending *d)
{
	return d->config.one_target && d->refusal[0] && !d->received;
}

static bool is_enough(const struct ending *d)
{
	return (d->config.max_count && d->received >= d->config.max_count) || is_refused(d);
}

/* When -w stops it: the clock starts with the sockets of a listener, else with the first datagram
 * that is sent (or with the end of an input that sent none), and anew with each that comes. */
static uint64_t idle_end(const struct ending *d)
{
	const struct ending_config *c = &d->config;
	uint64_t from = c->listens ? c->start : d->first_send;

	if (!from)
		from = d->input_over;
	if (d->last_rx > from)
		from = d->last_rx;
	return c->has_idle && from ? from + c->idle : UINT64_MAX;
}

/* When the end of input stops it.  Who sent nothing and wants datagrams waits for them. */
static uint64_t input_end(const struct ending *d)
{
	const struct ending_config *c = &d->config;

	if (!d->input_over)
		return UINT64_MAX;
	if (c->has_linger)
		return d->input_over + c->linger;
	if (c->listens || c->has_idle || (c->max_count && !d->sent))
		return UINT64_MAX;
	return d->input_over + (d->sent ? LINGER : 0);
}

bool ending_is_due(const struct ending *d, uint64_t now, uint64_t *next)
{
	uint64_t idle = idle_end(d), input = input_end(d);

	*next = idle < input ? idle : input;
	return is_enough(d) || now >= *next;
}

enum ending_status ending_status(const struct ending *d, uint64_t now, struct buf *why)
{
	const struct ending_config *c = &d->config;

	if (is_refused(d)) {
		buf_str(why, d->refusal);
		return ENDING_REFUSED;
	}
	if (c->max_count && d->received < c->max_count) {
		buf_printf(why, "%" PRIu64 " of %" PRIu64 " datagrams came", d->received,
			   c->max_count);
		return ENDING_NO_ANSWER;
	}
	if (c->has_idle && !d->received) {
		buf_str(why, "nothing came");
		if (now >= idle_end(d)) {
			buf_str(why, " within ");
			num_format_duration(why, c->idle);
		}
		return ENDING_NO_ANSWER;
	}
	return ENDING_DONE;
}
