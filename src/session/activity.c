/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activities: their list, their ends, their sockets.  See activity.h. */
#include "session/activity.h"

#include <stdlib.h>
#include <string.h>

static void free_activity(struct activity *a)
{
	free(a->line);
	a->kind->free(a);
}

/* The oldest of those that are over goes. */
static void forget(struct session *s)
{
	struct activity **oldest = NULL;
	unsigned over = 0;

	for (struct activity **at = &s->activities; *at; at = &(*at)->next) {
		if (!(*at)->over)
			continue;
		if (!oldest)
			oldest = at;
		over++;
	}
	if (over > ACTIVITY_KEPT) {
		struct activity *a = *oldest;

		*oldest = a->next;
		free_activity(a);
	}
}

bool activity_start(struct session *s, struct activity *a, const char *line, struct error *e)
{
	struct activity **at = &s->activities;
	struct store_stats st;

	a->session = s;
	a->line = strdup(line);
	if (!a->line) {
		a->kind->free(a);
		return err_set(e, ERR_LIMIT, "no memory for what was typed");
	}
	forget(s);
	store_stats(s->store, &st);
	a->begun = st.end_seq;
	a->number = ++s->job_last;
	s->job_count++;
	while (*at)
		at = &(*at)->next;
	*at = a;
	return true;
}

struct session_socket *activity_open(struct activity *a, const struct sock_spec *spec,
				     struct error *e)
{
	struct session *s = a->session;
	struct session_socket *former = s->current, *k = session_open(s, spec, e);

	if (!k)
		return NULL;
	a->socket = k->number;
	session_select(s, former);
	return k;
}

void activity_take_options(const struct session *s, const char *const *names,
			   struct sockopt_values *out)
{
	const struct session_socket *k = s->current;
	size_t broadcast = sockopt_index(sockopt_find("broadcast", NULL));

	out->v[broadcast] = (struct sockopt_value){ .asked = true, .number = 1 };
	for (; k && *names; names++) {
		size_t row = sockopt_index(sockopt_find(*names, NULL));

		out->v[row] = k->sock.options.v[row];
	}
}

struct session_socket *activity_socket(const struct activity *a)
{
	return a->socket ? session_find(a->session, a->socket) : NULL;
}

bool activity_owns(const struct session *s, uint32_t socket)
{
	const struct activity *a = s->activities;

	while (a && (!a->socket || a->socket != socket))
		a = a->next;
	return a != NULL;
}

void activity_silent(struct activity *a)
{
	err_set(&a->verdict, ERR_SILENT, "nobody answered");
}

void activity_over(struct activity *a)
{
	struct session *s = a->session;
	struct session_socket *k = activity_socket(a);

	if (a->over)
		return;
	a->over = true;
	s->job_count--;
	if (a->kind->stop)
		a->kind->stop(a);
	if (k)
		session_close(s, k);
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

void activity_stop_all(struct session *s)
{
	for (struct activity *a = s->activities; a; a = a->next)
		activity_over(a);
}

struct activity *activity_find(const struct session *s, uint32_t number)
{
	struct activity *a = s->activities;

	while (a && a->number != number)
		a = a->next;
	return a;
}

void activity_follow(struct session *s, const struct packet *p)
{
	for (struct activity *a = s->activities; a; a = a->next)
		if (!a->over && p->seq >= a->begun && a->kind->packet)
			a->kind->packet(a, p);
}

void activity_free_all(struct session *s)
{
	activity_stop_all(s);
	while (s->activities) {
		struct activity *a = s->activities;

		s->activities = a->next;
		free_activity(a);
	}
}
