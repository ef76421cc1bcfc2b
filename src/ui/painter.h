/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The painter thread and its mailbox: one frame in flight, the newest one waiting.
 *
 * It knows no terminal.  "work" is called in the thread and may wait in write() for
 * as long as it likes.  If the painter is stopped meanwhile it is cancelled there, so
 * it holds no lock while it writes.
 */
#ifndef UI_PAINTER_H
#define UI_PAINTER_H

#include "ui/canvas.h"
#include "util/err.h"

/* What there is to do, in this order. */
enum paint {
	PAINT_RESUME = 1, /* the terminal is ours again */
	PAINT_ENTER = 2,
	PAINT_MOUSE_ON = 4,
	PAINT_MOUSE_OFF = 8,
	PAINT_FRAME = 16,
	PAINT_CLIPBOARD = 64,
	PAINT_ANEW = 32, /* with the next frame: everything, not what has changed */
};

/* what: PAINT_ bits; frame: the thread's, until the next call. */
typedef void painter_fn(void *ctx, unsigned what, const struct canvas *frame);

struct painter;

struct painter *painter_start(painter_fn *work, void *ctx, struct error *e);
/* false: it was stuck for "ms", and was cancelled. */
bool painter_stop(struct painter *p, int ms);

/* Readable when something has been done, so that nobody waits for a painter that was busy with
 * other things than frames; painter_acknowledge() makes it wait for the next. */
int painter_fd(const struct painter *p);
void painter_acknowledge(struct painter *p);

/* Copies the frame, in place of one that waits; false: one is in flight. */
bool painter_frame(struct painter *p, const struct canvas *c);
void painter_post(struct painter *p, unsigned what);
bool painter_busy(struct painter *p);

/* Nothing is begun any more; false: it is stuck in something for "ms", and goes on. */
bool painter_pause(struct painter *p, int ms);
void painter_resume(struct painter *p);

#endif
