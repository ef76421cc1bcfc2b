/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system's list of UDP services, sorted by port. */
#include "net/services.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A system has some hundred; the bound is for a list gone wild. */
#define ROWS_MAX 65536

static bool add(struct services *s, size_t *room, uint16_t port, const char *name)
{
	if (s->count == *room) {
		size_t more = *room ? 2 * *room : 512;
		struct service_name *rows = realloc(s->rows, more * sizeof(*rows));

		if (!rows)
			return false;
		s->rows = rows;
		*room = more;
	}
	s->rows[s->count].port = port;
	snprintf(s->rows[s->count].name, sizeof(s->rows[0].name), "%s", name);
	s->count++;
	return s->count < ROWS_MAX;
}

static int by_port(const void *a, const void *b)
{
	const struct service_name *x = a, *y = b;

	return (x->port > y->port) - (x->port < y->port);
}

void services_load(struct services *s)
{
	struct servent entry, *found;
	char strings[4096]; /* the names of one service */
	size_t room = 0;

	*s = (struct services){ 0 };
	setservent(1);
	while (getservent_r(&entry, strings, sizeof(strings), &found) == 0) {
		if (strcmp(entry.s_proto, "udp") != 0)
			continue;
		if (!add(s, &room, ntohs((uint16_t)entry.s_port), entry.s_name))
			break;
	}
	endservent();
	if (s->count)
		qsort(s->rows, s->count, sizeof(*s->rows), by_port);
}

void services_done(struct services *s)
{
	free(s->rows);
	*s = (struct services){ 0 };
}

const char *services_name(const struct services *s, uint16_t port)
{
	const struct service_name key = { .port = port };
	const struct service_name *row =
		s->count ? bsearch(&key, s->rows, s->count, sizeof(*s->rows), by_port) : NULL;

	return row ? row->name : NULL;
}
