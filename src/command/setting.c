/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/setting.h"

#include <string.h>

static bool rejoin_set(void *ctx, const char *value, struct error *e)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return err_at(e, 0, "rejoin: \"%s\" is neither on nor off", value);
	session_set_rejoin(ctx, value[1] == 'n');
	return true;
}

static void rejoin_get(void *ctx, struct buf *out)
{
	const struct session *s = ctx;

	buf_str(out, s->watch.no_rejoin ? "off" : "on");
}

const struct face_setting session_settings[] = {
	{ "rejoin", "on, off",
	  "join again what was lost when an interface was removed, once it is back", rejoin_set,
	  rejoin_get },
	{ 0 },
};

static const struct face_setting *find(const struct face_setting *rows, const char *name)
{
	for (const struct face_setting *r = rows; r && r->name; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

const struct face_setting *setting_find(struct session *s, const struct face *face,
					const char *name, void **ctx)
{
	const struct face_setting *found = find(session_settings, name);

	*ctx = found ? (void *)s : face->ctx;
	return found ? found : find(face->settings, name);
}

bool setting_is_switch(const char *name)
{
	const struct face_setting *found = find(session_settings, name);

	return found && strcmp(found->range, "on, off") == 0;
}

void setting_save(const struct session *s, struct buf *out)
{
	if (s->watch.no_rejoin)
		buf_str(out, "set rejoin off\n");
}
