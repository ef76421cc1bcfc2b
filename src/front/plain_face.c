/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands and the session do in line mode. */
#include "front/plain_private.h"
#include "front/rows.h"
#include "session/writer.h"
#include "session/job.h"
#include "util/num.h"

#include <inttypes.h>
#include <string.h>

/* ---- the face ---- */

static void face_message(void *ctx, enum command_message kind, const char *text)
{
	plain_say(ctx, kind, "%s", text);
}

static void face_listing(void *ctx, const char *line, struct listing *l)
{
	struct plain *p = ctx;

	(void)line;
	rows_format(l, plain_above(p));
	plain_touch(p);
}

static struct command_typing *face_typing(void *ctx)
{
	struct plain *p = ctx;

	return &p->typing;
}

static bool face_show(void *ctx, uint64_t number, struct error *e)
{
	struct plain *p = ctx;
	struct store_hold hold = { 0 };
	struct packet packet;
	bool ok = store_find(p->session->store, number, &hold, &packet);

	if (ok)
		writer_packet(WRITER_HEX, p->session, true, &packet, plain_above(p));
	else
		err_set(e, ERR_STATE, "there is no #%" PRIu64 " any more, or not yet", number);
	store_hold_done(&hold);
	plain_touch(p);
	return ok;
}

/* What came before is printed as before. */
static bool face_filter(void *ctx, const char *text, size_t n, struct error *e)
{
	struct plain *p = ctx;
	struct buf words;

	plain_print(p);
	if (!printed_set(&p->printed_only, p->session, text, n, e))
		return false;
	if (!p->by_hand)
		return true;
	buf_init(&words, 600);
	if (n)
		what_words(p->printed_only.what, &words);
	else
		buf_str(&words, "everything");
	plain_say(p, MESSAGE_INFO, "from now on is printed %s", buf_cstr(&words));
	buf_done(&words);
	return true;
}

static const char *face_filtered(void *ctx)
{
	const struct plain *p = ctx;

	return p->printed_only.text;
}

/* Asks once more while something goes on; anything done in between takes it back. */
static void face_quit(void *ctx)
{
	struct plain *p = ctx;
	struct buf warning;

	buf_init(&warning, 512);
	if (command_quit_warning(p->session, &warning) && p->by_hand &&
	    p->quit_asked + 1 != p->acts) {
		p->quit_asked = p->acts;
		plain_say(p, MESSAGE_WARNING, "%s", buf_cstr(&warning));
	} else {
		loop_stop(p->loop);
	}
	buf_done(&warning);
}

static bool face_help(void *ctx, const char *topic, struct listing *l)
{
	(void)ctx;
	if (strcmp(topic, "start") == 0) {
		listing_row(l, LISTING_PLAIN, NULL,
			    "Type text and Enter sends it; \":\" begins a command.");
		return true;
	}
	if (strcmp(topic, "keys") != 0)
		return false;
	listing_row(l, LISTING_PLAIN, NULL, "Enter\tsend the line or run the command");
	listing_row(l, LISTING_PLAIN, NULL, "Tab\tcomplete");
	listing_row(l, LISTING_PLAIN, NULL, "F5, Alt-x\ttext or hex");
	listing_row(l, LISTING_PLAIN, NULL, "Alt-1..9\tsocket 1 to 9");
	listing_row(l, LISTING_PLAIN, NULL,
		    "Ctrl-C\tleave a search, then clear the line, then stop a script, then the "
		    "jobs");
	listing_row(l, LISTING_PLAIN, NULL, "Ctrl-D\ton the empty line: leave");
	listing_row(l, LISTING_PLAIN, NULL, "Ctrl-Z\tstop, as a job of the shell");
	listing_row(l, LISTING_PLAIN, NULL, "Ctrl-X Ctrl-E\t$VISUAL or $EDITOR on the line");
	return true;
}

/* ---- commands of its keys ---- */

static bool interrupt_run(struct command_call *c, struct error *e)
{
	struct plain *p = c->face->ctx;
	size_t jobs = c->session->job_count;

	(void)e;
	if (plain_interrupt(p))
		return true;
	if (!script_is_idle(p->script)) {
		script_stop(p->script);
		plain_say(p, MESSAGE_INFO, "the script was stopped");
	} else if (jobs) {
		job_stop_all(c->session);
		plain_say(p, MESSAGE_INFO, "%zu job%s stopped", jobs, jobs == 1 ? "" : "s");
	} else {
		plain_say(p, MESSAGE_INFO, "to leave: :q, or Ctrl-D on the empty line");
	}
	return true;
}

static bool redraw_run(struct command_call *c, struct error *e)
{
	struct plain *p = c->face->ctx;

	(void)e;
	plain_end_line(p, "");
	return true;
}

static bool suspend_run(struct command_call *c, struct error *e)
{
	return plain_suspend(c->face->ctx, e);
}

static bool editor_run(struct command_call *c, struct error *e)
{
	return plain_editor(c->face->ctx, e);
}

static const struct command rows[] = {
	{ "interrupt", "", "keys", 0, 0, CMD_HIDDEN,
	  "leave a search, clear the line, stop scripts and jobs", .run = interrupt_run },
	{ "redraw", "", "keys", 0, 0, CMD_HIDDEN, "the line once more", .run = redraw_run },
	{ "suspend", "", "keys", 0, 0, CMD_HIDDEN, "stop, as a job of the shell",
	  .run = suspend_run },
	{ "editor", "", "keys", 0, 0, CMD_HIDDEN, "edit the line in $VISUAL or $EDITOR",
	  .run = editor_run },
	{ 0 },
};

/* ---- settings ---- */

static bool escape_time_set(void *ctx, const char *value, struct error *e)
{
	struct plain *p = ctx;

	return line_read_escape_time(p->line, value, e);
}

static void escape_time_get(void *ctx, struct buf *out)
{
	const struct plain *p = ctx;

	buf_printf(out, "%llums", (unsigned long long)(line_escape_time(p->line) / NS_PER_MS));
}

static const struct face_setting settings[] = {
	{ "escape-time", "1ms..2s", "how long a lone Esc waits for the rest of a key",
	  escape_time_set, escape_time_get, "100ms" },
	{ 0 },
};

/* ---- the session's news ---- */

/* Losses and errors are lines among the packets; a peer's number is nowhere else. */
static void on_notice(void *ctx, enum session_notice what, const struct packet *packet,
		      const struct peer *peer)
{
	struct plain *p = ctx;
	struct buf name;

	if (what == SESSION_SILENT || (what == SESSION_READ && !packet->result))
		plain_say(p, MESSAGE_INFO, "%.*s", (int)packet->stored, (const char *)packet->data);
	if (what != SESSION_PEER_NEW)
		return;
	buf_init(&name, 128);
	addr_format(&name, &peer->addr);
	plain_say(p, MESSAGE_INFO, "@%" PRIu32 " %s is new: :to @%" PRIu32 " answers it",
		  peer->number, buf_cstr(&name), peer->number);
	buf_done(&name);
}

static bool is_behind(void *ctx)
{
	const struct plain *p = ctx;

	return p->behind;
}

static void on_changed(void *ctx)
{
	struct plain *p = ctx;

	script_poke(p->face.script);
	plain_print(p);
}

static void on_resolved(void *ctx)
{
	struct plain *p = ctx;

	script_poke(p->face.script);
	plain_resolved(p);
}

static void on_script_ended(void *ctx, enum script_status status, const struct error *e)
{
	if (status != SCRIPT_DONE)
		plain_say(ctx, MESSAGE_ERROR, "%s", e->text);
}

bool plain_face_init(struct plain *p, const struct of_screen *of_screen, struct error *e)
{
	const struct script_events events = { .ctx = p, .ended = on_script_ended };

	command_set_init(&p->set, rows, of_screen);
	buf_init(&p->kept, FACE_KEPT_MAX);
	p->face = (struct face){
		.ctx = p,
		.kept = &p->kept,
		.message = face_message,
		.listing = face_listing,
		.typing = face_typing,
		.show = face_show,
		.filter = face_filter,
		.filtered = face_filtered,
		.quit = face_quit,
		.help = face_help,
		.settings = settings,
	};
	p->session->watcher = (struct session_watcher){
		.ctx = p,
		.notice = on_notice,
		.changed = on_changed,
		.is_behind = is_behind,
		.resolved = on_resolved,
	};
	p->script = p->face.script = script_new(p->session, &p->face, &p->set, &events, e);
	return p->script != NULL;
}
