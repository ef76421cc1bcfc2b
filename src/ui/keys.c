/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key table.  In the line only keys that readline has no use for; it has the rest. */
#include "ui/keys.h"

#define LINE KEY_IN(FOCUS_LINE)
#define LIST KEY_IN(FOCUS_LIST)
#define DETAILS KEY_IN(FOCUS_DETAILS)
#define PANEL KEY_IN(FOCUS_PANEL)
#define BROWSE (LIST | DETAILS)
#define ALL KEY_IN_ALL
#define PANES KEY_IN_PANES

const struct key keys[] = {
	{ "F1", "kf1", "\\eOP \\e[11~ \\e[[A", ALL, "help keys", "Help", "help for this focus" },
	{ "F2", "kf2", "\\eOQ \\e[12~ \\e[[B", ALL, "opening", "Open", "what may be opened" },
	{ "F5", "kf5", "\\e[15~ \\e[[E", ALL, "input toggle", "Hex", "text or hex, rereading the same characters" },
	{ "Alt-x", NULL, "\\ex", LINE, "input toggle", NULL, "text or hex" },
	{ "F6", "kf6", "\\e[17~", ALL, "answer", "Reply", "answer the selected datagram, else the newest" },
	{ "Alt-a", NULL, "\\ea", ALL, "answer", NULL, "answer the selected datagram, else the newest" },
	{ "F7", "kf7", "\\e[18~", ALL, "options", "Opts", "options of the socket" },
	{ "F8", "kf8", "\\e[19~", ALL, "groups", "Group", "multicast groups" },
	{ "F9", "kf9", "\\e[20~", ALL, "details", "Detail", "details on or off" },
	{ "F10", "kf10", "\\e[21~", ALL, "quit", "Quit", "leave udpdeck" },
	{ "Shift-Tab", "kcbt", "\\e[Z", LINE, "focus list", NULL, "to the list" },
	{ "Tab", NULL, "\\C-i", LIST | DETAILS | PANEL, "focus next", NULL, "to the details, the line" },
	{ "Shift-Tab", "kcbt", "\\e[Z", LIST | DETAILS | PANEL, "focus previous", NULL, "to the line, the list" },
	{ "PgUp", "kpp", "\\e[5~", ALL, "move page-up", NULL, "a page up" },
	{ "PgDn", "knp", "\\e[6~", ALL, "move page-down", NULL, "a page down; past the end: follow" },
	{ "Alt-Up", "kUP3", "\\e[1;3A \\e\\e[A", ALL, "packet previous", NULL, "previous packet" },
	{ "Alt-Down", "kDN3", "\\e[1;3B \\e\\e[B", ALL, "packet next", NULL, "next packet" },
	{ "Alt-1..9", NULL, "\\e1", ALL, "socket 1", NULL, "socket 1 to 9" },
	{ "Alt-2", NULL, "\\e2", ALL, "socket 2", NULL, NULL },
	{ "Alt-3", NULL, "\\e3", ALL, "socket 3", NULL, NULL },
	{ "Alt-4", NULL, "\\e4", ALL, "socket 4", NULL, NULL },
	{ "Alt-5", NULL, "\\e5", ALL, "socket 5", NULL, NULL },
	{ "Alt-6", NULL, "\\e6", ALL, "socket 6", NULL, NULL },
	{ "Alt-7", NULL, "\\e7", ALL, "socket 7", NULL, NULL },
	{ "Alt-8", NULL, "\\e8", ALL, "socket 8", NULL, NULL },
	{ "Alt-9", NULL, "\\e9", ALL, "socket 9", NULL, NULL },
	{ "Ctrl-C", NULL, "\\C-c", LINE, "interrupt", NULL, "leave a search, then clear the line" },
	{ "Ctrl-C", NULL, "\\C-c", PANES, "focus leave", NULL, "to the line" },
	{ "Ctrl-L", NULL, "\\C-l", ALL, "redraw", NULL, "paint the screen anew" },
	{ "Ctrl-Z", NULL, "\\C-z", ALL, "suspend", NULL, "stop, as a job of the shell" },
	{ "Ctrl-X Ctrl-E", NULL, "\\C-x\\C-e", LINE, "editor", NULL, "$VISUAL or $EDITOR on the line" },
	{ "q", NULL, "q", PANES, "focus leave", NULL, "to the line" },
	{ "i", NULL, "i", PANES, "focus leave", NULL, "to the line" },
	{ "Esc", NULL, "\\e", PANES, "focus leave", NULL, "to the line" },
	{ ":", NULL, ":", PANES, "focus command", NULL, "to the line, with a colon" },
	{ "?", NULL, "?", PANES, "help keys", NULL, "help for this focus" },
	{ "Up", "kcuu1", "\\e[A \\eOA", PANES, "move up", NULL, "one up" },
	{ "Down", "kcud1", "\\e[B \\eOB", PANES, "move down", NULL, "one down" },
	{ "k", NULL, "k", PANES, "move up", NULL, "one up" },
	{ "j", NULL, "j", PANES, "move down", NULL, "one down" },
	{ "Home", "khome", "\\e[H \\eOH \\e[1~", PANES, "move first", NULL, "the first" },
	{ "End", "kend", "\\e[F \\eOF \\e[4~", PANES, "move last", NULL, "the last; in the list: follow" },
	{ "g", NULL, "g", PANES, "move first", NULL, "the first" },
	{ "G", NULL, "G", PANES, "move last", NULL, "the last; in the list: follow" },
	{ "Ctrl-U", NULL, "\\C-u", PANES, "move half-up", NULL, "half a page up" },
	{ "Ctrl-D", NULL, "\\C-d", PANES, "move half-down", NULL, "half a page down" },
	{ "Space", NULL, " ", PANEL, "move page-down", NULL, "a page down" },
	{ "b", NULL, "b", PANEL, "move page-up", NULL, "a page up" },
	{ "Left", "kcub1", "\\e[D \\eOD", DETAILS | PANEL, "move left", NULL, "a byte back; the panel to the left" },
	{ "Right", "kcuf1", "\\e[C \\eOC", DETAILS | PANEL, "move right", NULL, "a byte on; the panel to the right" },
	{ "h", NULL, "h", DETAILS | PANEL, "move left", NULL, "a byte back; the panel to the left" },
	{ "l", NULL, "l", DETAILS | PANEL, "move right", NULL, "a byte on; the panel to the right" },
	{ "J", NULL, "J", BROWSE, "packet next", NULL, "next packet" },
	{ "K", NULL, "K", BROWSE, "packet previous", NULL, "previous packet" },
	{ "Enter", "kent", "\\C-m", PANES, "enter", NULL, "open the details, again: into them; a panel's row into the line" },
	{ "r", NULL, "r", BROWSE, "answer", NULL, "answer this datagram" },
	{ "e", NULL, "e", BROWSE, "edit", NULL, "packet and target into the line: edit and resend" },
	{ "x", NULL, "x", BROWSE, "details view", NULL, "hex only, or fields and hex" },
	{ 0 },
};
