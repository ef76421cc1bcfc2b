/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capture files read, frame by frame, in bounded memory: pcap with micro- and nanoseconds, and
 * pcapng (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), each in either byte order.
 *
 * No length that the file tells is believed before it was compared with what is there.  A reader
 * knows no descriptor's whole file: bytes are given to it as they come, so a pipe will do.  What
 * comes behind a damaged place cannot be found again; all in front of it was given out.
 *
 *     for (;;)
 *             switch (capfile_next(f, &frame, &e)) {
 *             case CAPFILE_MORE: if (!capfile_fill(f, fd, &e)) ...; break;
 *             case CAPFILE_FRAME: ...
 */
#ifndef STORE_CAPFILE_H
#define STORE_CAPFILE_H

#include "store/pcapng.h"
#include "util/err.h"

#define CAPFILE_FRAME_MAX (256u << 10) /* captured bytes; libpcap's limit as well */
#define CAPFILE_BLOCK_MAX (1u << 20)   /* of pcapng; larger ones are passed over if unknown */
#define CAPFILE_INTERFACES_MAX 4096    /* of one section */
#define CAPFILE_NAME_MAX 64

/* What the file says of a frame and cannot be.  The rest of the frame is given out all the same. */
enum capfile_odd {
	/* it does not fit, is behind capfile_set_latest(), or a year from the one in front */
	CAPFILE_ODD_TIME = 1,
	CAPFILE_ODD_LENGTH = 2, /* more bytes were captured than there were: they are its length */
	CAPFILE_ODD_DROPS = 4,  /* more than anybody can have counted: none are told */
};

struct capfile;

/* All it points to is good until the next call on the reader. */
struct capfile_frame {
	uint64_t number; /* in the file, from 1 */
	uint64_t offset; /* of its record in the file */
	uint32_t link_type;
	const uint8_t *data;
	uint32_t captured;     /* bytes at data */
	uint32_t original;     /* length on the wire, never less than captured */
	uint64_t time;         /* ns since 1970; 0: the file does not tell */
	const char *interface; /* its name, as the file has it: not to be printed; NULL: unnamed */
	enum pcapng_direction direction;
	enum pcapng_reception reception;
	uint64_t dropped; /* by who captured, in front of this one, or (CAPFILE_DROPS) somewhere */
	const char *comment; /* as the file has it, lines between several; NULL: none */
	bool own;            /* udpdeck recorded it */
	unsigned odd;        /* enum capfile_odd */
};

enum capfile_result {
	CAPFILE_FRAME,
	CAPFILE_DROPS, /* "dropped", "interface", "odd" only: counted nowhere else in the file */
	CAPFILE_MORE,  /* more of the file is needed: capfile_fill() */
	CAPFILE_END,
	CAPFILE_DAMAGED, /* e says what is wrong at which byte; there will be nothing else */
};

struct capfile *capfile_new(struct error *e);
void capfile_free(struct capfile *f);

/* Nothing can have been captured after that (ns since 1970); unless told, anything can. */
void capfile_set_latest(struct capfile *f, uint64_t latest);

enum capfile_result capfile_next(struct capfile *f, struct capfile_frame *out, struct error *e);

/* One read(2), which waits if the descriptor does (if not, there may be nothing yet); its end is
 * noted.  After CAPFILE_MORE only. */
bool capfile_fill(struct capfile *f, int fd, struct error *e);
/* Likewise from memory; n 0 is the end.  Returns how many of them were taken. */
size_t capfile_feed(struct capfile *f, const void *bytes, size_t n);

uint64_t capfile_offset(const struct capfile *f); /* bytes that were given out or passed over */

#endif
