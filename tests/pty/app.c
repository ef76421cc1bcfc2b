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
		flood_stop(&app->flood);
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

struct opened {
	char start[24];
	unsigned port;
};

/* The digits between the last colon and the comma. */
static bool is_opened(struct term *t, void *ctx)
{
	struct opened *o = ctx;
	char row[VT_ROW_BYTES], *addr, *comma;
	int rows, cols;

	vt_size(term_vt(t), &rows, &cols);
	for (int i = ROW_LIST; i < rows; i++) {
		vt_row(term_vt(t), i, row, sizeof(row));
		addr = strstr(row, o->start);
		comma = addr ? strchr(addr, ',') : NULL;
		if (!comma)
			continue;
		*comma = '\0';
		o->port = (unsigned)strtoul(strrchr(addr, ':') + 1, NULL, 10);
		return true;
	}
	return false;
}

uint16_t app_opened(struct term *t, unsigned n)
{
	struct opened o = { .port = 0 };

	snprintf(o.start, sizeof(o.start), "[%u] open ", n);
	return term_until(t, is_opened, &o, DEADLINE_DEFAULT_MS) ? (uint16_t)o.port : 0;
}

bool app_enter(struct term *t, const char *line)
{
	return term_send_text(t, line) && term_send_key(t, "Enter");
}
