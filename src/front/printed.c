/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/printed.h"

#include "session/activity.h"
#include "session/filter_env.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

bool printed_set(struct printed *p, struct session *s, const char *text, size_t n, struct error *e)
{
	struct printed made = { .env = session_filter_env(s), .unknown = p->unknown };
	size_t used;

	if (n > 0) {
		if (!what_parse(text, n, false, &used, &made.what, e))
			return false;
		made.text = strndup(text, used);
		if (!made.text) {
			what_free(made.what);
			return err_set(e, ERR_LIMIT, "no memory for a filter");
		}
	}
	printed_done(p);
	*p = made;
	return true;
}

void printed_done(struct printed *p)
{
	what_free(p->what);
	free(p->text);
	*p = (struct printed){ 0 };
}

/* What ping and the like hear is in their reports already. */
static bool is_reported(const struct session *s, enum writer_format format, bool verbose,
			const struct packet *packet)
{
	const bool people = format == WRITER_TEXT || format == WRITER_HEX;

	return packet->kind == PACKET_RX && (format == WRITER_RAW || (people && !verbose)) &&
	       activity_owns(s, packet->socket);
}

bool printed_shows(struct printed *p, const struct session *s, const struct packet *packet)
{
	return peer_table_shows(&s->peers, packet) &&
	       (!p->what || what_matches_counting(p->what, packet, &p->env, &p->unknown));
}

bool printed_has(struct printed *p, const struct session *s, enum writer_format format,
		 bool verbose, const struct packet *packet)
{
	/* What a filter makes of those of which nothing is told is nobody's business. */
	return writer_tells(format, verbose, packet) && !is_reported(s, format, verbose, packet) &&
	       printed_shows(p, s, packet);
}
