/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record: what is sent and received, into a pcapng file. */
#include "command/complete.h"
#include "command/tables.h"
#include "command/tail.h"
#include "session/recorder.h"
#include "util/num.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define ROTATE_MAX (UINT64_C(1) << 50)

static const char rotate[] = "rotate";

/* "100MiB", "1h": the unit says which of the two it is. */
static bool read_rotate(struct command_call *c, struct tail word, struct recorder_spec *spec,
			struct error *e)
{
	char text[64] = "";
	struct error why = { .at = -1 };

	if (word.n < sizeof(text))
		memcpy(text, word.at, word.n);
	if (text[0] && strspn(text, "0123456789.") < word.n) {
		if (num_parse_size(text, RECORDER_ROTATE_MIN, ROTATE_MAX, &spec->rotate_bytes,
				   &why))
			return true;
		if (why.code != ERR_RANGE && num_parse_duration(text, &spec->rotate_ns, NULL)) {
			if (spec->rotate_ns >= NS_PER_S)
				return true;
			err_set(&why, ERR_RANGE, "%s is less than a second", text);
		}
	}
	return err_at(e, tail_at(c, word),
		      "rotate wants a size from 64KiB or a time from 1s: rotate 100MiB, rotate 1h");
}

/* Options stand behind the file, "--force" in front of it too, as with save. */
static bool read_options(struct command_call *c, struct tail *file, struct recorder_spec *spec,
			 struct error *e)
{
	for (;;) {
		struct tail before = *file, word = tail_last(*file);

		tail_drop(&before);
		if (tail_take_force(file)) {
			spec->overwrite = true;
		} else if (tail_is(tail_last(before), rotate)) {
			if (!read_rotate(c, word, spec, e))
				return false;
			tail_drop(&before);
			*file = before;
		} else {
			break;
		}
	}
	return (file->n && !tail_is(*file, "--force")) || command_usage(c, e);
}

static void format_totals(const struct recorder_totals *t, struct buf *out)
{
	num_format_count(out, t->packets);
	buf_printf(out, " packet%s, ", t->packets == 1 ? "" : "s");
	num_format_size(out, t->bytes);
	if (t->files > 1)
		buf_printf(out, " in %u files", t->files);
	if (t->lost) {
		buf_str(out, ", ");
		num_format_count(out, t->lost);
		buf_str(out, " lost");
	}
}

static bool show(struct command_call *c)
{
	const char *path = recorder_path(c->session);
	struct recorder_totals totals;
	struct buf text;

	if (!path) {
		command_answer(c, "nothing is recorded: record FILE");
		return true;
	}
	buf_init(&text, PATH_MAX + 256);
	recorder_totals(c->session, &totals);
	buf_printf(&text, "recording to %s: ", path);
	format_totals(&totals, &text);
	command_answer(c, buf_cstr(&text));
	buf_done(&text);
	return true;
}

static bool stop(struct command_call *c, struct error *e)
{
	struct recorder_totals totals;
	struct buf text;

	if (!c->session->recorder)
		return err_set(e, ERR_STATE, "nothing is recorded: record FILE");
	if (!recorder_stop(c->session, &totals, e))
		return false;
	buf_init(&text, 256);
	format_totals(&totals, &text);
	command_say(c, MESSAGE_INFO, "recorded %s", buf_cstr(&text));
	buf_done(&text);
	return true;
}

static bool take_stdout(struct command_call *c, const struct recorder_spec *spec, struct error *e)
{
	struct error why = { .at = -1 };

	if (spec->rotate_bytes || spec->rotate_ns)
		return err_set(e, ERR_USAGE, "stdout cannot rotate: record FILE");
	if (!c->face->take_stdout)
		return err_set(e, ERR_STATE,
			       "stdout is in use: record FILE, or without a terminal udpdeck "
			       "--record - HOST PORT | wireshark -k -i -");
	return c->face->take_stdout(c->face->ctx, &why) ||
	       err_set(e, why.code, "%s: record FILE, or --record - without -o", why.text);
}

static bool record_run(struct command_call *c, struct error *e)
{
	struct tail file = tail_of(c);
	struct recorder_spec spec = { 0 };
	char path[PATH_MAX];

	if (!file.n)
		return show(c);
	if (tail_is(file, "off"))
		return stop(c, e);
	if (!read_options(c, &file, &spec, e))
		return false;
	if (!tail_copy(file, path, sizeof(path), e))
		return false;
	spec.path = path;
	if (tail_is(file, "-") && !c->session->recorder && !take_stdout(c, &spec, e))
		return false;
	if (!recorder_start(c->session, &spec, e))
		return false;
	command_say(c, MESSAGE_INFO, "recording to %s", path);
	return true;
}

static void record_complete(struct command_completion *c)
{
	if (c->word == 0) {
		completion_offer(c, "--force");
		completion_offer(c, "off");
	} else {
		completion_offer(c, "%s", rotate);
	}
	completion_offer_files(c);
}

bool command_quit_warning(const struct session *s, struct buf *out)
{
	if (s->recorder)
		buf_printf(out, "recording to %s", recorder_path(s));
	if (s->job_count)
		buf_printf(out, "%s%zu job%s", out->len ? ", " : "", s->job_count,
			   s->job_count == 1 ? " runs" : "s run");
	if (s->rule_count)
		buf_printf(out, "%s%zu rule%s", out->len ? ", " : "", s->rule_count,
			   s->rule_count == 1 ? " answers" : "s answer");
	if (out->len)
		buf_printf(out, ": again to leave, %s",
			   s->job_count    ? ":stop or Ctrl-C to stop"
			   : s->rule_count ? ":stop rules to end that"
					   : ":record off to end it");
	return out->len;
}

const struct command record_commands[] = {
	{ "record", "[FILE [rotate SIZE|D] [--force]|off]", "files", 0, -1, CMD_PAYLOAD,
	  "write what is sent and received from now on as pcapng; - is stdout", .run = record_run,
	  .complete = record_complete },
	{ 0 },
};
