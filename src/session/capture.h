/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capture file into the session's store: an activity (session/activity.h) that reads in slices
 * of a few milliseconds, so that nothing else waits, and stands still while a face that must not
 * miss anything is behind.  One at a time.
 *
 * What it stores has the flag PACKET_READ and socket 0: it is looked at like everything else, but
 * was not sent or heard by this session.  A frame is "rx" unless the file says that it went out,
 * or it comes from an address named by "set local".  What captures lost is a gap, comments are
 * events.  Frames that hold no UDP are counted.
 */
#ifndef SESSION_CAPTURE_H
#define SESSION_CAPTURE_H

#include "net/addr.h"
#include "store/capfile.h"
#include "util/num.h"

struct activity; /* session/activity.h */
struct capture;
struct session;

#define CAPTURE_LOCAL_MAX 16
#define CAPTURE_INTERFACES_MAX 1024
/* Another host's clock may be ahead of ours by so much; what is later, nobody can have captured. */
#define CAPTURE_AHEAD_NS (86400 * NS_PER_S)
/* Set in the index of an interface that a file names and this host does not have. */
#define CAPTURE_INTERFACE 0x80000000u

/* The session's. */
struct captures {
	struct capture *running;
	struct addr local[CAPTURE_LOCAL_MAX]; /* "set local": what comes from there is tx */
	size_t local_count;
	char (*names)[CAPFILE_NAME_MAX]; /* of CAPTURE_INTERFACE + 0, 1, ...; heap */
	size_t name_count;
};

/* path "-": stdin.  NULL: e says why, ERR_STATE if one is being read already. */
struct activity *capture_start(struct session *s, const char *path, const char *line,
			       struct error *e);

struct capture_totals {
	const char *path;
	bool over, stopped;
	uint64_t size, offset; /* bytes; size 0: nobody knows */
	uint64_t frames, datagrams, errors;
	uint64_t others;     /* frames that are not UDP */
	uint64_t bad;        /* frames cut off in their headers, or that contradict themselves */
	uint64_t unknown;    /* frames of an unknown link type */
	uint64_t incomplete; /* datagrams of which fragments are missing */
	uint64_t lost;       /* by who captured */
	/* What cannot be (store/capfile.h): frames, frames, counts. */
	uint64_t odd_times, odd_lengths, odd_drops;
	uint64_t gone;        /* packets read that the store let go */
	uint64_t first, last; /* times of datagrams; 0: there is none */
};
void capture_totals(const struct activity *a, struct capture_totals *out);
/* "12,397 datagrams; 3 of 12,400 frames are not UDP" */
void capture_words(const struct capture_totals *t, struct buf *out);

/* The face is not behind any more. */
void capture_poke(struct session *s);

/* The name that a file gave; NULL: it is none of CAPTURE_INTERFACE. */
const char *capture_ifname(const struct session *s, unsigned index);

void captures_done(struct captures *c);

#endif
