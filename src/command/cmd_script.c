/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of scripts: source, expect, wait, echo. */
#include "command/args.h"
#include "command/complete.h"
#include "command/script.h"
#include "command/tables.h"
#include "payload/payload.h"
#include "util/num.h"
#include "util/text.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static bool need_script(const struct command_call *c, struct error *e)
{
	return c->face->script ||
	       err_set(e, ERR_STATE, "%s has nothing here that could wait", c->row->name);
}

static bool wait_run(struct command_call *c, struct error *e)
{
	uint64_t ns;

	if (!num_parse_duration(c->words[0].text, &ns, e))
		return args_at(c, 0, e);
	return need_script(c, e) && script_wait(c->face->script, ns, e);
}

static bool expect_run(struct command_call *c, struct error *e)
{
	struct expectation *x;
	size_t used;

	if (!need_script(c, e))
		return false;
	if (!expectation_parse(c->session, c->payload, c->payload_len, 0, &used, &x, e))
		return err_shift(e, (ptrdiff_t)c->payload_at);
	if (script_expect(c->face->script, x, e))
		return true;
	expectation_free(x);
	return false;
}

static void expect_complete(struct command_completion *c)
{
	static const char *const words[] = { "timeout", "from", "socket", "hex", "any", "none" };

	if (strcmp(c->before, "timeout") == 0)
		return;
	if (strcmp(c->before, "from") == 0) {
		completion_offer_peers(c);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		completion_offer(c, "%s", words[i]);
	completion_offer_expression(c);
}

/* The blank that completion puts behind a path is no part of it, unless there is a file of that
 * name. */
static bool source_run(struct command_call *c, struct error *e)
{
	char path[PATH_MAX];
	size_t n = c->payload_len;

	if (!need_script(c, e))
		return false;
	if (n >= sizeof(path))
		return err_at(e, (ptrdiff_t)c->payload_at, "a path has less than %d bytes",
			      PATH_MAX);
	memcpy(path, c->payload, n);
	path[n] = '\0';
	while (n > 0 && path[n - 1] == ' ' && access(path, F_OK) < 0)
		path[--n] = '\0';
	return script_source(c->face->script, path, e);
}

static bool echo_run(struct command_call *c, struct error *e)
{
	struct payload_env env;
	struct buf bytes, shown;
	bool ok;

	session_payload_env(c->session, &env);
	buf_init(&bytes, COMMAND_LINE_MAX);
	buf_init(&shown, 8 * COMMAND_LINE_MAX);
	ok = payload_text(c->payload, c->payload_len, &env, &bytes, e);
	if (ok) {
		text_escape(&shown, buf_cstr(&bytes), bytes.len);
		command_echo(c, buf_cstr(&shown));
	} else {
		err_shift(e, (ptrdiff_t)c->payload_at);
	}
	buf_done(&bytes);
	buf_done(&shown);
	return ok;
}

const struct command script_commands[] = {
	{ "expect", "[timeout D] [from ADDR] [socket N] WHAT|none", "scripts", 1, -1, CMD_PAYLOAD,
	  "wait for a datagram: \"text\", /regex/flags, hex BYTES, any, an expression; none: that "
	  "none comes",
	  .run = expect_run, .complete = expect_complete },
	{ "wait", "D", "scripts", 1, 1, 0, "the next command comes after D", .run = wait_run },
	{ "echo", "TEXT", "scripts", 0, -1, CMD_PAYLOAD,
	  "show text; \\n \\xHH ... and ${...} are read, what is no text stays escaped",
	  .run = echo_run },
	{ "source", "FILE", "scripts", 1, -1, CMD_PAYLOAD, "run a file of commands",
	  .run = source_run },
	{ 0 },
};
