/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An export: what the store holds now, as far as a filter shows it, in one of the formats of output
 * into a new file.
 *
 * It is an activity: packets are turned into bytes in slices of a few milliseconds, a thread
 * writes them (util/output.h), and whoever waits for the disk is neither typing nor the network.
 * What comes after its begin is not in it.  A file that is not complete, because it was stopped or
 * could not be written, is removed.  One that lacks what the store had let go is kept: the verdict
 * says what it lacks.
 */
#ifndef SESSION_EXPORT_H
#define SESSION_EXPORT_H

#include "match/what.h"
#include "session/activity.h"
#include "session/writer.h"
#include "util/output.h"

#include <limits.h>

struct export;

struct export_spec {
	const char *path; /* "-": stdout, which the caller has seen to be free */
	bool overwrite;
	enum writer_format format;
	struct what *what; /* only what it matches; NULL: everything */
	uint64_t start;    /* not what is before this place in the store */
	/* It has come to its end by itself; activity.verdict is why it is not complete. */
	void (*ended)(void *ctx, const struct export *x);
	void *ctx;
};

struct export
{
	struct activity activity; /* first */
	struct export_spec spec;  /* path: of the struct, as follows */
	char path[PATH_MAX];
	struct filter_env env;
	struct store_cursor cursor;
	uint64_t from, end; /* places of the store: all that there was at its begin */
	int fd;
	struct output *out;
	struct loop_timer timer; /* the next slice */
	bool complete;
	uint64_t rows, bytes; /* written, or handed over for that; a row is what happened once */
	uint64_t gone;        /* packets and events that the store had let go before */
	uint64_t lost;        /* numbered packets that it let go meanwhile */
};

/* Takes spec->what, on an error too. */
struct export *export_start(struct session *s, const struct export_spec *spec, const char *line,
			    struct error *e);

#endif
