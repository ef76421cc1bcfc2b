/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed lines: read as text or hex, sent to the current socket's target. */
#include "command/send.h"
#include "payload/payload.h"

#include <string.h>

static const char *const line_ends[] = { [EOL_NONE] = "", [EOL_LF] = "\n", [EOL_CRLF] = "\r\n" };

bool command_typed_payload(const struct command_typing *t, const char *line, size_t n,
			   struct payload_env *env, struct buf *out, struct error *e)
{
	const char *end = line_ends[t->eol];

	if (t->input == INPUT_HEX)
		return payload_hex(line, n, env, out, e);
	env->tail = strlen(end);
	return payload_text(line, n, env, out, e) &&
	       (buf_str(out, end) ||
		err_set(e, ERR_LIMIT, "no room for more than %zu bytes", out->max));
}

bool command_type(struct session *s, struct face *face, const char *line, size_t n, struct error *e)
{
	struct command_call c = { .session = s, .face = face };
	struct payload_env env;
	struct buf bytes;
	bool ok;

	session_payload_env(s, &env);
	buf_init(&bytes, COMMAND_LINE_MAX);
	ok = command_typed_payload(face->typing(face->ctx), line, n, &env, &bytes, e) &&
	     send_bytes(&c, buf_cstr(&bytes), bytes.len, e);
	if (ok)
		session_payload_used(s, &env);
	buf_done(&bytes);
	session_follow(s);
	return ok;
}
