/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the screen shows: the model that the panes draw.
 *
 * The panes are pure functions of a view and a size to cells.  The view looks at
 * the session (borrowed) and keeps what only a screen knows: focus, selection,
 * open panel, the line.  It is changed by ui/ui.c and ui/actions.c; nothing in it
 * knows curses or readline.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "command/color.h"
#include "command/command.h"
#include "net/route.h"
#include "session/session.h"
#include "ui/canvas.h"
#include "ui/compare.h"
#include "ui/dump.h"
#include "ui/finder.h"
#include "ui/fold.h"
#include "ui/matches.h"
#include "ui/spans.h"

enum focus { FOCUS_LINE, FOCUS_LIST, FOCUS_DETAILS, FOCUS_PANEL, FOCUS_COUNT };

struct list_view {
	bool paused; /* a selection exists only then */
	struct kept_packet selected;
	uint64_t selected_no; /* its number; of an event: of the last numbered packet before it */
	int selected_row;     /* list row at which the selection was drawn last, 0 the first */
	uint64_t cleared;     /* packets before this seq are not listed ("clear") */
	uint64_t end;         /* listed: seq < end (what session_follow has seen) */
	uint64_t newest_rx;   /* number of the newest rx listed, 0: none */
	struct fold_table folds;   /* equal consecutive errors, and repeats */
	struct fold_table refolds; /* made in turns, to take the place of "folds" */
	uint64_t refold_next;      /* seq that it comes to next */
	bool refolding;
	struct matches matches; /* the filter */
	bool settle;            /* the selection waits for the nearest match */
	int rows;               /* rows drawn last: a page */
	uint64_t top;           /* first place drawn last ... */
	int top_row; /* ... and its row: not 0 below a selection that outlived its place */
};

/* Fields with hex beside them; the bytes alone: as hex, as text, as a C array; and the packet
 * beside the marked one. */
enum details_mode { DETAILS_FIELDS, DETAILS_HEX, DETAILS_TEXT, DETAILS_C, DETAILS_COMPARE };

/* As a row: the one in which two packets begin to differ. */
#define DETAILS_TO_DIFFERENCE SIZE_MAX

struct details_view {
	bool open;
	enum details_mode mode;
	bool tshark;   /* the fields are those of tshark's tree */
	int field;     /* row under the cursor among the fields */
	size_t byte;   /* byte under the cursor; drawing keeps it, and "field", inside */
	size_t scroll; /* first row of bytes shown; drawing keeps the byte in view */
	int hex_width; /* bytes in a row, if there is room; 0: what suits the screen */
	int rows;      /* rows of bytes drawn last: a page */
	int width;     /* of them: bytes, of text columns; 0: none are shown */
	int col;       /* where they begin */
	int fields;    /* rows of fields as drawn last, shown or not */
};

struct panel_view {
	bool open;
	char *line; /* the command that made it, to make it again if live */
	struct listing listing;
	size_t row, top; /* row under the bar, first row shown */
	size_t left;     /* columns scrolled to the right, where rows are not wrapped */
	int rows;        /* of the listing, drawn last: a page */
};

struct message_view {
	enum command_message kind;
	char text[600];
	uint64_t until; /* monotonic ns; before it what happens by itself does not replace it */
	bool answers;   /* it answers a key: no warning covers it until the line changes */
};

/* The line as readline has it; for a search its prompt replaces ours. */
struct line_view {
	const char *prompt; /* "" : ours, by typing and text */
	const char *text;   /* UTF-8, may hold newlines and invalid bytes */
	size_t len, point;  /* bytes */
	bool waiting;       /* the line was entered and waits for a name, or for tshark */
	bool pasted;        /* began as a paste: payload, even if it starts with ":" */
};

/* What would leave, computed by ui/preview.c when line, target, socket or routes changed. */
struct preview_view {
	char head[480];    /* "hex 4 B -> @3 [fe80::12..%eth1]:69 from [1] :5000" */
	char warning[300]; /* "" if none; shown instead of the bytes' tail */
	uint8_t bytes[64]; /* head of the payload */
	uint8_t tail[8];   /* its last bytes, if it is longer than "bytes" */
	size_t len;        /* of the payload */
	bool is_payload;   /* false: a command or nothing */
};

struct user_keys; /* ui/user_keys.h */

struct view {
	struct session *session;           /* panes only read it */
	const struct user_keys *user_keys; /* NULL: none */
	enum focus focus;
	struct command_typing typing;
	struct list_view list;
	struct finder finder;
	struct color_rules colors; /* of rows of the list */
	struct details_view details;
	struct compare compare;
	bool highlight_changes; /* bytes that are others than in the datagram before are coloured */
	struct panel_view panel;
	struct message_view message;
	struct line_view line;
	struct preview_view preview;
	uint64_t now;  /* realtime ns, for ages and rates */
	uint64_t mono; /* monotonic ns */
	bool utc;      /* times in UTC, not in local time (tests) */
};

/* The packet that details show: the selected one, else the newest rx, tx or icmp.  hold: of the
 * caller. */
bool view_shown_packet(struct view *v, struct store_hold *hold, struct packet *out);
/* The packet that F6 answers: the selected one if it is an rx, else the newest rx. */
bool view_answered_packet(struct view *v, struct store_hold *hold, struct packet *out);

/* Its bytes as the details drew them last. */
struct dump details_dump(const struct view *v, const struct packet *p);

/* Rows of the screen, top to bottom, for a size and a state (ui/layout.c). */
struct layout {
	int rows, cols;
	int status, counters, columns; /* row numbers; -1: not shown */
	int list_top, list_rows;
	int title;                                                   /* of details or panel, -1 */
	int body_top, body_rows;                                     /* below the title */
	int message, message_rows, preview, input, input_rows, keys; /* first rows, and how many */
};
void layout_make(const struct view *v, int rows, int cols, struct layout *out);

/* The whole screen: all panes into the canvas, cursor set. */
void view_draw(struct view *v, struct canvas *c);

/* The title row of details and panels: "-LEFT ------- RIGHT -". */
void pane_title_draw(struct canvas *c, int row, const char *left, const char *right);

/* One file per pane. */
void pane_status_draw(struct view *v, const struct layout *l, struct canvas *c);
void pane_list_draw(struct view *v, const struct layout *l, struct canvas *c);
void pane_details_draw(struct view *v, const struct layout *l, struct canvas *c);
/* In place of the details: p beside the marked packet. */
void pane_compare_draw(struct view *v, const struct packet *p, const struct layout *l,
		       struct canvas *c);
void pane_panel_draw(struct view *v, const struct layout *l, struct canvas *c);
void pane_preview_draw(struct view *v, const struct layout *l, struct canvas *c);
void pane_line_draw(struct view *v, const struct layout *l, struct canvas *c);
void pane_keys_draw(struct view *v, const struct layout *l, struct canvas *c);

/* The row nearest to this one that is no heading, first upwards or downwards; the bar goes there.
 * Where there are only headings it is the row itself. */
size_t panel_item(const struct listing *l, size_t row, bool up);

/* Rows of the screen that the line would take, at least 1. */
int pane_line_rows(const struct view *v, int cols);
/* Rows that the message wants, at least 1: a long one is wrapped. */
int pane_message_rows(const struct view *v, int cols);

/* Each packet once, in order, from the session's watcher: it is listed from now on. */
void list_packet(struct view *v, const struct packet *p);

/* A row of the list: one packet, or a run of equal errors or datagrams. */
struct list_row {
	uint64_t first, last;    /* seq */
	const struct fold *fold; /* NULL: one packet */
};
/* The first place listed: what is kept and not cleared.  What is listed is [start, v->list.end). */
uint64_t list_start(const struct view *v);
/* The row that holds seq, which is listed. */
struct list_row list_row_at(const struct view *v, uint64_t start, uint64_t seq);
/* The row to begin with: the selection's, else the newest; where a filter hides it the nearest
 * found so far.  false: nothing is listed. */
bool list_anchor(const struct view *v, uint64_t start, uint64_t *seq);
/* Moves *seq by up to "rows" rows to the first place of another row; returns how many it came. */
int list_walk(const struct view *v, uint64_t start, uint64_t *seq, int rows, bool up);

/* Movement in the list (ui/list.c): each pauses, selects and copies the packet aside. */
enum list_move {
	LIST_NEXT,
	LIST_PREVIOUS,
	LIST_FIRST,
	LIST_LAST,
	LIST_PAGE_DOWN,
	LIST_PAGE_UP,
	LIST_HALF_DOWN,
	LIST_HALF_UP
};
void list_move(struct view *v, enum list_move move);
/* #N: in the store, or kept as selected or marked; hold: of the caller. */
bool list_find_number(struct view *v, uint64_t number, struct store_hold *hold, struct packet *out,
		      struct error *e);
bool list_select_number(struct view *v, uint64_t number, struct error *e); /* #N, maybe gone */
bool list_select_row(struct view *v, int row); /* a row of the list as drawn last; a mouse click */
void list_follow(struct view *v);              /* no selection, newest at the bottom */
uint64_t list_newer(struct view *v);           /* numbered packets after the selection */

/* The list shows what WHAT matches (match/what.h); n 0: everything.  On an error nothing changes.
 * list_filter_turn() is then called until it says that all was looked at. */
bool list_filter(struct view *v, const char *text, size_t n, struct error *e);
/* The same filter anew: other peers are muted now. */
bool list_refilter(struct view *v, struct error *e);
/* Looks on until "until" (monotonic ns); false: that was all. */
bool list_filter_turn(struct view *v, const struct clock *clock, uint64_t until);

/* Whether datagrams that repeat each other are one row, of what is listed already, too:
 * list_fold_turn() is called until it says that all was looked at. */
void list_fold(struct view *v, bool on);
bool list_fold_turn(struct view *v, const struct clock *clock, uint64_t until);

/* Selects a place; where its row is on the screen already nothing else moves. */
bool list_select_place(struct view *v, uint64_t seq);

/* WHAT is looked for and highlighted from now on; n 0: nothing is.  On an error nothing changes.
 * Paused, the search begins behind the selection, else it goes up from the newest.
 * view_find_turn() is then called until it is not FINDER_LOOKING any more; what it finds it
 * selects.  Who moves meanwhile ends it. */
bool view_find(struct view *v, const char *text, size_t n, struct error *e);
/* The next one, or the one before; something is looked for. */
void view_find_again(struct view *v, bool up);
enum finding view_find_turn(struct view *v, const struct clock *clock, uint64_t until);
/* The cursor of the details goes to the next place in this datagram, around its end; which of how
 * many, count 0: there is none. */
struct found_places {
	size_t number, count;
};
struct found_places view_find_place(struct view *v, bool up);
/* How the bytes of p are painted: list and details draw with these. */
void view_spans(const struct view *v, const struct packet *p, struct spans *out);

#endif
