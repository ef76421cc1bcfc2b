/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: one row per option, read into plain facts.
 *
 * Nothing is opened here; start.c does what the facts ask for.
 */
#ifndef CLI_H
#define CLI_H

#include "command/command.h"
#include "front/input.h"
#include "session/writer.h"

#define CLI_LIST_MAX 64

struct cli_list {
	char *items[CLI_LIST_MAX]; /* heap */
	size_t count;
};

struct cli_script {
	bool is_file; /* -f; else -c */
	const char *text;
};

struct cli {
	bool help, version, listen, verbose, numeric, connect, demo, no_rc, plain, scan, no_stdin;
	bool ipv4, ipv6;
	bool hex, escapes, whole, crlf, force_raw, stay, ignored;
	const char *port;   /* -p */
	const char *source; /* -s */
	const char *memory_word, *eol_word, *interval_word, *idle_word, *count_word, *linger_word;
	const char *format_word, *ready_word, *record, *read;
	struct cli_list joins;
	struct cli_list options; /* "NAME=V", as "open" reads them */
	struct cli_script scripts[CLI_LIST_MAX];
	size_t script_count;
	const char *words[3]; /* what is no option: HOST PORT, or the topic of --help */
	size_t word_count;
	/* the words above, read */
	uint64_t memory;                 /* bytes, 0: as is usual */
	uint64_t interval, idle, linger; /* ns; idle and linger hold if their word does */
	uint64_t max_count;              /* 0: any number */
	int ready_fd;                    /* -1: none */
	struct input_config input;
	enum writer_format format; /* holds if format_word does */
};

/* What a row fills in. */
enum cli_kind {
	CLI_FLAG,   /* a bool at "offset" */
	CLI_WORD,   /* a const char * at "offset" */
	CLI_FILE,   /* the same, once at most */
	CLI_LIST,   /* a struct cli_list at "offset" */
	CLI_SOCKET, /* stands for --set SOCKET_OPTION=arg */
	CLI_SCRIPT, /* -c, -f */
};

struct cli_option {
	char letter;      /* 0: none */
	const char *name; /* without "--" */
	const char *arg;  /* "PORT"; NULL: takes none */
	enum cli_kind kind;
	size_t offset;             /* in struct cli */
	const char *socket_option; /* CLI_SOCKET */
	bool unscreened;           /* makes sense only without the screen */
	const char *help;
};

extern const struct cli_option cli_options[]; /* ends with name NULL */

/* false: e says what is wrong with which argument. */
bool cli_parse(struct cli *cli, int argc, char **argv, struct error *e);
void cli_done(struct cli *cli);

/* --read without anything else to do, where there is no screen? */
bool cli_only_reads(const struct cli *cli);
/* Was an option given that makes sense only without the screen, or commands without --stay? */
bool cli_is_unscreened(const struct cli *cli);

/* Usage in a line, and all options; topic "" or one of commands, options, keys, payloads,
 * expressions, addresses: tab-parted rows for people and for the check of the manual. false: no
 * such topic. */
void cli_usage(struct buf *out);
bool cli_help(struct buf *out, const char *topic, const struct command_set *set);

#endif
