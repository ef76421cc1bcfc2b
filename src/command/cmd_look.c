/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands for looking at what came and who is there. */
#include "command/args.h"
#include "command/tables.h"
#include "util/num.h"

#include <stdio.h>

static bool show_run(struct command_call *c, struct error *e)
{
	uint64_t number;

	if (!args_number(&c->words[0], '#', &number, e))
		return false;
	if (!c->face->show)
		return err_set(e, ERR_STATE, "show needs the screen");
	return c->face->show(c->face->ctx, number, e) ? true : args_at(c, 0, e);
}

static bool clear_run(struct command_call *c, struct error *e)
{
	if (!c->face->clear)
		return err_set(e, ERR_STATE, "clear needs the screen");
	c->face->clear(c->face->ctx);
	return true;
}

/* "3 s ago" */
static void format_age(const struct session *s, uint64_t then, struct buf *out)
{
	uint64_t now = clock_realtime(s->clock);

	if (now < then + NS_PER_S) {
		buf_str(out, "now");
		return;
	}
	num_format_duration(out, (now - then) / NS_PER_S * NS_PER_S);
	buf_str(out, " ago");
}

static bool peers_run(struct command_call *c, struct error *e)
{
	const struct session *s = c->session;
	struct buf name, bytes, last;
	char command[32];

	(void)e;
	buf_printf(&c->listing.title, "%u peers", s->peers.count);
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \taddress\tsocket\trx\tbytes\ttx\terr\tlast");
	buf_init(&name, 128);
	buf_init(&bytes, 32);
	buf_init(&last, 32);
	for (uint32_t n = s->peers.count; n > 0; n--) {
		const struct peer *p = peer_by_number(&s->peers, n);

		buf_reset(&name);
		buf_reset(&bytes);
		buf_reset(&last);
		addr_format(&name, &p->addr);
		num_format_size(&bytes, p->rx_bytes);
		format_age(s, p->last, &last);
		snprintf(command, sizeof(command), "to @%u", n);
		listing_row(&c->listing, LISTING_PLAIN, command,
			    "@%u\t%s\t[%u]\t%llu\t%s\t%llu\t%llu\t%s", n, buf_cstr(&name),
			    p->socket, (unsigned long long)p->rx, buf_cstr(&bytes),
			    (unsigned long long)p->tx, (unsigned long long)p->errors,
			    buf_cstr(&last));
	}
	if (!s->peers.count)
		listing_row(&c->listing, LISTING_DIM, NULL, "nobody was heard or written to yet");
	buf_done(&name);
	buf_done(&bytes);
	buf_done(&last);
	return true;
}

const struct command look_commands[] = {
	{ "show", "#N", "looking", 1, 1, 0, "show packet N in the details", .run = show_run },
	{ "peers", "", "looking", 0, 0, 0, "list who was heard or written to, newest first",
	  .run = peers_run },
	{ "clear", "", "looking", 0, 0, 0, "empty the list; numbers go on", .run = clear_run },
	{ 0 },
};
