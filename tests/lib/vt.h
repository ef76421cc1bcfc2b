/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal emulator in memory: bytes of a program go in, rows of text, cell
 * attributes and the terminal's own state come out.  libvterm does the work and
 * is known to vt.c only, because its interface changes between versions.
 *
 * It understands what xterm does to a screen; it does not know what a program
 * is, see term.h for that.  Rows and columns count from 0.
 */
#ifndef TESTS_LIB_VT_H
#define TESTS_LIB_VT_H

#include <stdbool.h>
#include <stddef.h>

struct vt;

/* Room for one row: 500 columns of a base and five combining characters each. */
#define VT_ROW_BYTES 12032

enum vt_mouse { VT_MOUSE_NONE, VT_MOUSE_CLICK, VT_MOUSE_DRAG, VT_MOUSE_MOVE };

/*
 * What a program can do to a terminal besides writing cells.  The counters only
 * grow.  Harmless programs raise "unknown.csi" too: ncurses saves and restores
 * the title at start and end (CSI 22 t, CSI 23 t).
 */
struct vt_state {
	int row, col; /* the cursor */
	bool cursor_visible;
	int cursor_shape; /* 1 block, 2 underline, 3 bar */
	bool alt_screen;
	bool reverse; /* the whole screen, DECSCNM */
	enum vt_mouse mouse;
	bool bracketed_paste;
	bool app_cursor_keys; /* DECCKM: arrows come as ESC O A, not ESC [ A */
	char title[128];
	unsigned titles; /* how often a title or icon name was set */
	unsigned bells;
	unsigned replies; /* answers the program (or its data) made the terminal give */
	struct {
		unsigned control, csi, osc, dcs;
	} unknown; /* sequences that the emulator does not know */
};

#define VT_DEFAULT_COLOR (-1)
#define VT_RGB(r, g, b) (1 << 24 | (r) << 16 | (g) << 8 | (b))

struct vt_cell {
	char text[32]; /* UTF-8 with its combining characters; "" in the right half of a wide one */
	int width;     /* 1 or 2 */
	bool bold, underline, reverse;
	int fg, bg; /* VT_DEFAULT_COLOR, 0..255, or VT_RGB() */
};

/* Called with bytes that the terminal sends by itself: answers to DA, DSR, DECRQSS. */
typedef void vt_reply_fn(const char *bytes, size_t len, void *ctx);

struct vt *vt_new(int rows, int cols, vt_reply_fn *reply, void *ctx); /* NULL: no memory */
void vt_free(struct vt *vt);

void vt_feed(struct vt *vt, const char *bytes, size_t len);
void vt_resize(struct vt *vt, int rows, int cols);
void vt_size(const struct vt *vt, int *rows, int *cols);

/*
 * The text of a row without the blanks at its end, always terminated; returns its
 * length.  What does not fit is cut.  A row outside the screen is empty.
 */
size_t vt_row(const struct vt *vt, int row, char *out, size_t size);
/* False outside the screen. */
bool vt_cell(const struct vt *vt, int row, int col, struct vt_cell *out);
/* Not const: some modes can only be learnt by pressing a key and looking at the bytes. */
struct vt_state vt_state(struct vt *vt);

/*
 * True if nothing but the cursor differs from "before", else "why" names the
 * first difference: proof that hostile data reached no terminal unescaped.
 */
bool vt_unharmed(const struct vt_state *before, const struct vt_state *now, char *why, size_t size);

#endif
