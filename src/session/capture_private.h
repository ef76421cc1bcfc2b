/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the capture reader share: capture.c (life and turns), capture_packets.c. */
#ifndef SESSION_CAPTURE_PRIVATE_H
#define SESSION_CAPTURE_PRIVATE_H

#include "session/activity.h"
#include "session/capture.h"
#include "session/sent.h"
#include "store/dissect.h"

struct capture {
	struct activity activity;
	char *path;
	int fd;
	bool waits;   /* a read(2) may take long: fd is watched for when it does not */
	bool watched; /* now */
	bool held;    /* until capture_poke() */
	bool ended;   /* nothing else comes */
	struct capfile *file;
	struct dissect *dissect;
	struct sent_ring *sent; /* what of the file was sent: for errors about it */
	uint8_t ports[8192];    /* a bit for each port that it was sent from */
	struct loop_timer turn;
	uint64_t told;               /* the last word about progress, monotonic ns */
	uint64_t first_no;           /* of what was stored */
	char name[CAPFILE_NAME_MAX]; /* of the interface that came last, and its index */
	uint32_t ifindex;
	struct capture_totals totals;
};

/* capture_packets.c: a frame, what the file says was lost somewhere, and, with "all" at its end,
 * the datagrams that will not become whole: into the store. */
void capture_frame(struct capture *c, const struct capfile_frame *f);
void capture_drops(struct capture *c, const struct capfile_frame *f);
void capture_left(struct capture *c, bool all);

#endif
