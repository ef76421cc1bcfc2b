/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A replay: the datagrams of a capture file sent once more, as an activity.
 *
 * Sent is what the file says went out, and what it gives no direction for; what came in is left
 * out.  All goes through one socket of the session, to one target, or, where that was asked for, to
 * where each went then.  The file is read as it is needed; what is captured of a datagram in part
 * only, or is no UDP, is counted and not sent.
 *
 * With wait-answers the next one leaves only after its predecessor was answered (by the host it
 * went to; by anybody, if that was a group or a broadcast address), refused, or given up.
 */
#ifndef SESSION_REPLAY_H
#define SESSION_REPLAY_H

#include "match/filter.h"
#include "session/activity.h"
#include "session/replay_pace.h"
#include "store/dissect.h"

#include <limits.h>

#define REPLAY_TIMEOUT NS_PER_S

struct replay_spec {
	const char *path;
	struct session_socket *socket;
	struct addr dest;      /* family 0: to where each went then, or the socket's peer */
	bool original;         /* the former */
	struct filter *filter; /* NULL: all */
	double speed;          /* 0: as fast as can be */
	bool wait;             /* for answers, each for so long */
	uint64_t timeout;
};

struct replay {
	struct activity activity; /* first */
	struct replay_spec spec;  /* path: of the struct */
	char path[PATH_MAX];
	uint32_t socket;
	int fd;
	uint64_t size;
	struct capfile *file;
	struct dissect *dissect;
	struct filter_env env;
	struct replay_pace pace;
	struct loop_timer timer;
	bool odd_time; /* of the frame at hand */
	/* The one that is sent next. */
	bool pending;
	struct buf bytes;
	struct addr dest;
	uint64_t due;
	/* The one that was sent last, while it waits for its answer. */
	bool asked;
	uint64_t asked_seq, asked_until;
	bool ended;           /* the file */
	struct error damage;  /* code 0: it is whole */
	struct error problem; /* of the first that could not be sent */
	uint64_t sent, failed, answered, unanswered;
	uint64_t inbound, hidden, cut, others;
	uint64_t undirected, timeless; /* were sent; the latter without a wait */
};

/* Takes spec->filter, on an error too. */
struct replay *replay_start(struct session *s, const struct replay_spec *spec, const char *line,
			    struct error *e);
/* NULL if the activity is something else. */
const struct replay *replay_of(const struct activity *a);

#endif
