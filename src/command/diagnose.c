/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/diagnose.h"

#include "command/script.h"

bool diagnose_has_report(const struct command_call *c, const struct activity *a)
{
	const struct command *row = command_find(c->set, a->kind->name, false, NULL);

	return row && row->report;
}

void diagnose_report(struct command_call *c, struct activity *a)
{
	const struct command *row = command_find(c->set, a->kind->name, false, NULL);

	if (!row || !row->report)
		return;
	row->report(c, a);
	c->listing.live = !a->over;
	buf_reset(&c->listing.remake);
	buf_printf(&c->listing.remake, "show %%%u", a->number);
}

bool diagnose_begin(struct command_call *c, struct activity *a, struct error *e)
{
	struct script *sc = c->face->script;

	if (sc && (!c->face->is_live || script_is_running(sc)))
		return script_activity(sc, a->number, e);
	diagnose_report(c, a);
	return true;
}
