/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/export.h"

#include "session/filter_env.h"
#include "session/new_file.h"
#include "util/num.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLICE_NS (4 * NS_PER_MS)
#define SLICE_STRIDE 64 /* packets between two looks at the clock */

static bool is_stdout(const struct export *x)
{
	return strcmp(x->path, "-") == 0;
}

/* ---- the end ---- */

static void close_file(struct export *x)
{
	struct session *s = x->activity.session;

	if (x->out) {
		if (!x->complete && !x->activity.verdict.code)
			session_event(s, PACKET_NOTE, 0, "the export to %s was stopped%s", x->path,
				      is_stdout(x) ? "" : ": the file is removed");
		loop_unwatch(s->loop, output_fd(x->out));
		output_free(x->out);
		x->out = NULL;
	}
	if (x->fd < 0 || is_stdout(x))
		return;
	if (close(x->fd) < 0 && x->complete) {
		err_sys(&x->activity.verdict, errno, "%s is not complete", x->path);
		x->complete = false;
	}
	x->fd = -1;
	if (!x->complete)
		unlink(x->path);
}

static void on_stop(struct activity *a)
{
	struct export *x = (struct export *)a;

	loop_timer_stop(a->session->loop, &x->timer);
	store_cursor_rest(&x->cursor);
	close_file(x);
}

static void on_free(struct activity *a)
{
	struct export *x = (struct export *)a;

	what_free(x->spec.what);
	free(x);
}

static void on_progress(const struct activity *a, struct buf *out)
{
	const struct export *x = (const struct export *)a;
	uint64_t all = x->end - x->from, done = x->cursor.next - x->from;

	buf_printf(out, "%u %%", all ? (unsigned)(100 * (done < all ? done : all) / all) : 100);
}

static const struct activity_kind export_kind = {
	.name = "export",
	.told = true,
	.stop = on_stop,
	.progress = on_progress,
	.free = on_free,
};

/* What is asked for is the list, and of that the store may not hold all. */
static void judge(struct export *x)
{
	struct buf text;

	if (!x->gone && !x->lost)
		return;
	buf_init(&text, 256);
	num_format_count(&text, x->rows);
	buf_str(&text, x->rows == 1 ? " row, but " : " rows, but ");
	if (x->gone) {
		num_format_count(&text, x->gone);
		buf_str(&text, x->gone == 1 ? " older packet or event was not kept any more"
					    : " older packets and events were not kept any more");
	}
	if (x->lost) {
		buf_str(&text, x->gone ? ", and " : "");
		num_format_count(&text, x->lost);
		buf_str(&text, x->lost == 1 ? " packet was let go meanwhile"
					    : " packets were let go meanwhile");
	}
	err_set(&x->activity.verdict, ERR_STATE, "%s is not complete: %s; --memory keeps more",
		is_stdout(x) ? "the export to stdout" : x->path, buf_cstr(&text));
	buf_done(&text);
}

static void end(struct export *x)
{
	activity_over(&x->activity);
	x->spec.ended(x->spec.ctx, x);
}

static void fail(struct export *x, int errnum)
{
	if (is_stdout(x))
		err_sys(&x->activity.verdict, errnum, "export to stdout");
	else
		err_sys(&x->activity.verdict, errnum, "%s was not complete and is removed",
			x->path);
	end(x);
}

/* ---- slices ---- */

static void write_packet(struct export *x, const struct packet *p)
{
	struct buf *out = output_buffer(x->out);
	size_t before = out->len;

	if (!peer_table_shows(&x->activity.session->peers, p))
		return;
	if (x->spec.what && !what_matches(x->spec.what, p, &x->env))
		return;
	writer_packet(x->spec.format, x->activity.session, true, p, out);
	x->rows += out->len > before;
	x->bytes += out->len - before;
}

static void write_gap(struct export *x, const struct packet *gap)
{
	struct buf *out = output_buffer(x->out);
	size_t before = out->len;

	if (!gap->lost)
		return;
	x->lost += gap->lost;
	writer_packet(x->spec.format, x->activity.session, true, gap, out);
	x->bytes += out->len - before;
}

/* false: all is handed over. */
static bool write_slice(struct export *x)
{
	const struct clock *clock = x->activity.session->clock;
	uint64_t until = clock_monotonic(clock) + SLICE_NS;
	struct packet p;

	for (unsigned n = 1; !output_is_full(x->out); n++) {
		enum store_read read = store_cursor_read(&x->cursor, &p);

		if (read == STORE_END || (read == STORE_PACKET && p.seq >= x->end))
			return false;
		if (read == STORE_GAP)
			write_gap(x, &p);
		else
			write_packet(x, &p);
		if (n % SLICE_STRIDE == 0 && clock_monotonic(clock) > until)
			break;
	}
	return true;
}

static void go_on(struct export *x)
{
	struct session *s = x->activity.session;
	bool more = write_slice(x);

	store_cursor_rest(&x->cursor);
	output_flush(x->out);
	if (output_error(x->out))
		fail(x, output_error(x->out));
	else if (more && !output_is_full(x->out))
		loop_timer_at(s->loop, &x->timer, loop_now(s->loop));
	else if (!more && output_is_idle(x->out)) {
		x->complete = true;
		judge(x);
		end(x);
	}
}

static void on_time(void *ctx)
{
	go_on(ctx);
}

static void on_written(void *ctx, short revents)
{
	struct export *x = ctx;

	(void)revents;
	output_turn(x->out);
	if (!x->timer.due)
		go_on(x);
}

/* ---- the begin ---- */

static bool open_file(struct export *x, struct error *e)
{
	struct loop *l = x->activity.session->loop;

	if (is_stdout(x))
		x->fd = STDOUT_FILENO;
	else if (!new_file_open(x->path, x->spec.overwrite, "export FILE", &x->fd, e))
		return false;
	x->out = output_new(x->fd, e);
	return x->out && loop_watch(l, output_fd(x->out), POLLIN, on_written, x, e);
}

static struct export *make(struct session *s, const struct export_spec *spec, struct error *e)
{
	int n = (int)strlen(spec->path);
	struct export *x = n < PATH_MAX ? calloc(1, sizeof(*x)) : NULL;
	struct store_stats st;

	if (!x) {
		what_free(spec->what);
		if (n < PATH_MAX)
			err_set(e, ERR_LIMIT, "no memory for an export");
		else
			err_sys(e, ENAMETOOLONG, "%.60s..", spec->path);
		return NULL;
	}
	store_stats(s->store, &st);
	x->activity.kind = &export_kind;
	x->spec = *spec;
	snprintf(x->path, sizeof(x->path), "%s", spec->path);
	x->spec.path = x->path;
	x->env = session_filter_env(s);
	x->from = spec->start > st.first_seq ? spec->start : st.first_seq;
	x->gone = x->from - spec->start;
	x->end = st.end_seq > x->from ? st.end_seq : x->from;
	x->cursor.store = s->store;
	store_cursor_seek(&x->cursor, x->from);
	x->fd = -1;
	x->timer = (struct loop_timer){ .fire = on_time, .ctx = x };
	return x;
}

struct export *export_start(struct session *s, const struct export_spec *spec, const char *line,
			    struct error *e)
{
	struct export *x = make(s, spec, e);

	if (!x || !activity_start(s, &x->activity, line, e))
		return NULL;
	if (!open_file(x, e)) {
		activity_over(&x->activity);
		return NULL;
	}
	writer_head(x->spec.format, output_buffer(x->out));
	x->bytes = output_buffer(x->out)->len;
	go_on(x);
	return x;
}
