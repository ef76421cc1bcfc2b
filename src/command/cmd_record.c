/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record: what is sent and received, into a pcapng file. */
#include "command/complete.h"
#include "command/tables.h"
#include "session/recorder.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define ROTATE_MAX (UINT64_C(1) << 50)

static const char force[] = "--force", rotate[] = "rotate";

/* Part of the payload. */
struct part {
	const char *at;
	size_t n;
};

static bool is_word(struct part p, const char *word)
{
	return p.n == strlen(word) && memcmp(p.at, word, p.n) == 0;
}

static void trim(struct part *p)
{
	while (p->n && strchr(" \t", *p->at)) {
		p->at++;
		p->n--;
	}
	while (p->n && strchr(" \t", p->at[p->n - 1]))
		p->n--;
}

/* The last word; a file's name may hold blanks. */
static struct part last_word(struct part p)
{
	size_t n = 0;

	while (n < p.n && !strchr(" \t", p.at[p.n - 1 - n]))
		n++;
	return (struct part){ p.at + p.n - n, n };
}

static void drop_last(struct part *p, struct part word)
{
	p->n = (size_t)(word.at - p->at);
	trim(p);
}

/* "100MiB", "1h": the unit says which of the two it is. */
static bool read_rotate(struct command_call *c, struct part word, struct recorder_spec *spec,
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
	return err_at(e, (ptrdiff_t)c->payload_at + (word.at - c->payload),
		      "rotate wants a size from 64KiB or a time from 1s: rotate 100MiB, rotate 1h");
}

/* Options stand behind the file, "--force" in front of it too, as with save. */
static bool read_options(struct command_call *c, struct part *file, struct recorder_spec *spec,
			 struct error *e)
{
	struct part word, before, front;

	for (;;) {
		word = last_word(*file);
		before = *file;
		drop_last(&before, word);
		if (before.n && is_word(word, force)) {
			spec->overwrite = true;
			*file = before;
		} else if (is_word(last_word(before), rotate)) {
			if (!read_rotate(c, word, spec, e))
				return false;
			drop_last(&before, last_word(before));
			*file = before;
		} else {
			break;
		}
	}
	front = (struct part){ file->at, strcspn(file->at, " \t") };
	if (front.n < file->n && is_word(front, force)) {
		spec->overwrite = true;
		file->at += front.n;
		file->n -= front.n;
		trim(file);
	}
	return (file->n && !is_word(*file, force)) || command_usage(c, e);
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
		command_say(c, MESSAGE_INFO, "nothing is recorded: record FILE");
		return true;
	}
	buf_init(&text, 256);
	recorder_totals(c->session, &totals);
	format_totals(&totals, &text);
	command_say(c, MESSAGE_INFO, "recording to %s: %s", path, buf_cstr(&text));
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
	if (spec->rotate_bytes || spec->rotate_ns)
		return err_set(e, ERR_USAGE, "stdout cannot rotate: record FILE");
	if (!c->face->take_stdout)
		return err_set(e, ERR_STATE,
			       "stdout is in use: record FILE, or without a terminal udpdeck "
			       "--record - HOST PORT | wireshark -k -i -");
	return c->face->take_stdout(c->face->ctx, e);
}

static bool record_run(struct command_call *c, struct error *e)
{
	struct part file = { c->payload, c->payload_len };
	struct recorder_spec spec = { 0 };
	char path[PATH_MAX];

	trim(&file);
	if (!file.n)
		return show(c);
	if (is_word(file, "off"))
		return stop(c, e);
	if (!read_options(c, &file, &spec, e))
		return false;
	if (file.n >= sizeof(path))
		return err_sys(e, ENAMETOOLONG, "%.60s..", file.at);
	memcpy(path, file.at, file.n);
	path[file.n] = '\0';
	spec.path = path;
	if (is_word(file, "-") && !c->session->recorder && !take_stdout(c, &spec, e))
		return false;
	if (!recorder_start(c->session, &spec, e))
		return false;
	command_say(c, MESSAGE_INFO, "recording to %s", path);
	return true;
}

static void record_complete(struct command_completion *c)
{
	if (c->word == 0) {
		completion_offer(c, "%s", force);
		completion_offer(c, "off");
	} else {
		completion_offer(c, "%s", rotate);
	}
	completion_offer_files(c);
}

bool command_quit_warning(const struct session *s, struct buf *out)
{
	if (s->recorder)
		buf_printf(out, "recording to %s%s", recorder_path(s), s->job_count ? ", " : "");
	if (s->job_count)
		buf_printf(out, "%zu job%s", s->job_count, s->job_count == 1 ? " runs" : "s run");
	if (out->len)
		buf_printf(out, ": again to leave%s",
			   s->job_count ? ", :stop or Ctrl-C to stop" : ", :record off to end it");
	return out->len;
}

const struct command record_commands[] = {
	{ "record", "[FILE [rotate SIZE|D] [--force]|off]", "files", 0, -1, CMD_PAYLOAD,
	  "write what is sent and received from now on as pcapng; - is stdout", .run = record_run,
	  .complete = record_complete },
	{ 0 },
};
