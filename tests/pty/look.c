/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the screen's cursors stand, see look.h. */
#include "look.h"

#include "app.h"

#include <stdlib.h>
#include <string.h>

/* Where the dump stands at 80 columns beside the fields. */
#define DUMP_COL 41
#define DUMP_PER_ROW 8
#define DETAILS_ROWS 8

static bool is_lit(struct term *t, int row, int col)
{
	struct vt_cell cell;

	return vt_cell(term_vt(t), row, col, &cell) &&
	       (cell.reverse || cell.bg != VT_DEFAULT_COLOR);
}

void look_row(struct term *t, int row, char out[VT_ROW_BYTES])
{
	vt_row(term_vt(t), row, out, VT_ROW_BYTES);
}

bool look_has(struct term *t, const char *text)
{
	static char all[24 * 400];
	char row[VT_ROW_BYTES];
	size_t used = 0;

	for (int i = 0; i < 24 && used < sizeof(all) - 400; i++) {
		look_row(t, i, row);
		used += (size_t)snprintf(all + used, sizeof(all) - used, "\n%.390s", row);
	}
	snprintf(all + used, sizeof(all) - used, "\n");
	return strstr(all, text) != NULL;
}

int look_selected(struct term *t)
{
	char row[VT_ROW_BYTES], *at;

	look_row(t, ROW_COUNTERS, row);
	at = strstr(row, "PAUSED at #");
	return at ? (int)strtol(at + strlen("PAUSED at #"), NULL, 10) : 0;
}

int look_byte(struct term *t)
{
	char row[VT_ROW_BYTES];

	for (int i = 0; i < DETAILS_ROWS; i++) {
		for (int k = 0; k < DUMP_PER_ROW; k++) {
			struct vt_cell cell;

			/* bytes of a field and what was found have a colour */
			if (!vt_cell(term_vt(t), LOOK_DETAILS_TOP + i, DUMP_COL + 5 + 3 * k,
				     &cell) ||
			    !cell.reverse)
				continue;
			look_row(t, LOOK_DETAILS_TOP + i, row);
			return (int)strtol(row + DUMP_COL, NULL, 16) + k;
		}
	}
	return -1;
}

/* Where it stands depends on how many rows the others take, so it is known by its name. */
int look_field(struct term *t)
{
	static const char *const names[] = { "From",      "To",      "Kind",   "Interface",
					     "TTL",       "DSCP",    "Time",   "Length",
					     "From port", "To port", "Socket", "Date" };
	char row[VT_ROW_BYTES];

	for (int i = 0; i < DETAILS_ROWS; i++) {
		if (!is_lit(t, LOOK_DETAILS_TOP + i, 1))
			continue;
		look_row(t, LOOK_DETAILS_TOP + i, row);
		row[11] = '\0';
		for (size_t len = strlen(row); len && row[len - 1] == ' ';)
			row[--len] = '\0';
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (strcmp(row + 1, names[k]) == 0)
				return (int)k;
	}
	return -1;
}

bool look_bar(struct term *t, char out[VT_ROW_BYTES])
{
	for (int i = LOOK_PANEL_TOP; i < 20; i++) {
		look_row(t, i, out);
		if (out[0] == '>')
			return true;
	}
	return false;
}

bool look_focus(struct term *t, enum focus focus)
{
	char row[VT_ROW_BYTES];
	bool details = look_byte(t) >= 0 || look_field(t) >= 0;

	if (focus == FOCUS_LINE || term_state(t).cursor_visible)
		return focus == FOCUS_LINE && term_state(t).cursor_visible;
	look_row(t, ROW_HEADS, row);
	if (!strstr(row, " No Time"))
		return focus == FOCUS_PANEL;
	return details == (focus == FOCUS_DETAILS);
}

bool look_socket(struct term *t, int n)
{
	char row[VT_ROW_BYTES], want[16];

	snprintf(want, sizeof(want), "[%d*] ", n);
	look_row(t, ROW_STATUS, row);
	return strstr(row, want) != NULL;
}
