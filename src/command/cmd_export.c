/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: what the filter shows, into a file. */
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/tables.h"
#include "command/tail.h"
#include "match/what.h"
#include "session/export.h"
#include "util/num.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *end;
	enum writer_format format;
} extensions[] = {
	{ ".csv", WRITER_CSV },  { ".json", WRITER_JSON },   { ".jsonl", WRITER_JSON },
	{ ".txt", WRITER_TEXT }, { ".log", WRITER_TEXT },    { ".text", WRITER_TEXT },
	{ ".hex", WRITER_HEX },  { ".ndjson", WRITER_JSON },
};

static bool by_extension(const char *path, enum writer_format *out)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		size_t end = strlen(extensions[i].end);

		if (n > end && strcasecmp(path + n - end, extensions[i].end) == 0) {
			*out = extensions[i].format;
			return true;
		}
	}
	return false;
}

static bool read_format(struct command_call *c, struct tail word, enum writer_format *out,
			struct error *e)
{
	char name[16] = "";

	if (word.n < sizeof(name))
		memcpy(name, word.at, word.n);
	return (writer_named(name, out) && *out != WRITER_RAW) ||
	       err_at(e, tail_at(c, word), "\"%.*s\" is none of csv, json, text, hex", (int)word.n,
		      word.at);
}

/* "FILE [as FORMAT] [--force]"; *as: the format was given. */
static bool read_options(struct command_call *c, struct tail *file, struct export_spec *spec,
			 bool *as, struct error *e)
{
	for (;;) {
		struct tail before = *file, word = tail_last(*file);

		tail_drop(&before);
		if (tail_take_force(file)) {
			spec->overwrite = true;
		} else if (!*as && tail_is(tail_last(before), "as")) {
			if (!read_format(c, word, &spec->format, e))
				return false;
			*as = true;
			tail_drop(&before);
			*file = before;
		} else {
			break;
		}
	}
	return (file->n && !tail_is(*file, "--force")) || command_usage(c, e);
}

static void on_ended(void *ctx, const struct export *x)
{
	const struct face *face = ctx;
	const struct error *why = &x->activity.verdict;
	const unsigned unknown = x->spec.what ? what_given_up(x->spec.what) : 0;
	struct buf text;

	/* Where a script waits for it, as it does without a screen, that tells the failure. */
	if (!face->message || (why->code && !face->is_live))
		return;
	buf_init(&text, 4096 + 256);
	if (why->code) {
		buf_str(&text, why->text);
	} else {
		buf_str(&text, "exported ");
		num_format_count(&text, x->rows);
		buf_printf(&text, " row%s to %s, ", x->rows == 1 ? "" : "s",
			   strcmp(x->path, "-") == 0 ? "stdout" : x->path);
		num_format_size(&text, x->bytes);
	}
	if (unknown)
		buf_printf(&text, "; %u are missing: the filter was too costly for them", unknown);
	face->message(face->ctx, why->code || unknown ? MESSAGE_WARNING : MESSAGE_INFO,
		      buf_cstr(&text));
	buf_done(&text);
}

static bool take_stdout(struct command_call *c, enum writer_format format, struct error *e)
{
	struct error why = { .at = -1 };

	if (!c->face->take_stdout)
		return err_set(e, ERR_STATE, "stdout is in use: export FILE");
	return c->face->take_stdout(c->face->ctx, &why) ||
	       err_set(e, why.code, "%s: export FILE; or no export, -o %s prints the same",
		       why.text, writer_name(format));
}

/* The filter as it is now; a change meanwhile does not make half a file of another. */
static bool copy_filter(struct command_call *c, struct what **out, struct error *e)
{
	const char *text = c->face->filtered ? c->face->filtered(c->face->ctx) : NULL;
	size_t used;

	*out = NULL;
	return !text || what_parse(text, strlen(text), false, &used, out, e);
}

static bool begin(struct command_call *c, struct export_spec *spec, struct error *e)
{
	struct export *x;

	if (!copy_filter(c, &spec->what, e))
		return false;
	if (c->face->cleared)
		spec->start = c->face->cleared(c->face->ctx);
	spec->ended = on_ended;
	spec->ctx = c->face;
	x = export_start(c->session, spec, c->line, e);
	return x && diagnose_begin(c, &x->activity, e);
}

static bool export_run(struct command_call *c, struct error *e)
{
	struct tail file = tail_of(c);
	struct export_spec spec = { 0 };
	char path[PATH_MAX];
	bool as = false;

	if (!read_options(c, &file, &spec, &as, e) || !tail_copy(file, path, sizeof(path), e))
		return false;
	if (!as && !by_extension(path, &spec.format))
		return err_at(e, (ptrdiff_t)(c->payload_at + c->payload_len),
			      "\"%.60s\" does not end like one of the formats: as csv, as json, "
			      "as text or as hex behind it",
			      path);
	spec.path = path;
	if (strcmp(path, "-") == 0 && !take_stdout(c, spec.format, e))
		return false;
	return begin(c, &spec, e);
}

static void export_complete(struct command_completion *c)
{
	if (c->word > 1 && strcmp(c->before, "as") == 0) {
		completion_offer(c, "csv");
		completion_offer(c, "json");
		completion_offer(c, "text");
		completion_offer(c, "hex");
		return;
	}
	completion_offer(c, c->word == 0 ? "--force" : "as");
	completion_offer_files(c);
}

const struct command export_commands[] = {
	{ "export", "FILE [as csv|json|text|hex] [--force]", "files", 1, -1, CMD_PAYLOAD,
	  "write what the filter shows of the list; - is stdout", .run = export_run,
	  .complete = export_complete },
	{ 0 },
};
