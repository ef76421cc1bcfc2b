/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator behind vt.h, made of libvterm 0.1.4 (Debian 12). */
#include "vt.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vterm.h>

struct vt {
	VTerm *vterm;
	VTermScreen *screen;
	struct vt_state state;
	vt_reply_fn *reply;
	void *ctx;
	bool probing; /* what the emulator sends now goes to probe[] */
	char probe[16];
	size_t probe_len;
};

static void on_output(const char *bytes, size_t len, void *user)
{
	struct vt *vt = user;

	if (vt->probing) {
		if (len > sizeof(vt->probe) - vt->probe_len)
			len = sizeof(vt->probe) - vt->probe_len;
		memcpy(vt->probe + vt->probe_len, bytes, len);
		vt->probe_len += len;
		return;
	}
	vt->state.replies++;
	if (vt->reply)
		vt->reply(bytes, len, vt->ctx);
}

static int on_property(VTermProp prop, VTermValue *val, void *user)
{
	struct vt_state *s = &((struct vt *)user)->state;

	switch (prop) {
	case VTERM_PROP_CURSORVISIBLE:
		s->cursor_visible = val->boolean;
		break;
	case VTERM_PROP_CURSORSHAPE:
		s->cursor_shape = val->number;
		break;
	case VTERM_PROP_ALTSCREEN:
		s->alt_screen = val->boolean;
		break;
	case VTERM_PROP_REVERSE:
		s->reverse = val->boolean;
		break;
	case VTERM_PROP_MOUSE:
		s->mouse = (enum vt_mouse)val->number;
		break;
	case VTERM_PROP_TITLE:
		snprintf(s->title, sizeof(s->title), "%s", val->string);
		s->titles++;
		break;
	case VTERM_PROP_ICONNAME:
		s->titles++;
		break;
	default:
		break;
	}
	return 1;
}

static int on_bell(void *user)
{
	((struct vt *)user)->state.bells++;
	return 1;
}

static int on_unknown_control(unsigned char control, void *user)
{
	(void)control;
	((struct vt *)user)->state.unknown.control++;
	return 1;
}

static int on_unknown_csi(const char *leader, const long args[], int argcount, const char *intermed,
			  char command, void *user)
{
	(void)leader, (void)args, (void)argcount, (void)intermed, (void)command;
	((struct vt *)user)->state.unknown.csi++;
	return 1;
}

static int on_unknown_osc(const char *command, size_t len, void *user)
{
	(void)command, (void)len;
	((struct vt *)user)->state.unknown.osc++;
	return 1;
}

static int on_unknown_dcs(const char *command, size_t len, void *user)
{
	(void)command, (void)len;
	((struct vt *)user)->state.unknown.dcs++;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
	.settermprop = on_property,
	.bell = on_bell,
};

static const VTermParserCallbacks unknown_callbacks = {
	.control = on_unknown_control,
	.csi = on_unknown_csi,
	.osc = on_unknown_osc,
	.dcs = on_unknown_dcs,
};

struct vt *vt_new(int rows, int cols, vt_reply_fn *reply, void *ctx)
{
	struct vt *vt = calloc(1, sizeof(*vt));

	if (!vt)
		return NULL;
	vt->vterm = vterm_new(rows, cols);
	if (!vt->vterm) {
		free(vt);
		return NULL;
	}
	vt->reply = reply;
	vt->ctx = ctx;
	vterm_set_utf8(vt->vterm, 1);
	vterm_output_set_callback(vt->vterm, on_output, vt);
	vt->screen = vterm_obtain_screen(vt->vterm);
	vterm_screen_set_callbacks(vt->screen, &screen_callbacks, vt);
	vterm_screen_set_unrecognised_fallbacks(vt->screen, &unknown_callbacks, vt);
	vterm_screen_enable_altscreen(vt->screen, 1);
	vterm_screen_reset(vt->screen, 1);
	return vt;
}

void vt_free(struct vt *vt)
{
	if (!vt)
		return;
	vterm_free(vt->vterm);
	free(vt);
}

void vt_feed(struct vt *vt, const char *bytes, size_t len)
{
	vterm_input_write(vt->vterm, bytes, len);
	vterm_screen_flush_damage(vt->screen);
}

void vt_resize(struct vt *vt, int rows, int cols)
{
	vterm_set_size(vt->vterm, rows, cols);
	vterm_screen_flush_damage(vt->screen);
}

void vt_size(const struct vt *vt, int *rows, int *cols)
{
	vterm_get_size(vt->vterm, rows, cols);
}

static size_t utf8_encode(uint32_t c, char out[4])
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[len] | c);
	return len;
}

static bool is_right_half(const VTermScreenCell *cell)
{
	return cell->chars[0] == (uint32_t)-1;
}

/* A cell that nobody wrote to reads as a blank. */
static size_t cell_text(const VTermScreenCell *cell, char out[VTERM_MAX_CHARS_PER_CELL * 4])
{
	size_t len = 0;

	if (is_right_half(cell))
		return 0;
	if (!cell->chars[0]) {
		out[0] = ' ';
		return 1;
	}
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		len += utf8_encode(cell->chars[i], out + len);
	return len;
}

size_t vt_row(const struct vt *vt, int row, char *out, size_t size)
{
	char text[VTERM_MAX_CHARS_PER_CELL * 4];
	int rows, cols;
	size_t len = 0;

	vt_size(vt, &rows, &cols);
	for (int col = 0; row >= 0 && row < rows && col < cols; col++) {
		VTermScreenCell cell;
		size_t n;

		vterm_screen_get_cell(vt->screen, (VTermPos){ row, col }, &cell);
		n = cell_text(&cell, text);
		if (n >= size - len)
			break;
		memcpy(out + len, text, n);
		len += n;
	}
	while (len && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return len;
}

static int color_number(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return VT_DEFAULT_COLOR;
	if (VTERM_COLOR_IS_INDEXED(c))
		return c->indexed.idx;
	return VT_RGB(c->rgb.red, c->rgb.green, c->rgb.blue);
}

bool vt_cell(const struct vt *vt, int row, int col, struct vt_cell *out)
{
	VTermScreenCell cell;
	int rows, cols;

	vt_size(vt, &rows, &cols);
	if (row < 0 || row >= rows || col < 0 || col >= cols)
		return false;
	vterm_screen_get_cell(vt->screen, (VTermPos){ row, col }, &cell);
	out->text[cell_text(&cell, out->text)] = '\0';
	out->width = cell.width;
	out->bold = cell.attrs.bold;
	out->underline = cell.attrs.underline != VTERM_UNDERLINE_OFF;
	out->reverse = cell.attrs.reverse;
	out->fg = color_number(&cell.fg);
	out->bg = color_number(&cell.bg);
	return true;
}

/* libvterm tells neither mode, but what it would send for a key depends on them. */
static void probe_modes(struct vt *vt)
{
	vt->probing = true;
	vt->probe_len = 0;
	vterm_keyboard_start_paste(vt->vterm);
	vt->state.bracketed_paste = vt->probe_len > 0;
	vt->probe_len = 0;
	vterm_keyboard_key(vt->vterm, VTERM_KEY_UP, VTERM_MOD_NONE);
	vt->state.app_cursor_keys = vt->probe_len > 1 && vt->probe[1] == 'O';
	vt->probing = false;
}

struct vt_state vt_state(struct vt *vt)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(vt->vterm), &pos);
	vt->state.row = pos.row;
	vt->state.col = pos.col;
	probe_modes(vt);
	return vt->state;
}

bool vt_unharmed(const struct vt_state *before, const struct vt_state *now, char *why, size_t size)
{
	const struct {
		const char *what;
		int before, now;
	} rows[] = {
		{ "cursor shape", before->cursor_shape, now->cursor_shape },
		{ "alternate screen", before->alt_screen, now->alt_screen },
		{ "reverse screen", before->reverse, now->reverse },
		{ "mouse mode", (int)before->mouse, (int)now->mouse },
		{ "bracketed paste", before->bracketed_paste, now->bracketed_paste },
		{ "application cursor keys", before->app_cursor_keys, now->app_cursor_keys },
		{ "titles set", (int)before->titles, (int)now->titles },
		{ "bells", (int)before->bells, (int)now->bells },
		{ "answers of the terminal", (int)before->replies, (int)now->replies },
		{ "unknown controls", (int)before->unknown.control, (int)now->unknown.control },
		{ "unknown CSI", (int)before->unknown.csi, (int)now->unknown.csi },
		{ "unknown OSC", (int)before->unknown.osc, (int)now->unknown.osc },
		{ "unknown DCS", (int)before->unknown.dcs, (int)now->unknown.dcs },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].before == rows[i].now)
			continue;
		snprintf(why, size, "the terminal was changed: %s was %d, is %d", rows[i].what,
			 rows[i].before, rows[i].now);
		return false;
	}
	return true;
}
