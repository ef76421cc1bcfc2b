/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command "doctor": why nothing arrives, as a listing and for scripts. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/tables.h"
#include "diagnose/doctor.h"
#include "util/json.h"

static enum listing_style style_of(enum doctor_level level)
{
	if (level == DOCTOR_FAULT)
		return LISTING_ERROR;
	return level == DOCTOR_OK ? LISTING_DIM : LISTING_PLAIN;
}

static void finding_row(struct command_call *c, uint32_t socket, const struct finding *f)
{
	const char *level = doctor_level_name(f->level);
	struct buf members;

	listing_row(&c->listing, style_of(f->level), f->command, "%s\t%s\t%s%s%s", level, f->check,
		    f->fact, f->command ? "; " : "", f->command ? f->command : "");
	buf_init(&members, 4096);
	json_number(&members, "socket", socket);
	json_string(&members, "level", level);
	json_string(&members, "check", f->check);
	json_string(&members, "fact", f->fact);
	if (f->command)
		json_string(&members, "command", f->command);
	listing_data(&c->listing, "finding", &members);
	buf_done(&members);
}

static void doctor_report(struct command_call *c, struct activity *a)
{
	struct buf *t = &c->listing.title;
	const struct session_socket *k;
	const struct diagnosis *d;
	struct error failed;
	uint32_t socket;

	d = doctor_found(a, &socket, &failed);
	k = session_find(c->session, socket);
	buf_printf(t, "doctor: [%u]", socket);
	if (k) {
		buf_char(t, ' ');
		addr_format(t, &k->sock.local);
	}
	if (!d) {
		listing_row(&c->listing, LISTING_DIM, NULL, "%s",
			    failed.code ? failed.text
			    : a->over   ? "stopped before the end"
					: "looking at the wire and the firewall");
		return;
	}
	buf_printf(t, ", %zu fault%s, %zu warning%s", d->levels[DOCTOR_FAULT],
		   d->levels[DOCTOR_FAULT] == 1 ? "" : "s", d->levels[DOCTOR_WARNING],
		   d->levels[DOCTOR_WARNING] == 1 ? "" : "s");
	for (size_t i = 0; i < d->count; i++)
		finding_row(c, socket, &d->findings[i]);
}

/* The commands of findings are for the current socket. */
static bool doctor_run(struct command_call *c, struct error *e)
{
	struct session_socket *k = c->session->current;
	struct activity *a;

	if (c->word_count) {
		k = args_socket(c, 0, e);
		if (!k)
			return false;
	}
	if (k != c->session->current)
		session_select(c->session, k);
	a = doctor_start(c->session, k, c->line, e);
	return a && diagnose_begin(c, a, e);
}

static void doctor_complete(struct command_completion *c)
{
	for (size_t i = 0; i < c->session->socket_count; i++)
		completion_offer(c, "%u", c->session->sockets[i]->number);
}

const struct command doctor_commands[] = {
	{ "doctor", "[N]", "diagnosis", 0, 1, CMD_SOCKET,
	  "say why nothing arrives: what is wrong with the socket (N becomes current), faults "
	  "first",
	  .run = doctor_run, .complete = doctor_complete, .report = doctor_report },
	{ 0 },
};
