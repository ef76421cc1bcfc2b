/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the reader share: capfile.c (the window, pcap), capfile_blocks.c (pcapng). */
#ifndef STORE_CAPFILE_PRIVATE_H
#define STORE_CAPFILE_PRIVATE_H

#include "store/capfile.h"

/* Room for a block of the largest size and a read(2). */
#define CAPFILE_READ (256u << 10)
#define CAPFILE_WINDOW (CAPFILE_BLOCK_MAX + CAPFILE_READ)

struct capfile_interface {
	uint16_t link_type;
	uint8_t resolution; /* if_tsresol as it is written */
	int64_t shift;      /* seconds to be added: if_tsoffset */
	uint32_t snaplen;   /* 0: none */
	uint64_t dropped;   /* as its packets say, together */
	char name[CAPFILE_NAME_MAX];
};

enum capfile_kind { KIND_UNKNOWN, KIND_PCAP, KIND_PCAPNG };

struct capfile {
	uint8_t *window;
	size_t start, end; /* of what is in it */
	uint64_t offset;   /* of "start" in the file */
	uint64_t skip;     /* bytes that are passed over when they come */
	bool ended;        /* nothing comes behind "end" */
	bool over;         /* what was wrong has been told */
	enum capfile_kind kind;
	bool big; /* byte order */
	uint64_t frames;
	uint64_t latest;   /* behind it a time is odd */
	uint64_t previous; /* time of the frame in front; 0: none was told */
	/* pcap */
	bool nano;
	uint32_t link_type;
	/* the section of pcapng at hand */
	bool own; /* udpdeck wrote it */
	struct capfile_interface *interfaces;
	size_t interface_count, interface_room;
	struct buf comment;
};

/* What is in the window; how much. */
const uint8_t *capfile_at(const struct capfile *f);
size_t capfile_there(const struct capfile *f);
void capfile_pass(struct capfile *f, uint64_t n);

uint16_t capfile_get16(const struct capfile *f, const uint8_t *at);
uint32_t capfile_get32(const struct capfile *f, const uint8_t *at);

/* MORE, or, where nothing comes any more, DAMAGED: "what" needs so many bytes. */
enum capfile_result capfile_wait(struct capfile *f, uint64_t need, const char *what,
				 struct error *e);
/* Wrong is what begins at the start of the window. */
enum capfile_result capfile_damaged(struct capfile *f, struct error *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What all frames have: number, place, what is odd in time and length.  fits: the time did. */
void capfile_found(struct capfile *f, struct capfile_frame *out, bool fits);

enum capfile_result capfile_next_block(struct capfile *f, struct capfile_frame *out,
				       struct error *e);

#endif
