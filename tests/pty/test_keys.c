/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every row of the key table, in every focus it names, with every sequence it names.
 *
 * The table is the program's own (src/ui/keys.c); what each command has to do is the
 * table below.  A row without an expectation fails, so a new key cannot stay untried.
 * Each case begins in the same state: 60 packets from one peer, #30 selected and the
 * list paused there, a target that is somebody else, and, in the line, a draft.
 */
#include "app.h"
#include "look.h"

#include "ui/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PACKETS 60
#define PAYLOAD 400
#define SOCKETS 9
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LINE KEY_IN(FOCUS_LINE)
#define LIST KEY_IN(FOCUS_LIST)
#define DETAILS KEY_IN(FOCUS_DETAILS)
#define PANEL KEY_IN(FOCUS_PANEL)

enum sign {
	SELECTED,  /* PAUSED at #n */
	FOLLOWING, /* not paused */
	BYTE,      /* the byte under the details' cursor */
	FIELD,     /* the details' field under the bar */
	BAR,       /* the panel's row under the bar begins with text */
	FOCUS,     /* n is an enum focus */
	SOCKET,    /* the current socket is n */
	SHOWN,     /* text */
	INPUT,     /* the line's row begins with text */
};

static const struct expectation {
	const char *command;
	unsigned focus;
	enum sign sign;
	int n;
	const char *text;
	const char *then;  /* pressed afterwards, before the look */
	const char *after; /* pressed after the look, to undo it */
} expectations[] = {
	{ "help keys", KEY_IN_ALL, SHOWN, 0, "-help: keys -", NULL, NULL },
	{ "opening", KEY_IN_ALL, SHOWN, 0, "-open a socket: Enter", NULL, NULL },
	{ "filtering", KEY_IN_ALL, INPUT, 0, "cmd> :filter", NULL, NULL },
	{ "finding", KEY_IN_ALL, INPUT, 0, "cmd> :find", NULL, NULL },
	{ "match next", LIST | DETAILS, SHOWN, 0, "\n nothing is looked for yet", NULL, NULL },
	{ "match previous", LIST | DETAILS, SHOWN, 0, "\n nothing is looked for yet", NULL, NULL },
	{ "options", KEY_IN_ALL, SHOWN, 0, "-options of [1] -", NULL, NULL },
	{ "groups", KEY_IN_ALL, SHOWN, 0, "-groups -", NULL, NULL },
	{ "input toggle", KEY_IN_ALL, SHOWN, 0, "\nhex>", NULL, NULL },
	{ "answer", KEY_IN_ALL, SHOWN, 0, "-> @1 127.0.0.1:", NULL, NULL },
	{ "details", LINE | LIST, SHOWN, 0, "Interface  lo", NULL, NULL },
	{ "details", DETAILS, FOCUS, FOCUS_LINE, NULL, NULL, NULL },
	{ "details", PANEL, SHOWN, 0, "Interface  lo", "q", NULL },
	{ "details view", LIST | DETAILS, SHOWN, 0, "\n 0040 2e 2e 2e 2e 2e 2e 2e 2e  2e", NULL,
	  "xxx" },
	{ "details view", LIST | DETAILS, SHOWN, 0, "Interface  lo", "xxx", NULL },
	/* with tshark or without it */
	{ "details tshark", LIST | DETAILS, SHOWN, 0, "\n-#30 @1 ->", NULL, "W" },
	{ "copying", LIST | DETAILS, SHOWN, 0, " offered to the terminal (OSC 52)", NULL, NULL },
	{ "mark", LIST | DETAILS, SHOWN, 0, "\n #30 is marked", NULL, "m" },
	{ "diff", LIST | DETAILS, SHOWN, 0, "\n nothing is marked: m in the list", NULL, NULL },
	{ "focus list", LINE, FOCUS, FOCUS_LIST, NULL, NULL, NULL },
	{ "focus next", LIST, FOCUS, FOCUS_LINE, NULL, NULL, NULL },
	{ "focus next", DETAILS | PANEL, FOCUS, FOCUS_LINE, NULL, NULL, NULL },
	{ "focus previous", LIST | PANEL, FOCUS, FOCUS_LINE, NULL, NULL, NULL },
	{ "focus previous", DETAILS, FOCUS, FOCUS_LIST, NULL, NULL, NULL },
	{ "focus leave", KEY_IN_PANES, FOCUS, FOCUS_LINE, NULL, NULL, NULL },
	{ "focus command", KEY_IN_PANES, INPUT, 0, "cmd> :", NULL, NULL },
	{ "move up", LIST, SELECTED, 29, NULL, NULL, NULL },
	{ "move down", LIST, SELECTED, 31, NULL, NULL, NULL },
	{ "move page-up", LINE | LIST, SELECTED, 13, NULL, NULL, NULL },
	{ "move page-down", LINE | LIST, SELECTED, 47, NULL, NULL, NULL },
	{ "move half-up", LIST, SELECTED, 22, NULL, NULL, NULL },
	{ "move half-down", LIST, SELECTED, 38, NULL, NULL, NULL },
	{ "move first", LIST, SELECTED, 1, NULL, NULL, NULL },
	{ "move last", LIST, FOLLOWING, 0, NULL, NULL, NULL },
	{ "packet previous", KEY_IN_ALL, SELECTED, 29, NULL, NULL, NULL },
	{ "packet next", KEY_IN_ALL, SELECTED, 31, NULL, NULL, NULL },
	{ "move up", DETAILS, FIELD, 1, NULL, NULL, NULL },
	{ "move down", DETAILS, FIELD, 3, NULL, NULL, NULL },
	{ "move first", DETAILS, FIELD, 0, NULL, NULL, NULL },
	/* the payload, of many rows */
	{ "move last", DETAILS, SHOWN, 0, "\n Text       thirty 30 ................. 0000 74 68",
	  NULL, NULL },
	{ "move left", DETAILS, BYTE, 63, NULL, NULL, NULL },
	{ "move right", DETAILS, BYTE, 65, NULL, NULL, NULL },
	{ "move page-up", DETAILS, BYTE, 0, NULL, NULL, NULL },
	{ "move page-down", DETAILS, BYTE, 128, NULL, NULL, NULL },
	{ "move half-up", DETAILS, BYTE, 32, NULL, NULL, NULL },
	{ "move half-down", DETAILS, BYTE, 96, NULL, NULL, NULL },
	{ "move up", PANEL, BAR, 0, "> to HOST PORT", NULL, NULL },
	{ "move down", PANEL, BAR, 0, "> raw TEXT", NULL, NULL },
	{ "move page-up", PANEL, BAR, 0, "> get OPTION", NULL, NULL },
	{ "move page-down", PANEL, BAR, 0, "> every D", NULL, NULL },
	{ "move half-up", PANEL, BAR, 0, "> unblock", NULL, NULL },
	{ "move half-down", PANEL, BAR, 0, "> resend", NULL, NULL },
	{ "move first", PANEL, BAR, 0, "> Type text", NULL, NULL },
	{ "move last", PANEL, BAR, 0, "> quit", NULL, NULL },
	/* to the side there is nothing: test_focus.c has a wide one */
	{ "move right", PANEL, BAR, 0, "> send TEXT", NULL, NULL },
	{ "move left", PANEL, BAR, 0, "> send TEXT", NULL, NULL },
	{ "enter", LIST, SHOWN, 0, "Interface  lo", NULL, NULL },
	{ "enter", LIST, FOCUS, FOCUS_DETAILS, NULL, "\r", NULL },
	{ "enter", DETAILS, FOCUS, FOCUS_DETAILS, NULL, NULL, NULL },
	{ "enter", PANEL, INPUT, 0, "cmd> :", NULL, NULL },
	{ "edit", LIST | DETAILS, SHOWN, 0, "\ntext> thirty", NULL, NULL },
	{ "edit", LIST | DETAILS, SHOWN, 0, "text 400 B -> @1 ", NULL, NULL },
	{ "interrupt", LINE, SHOWN, 0, "\ntext>\n", NULL, NULL },
	{ "redraw", KEY_IN_ALL, SHOWN, 0, "F1Help", NULL, NULL },
	{ "socket 1", KEY_IN_ALL, SOCKET, 1, NULL, NULL, NULL },
	{ "socket 2", KEY_IN_ALL, SOCKET, 2, NULL, NULL, NULL },
	{ "socket 3", KEY_IN_ALL, SOCKET, 3, NULL, NULL, NULL },
	{ "socket 4", KEY_IN_ALL, SOCKET, 4, NULL, NULL, NULL },
	{ "socket 5", KEY_IN_ALL, SOCKET, 5, NULL, NULL, NULL },
	{ "socket 6", KEY_IN_ALL, SOCKET, 6, NULL, NULL, NULL },
	{ "socket 7", KEY_IN_ALL, SOCKET, 7, NULL, NULL, NULL },
	{ "socket 8", KEY_IN_ALL, SOCKET, 8, NULL, NULL, NULL },
	{ "socket 9", KEY_IN_ALL, SOCKET, 9, NULL, NULL, NULL },
};

/* These end or leave the program; test_leave.c has them in each focus. */
static const char *const elsewhere[] = { "quit", "suspend", "editor" };

/* ---- one case ---- */

struct trial {
	const struct expectation *want;
};

static bool holds(struct term *t, void *ctx)
{
	const struct trial *trial = ctx;
	const struct expectation *want = trial->want;
	char row[VT_ROW_BYTES];

	switch (want->sign) {
	case SELECTED:
		return look_selected(t) == want->n;
	case FOLLOWING:
		return !term_shows(t, "PAUSED");
	case BYTE:
		return look_byte(t) == want->n;
	case FIELD:
		return look_field(t) == want->n;
	case BAR:
		return look_bar(t, row) && strncmp(row, want->text, strlen(want->text)) == 0;
	case FOCUS:
		return look_focus(t, (enum focus)want->n);
	case SOCKET:
		return look_socket(t, want->n);
	case SHOWN:
		return look_has(t, want->text);
	case INPUT:
		look_row(t, 22, row);
		return strncmp(row, want->text, strlen(want->text)) == 0 &&
		       look_focus(t, FOCUS_LINE);
	}
	return false;
}

static bool is_ready(struct term *t, void *ctx)
{
	enum focus focus = *(enum focus *)ctx;
	char bar[VT_ROW_BYTES];

	if (!look_socket(t, 1) || !look_focus(t, focus))
		return false;
	switch (focus) {
	case FOCUS_LINE:
		return look_selected(t) == 30 && look_has(t, "\ntext> draft\n") &&
		       !term_shows(t, "Interface  lo");
	case FOCUS_LIST:
		return look_selected(t) == 30 && look_has(t, "\ntext>\n") &&
		       !term_shows(t, "Interface  lo");
	case FOCUS_DETAILS:
		return look_selected(t) == 30 && look_byte(t) == 64 && look_field(t) == 2;
	default:
		return look_bar(t, bar) && strncmp(bar, "> send TEXT", 11) == 0;
	}
}

/* A page is what was drawn last, and a panel was not yet drawn: single steps. */
#define TEN(key) key key key key key key key key key key

/* The state that every case begins in, whatever the one before has left. */
static void prepare(struct term *t, enum focus focus)
{
	static const char *const ways[] = {
		[FOCUS_LINE] = ":details off\rdraft",
		[FOCUS_LIST] = ":details off\r:focus list\r",
		/* the field goes along with the byte, so it is put in its place afterwards */
		[FOCUS_DETAILS] = ":focus details\r" TEN("h") TEN("hhhhhhhhhhhh")
			TEN("llllll") "llll" TEN("kk") "jj",
		[FOCUS_PANEL] = ":details off\r:help\rg" TEN("j") "jjjjjjj",
	};

	/* Ctrl-C leaves the pane, then clears the line */
	term_keys(t, "\003\003:input text\r:socket 1\r:to 127.0.0.1:9\r:follow\r:show #30\r");
	term_keys(t, ways[focus]);
	TERM_CHECK(t, term_until(t, is_ready, &focus, DEADLINE_DEFAULT_MS));
}

static void press(struct term *t, const struct key *key, enum focus focus, const char *bytes,
		  size_t len)
{
	bool tried = false;

	for (size_t i = 0; i < COUNT(expectations); i++) {
		struct trial trial = { .want = &expectations[i] };

		if (strcmp(trial.want->command, key->command) != 0 ||
		    !(trial.want->focus & KEY_IN(focus)))
			continue;
		prepare(t, focus);
		if (strcmp(key->command, "redraw") == 0)
			vt_feed(term_vt(t), "\033[2J", 4);
		TERM_CHECK(t, term_send(t, bytes, len));
		if (trial.want->then)
			TERM_CHECK(t, term_send_text(t, trial.want->then));
		if (!term_until(t, holds, &trial, 10000)) {
			term_dump(t, stderr);
			fail_msg("%s in focus %d does not do \"%s\" (expectation %zu)", key->name,
				 (int)focus, key->command, i);
		}
		if (trial.want->after)
			term_keys(t, trial.want->after);
		tried = true;
	}
	if (!tried)
		fail_msg("nothing is expected of %s in focus %d", key->name, (int)focus);
}

/* "\\e[A", "\\C-x\\C-e" as an inputrc has them. */
static size_t decode(const char *word, size_t n, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; len++) {
		if (word[i] == '\\' && word[i + 1] == 'e') {
			out[len] = '\033';
			i += 2;
		} else if (word[i] == '\\' && word[i + 1] == 'C') {
			out[len] = (char)(word[i + 3] & 0x1f);
			i += 4;
		} else {
			out[len] = word[i++];
		}
	}
	return len;
}

static void press_all(struct term *t, const struct key *key, enum focus focus)
{
	const char *word = key->sequences ? key->sequences : "";
	char bytes[16], xterm[16];
	size_t len, xterm_len;

	if (strcmp(word, " ") == 0) {
		press(t, key, focus, " ", 1);
		return;
	}
	/* what xterm sends now, which may be in no sequence but in terminfo */
	xterm_len = term_key_bytes(key->name, term_state(t).app_cursor_keys, xterm, sizeof(xterm));
	if (xterm_len && !strstr(key->name, "1..9"))
		press(t, key, focus, xterm, xterm_len);
	for (; *word; word += strcspn(word, " "), word += *word == ' ') {
		len = decode(word, strcspn(word, " "), bytes);
		if (len != xterm_len || memcmp(bytes, xterm, len) != 0)
			press(t, key, focus, bytes, len);
	}
}

static void send_packets(struct app *app, uint16_t port)
{
	char text[PAYLOAD + 1], row[40];

	for (int i = 1; i <= PACKETS; i++) {
		memset(text, '.', sizeof(text));
		snprintf(text, sizeof(text), "%s %d", i == 30 ? "thirty" : "packet", i);
		text[strlen(text)] = ' ';
		assert_true(peer_send(&app->peer, "127.0.0.1", port, text, PAYLOAD));
		/* one after the other: sixty at once would not need to arrive all */
		snprintf(row, sizeof(row), "%s %d ", i == 30 ? "thirty" : "packet", i);
		term_wait(app->term, row);
	}
}

static int setup(void **state)
{
	struct app *app;
	uint16_t port;

	if (app_setup_bare(state) != 0)
		return -1;
	app = *state;
	for (int i = 0; i < SOCKETS; i++)
		app_line(app->term, ":open udp4 127.0.0.1:0");
	app_line(app->term, ":socket 1");
	term_wait_row(app->term, ROW_STATUS, "[1*] 127.0.0.1:");
	port = app_opened(app->term, 1);
	term_wait(app->term, "[9] open 127.0.0.1:");
	app_line(app->term, ":clear");
	term_gone(app->term, "open 127.0.0.1:");
	send_packets(app, port);
	/* the details know how many fields they have once they were drawn */
	app_line(app->term, ":show #30");
	term_wait(app->term, "-#30 @1 ");
	return 0;
}

static void try_focus(void **state, enum focus focus)
{
	struct app *app = *state;

	for (const struct key *key = keys; key->name; key++) {
		bool skip = !(key->focus & KEY_IN(focus));

		for (size_t i = 0; i < COUNT(elsewhere); i++)
			skip |= strcmp(key->command, elsewhere[i]) == 0;
		if (!skip)
			press_all(app->term, key, focus);
	}
	/* no key but Enter in the line sends */
	term_send_text(app->term, "\003\003:to 127.0.0.1\r");
	term_wait_row(app->term, ROW_COUNTERS, "tx 0");
}

static void test_keys_in_the_line(void **state)
{
	try_focus(state, FOCUS_LINE);
}

static void test_keys_in_the_list(void **state)
{
	try_focus(state, FOCUS_LIST);
}

static void test_keys_in_the_details(void **state)
{
	try_focus(state, FOCUS_DETAILS);
}

static void test_keys_in_a_panel(void **state)
{
	try_focus(state, FOCUS_PANEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, app_teardown)
		TEST(test_keys_in_the_line),
		TEST(test_keys_in_the_list),
		TEST(test_keys_in_the_details),
		TEST(test_keys_in_a_panel),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
