/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting udpdeck in a terminal, see app.h. */
#include "app.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 32

/* Cuts at blanks, in place; argv ends with NULL. */
static void split(char *words, const char *argv[WORDS_MAX])
{
	size_t count = 0;

	argv[count++] = getenv("UDPDECK");
	argv[count++] = "--no-rc";
	argv[count++] = "--numeric";
	for (char *word; count < WORDS_MAX - 1 && (word = strsep(&words, " "));)
		if (*word)
			argv[count++] = word;
	argv[count] = NULL;
}

struct term *app_run(int rows, int cols, const char *const env[], const char *words, ...)
{
	const char *argv[WORDS_MAX];
	struct term *t;
	char line[1024];
	va_list ap;

	va_start(ap, words);
	vsnprintf(line, sizeof(line), words, ap);
	va_end(ap);
	split(line, argv);
	if (!argv[0]) {
		fprintf(stderr, "# UDPDECK does not name the program\n");
		return NULL;
	}
	t = term_start(rows, cols, argv, env);
	if (!t || term_until_shown(t, "text>"))
		return t;
	term_dump(t, stderr);
	term_end(t);
	return NULL;
}

int app_setup_peer(void **state)
{
	struct app *app = calloc(1, sizeof(*app));

	*state = app;
	return app && peer_open(&app->peer, "127.0.0.1", 0) ? 0 : -1;
}

int app_setup_bare(void **state)
{
	struct app *app;

	if (app_setup_peer(state) != 0)
		return -1;
	app = *state;
	app->term = app_run(24, 80, NULL, "%s", "");
	return app->term ? 0 : -1;
}

int app_setup(void **state)
{
	struct app *app;

	if (app_setup_peer(state) != 0)
		return -1;
	app = *state;
	app->term = app_run(24, 80, NULL, "127.0.0.1 %u", app->peer.port);
	return app->term ? 0 : -1;
}

int app_teardown(void **state)
{
	struct app *app = *state;

	if (app) {
		term_end(app->term);
		peer_close(&app->peer);
	}
	free(app);
	*state = NULL;
	return 0;
}

bool app_hears(struct app *app, const void *bytes, size_t len)
{
	static char got[65536];
	ssize_t n = peer_recv(&app->peer, got, sizeof(got));

	if (n >= 0 && (size_t)n == len && memcmp(got, bytes, len) == 0)
		return true;
	fprintf(stderr, "# the peer should hear %zu bytes, and ", len);
	if (n < 0)
		fprintf(stderr, "hears nothing\n");
	else
		fprintf(stderr, "hears %zd:", n);
	for (ssize_t i = 0; i < n && i < 64; i++)
		fprintf(stderr, " %02x%s", (unsigned char)got[i], i + 1 == n ? "\n" : "");
	term_dump(app->term, stderr);
	return false;
}

uint16_t app_port(struct app *app)
{
	if (!app_enter(app->term, "which port?") || !app_hears(app, "which port?", 11))
		return 0;
	return app->peer.last_port;
}

/* The digits behind the last colon of the current socket's address. */
static bool port_is_shown(struct term *t, void *ctx)
{
	char row[VT_ROW_BYTES], *addr, *colon;
	unsigned *port = ctx;

	vt_row(term_vt(t), ROW_STATUS, row, sizeof(row));
	addr = strchr(row, '*');
	addr = addr ? strstr(addr, "] ") : NULL;
	if (!addr)
		return false;
	addr += 2;
	addr[strcspn(addr, " ")] = '\0';
	colon = strrchr(addr, ':');
	*port = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
	return *port > 0 && *port <= 65535;
}

uint16_t app_shown_port(struct term *t)
{
	unsigned port = 0;

	return term_until(t, port_is_shown, &port, DEADLINE_DEFAULT_MS) ? (uint16_t)port : 0;
}

bool app_enter(struct term *t, const char *line)
{
	return term_send_text(t, line) && term_send_key(t, "Enter");
}
