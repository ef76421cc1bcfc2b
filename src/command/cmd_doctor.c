/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command "doctor": why nothing arrives, as a listing and for scripts. */
#include "command/args.h"
#include "command/complete.h"
#include "command/tables.h"
#include "diagnose/doctor.h"
#include "util/json.h"

static enum listing_style style_of(enum doctor_level level)
{
	if (level == DOCTOR_FAULT)
		return LISTING_ERROR;
	return level == DOCTOR_OK ? LISTING_DIM : LISTING_PLAIN;
}

static void finding_row(struct command_call *c, const struct finding *f)
{
	const char *level = doctor_level_name(f->level);
	struct buf members;

	listing_row(&c->listing, style_of(f->level), f->command, "%s\t%s\t%s%s%s", level, f->check,
		    f->fact, f->command ? "; " : "", f->command ? f->command : "");
	buf_init(&members, 4096);
	json_number(&members, "socket", c->session->current->number);
	json_string(&members, "level", level);
	json_string(&members, "check", f->check);
	json_string(&members, "fact", f->fact);
	if (f->command)
		json_string(&members, "command", f->command);
	listing_data(&c->listing, "finding", &members);
	buf_done(&members);
}

static void title(struct command_call *c, const struct diagnosis *d)
{
	struct buf *t = &c->listing.title;
	size_t faults = d->levels[DOCTOR_FAULT], warnings = d->levels[DOCTOR_WARNING];

	buf_printf(t, "doctor: [%u] ", c->session->current->number);
	addr_format(t, &c->session->current->sock.local);
	buf_printf(t, ", %zu fault%s, %zu warning%s", faults, faults == 1 ? "" : "s", warnings,
		   warnings == 1 ? "" : "s");
}

/* A script ends with the first fault; who typed the command sees the listing. */
static bool judge(const struct command_call *c, const struct diagnosis *d, struct error *e)
{
	size_t faults = d->levels[DOCTOR_FAULT];

	if (!faults || c->prefixes)
		return true;
	return faults == 1 ? err_set(e, ERR_UNMET, "doctor: %s", d->findings[0].fact)
			   : err_set(e, ERR_UNMET, "doctor: %zu faults, the first: %s", faults,
				     d->findings[0].fact);
}

static bool doctor_run(struct command_call *c, struct error *e)
{
	struct diagnosis d;
	struct session_socket *k = c->session->current;
	bool ok;

	if (c->word_count) {
		k = args_socket(c, 0, e);
		if (!k)
			return false;
	}
	if (k != c->session->current)
		session_select(c->session, k);
	if (!doctor_examine(c->session, k, "", &d, e))
		return false;
	title(c, &d);
	for (size_t i = 0; i < d.count; i++)
		finding_row(c, &d.findings[i]);
	ok = judge(c, &d, e);
	diagnosis_done(&d);
	return ok;
}

static void doctor_complete(struct command_completion *c)
{
	for (size_t i = 0; i < c->session->socket_count; i++)
		completion_offer(c, "%u", c->session->sockets[i]->number);
}

const struct command doctor_commands[] = {
	{ "doctor", "[N]", "groups", 0, 1, CMD_SOCKET,
	  "say why nothing arrives: what is wrong with the socket (N becomes current), faults "
	  "first",
	  .run = doctor_run, .complete = doctor_complete },
	{ 0 },
};
