/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A byte sink that never makes the main loop wait.
 *
 * The loop appends to one buffer while a thread writes the other, blocking as long as
 * the reader at the far end likes; the two are exchanged when the thread is done.  The
 * descriptor is borrowed and its flags are not changed: it may be shared with others.
 *
 * All functions are for the main loop's thread.
 */
#ifndef UTIL_OUTPUT_H
#define UTIL_OUTPUT_H

#include "util/buf.h"
#include "util/err.h"

#define OUTPUT_FULL (256u << 10) /* bytes that wait before a producer should pause */
#define OUTPUT_MAX (8u << 20)    /* bytes that can wait at all */

struct output;

struct output *output_new(int fd, struct error *e);
/* What was not written by now is lost; a write that is stuck is given up. */
void output_free(struct output *o);

/* Readable when the thread has finished a write: call output_turn() then. */
int output_fd(const struct output *o);
/* Takes note of a finished write and hands over what was appended meanwhile. */
void output_turn(struct output *o);

/* Where to append; output_flush() hands it over as soon as the thread is free.  After an error
 * what is appended goes nowhere. */
struct buf *output_buffer(struct output *o);
void output_flush(struct output *o);

/* Should a producer pause until the next output_turn()? */
bool output_is_full(const struct output *o);
/* Has everything that was appended been written, or failed? */
bool output_is_idle(const struct output *o);
/* Bytes that were appended and are not written yet; those being written count whole. */
size_t output_waiting(const struct output *o);
/* 0, or the errno with which writing ended: EPIPE (nobody reads any more), ENOSPC, ENOBUFS (more
 * was appended than can wait), EAGAIN (no thread), ... */
int output_error(const struct output *o);

#endif
