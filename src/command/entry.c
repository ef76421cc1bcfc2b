/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/entry.h"

#include "command/complete.h"

#include <stdlib.h>
#include <string.h>

bool entry_is_command(const char *text, size_t len, bool pasted)
{
	return len > 0 && text[0] == ':' && !pasted && !(len > 1 && text[1] == ':');
}

size_t entry_payload_at(const char *text, size_t len, bool pasted)
{
	return len > 1 && text[0] == ':' && text[1] == ':' && !pasted;
}

bool entry_run(struct session *s, struct face *face, const struct command_set *set,
	       const char *text, size_t len, bool pasted, struct error *e)
{
	size_t start = entry_payload_at(text, len, pasted);
	char *command;
	bool ok;

	if (!entry_is_command(text, len, pasted)) {
		ok = command_type(s, face, text + start, len - start, e);
	} else {
		start = 1;
		command = strndup(text + start, len - start);
		if (!command)
			return err_set(e, ERR_LIMIT, "no memory for the line");
		ok = command_run(s, face, set, command, true, e);
		free(command);
	}
	if (!ok && e && e->at >= 0)
		err_shift(e, (ptrdiff_t)start);
	return ok;
}

const char *entry_prompt(const struct command_typing *typing, const char *text, size_t len,
			 bool pasted)
{
	static const char *const texts[] = {
		[EOL_NONE] = "text> ",
		[EOL_LF] = "text+lf> ",
		[EOL_CRLF] = "text+crlf> ",
	};

	if (entry_is_command(text, len, pasted))
		return "cmd> ";
	return typing->input == INPUT_HEX ? "hex> " : texts[typing->eol];
}

char entry_kind(const struct command_typing *typing, const char *text, size_t len, bool pasted)
{
	if (entry_is_command(text, len, pasted))
		return ':';
	if (typing->input == INPUT_HEX)
		return pasted ? 'X' : 'x';
	return pasted ? 'T' : 't';
}

bool entry_recall(struct command_typing *typing, char kind)
{
	if (kind == 'x' || kind == 'X')
		typing->input = INPUT_HEX;
	else if (kind == 't' || kind == 'T')
		typing->input = INPUT_TEXT;
	return kind == 'T' || kind == 'X';
}

void entry_freeze(struct session *s, bool typing)
{
	for (size_t i = 0; i < s->socket_count; i++) {
		if (typing)
			target_freeze(&s->sockets[i]->target);
		else
			target_thaw(&s->sockets[i]->target);
	}
}

char **entry_complete(struct session *s, const struct face *face, const struct command_set *set,
		      const char *text, size_t point, bool pasted, size_t *start)
{
	struct command_completion c;
	char **words;

	if (entry_is_command(text, point, pasted)) {
		completion_make(s, face, set, text + 1, point - 1, start, &c);
		*start += 1;
	} else if (!completion_make_fields(s, text, point, start, &c)) {
		return NULL;
	}
	words = c.count ? calloc(c.count + 1, sizeof(*words)) : NULL;
	if (words) {
		memcpy(words, c.matches, c.count * sizeof(*words));
		c.count = 0; /* the strings have a new owner */
	}
	completion_done(&c);
	return words;
}
