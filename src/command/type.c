/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed lines: read as text or hex, sent to the current socket's target. */
#include "command/send.h"
#include "payload/payload.h"

bool command_typed_payload(const struct command_typing *t, const char *line, size_t n,
			   struct buf *out, struct error *e)
{
	if (t->input == INPUT_HEX)
		return payload_hex(line, n, out, e);
	if (!payload_text(line, n, out, e))
		return false;
	if (t->eol != EOL_NONE)
		buf_str(out, t->eol == EOL_CRLF ? "\r\n" : "\n");
	return true;
}

bool command_type(struct session *s, struct face *face, const char *line, size_t n, struct error *e)
{
	struct command_call c = { .session = s, .face = face };
	struct buf bytes;
	bool ok;

	buf_init(&bytes, COMMAND_LINE_MAX);
	ok = command_typed_payload(face->typing(face->ctx), line, n, &bytes, e) &&
	     send_bytes(&c, buf_cstr(&bytes), bytes.len, e);
	buf_done(&bytes);
	session_follow(s);
	return ok;
}
