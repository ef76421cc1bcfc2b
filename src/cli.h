/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: one row per option, read into plain facts.
 *
 * Nothing is opened here; start.c does what the facts ask for.
 */
#ifndef CLI_H
#define CLI_H

#include "command/command.h"

#define CLI_LIST_MAX 64

struct cli {
	bool help, version, listen, verbose, numeric, connect, demo, no_rc;
	bool ipv4, ipv6;
	const char *port;   /* -p */
	const char *source; /* -s */
	const char *memory;
	const char *joins[CLI_LIST_MAX];
	size_t join_count;
	char *options[CLI_LIST_MAX]; /* "NAME=V", as "open" reads them; heap */
	size_t option_count;
	const char *words[3]; /* what is no option: HOST PORT, or the topic of --help */
	size_t word_count;
};

struct cli_option {
	char letter;      /* 0: none */
	const char *name; /* without "--" */
	const char *arg;  /* "PORT"; NULL: takes none */
	const char
		*socket_option; /* stands for --set THIS=arg; NULL: handled by its letter or name */
	const char *help;
};

extern const struct cli_option cli_options[]; /* ends with name NULL */

/* false: e says what is wrong with which argument. */
bool cli_parse(struct cli *cli, int argc, char **argv, struct error *e);
void cli_done(struct cli *cli);

/* Usage in a line, and all options; topic "" or one of commands, options, keys: tab-parted rows for
 * people and for the check of the manual. false: no such topic. */
void cli_usage(struct buf *out);
bool cli_help(struct buf *out, const char *topic, const struct command_set *set);

#endif
