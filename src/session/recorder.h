/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recording: what a session sends and receives from now on, into a pcapng file.
 *
 * The recorder follows the store with a cursor of its own and hands whole blocks to a thread that
 * writes (util/output.h), so that a slow disk holds up nobody; datagrams that the store let go
 * meanwhile are counted in the file.  A full disk, or any error of writing, ends the recording:
 * an event in the list says so, the file is cut behind its last whole block, the session goes on.
 *
 * The session owns the recorder; there is one at most.  A file is new, of mode 0600, and no
 * symbolic link is followed.  "-" is stdout, which the caller has seen to be free.
 */
#ifndef SESSION_RECORDER_H
#define SESSION_RECORDER_H

#include "session/session.h"

#define RECORDER_ROTATE_MIN (64u << 10) /* bytes */

struct recorder_spec {
	const char *path;
	bool overwrite;
	/* The next packet goes to a new file, named FILE.1, FILE.2, ..., once the one at hand has
	 * so many bytes, or was begun so many ns ago; 0: never. */
	uint64_t rotate_bytes, rotate_ns;
};

/* ERR_STATE: it records already. */
bool recorder_start(struct session *s, const struct recorder_spec *spec, struct error *e);

struct recorder_totals {
	uint64_t packets, bytes, lost; /* of all files */
	unsigned files;
};

/* The file at hand and what was recorded so far; NULL: nothing is recorded. */
const char *recorder_path(const struct session *s);
void recorder_totals(const struct session *s, struct recorder_totals *out);

/* Writes what is missing and closes the file; waits for a writer that makes progress.  *out may be
 * NULL.  false: the file is not complete, as s->record_failure says, too. */
bool recorder_stop(struct session *s, struct recorder_totals *out, struct error *e);

/* session_follow(): as much as can be written now. */
void recorder_follow(struct session *s);

#endif
