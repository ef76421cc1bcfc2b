/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Piped input: read as fast as it can be sent, one datagram per line. */
#include "front/pipe_private.h"
#include "session/sender.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

static void on_pace(void *ctx)
{
	struct pipe *p = ctx;

	pipe_send(p);
	pipe_check(p);
}

void pipe_input_init(struct pipe *p)
{
	p->pace = (struct loop_timer){ .fire = on_pace, .ctx = p };
	p->input_over = !p->config.reads_stdin;
}

void pipe_input_done(struct pipe *p)
{
	loop_timer_stop(p->loop, &p->pace);
	if (p->watching)
		loop_unwatch(p->loop, STDIN_FILENO);
}

/* Who gets the next datagram; 0: nobody yet. */
static size_t find_target(const struct pipe *p, const struct addr **dests)
{
	const struct session_socket *k = p->session->current;

	return k ? target_addrs(&k->target, dests) : 0;
}

/* Is there somebody to send to, and room for it? */
static bool has_way(const struct pipe *p)
{
	const struct addr *dests;

	return script_is_idle(p->script) && !p->over && find_target(p, &dests) > 0 &&
	       !p->session->current->waiting;
}

/* ---- reading ---- */

static void on_input(void *ctx, short revents)
{
	static const char nothing[1];
	struct pipe *p = ctx;
	char bytes[INPUT_CHUNK];
	ssize_t n;

	(void)revents;
	n = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0 && errno != EIO) { /* EIO: a terminal that is gone, or not ours to read */
		struct error e;

		err_sys(&e, errno, "stdin");
		pipe_fail(p, ENDING_ERROR, &e);
		return;
	}
	input_feed(&p->input, n > 0 ? bytes : nothing, n > 0 ? (size_t)n : 0);
	pipe_send(p);
	pipe_check(p);
}

/* It waits unread while nobody is there to send it to; only -q wants to know whether it is over. */
static bool wants_input(const struct pipe *p)
{
	if (p->input_over || p->over || !script_is_idle(p->script) || !input_wants_more(&p->input))
		return false;
	return has_way(p) || (p->config.ending.has_linger && !p->input.bytes.len);
}

void pipe_watch_input(struct pipe *p)
{
	bool want = wants_input(p);
	struct error e;

	if (want == p->watching)
		return;
	p->watching = want;
	if (!want)
		loop_unwatch(p->loop, STDIN_FILENO);
	else if (!loop_watch(p->loop, STDIN_FILENO, POLLIN, on_input, p, &e))
		pipe_fail(p, ENDING_ERROR, &e);
}

/* ---- sending ---- */

struct batch {
	struct iovec data[SENDER_BATCH];
	size_t count;
	uint64_t line; /* of the first */
};

/* Fills a batch from what was read.  false: the input has an error, which stands behind the batch.
 */
static bool gather(struct pipe *p, struct batch *b, struct payload_env *env, struct error *e)
{
	size_t most = input_is_stable(&p->input) && !p->config.interval ? SENDER_BATCH : 1;
	const uint8_t *data;
	size_t len;

	b->line = p->input.line + 1;
	for (b->count = 0; b->count < most;) {
		switch (input_next(&p->input, env, &data, &len, e)) {
		case INPUT_DATAGRAM:
			b->data[b->count++] =
				(struct iovec){ .iov_base = (void *)data, .iov_len = len };
			break;
		case INPUT_OVER:
		case INPUT_MORE:
			return true;
		case INPUT_ERROR:
			return false;
		}
	}
	return true;
}

static bool send_to(struct pipe *p, const struct batch *b, size_t *done, struct error *e)
{
	struct session_socket *k = p->session->current;
	const struct addr *dests;
	size_t count = find_target(p, &dests);

	if (count == 1)
		return sender_send_many(p->session, k, &dests[0], b->data, b->count, done, e);
	for (*done = 0; *done < b->count; ++*done)
		if (!sender_send(p->session, k, dests, count, b->data[*done].iov_base,
				 b->data[*done].iov_len, 0, e))
			return false;
	return true;
}

/* What is too long for the target is a fault of its line. */
static bool send_batch(struct pipe *p, const struct batch *b, struct error *e)
{
	size_t done;

	if (send_to(p, b, &done, e))
		return true;
	if (e->code == ERR_RANGE && !p->config.input.whole)
		err_prefix(e, "stdin:%" PRIu64 ": ", b->line + done);
	return false;
}

static bool send_some(struct pipe *p, struct batch *b, struct error *e)
{
	struct payload_env env;
	struct error fault;
	bool good;

	session_payload_env(p->session, &env);
	good = gather(p, b, &env, &fault);
	if (b->count) {
		if (!send_batch(p, b, e))
			return false;
		session_payload_used(p->session, &env);
	}
	if (!good)
		*e = fault;
	return good;
}

/* The next datagram leaves at a multiple of the interval; being late brings none forward. */
static void pace(struct pipe *p)
{
	uint64_t now = clock_monotonic(p->clock);

	if (!p->config.interval)
		return;
	p->paced = p->paced && p->paced + 2 * p->config.interval > now
			   ? p->paced + p->config.interval
			   : now + p->config.interval;
	loop_timer_at(p->loop, &p->pace, p->paced);
}

void pipe_send(struct pipe *p)
{
	bool sent = false;
	struct batch b = { .count = 0 };
	struct error e = { .at = -1 };

	while (!p->pace.due && has_way(p)) {
		if (!send_some(p, &b, &e)) {
			pipe_fail(p, ENDING_ERROR, &e);
			break;
		}
		if (!b.count)
			break;
		sent = true;
		pace(p);
	}
	p->input_over |= input_is_over(&p->input);
	pipe_watch_input(p);
	if (sent)
		session_follow(p->session);
}
