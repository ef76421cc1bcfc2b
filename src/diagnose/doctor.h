/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why does nothing arrive?  A socket, its groups and this host are examined, check by check.
 *
 * Each finding rests on a fact that was read from the kernel or from what was received, and names
 * the command that mends it.  What the kernel keeps from an ordinary user is DOCTOR_UNKNOWN and
 * says what it takes to see it.  Nothing is changed and nothing is sent.  A visit is an activity,
 * because a look at the wire and the firewall's programs take a moment; without the privileges for
 * these it is over at once.
 *
 * To add a check: a row in doctor_checks[] and its function in the file of its theme.
 */
#ifndef DIAGNOSE_DOCTOR_H
#define DIAGNOSE_DOCTOR_H

#include "session/activity.h"

enum doctor_level {
	DOCTOR_FAULT, /* datagrams that are meant for the socket do not reach it, or cannot leave */
	DOCTOR_WARNING, /* some may not */
	DOCTOR_UNKNOWN, /* could not look */
	DOCTOR_OK,
};

struct finding {
	enum doctor_level level;
	const char *check; /* name of its row */
	char *fact;        /* heap; words about names from outside are escaped */
	/* Heap; NULL: nothing to do.  A command for the examined socket as the current one; or,
	 * behind "# ", one for a root shell: as a command line that is a comment. */
	char *command;
};

struct diagnosis {
	struct finding *findings; /* faults first, within a level in order of the checks */
	size_t count, room;
	size_t levels[DOCTOR_OK + 1]; /* findings of each */
	bool failed;                  /* without memory */
};

struct doctor; /* diagnose/doctor_private.h */

struct doctor_check {
	const char *name;
	const char *fine;               /* what holds if it applies and found nothing to say */
	bool (*look)(struct doctor *d); /* false: does not apply to this socket */
};

extern const struct doctor_check doctor_checks[]; /* ends with name NULL */

/* Begins to examine k; reads the interfaces anew.  Faults are its verdict. */
struct activity *doctor_start(struct session *s, const struct session_socket *k, const char *line,
			      struct error *e);
/* What was found, complete, and the socket that was examined; NULL: there is nothing yet, or it was
 * stopped, or *why. */
const struct diagnosis *doctor_found(const struct activity *a, uint32_t *socket, struct error *why);

/* "fault", "warning", "unknown", "ok" */
const char *doctor_level_name(enum doctor_level level);

#endif
