/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udpdeck: netcat for UDP with a cockpit.  Start-up order and exit status. */
#include "cli.h"
#include "start.h"
#include "ui/ui.h"
#include "util/num.h"
#include "util/text.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 1

/* One line on stderr; what it quotes is shown as safely as on the screen. */
static int fail(const struct error *e)
{
	struct buf text;

	buf_init(&text, 4096);
	text_escape(&text, e->text, strlen(e->text));
	fprintf(stderr, "udpdeck: %s\n", buf_cstr(&text));
	buf_done(&text);
	return EXIT_FAILURE;
}

static int usage(const struct error *e)
{
	struct buf text;

	fail(e);
	buf_init(&text, 4096);
	cli_usage(&text);
	fputs(buf_cstr(&text), stderr);
	buf_done(&text);
	return EXIT_USAGE;
}

static int show_help(const struct cli *cli)
{
	struct command_set set;
	struct buf text;
	int status = EXIT_SUCCESS;

	command_set_init(&set, ui_command_rows);
	buf_init(&text, 1u << 20);
	if (cli_help(&text, cli->word_count ? cli->words[0] : "", &set)) {
		fputs(buf_cstr(&text), stdout);
	} else {
		fprintf(stderr, "udpdeck: --help knows commands, options and keys\n");
		status = EXIT_USAGE;
	}
	buf_done(&text);
	return fflush(stdout) == 0 ? status : EXIT_FAILURE;
}

/* -v: what was opened, before the screen comes. */
static void tell_sockets(const struct session *s)
{
	struct buf name;

	buf_init(&name, 128);
	for (size_t i = 0; i < s->socket_count; i++) {
		buf_reset(&name);
		addr_format(&name, &s->sockets[i]->sock.local);
		fprintf(stderr, "udpdeck: [%u] open %s\n", s->sockets[i]->number, buf_cstr(&name));
	}
	buf_done(&name);
}

static bool run_screen(const struct cli *cli, struct session *s, struct loop *loop, struct error *e)
{
	struct ui *ui = ui_new(s, &clock_system, loop, e);
	struct demo *demo = NULL;
	struct error fault = { 0 };
	struct buf hint;
	bool ok;

	if (!ui)
		return false;
	buf_init(&hint, 256);
	/* A faulty line in a file is no reason not to start; it is told before anything else. */
	if (!cli->no_rc)
		start_rc(s, ui_face(ui), ui_commands(ui), &fault);
	ok = start_session(cli, s, ui_face(ui), ui_commands(ui), &demo, &hint, e);
	if (ok) {
		if (cli->verbose)
			tell_sockets(s);
		ui_hint(ui, fault.text[0] ? fault.text : buf_cstr(&hint));
		ok = ui_run(ui, e);
	}
	buf_done(&hint);
	demo_free(demo);
	ui_free(ui);
	return ok;
}

static int run(const struct cli *cli)
{
	struct session_config config = { .clock = &clock_system, .numeric_only = cli->numeric };
	struct error e = { .at = -1 };
	struct session session = { 0 };
	uint64_t memory = SESSION_MEMORY;
	bool ok;

	if (cli->memory && !num_parse_size(cli->memory, 4u << 20, UINT64_C(1) << 40, &memory, &e)) {
		err_prefix(&e, "--memory: ");
		return usage(&e);
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(&e, ERR_STATE, "stdin and stdout must be a terminal");
		return fail(&e);
	}
	config.memory = (size_t)memory;
	config.loop = loop_new(&clock_system);
	if (!config.loop) {
		err_set(&e, ERR_LIMIT, "no memory");
		return fail(&e);
	}
	ok = session_init(&session, &config, &e) && run_screen(cli, &session, config.loop, &e);
	session_done(&session);
	loop_free(config.loop);
	return ok ? EXIT_SUCCESS : fail(&e);
}

int main(int argc, char **argv)
{
	struct error e = { .at = -1 };
	struct cli cli;
	int status;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a history file past the limit is an error of write() */
	if (!cli_parse(&cli, argc, argv, &e))
		status = usage(&e);
	else if (cli.help)
		status = show_help(&cli);
	else if (cli.version)
		status = puts("udpdeck " PACKAGE_VERSION) >= 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		status = run(&cli);
	cli_done(&cli);
	return status;
}
