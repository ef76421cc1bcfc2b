/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What xterm sends for a key; terminfo's xterm-256color says the same. */
#include "term.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	const char *bytes;
	const char *app; /* in application cursor mode (smkx), where it differs */
} keys[] = {
	{ "F1", "\033OP", NULL },
	{ "F2", "\033OQ", NULL },
	{ "F3", "\033OR", NULL },
	{ "F4", "\033OS", NULL },
	{ "F5", "\033[15~", NULL },
	{ "F6", "\033[17~", NULL },
	{ "F7", "\033[18~", NULL },
	{ "F8", "\033[19~", NULL },
	{ "F9", "\033[20~", NULL },
	{ "F10", "\033[21~", NULL },
	{ "F11", "\033[23~", NULL },
	{ "F12", "\033[24~", NULL },
	{ "Up", "\033[A", "\033OA" },
	{ "Down", "\033[B", "\033OB" },
	{ "Right", "\033[C", "\033OC" },
	{ "Left", "\033[D", "\033OD" },
	{ "Home", "\033[H", "\033OH" },
	{ "End", "\033[F", "\033OF" },
	{ "Insert", "\033[2~", NULL },
	{ "Delete", "\033[3~", NULL },
	{ "PgUp", "\033[5~", NULL },
	{ "PgDn", "\033[6~", NULL },
	{ "Enter", "\r", NULL },
	{ "Tab", "\t", NULL },
	{ "Shift-Tab", "\033[Z", NULL },
	{ "Esc", "\033", NULL },
	{ "Backspace", "\177", NULL },
	{ "Space", " ", NULL },
	{ "Alt-Up", "\033[1;3A", NULL },
	{ "Alt-Down", "\033[1;3B", NULL },
	{ "Alt-Right", "\033[1;3C", NULL },
	{ "Alt-Left", "\033[1;3D", NULL },
	{ "Ctrl-Up", "\033[1;5A", NULL },
	{ "Ctrl-Down", "\033[1;5B", NULL },
	{ "Ctrl-Right", "\033[1;5C", NULL },
	{ "Ctrl-Left", "\033[1;5D", NULL },
	{ "Ctrl-Home", "\033[1;5H", NULL },
	{ "Ctrl-End", "\033[1;5F", NULL },
	{ "Shift-Up", "\033[1;2A", NULL },
	{ "Shift-Down", "\033[1;2B", NULL },
};

static size_t put(char *out, size_t size, const char *bytes, size_t len)
{
	if (len > size)
		return 0;
	memcpy(out, bytes, len);
	return len;
}

static bool strip(const char **name, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncasecmp(*name, prefix, len) != 0 || !(*name)[len])
		return false;
	*name += len;
	return true;
}

size_t term_key_bytes(const char *name, bool app_cursor_keys, char *out, size_t size)
{
	size_t len;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcasecmp(name, keys[i].name) == 0) {
			const char *s =
				app_cursor_keys && keys[i].app ? keys[i].app : keys[i].bytes;

			return put(out, size, s, strlen(s));
		}
	}
	if (strip(&name, "Ctrl-") && !name[1]) {
		char c = (char)(toupper((unsigned char)name[0]) ^ 0x40);

		return (unsigned char)c < 0x20 ? put(out, size, &c, 1) : 0;
	}
	if (!strip(&name, "Alt-") || !put(out, size, "\033", 1))
		return 0;
	/* one character, or another key */
	len = strlen(name);
	if (len == 1 || (unsigned char)name[0] >= 0x80)
		len = put(out + 1, size - 1, name, len);
	else
		len = term_key_bytes(name, app_cursor_keys, out + 1, size - 1);
	return len ? len + 1 : 0;
}
