/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a full-screen program in a pseudo terminal and drives it by a script, one
 * command a line, so that shell tests can use the cockpit inside a namespace:
 *
 *   ptyrun [-a] [-e NAME=VALUE]... ROWSxCOLS PROGRAM [ARG]... <<'END'
 *   wait text>
 *   send hello\r
 *   row -1 F10Quit
 *   key F10
 *   exit 0
 *   END
 *
 * Every check waits until it is true.  The first that does not become true ends
 * the run with the script's line, the screen, and status 1; so does a line that
 * cannot be read.  A program still running at the end of the script is killed.
 *
 * With -a each line is answered on stdout with "ok" or "failed", and a failure
 * ends nothing: so a shell can talk to several programs in turn (decks.sh).
 */
#include "deadline.h"
#include "term.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENV_MAX 16
#define NAME_WIDTH 8

enum outcome { OK, FAILED, BAD_LINE };

/* A script line's words after the command: up to two numbers, then text. */
struct words {
	int number[2];
	char *text;
	size_t len;
};

static enum outcome result(bool ok)
{
	return ok ? OK : FAILED;
}

static enum outcome do_size(struct term *t, const struct words *w)
{
	term_resize(t, w->number[0], w->number[1]);
	return OK;
}

static enum outcome do_send(struct term *t, const struct words *w)
{
	return result(term_send(t, w->text, w->len));
}

static enum outcome do_key(struct term *t, const struct words *w)
{
	return result(term_send_key(t, w->text));
}

static enum outcome do_paste(struct term *t, const struct words *w)
{
	return result(term_send_paste(t, w->text, w->len));
}

static enum outcome do_wait(struct term *t, const struct words *w)
{
	return result(term_until_shown(t, w->text));
}

static enum outcome do_gone(struct term *t, const struct words *w)
{
	return result(term_until_gone(t, w->text));
}

static enum outcome do_row(struct term *t, const struct words *w)
{
	return result(term_until_row_has(t, w->number[0], w->text));
}

static enum outcome do_count(struct term *t, const struct words *w)
{
	return result(term_until_count(t, w->text, w->number[0]));
}

static enum outcome do_cursor(struct term *t, const struct words *w)
{
	return result(term_until_cursor(t, w->number[0], w->number[1]));
}

static enum outcome do_signal(struct term *t, const struct words *w)
{
	term_signal(t, w->number[0]);
	return OK;
}

static enum outcome do_dump(struct term *t, const struct words *w)
{
	(void)w;
	term_dump(t, stderr);
	return OK;
}

static enum outcome do_exit(struct term *t, const struct words *w)
{
	return result(term_exited_with(t, w->number[0]));
}

/* "last": the number stands at the end of the line, after the text. */
static const struct command {
	const char *name;
	enum outcome (*run)(struct term *t, const struct words *w);
	int numbers;
	bool text;
	bool last;
	const char *help;
} commands[] = {
	{ "size", do_size, 2, false, false, "ROWS COLS    resize the terminal" },
	{ "send", do_send, 0, true, false, "TEXT         type it (\\r \\n \\t \\e \\\\ \\xHH)" },
	{ "key", do_key, 0, true, false, "NAME         press F6, Up, Ctrl-C, Alt-a, ..." },
	{ "paste", do_paste, 0, true, false, "TEXT         paste it, bracketed" },
	{ "wait", do_wait, 0, true, false, "TEXT         until it is on the screen" },
	{ "gone", do_gone, 0, true, false, "TEXT         until it is on the screen no more" },
	{ "row", do_row, 1, true, false, "N TEXT       until row N has it (-1 is the last)" },
	{ "count", do_count, 1, true, true, "TEXT N       until it is there N times" },
	{ "cursor", do_cursor, 2, false, false, "ROW COL      until the cursor is there" },
	{ "signal", do_signal, 1, false, false, "NUMBER       send the program a signal" },
	{ "dump", do_dump, 0, false, false, "             print the screen on stderr" },
	{ "exit", do_exit, 1, false, false, "STATUS       until it has ended so" },
};

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place; what stands there gets shorter.  False for an unknown escape. */
static bool unescape(char *text, size_t *len)
{
	static const char names[] = "rnte\\", values[] = "\r\n\t\033\\";
	char *out = text;

	for (const char *in = text; *in; in++) {
		const char *name;

		if (*in != '\\') {
			*out++ = *in;
			continue;
		}
		in++;
		name = *in ? strchr(names, *in) : NULL;
		if (name) {
			*out++ = values[name - names];
		} else if (*in == 'x' && hex_digit(in[1]) >= 0 && hex_digit(in[2]) >= 0) {
			*out++ = (char)(hex_digit(in[1]) << 4 | hex_digit(in[2]));
			in += 2;
		} else {
			return false;
		}
	}
	*out = '\0';
	*len = (size_t)(out - text);
	return true;
}

static bool number_of(const char *word, char **end, int *out)
{
	long value;

	errno = 0;
	value = strtol(word, end, 10);
	if (*end == word || errno || value < -100000 || value > 100000)
		return false;
	*out = (int)value;
	return true;
}

/* Takes "N" off the end of "TEXT N". */
static bool take_last_number(char *rest, int *out)
{
	char *space = strrchr(rest, ' ');
	char *end;

	if (!space || !number_of(space + 1, &end, out) || *end)
		return false;
	*space = '\0';
	return true;
}

static bool read_words(const struct command *cmd, char *rest, struct words *w)
{
	*w = (struct words){ .text = rest };
	if (cmd->last && !take_last_number(rest, &w->number[0]))
		return false;
	for (int i = 0; i < cmd->numbers && !cmd->last; i++) {
		if (!number_of(w->text, &w->text, &w->number[i]))
			return false;
		if (*w->text == ' ')
			w->text++;
	}
	if (cmd->text ? !*w->text : *w->text)
		return false;
	return unescape(w->text, &w->len);
}

static enum outcome run_line(struct term *t, char *line)
{
	size_t name = strcspn(line, " ");
	char *rest = line + name + (line[name] == ' ');
	struct words w;

	if (!*line || *line == '#')
		return OK;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *cmd = &commands[i];

		if (strlen(cmd->name) != name || strncmp(cmd->name, line, name) != 0)
			continue;
		return read_words(cmd, rest, &w) ? cmd->run(t, &w) : BAD_LINE;
	}
	return BAD_LINE;
}

static void explain(struct term *t, enum outcome outcome, int number, const char *line)
{
	fprintf(stderr, "# ptyrun: line %d: %s\n# %s\n", number, line,
		outcome == FAILED ? term_why(t) : "cannot be read");
	term_dump(t, stderr);
}

/* The answer wants no buffer: who asked waits for it. */
static void answer(enum outcome outcome)
{
	puts(outcome == OK ? "ok" : "failed");
	fflush(stdout);
}

static int run_script(struct term *t, FILE *script, bool answers)
{
	char *line = NULL, *copy = NULL;
	size_t room = 0;
	bool all_ok = true;

	for (int number = 1; (all_ok || answers) && getline(&line, &room, script) >= 0; number++) {
		enum outcome outcome;

		line[strcspn(line, "\n")] = '\0';
		free(copy);
		copy = strdup(line);
		outcome = copy ? run_line(t, line) : BAD_LINE;
		if (outcome != OK) {
			all_ok = false;
			explain(t, outcome, number, copy ? copy : "no memory");
		}
		if (answers)
			answer(outcome);
	}
	free(line);
	free(copy);
	return all_ok ? 0 : 1;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: ptyrun [-a] [-e NAME=VALUE]... ROWSxCOLS PROGRAM [ARG]... < script\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(stderr, "  %-*s%s\n", NAME_WIDTH, commands[i].name, commands[i].help);
	return 1;
}

static bool parse_size(const char *word, int *rows, int *cols)
{
	char *end;

	return number_of(word, &end, rows) && *end == 'x' && number_of(end + 1, &end, cols) &&
	       !*end && *rows > 0 && *cols > 0;
}

int main(int argc, char **argv)
{
	const char *env[ENV_MAX + 1] = { NULL };
	size_t vars = 0;
	bool answers = false;
	struct term *t;
	int opt, rows, cols, status;

	/* "+": what stands after the program's name is the program's */
	while ((opt = getopt(argc, argv, "+ae:")) != -1) {
		answers |= opt == 'a';
		if (opt == 'a')
			continue;
		if (opt != 'e' || !strchr(optarg, '=') || vars == ENV_MAX)
			return usage();
		env[vars++] = optarg;
	}
	if (argc - optind < 2 || !parse_size(argv[optind], &rows, &cols))
		return usage();
	t = term_start(rows, cols, (const char *const *)argv + optind + 1, env);
	if (!t)
		return 1;
	status = run_script(t, stdin, answers);
	term_end(t);
	return status;
}
