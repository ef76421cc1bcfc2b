/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udpdeck: netcat for UDP with a cockpit.  Start-up order and exit status. */
#include "cli.h"
#include "front/pipe.h"
#include "front/plain.h"
#include "front/scan.h"
#include "session/recorder.h"
#include "start.h"
#include "ui/ui.h"
#include "util/num.h"
#include "util/text.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 1
#define READ_MEMORY (16u << 20)

/* One line on stderr; what it quotes is shown as safely as on the screen. */
static int fail(const struct error *e)
{
	struct buf text;

	setlocale(LC_CTYPE, "");
	buf_init(&text, 4096);
	text_show(&text, e->text);
	fprintf(stderr, "udpdeck: %s\n", buf_cstr(&text));
	buf_done(&text);
	return EXIT_FAILURE;
}

/* Are the words themselves wrong, whatever the kernel or a file would say to them? */
static bool is_argument(const struct error *e)
{
	return e->code == ERR_SYNTAX || e->code == ERR_RANGE;
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

	command_set_init(&set, ui_of_screen.commands, NULL);
	buf_init(&text, 1u << 20);
	if (cli_help(&text, cli->word_count ? cli->words[0] : "", &set)) {
		fputs(buf_cstr(&text), stdout);
	} else {
		fprintf(stderr, "udpdeck: --help knows commands, options, keys, payloads, "
				"expressions and addresses\n");
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
	ok = start_session(cli, s, ui_face(ui), ui_commands(ui), &demo, &hint, e) &&
	     start_tell_ready(cli, s, e) && start_scripts(cli, ui_face(ui)->script, e);
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

static bool run_plain(const struct cli *cli, struct session *s, struct loop *loop, struct error *e)
{
	struct plain *p = plain_new(s, &clock_system, loop, &ui_of_screen, cli->verbose, e);
	struct demo *demo = NULL;
	struct error fault = { 0 };
	struct buf hint;
	bool ok;

	if (!p)
		return false;
	buf_init(&hint, 256);
	if (!cli->no_rc)
		start_rc(s, plain_face(p), plain_commands(p), &fault);
	ok = start_session(cli, s, plain_face(p), plain_commands(p), &demo, &hint, e) &&
	     start_scripts(cli, plain_face(p)->script, e);
	if (ok) {
		plain_hint(p, fault.text);
		plain_hint(p, buf_cstr(&hint));
		ok = plain_run(p, e);
	}
	buf_done(&hint);
	demo_free(demo);
	plain_free(p);
	return ok;
}

/* ---- without a screen ---- */

static bool choose_format(const struct cli *cli, enum writer_format *out, struct error *e)
{
	bool terminal = isatty(STDOUT_FILENO);

	*out = terminal && !cli->force_raw ? WRITER_TEXT : WRITER_RAW;
	if (cli->format_word)
		*out = cli->format;
	if (terminal && *out == WRITER_RAW && !cli->force_raw)
		return err_set(e, ERR_USAGE,
			       "raw bytes would reach the terminal: --force-raw if that is meant, "
			       "else -o text");
	return true;
}

static bool has_commands(const struct cli *cli)
{
	return cli->script_count || cli_only_reads(cli);
}

/* A socket that was opened without a peer waits for one, as -l does. */
static bool is_listener(const struct cli *cli)
{
	return cli->listen || (!cli->word_count && !has_commands(cli) && !cli->demo);
}

static struct pipe_config pipe_config_of(const struct cli *cli, enum writer_format format)
{
	return (struct pipe_config){
		.input = cli->input,
		.ending = {
			.listens = is_listener(cli),
			.has_idle = cli->idle_word,
			.has_linger = cli->linger_word,
			.idle = cli->idle,
			.linger = cli->linger,
			.max_count = cli->max_count,
		},
		.format = format,
		.format_given = cli->format_word,
		.interval = cli->interval,
		.reads_stdin = !cli->no_stdin && (!has_commands(cli) || cli->stay),
		.verbose = cli->verbose,
		.of_screen = &ui_of_screen,
		/* commands may open more sockets */
		.ready_fd = cli->script_count ? cli->ready_fd : -1,
		.only_target = !is_listener(cli) && !has_commands(cli),
	};
}

static enum ending_status run_pipe(const struct cli *cli, enum writer_format format,
				   struct session *s, struct loop *loop, struct error *e)
{
	struct pipe_config config = pipe_config_of(cli, format);
	enum ending_status status = ENDING_ERROR;
	struct demo *demo = NULL;
	struct error fault = { 0 };
	struct buf hint;
	struct pipe *p;

	p = pipe_new(s, &clock_system, loop, &config, e);
	if (!p)
		return ENDING_ERROR;
	buf_init(&hint, 256);
	if (!cli->no_rc && !start_rc(s, pipe_face(p), pipe_commands(p), &fault))
		fail(&fault);
	if (start_session(cli, s, pipe_face(p), pipe_commands(p), &demo, &hint, e) &&
	    (cli->script_count || start_tell_ready(cli, s, e)) &&
	    start_scripts(cli, pipe_face(p)->script, e))
		status = pipe_run(p);
	buf_done(&hint);
	demo_free(demo);
	pipe_free(p);
	return status;
}

static enum ending_status run_scan(const struct cli *cli, enum writer_format format,
				   struct session *s, struct error *e)
{
	struct scan_config config = {
		.interval = cli->interval_word ? cli->interval : NS_PER_MS,
		.wait = cli->idle_word ? cli->idle : NS_PER_S,
		.verbose = cli->verbose,
		.json = format == WRITER_JSON,
	};
	enum ending_status status;
	struct command_set set;
	struct face nobody = { 0 };
	struct buf why;

	command_set_init(&set, NULL, NULL);
	if (!start_scan(cli, s, &nobody, &set, &config.first, &config.last, e) ||
	    !start_tell_ready(cli, s, e))
		return ENDING_ERROR;
	buf_init(&why, 256);
	status = scan_run(s, &config, &why, e);
	if (why.len)
		fprintf(stderr, "udpdeck: %s\n", buf_cstr(&why));
	buf_done(&why);
	return status;
}

/* ---- any of them ---- */

/* What stands for seconds without saying so is easily meant as something else. */
static void note_durations(const struct cli *cli)
{
	const struct {
		const char *option, *word;
		uint64_t ns;
	} given[] = {
		{ "-i", cli->interval_word, cli->interval },
		{ "-w", cli->idle_word, cli->idle },
		{ "-q", cli->linger_word, cli->linger },
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i].word && given[i].ns > 60 * NS_PER_S &&
		    !given[i].word[strspn(given[i].word, "0123456789.")])
			fprintf(stderr, "udpdeck: note: %s %s means %s seconds (250ms, 2m)\n",
				given[i].option, given[i].word, given[i].word);
}

/* Payloads that nobody looks at go without the locale, which takes a twentieth of the time that it
 * takes to send one datagram and end, and without pairs of requests and answers. */
static bool is_looked_at(const struct cli *cli, enum writer_format format)
{
	return format != WRITER_RAW || cli->verbose || cli->script_count;
}

static bool has_screen(const struct cli *cli)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !cli_is_unscreened(cli);
}

static enum ending_status run_face(const struct cli *cli, enum writer_format format,
				   struct session *s, struct loop *loop, struct error *e)
{
	if (cli->plain)
		return run_plain(cli, s, loop, e) ? ENDING_DONE : ENDING_ERROR;
	if (has_screen(cli))
		return run_screen(cli, s, loop, e) ? ENDING_DONE : ENDING_ERROR;
	return cli->scan ? run_scan(cli, format, s, e) : run_pipe(cli, format, s, loop, e);
}

/* Of a file that is printed nothing is looked at again. */
static size_t memory_of(const struct cli *cli)
{
	if (!cli->memory && cli_only_reads(cli) && !cli->plain && !has_screen(cli))
		return READ_MEMORY;
	return (size_t)cli->memory;
}

static int run(const struct cli *cli)
{
	struct session_config config = {
		.clock = &clock_system,
		.numeric_only = cli->numeric,
		.memory = memory_of(cli),
	};
	struct error e = { .at = -1 };
	struct session session = { 0 };
	enum writer_format format = WRITER_TEXT;
	enum ending_status status = ENDING_ERROR;

	if (!start_check_ready(cli, &e))
		return fail(&e);
	note_durations(cli);
	if (!cli->plain && !has_screen(cli) && !choose_format(cli, &format, &e))
		return fail(&e);
	if (is_looked_at(cli, format))
		setlocale(LC_CTYPE, "");
	else
		config.unpaired = true;
	config.loop = loop_new(&clock_system);
	if (!config.loop)
		err_set(&e, ERR_LIMIT, "no memory");
	else if (session_init(&session, &config, &e))
		status = run_face(cli, format, &session, config.loop, &e);
	if (session.recorder)
		recorder_stop(&session, NULL, NULL);
	/* What went wrong before is the better reason. */
	if (status == ENDING_DONE && session.record_failure.code)
		e = session.record_failure;
	session_done(&session);
	loop_free(config.loop);
	if (!e.text[0])
		return (int)status;
	return is_argument(&e) ? usage(&e) : fail(&e);
}

/* A descriptor that is closed would be given to a socket, and payloads would be read from or
 * written to it. */
static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) /* CLOEXEC: no */
			_exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	struct error e = { .at = -1 };
	struct cli cli;
	int status;

	open_standard_descriptors();
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
