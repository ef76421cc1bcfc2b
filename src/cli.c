/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "payload/field.h"
#include "ui/keys.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct cli_option cli_options[] = {
	{ 'l', "listen", NULL, NULL, "bind [ADDR] PORT and hear everybody" },
	{ 'p', "port", "PORT", NULL, "source port" },
	{ 's', "source", "ADDR", NULL, "source address" },
	{ '4', "ipv4", NULL, NULL, "IPv4 only" },
	{ '6', "ipv6", NULL, NULL, "IPv6 only" },
	{ 'n', "numeric", NULL, NULL, "look up no names" },
	{ 'v', "verbose", NULL, NULL, "say on stderr what was opened" },
	{ 'b', "broadcast", NULL, "broadcast", "allow sending to broadcast addresses" },
	{ 'j', "join", "[SRC@]GROUP[%IF]", NULL, "join a multicast group; repeatable" },
	{ 'M', "ttl", "N", "ttl", "TTL or hop limit, unicast and multicast" },
	{ 'T', "tos", "NAME", "tos", "DSCP or TOS by name or number" },
	{ 'I', "rcvbuf", "N", "rcvbuf", "receive buffer in bytes" },
	{ 'O', "sndbuf", "N", "sndbuf", "send buffer in bytes" },
	{ 0, "device", "IF", "device", "bind to an interface" },
	{ 0, "reuseaddr", NULL, "reuseaddr", "share the port: SO_REUSEADDR" },
	{ 0, "reuseport", NULL, "reuseport", "share the port: SO_REUSEPORT" },
	{ 0, "set", "NAME=V", NULL, "any other socket option; repeatable" },
	{ 0, "connect", NULL, NULL, "connect in the kernel's sense: only HOST:PORT is heard" },
	{ 0, "memory", "SIZE", NULL, "memory for packets kept (256MiB)" },
	{ 0, "demo", NULL, NULL, "loopback services to play with" },
	{ 0, "no-rc", NULL, NULL, "do not run the commands of the rc file" },
	{ 'h', "help", NULL, NULL, "this help; --help commands, options, keys: more" },
	{ 'V', "version", NULL, NULL, "the version" },
	{ 0 },
};

#define OPTION_COUNT (sizeof(cli_options) / sizeof(cli_options[0]) - 1)
#define LONG_ONLY 256 /* getopt's value of row i without a letter: LONG_ONLY + i */

static int value_of(size_t row)
{
	return cli_options[row].letter ? cli_options[row].letter : (int)(LONG_ONLY + row);
}

static const struct cli_option *row_of(int value)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (value_of(i) == value)
			return &cli_options[i];
	return NULL;
}

static bool add_option(struct cli *cli, const char *name, const char *value, struct error *e)
{
	size_t n = strlen(name) + strlen(value ? value : "") + 2;
	char *word;

	if (cli->option_count == CLI_LIST_MAX)
		return err_set(e, ERR_LIMIT, "more than %d socket options", CLI_LIST_MAX);
	word = malloc(n);
	if (!word)
		return err_set(e, ERR_LIMIT, "no memory for the options");
	snprintf(word, n, "%s%s%s", name, value ? "=" : "", value ? value : "");
	cli->options[cli->option_count++] = word;
	return true;
}

static bool take_valued(struct cli *cli, const struct cli_option *o, const char *value,
			struct error *e)
{
	if (strcmp(o->name, "port") == 0) {
		cli->port = value;
	} else if (strcmp(o->name, "source") == 0) {
		cli->source = value;
	} else if (strcmp(o->name, "memory") == 0) {
		cli->memory = value;
	} else if (strcmp(o->name, "set") == 0) {
		/* Looked at here, because "open" takes a word that is no option for an address. */
		struct sockopt_values unused;

		return sockopt_parse_assignment(value, &unused, e) &&
		       add_option(cli, value, NULL, e);
	} else if (cli->join_count == CLI_LIST_MAX) {
		return err_set(e, ERR_LIMIT, "more than %d groups: GROUP+N joins N in a row",
			       CLI_LIST_MAX);
	} else {
		cli->joins[cli->join_count++] = value;
	}
	return true;
}

static bool take(struct cli *cli, const struct cli_option *o, const char *value, struct error *e)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "listen", &cli->listen },   { "ipv4", &cli->ipv4 },
		{ "ipv6", &cli->ipv6 },       { "numeric", &cli->numeric },
		{ "verbose", &cli->verbose }, { "connect", &cli->connect },
		{ "demo", &cli->demo },       { "no-rc", &cli->no_rc },
		{ "help", &cli->help },       { "version", &cli->version },
	};

	if (o->socket_option) {
		/* The letter -M means both TTLs, as its help says. */
		if (strcmp(o->name, "ttl") == 0 && !add_option(cli, "multicast-ttl", value, e))
			return false;
		return add_option(cli, o->socket_option, value, e);
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(o->name, flags[i].name) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	return take_valued(cli, o, value, e);
}

/* What fits together is known only once all has been read. */
static bool check(const struct cli *cli, struct error *e)
{
	if (cli->help || cli->version)
		return true;
	if (cli->ipv4 && cli->ipv6)
		return err_set(e, ERR_USAGE, "-4 and -6 exclude each other");
	if (cli->listen && cli->connect)
		return err_set(e, ERR_USAGE, "-l hears everybody, --connect one peer only");
	if (cli->connect && !cli->word_count)
		return err_set(e, ERR_USAGE, "--connect wants HOST PORT");
	if (cli->listen && !cli->word_count && !cli->port)
		return err_set(e, ERR_USAGE, "-l wants a port: -l [ADDR] PORT");
	if (cli->demo && (cli->word_count || cli->listen))
		return err_set(e, ERR_USAGE,
			       "--demo brings its own sockets: no HOST, PORT or -l with it");
	if (cli->word_count > 2)
		return err_set(e, ERR_USAGE, "\"%s\" is too much", cli->words[2]);
	return true;
}

bool cli_parse(struct cli *cli, int argc, char **argv, struct error *e)
{
	struct option longs[OPTION_COUNT + 1];
	char letters[2 * OPTION_COUNT + 2] = ":";
	size_t n = 1;
	int value;

	*cli = (struct cli){ 0 };
	memset(longs, 0, sizeof(longs));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct cli_option *o = &cli_options[i];

		longs[i] = (struct option){ o->name, o->arg ? required_argument : no_argument, NULL,
					    value_of(i) };
		if (o->letter)
			letters[n++] = o->letter;
		if (o->letter && o->arg)
			letters[n++] = ':';
	}
	opterr = 0;
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct cli_option *o = row_of(value);

		if (value == ':')
			return err_set(e, ERR_USAGE, "%s wants a value", argv[optind - 1]);
		if (!o && strncmp(argv[optind - 1], "--", 2) == 0)
			return err_set(e, ERR_USAGE,
				       "%s: no option, more than one, or it takes no value",
				       argv[optind - 1]);
		if (!o)
			return err_set(e, ERR_USAGE, "unknown option -%c", optopt);
		if (!take(cli, o, optarg, e))
			return false;
	}
	for (int i = optind; i < argc; i++)
		if (cli->word_count < 3)
			cli->words[cli->word_count++] = argv[i];
	return check(cli, e);
}

void cli_done(struct cli *cli)
{
	for (size_t i = 0; i < cli->option_count; i++)
		free(cli->options[i]);
	*cli = (struct cli){ 0 };
}

void cli_usage(struct buf *out)
{
	buf_str(out, "usage: udpdeck [OPTIONS] HOST PORT\n"
		     "       udpdeck [OPTIONS] -l [ADDR] PORT\n"
		     "       udpdeck [OPTIONS] udp://HOST:PORT\n"
		     "       udpdeck --demo\n");
}

static void option_row(struct buf *out, const struct cli_option *o)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s --%s%s%s", o->letter ? '-' : ' ',
		 o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name, o->arg ? " " : "",
		 o->arg ? o->arg : "");
	buf_printf(out, "  %-32s %s\n", left, o->help);
}

static void commands_topic(struct buf *out, const struct command_set *set)
{
	const struct command *row;

	for (size_t i = 0; (row = command_at(set, i)); i++)
		if (!(row->flags & CMD_HIDDEN))
			buf_printf(out, "%s\t%s\t%s\n", row->name, row->args, row->help);
}

static void options_topic(struct buf *out)
{
	for (const struct sockopt *o = sockopts; o->name; o++) {
		buf_printf(out, "%s\t", o->name);
		sockopt_format_range(o, out);
		buf_printf(out, "\t%s\n", o->help);
	}
}

static void keys_topic(struct buf *out)
{
	for (const struct key *k = keys; k->name; k++)
		if (k->help)
			buf_printf(out, "%s\t%s\t%s\n", k->name, k->command, k->help);
}

static void payloads_topic(struct buf *out)
{
	struct buf form, help;

	buf_init(&form, 64);
	buf_init(&help, 256);
	for (size_t i = 0; field_help(i, &form, &help); i++)
		buf_printf(out, "%s\t%s\n", buf_cstr(&form), buf_cstr(&help));
	buf_done(&form);
	buf_done(&help);
}

bool cli_help(struct buf *out, const char *topic, const struct command_set *set)
{
	if (strcmp(topic, "commands") == 0) {
		commands_topic(out, set);
	} else if (strcmp(topic, "options") == 0) {
		options_topic(out);
	} else if (strcmp(topic, "keys") == 0) {
		keys_topic(out);
	} else if (strcmp(topic, "payloads") == 0) {
		payloads_topic(out);
	} else if (topic[0] == '\0') {
		cli_usage(out);
		buf_str(out, "\nnetcat for UDP with a cockpit.\n\n");
		for (const struct cli_option *o = cli_options; o->name; o++)
			option_row(out, o);
	} else {
		return false;
	}
	return true;
}
