/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "payload/field.h"
#include "ui/keys.h"
#include "util/near.h"
#include "util/num.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAG(member) CLI_FLAG, offsetof(struct cli, member), NULL, false
#define FRONT_FLAG(member) CLI_FLAG, offsetof(struct cli, member), NULL, true
#define WORD(member) CLI_WORD, offsetof(struct cli, member), NULL, false
#define FRONT_WORD(member) CLI_WORD, offsetof(struct cli, member), NULL, true
#define ONE_FILE(member) CLI_FILE, offsetof(struct cli, member), NULL, false
#define LIST(member) CLI_LIST, offsetof(struct cli, member), NULL, false
#define SOCKET(option) CLI_SOCKET, 0, option, false
#define SCRIPT CLI_SCRIPT, 0, NULL, false

const struct cli_option cli_options[] = {
	{ 'l', "listen", NULL, FLAG(listen), "bind [ADDR] PORT and hear everybody" },
	{ 'p', "port", "PORT", WORD(port), "source port" },
	{ 's', "source", "ADDR", WORD(source), "source address" },
	{ '4', "ipv4", NULL, FLAG(ipv4), "IPv4 only" },
	{ '6', "ipv6", NULL, FLAG(ipv6), "IPv6 only" },
	{ 'n', "numeric", NULL, FLAG(numeric), "look up no names" },
	{ 'v', "verbose", NULL, FLAG(verbose), "say more on stderr; print what is sent too" },
	{ 'u', "udp", NULL, FLAG(ignored), "accepted: always so" },
	{ 'k', "keep-open", NULL, FLAG(ignored), "accepted: always so" },
	{ 'N', "shutdown", NULL, FLAG(ignored), "accepted: UDP has no end of a connection" },
	{ 'b', "broadcast", NULL, SOCKET("broadcast"), "allow sending to broadcast addresses" },
	{ 'j', "join", "[SRC@]GROUP[%IF]", LIST(joins), "join a multicast group; repeatable" },
	{ 'M', "ttl", "N", SOCKET("ttl"), "TTL or hop limit, unicast and multicast" },
	{ 'T', "tos", "NAME", SOCKET("tos"), "DSCP or TOS by name or number" },
	{ 'I', "rcvbuf", "N", SOCKET("rcvbuf"), "receive buffer in bytes" },
	{ 'O', "sndbuf", "N", SOCKET("sndbuf"), "send buffer in bytes" },
	{ 0, "device", "IF", SOCKET("device"), "bind to an interface" },
	{ 0, "reuseaddr", NULL, SOCKET("reuseaddr"), "share the port: SO_REUSEADDR" },
	{ 0, "reuseport", NULL, SOCKET("reuseport"), "share the port: SO_REUSEPORT" },
	{ 0, "set", "NAME=V", LIST(options), "any other socket option; repeatable" },
	{ 0, "connect", NULL, FLAG(connect),
	  "connect in the kernel's sense: only HOST:PORT is heard" },
	{ 'x', "hex", NULL, FRONT_FLAG(hex), "input is hex, a datagram a line" },
	{ 'e', "escapes", NULL, FRONT_FLAG(escapes), "input has \\n, \\xHH and ${...}" },
	{ 0, "whole", NULL, FRONT_FLAG(whole), "all of the input is one datagram" },
	{ 0, "eol", "keep|none|lf|crlf", FRONT_WORD(eol_word), "line ends of the input (keep)" },
	{ 'C', "crlf", NULL, FRONT_FLAG(crlf), "--eol crlf" },
	{ 'i', "interval", "D", FRONT_WORD(interval_word), "pause between lines" },
	{ 'w', "wait", "D", FRONT_WORD(idle_word), "stop when nothing came for D" },
	{ 'W', "count", "N", FRONT_WORD(count_word), "stop after N datagrams were received" },
	{ 'q', "linger", "D", FRONT_WORD(linger_word), "wait D after the end of input" },
	{ 'o', "output", "FORMAT", FRONT_WORD(format_word), "print raw, text, hex, json or csv" },
	{ 0, "force-raw", NULL, FRONT_FLAG(force_raw), "print raw on a terminal too" },
	{ 'c', "command", "COMMAND", SCRIPT, "run a command; repeatable" },
	{ 'f', "file", "FILE", SCRIPT, "run the commands of a file, - is stdin; repeatable" },
	{ 0, "stay", NULL, FLAG(stay), "go on after the commands of -c and -f" },
	{ 'd', "no-stdin", NULL, FRONT_FLAG(no_stdin), "do not read stdin" },
	{ 'z', "scan", NULL, FRONT_FLAG(scan), "an empty datagram to each port: who answers?" },
	{ 0, "ready-fd", "N", WORD(ready_word),
	  "write ADDR:PORT of each socket there, once bound" },
	{ 0, "record", "FILE", ONE_FILE(record),
	  "write what is sent and received as pcapng, - is stdout" },
	{ 0, "read", "FILE", ONE_FILE(read), "read a pcap or pcapng file first, - is stdin" },
	{ 0, "memory", "SIZE", WORD(memory_word), "memory for packets kept (256MiB)" },
	{ 0, "plain", NULL, FLAG(plain), "a prompt and lines instead of the screen" },
	{ 0, "demo", NULL, FLAG(demo), "loopback services to play with" },
	{ 0, "no-rc", NULL, FLAG(no_rc), "do not run the commands of the rc file" },
	{ 'h', "help", NULL, FLAG(help), "this help; --help commands, keys, addresses ...: more" },
	{ 'V', "version", NULL, FLAG(version), "the version" },
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

static void *member(struct cli *cli, const struct cli_option *o)
{
	return (char *)cli + o->offset;
}

static bool add(struct cli_list *list, const char *option, const char *name, const char *value,
		struct error *e)
{
	size_t n = strlen(name) + strlen(value ? value : "") + 2;
	char *word;

	if (list->count == CLI_LIST_MAX)
		return err_set(e, ERR_LIMIT, "--%s is given more than %d times", option,
			       CLI_LIST_MAX);
	word = malloc(n);
	if (!word)
		return err_set(e, ERR_LIMIT, "no memory for the options");
	snprintf(word, n, "%s%s%s", name, *name && value ? "=" : "", value ? value : "");
	list->items[list->count++] = word;
	return true;
}

static bool take_socket_option(struct cli *cli, const struct cli_option *o, const char *value,
			       struct error *e)
{
	struct sockopt_value unused;

	if (!sockopt_parse(sockopt_find(o->socket_option, NULL), value, &unused, e) ||
	    !add(&cli->options, o->name, o->socket_option, value, e))
		return false;
	/* The letter -M means both TTLs, as its help says. */
	return strcmp(o->name, "ttl") != 0 ||
	       add(&cli->options, o->name, "multicast-ttl", value, e);
}

static bool take_script(struct cli *cli, const struct cli_option *o, const char *value,
			struct error *e)
{
	if (cli->script_count == CLI_LIST_MAX)
		return err_set(e, ERR_LIMIT, "-c and -f are given more than %d times",
			       CLI_LIST_MAX);
	cli->scripts[cli->script_count++] = (struct cli_script){ o->letter == 'f', value };
	return true;
}

static bool take(struct cli *cli, const struct cli_option *o, const char *value, struct error *e)
{
	struct sockopt_values unused;

	switch (o->kind) {
	case CLI_FLAG:
		*(bool *)member(cli, o) = true;
		return true;
	case CLI_WORD:
		*(const char **)member(cli, o) = value;
		return true;
	case CLI_FILE:
		if (*(const char **)member(cli, o))
			return err_set(e, ERR_LIMIT, "--%s is given twice", o->name);
		*(const char **)member(cli, o) = value;
		return true;
	case CLI_LIST:
		/* Looked at here, because "open" takes a word that is no option for an address. */
		if (strcmp(o->name, "set") == 0 && !sockopt_parse_assignment(value, &unused, e))
			return false;
		return add(member(cli, o), o->name, "", value, e);
	case CLI_SOCKET:
		return take_socket_option(cli, o, value, e);
	case CLI_SCRIPT:
		return take_script(cli, o, value, e);
	}
	return false;
}

/* ---- what the words mean ---- */

static bool read_duration(const char *option, const char *word, uint64_t *out, struct error *e)
{
	if (word && !num_parse_duration(word, out, e))
		return err_prefix(e, "%s: ", option);
	return true;
}

static bool read_line_end(struct cli *cli, struct error *e)
{
	static const char *const names[] = {
		[LINE_END_KEEP] = "keep",
		[LINE_END_NONE] = "none",
		[LINE_END_LF] = "lf",
		[LINE_END_CRLF] = "crlf",
	};

	if (cli->crlf)
		cli->input.line_end = LINE_END_CRLF;
	if (!cli->eol_word)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], cli->eol_word) == 0) {
			cli->input.line_end = (enum input_line_end)i;
			return true;
		}
	}
	return err_set(e, ERR_USAGE, "--eol: \"%s\" is none of keep, none, lf, crlf",
		       cli->eol_word);
}

static bool read_numbers(struct cli *cli, struct error *e)
{
	int64_t n;

	if (cli->memory_word &&
	    !num_parse_size(cli->memory_word, 4u << 20, UINT64_C(1) << 40, &cli->memory, e))
		return err_prefix(e, "--memory: ");
	if (cli->count_word) {
		if (!num_parse_int(cli->count_word, 1, INT64_MAX, &n, e))
			return err_prefix(e, "-W: ");
		cli->max_count = (uint64_t)n;
	}
	cli->ready_fd = -1;
	if (cli->ready_word) {
		if (!num_parse_int(cli->ready_word, 1, 1023, &n, e))
			return err_prefix(e, "--ready-fd: ");
		cli->ready_fd = (int)n;
	}
	return true;
}

static bool read_words(struct cli *cli, struct error *e)
{
	cli->input.whole = cli->whole;
	if (cli->hex || cli->escapes)
		cli->input.notation = cli->hex ? NOTATION_HEX : NOTATION_TEXT;
	return read_numbers(cli, e) && read_line_end(cli, e) &&
	       read_duration("-i", cli->interval_word, &cli->interval, e) &&
	       read_duration("-w", cli->idle_word, &cli->idle, e) &&
	       read_duration("-q", cli->linger_word, &cli->linger, e) &&
	       (!cli->format_word || writer_find(cli->format_word, &cli->format, e));
}

/* What fits together is known only once all has been read. */
static bool check_sockets(const struct cli *cli, struct error *e)
{
	/* As a script's empty variable makes them. */
	if (cli->source && !cli->source[0])
		return err_set(e, ERR_USAGE, "-s: an address is missing");
	if (cli->port && !cli->port[0])
		return err_set(e, ERR_USAGE, "-p: a port is missing");
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
	if (cli->scan && (cli->listen || cli->connect || cli->word_count != 2))
		return err_set(e, ERR_USAGE, "-z wants HOST PORT or HOST LOW-HIGH");
	if (cli->scan && cli->script_count)
		return err_set(e, ERR_USAGE, "-z runs no commands: no -c or -f with it");
	if (cli->scan && cli->format_word && cli->format != WRITER_TEXT &&
	    cli->format != WRITER_JSON)
		return err_set(e, ERR_USAGE, "-z prints text or json: no -o %s", cli->format_word);
	if (cli->word_count > 2)
		return err_set(e, ERR_USAGE, "\"%s\" is too much", cli->words[2]);
	return true;
}

static bool reads_stdin(const struct cli *cli)
{
	for (size_t i = 0; i < cli->script_count; i++)
		if (cli->scripts[i].is_file && strcmp(cli->scripts[i].text, "-") == 0)
			return true;
	return false;
}

static bool check_input(const struct cli *cli, struct error *e)
{
	if (cli->hex && cli->escapes)
		return err_set(e, ERR_USAGE, "-x and -e exclude each other");
	if (cli->crlf && cli->eol_word)
		return err_set(e, ERR_USAGE, "-C and --eol exclude each other");
	if (cli->whole && (cli->crlf || cli->eol_word || cli->interval_word))
		return err_set(e, ERR_USAGE, "--whole sends one datagram: no --eol, -C or -i");
	if (cli->record && strcmp(cli->record, "-") == 0 && cli->format_word)
		return err_set(e, ERR_USAGE, "--record - takes stdout: no -o with it");
	if (cli->read && strcmp(cli->read, "-") == 0 && reads_stdin(cli))
		return err_set(e, ERR_USAGE, "--read - and -f - cannot both read stdin");
	if (cli->stay && !cli->script_count)
		return err_set(e, ERR_USAGE, "--stay goes with -c or -f");
	if (cli->stay && reads_stdin(cli))
		return err_set(e, ERR_USAGE,
			       "-f - reads all of stdin: nothing is left to stay for");
	if (cli->plain && cli_is_unscreened(cli))
		return err_set(e, ERR_USAGE, "--plain is a prompt: no -o, -w, -x, -c ... with it");
	return true;
}

static bool check(struct cli *cli, struct error *e)
{
	if (cli->help || cli->version)
		return true;
	return read_words(cli, e) && check_sockets(cli, e) && check_input(cli, e);
}

bool cli_only_reads(const struct cli *cli)
{
	return cli->read && !cli->script_count && !cli->listen && !cli->word_count && !cli->port &&
	       !cli->source && !cli->options.count && !cli->joins.count && !cli->demo;
}

bool cli_is_unscreened(const struct cli *cli)
{
	for (const struct cli_option *o = cli_options; o->name; o++) {
		const void *at = (const char *)cli + o->offset;

		if (o->unscreened &&
		    (o->kind == CLI_FLAG ? *(const bool *)at : *(const char *const *)at != NULL))
			return true;
	}
	return cli->script_count && !cli->stay;
}

/* What getopt_long() answers '?' to: optopt is the letter, the row of a long option that was given
 * a value, or 0 where no long option, or more than one, begins like the word. */
static bool unknown(const char *word, struct error *e)
{
	const struct cli_option *o = row_of(optopt);
	struct near near;
	struct buf names;

	if (o)
		return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
	if (optopt)
		return err_set(e, ERR_USAGE, "unknown option -%c", optopt);
	buf_init(&names, 256);
	near_init(&near, word + strlen("--"));
	for (o = cli_options; o->name; o++)
		near_offer(&near, o->name);
	near_format(&near, &names);
	err_set(e, ERR_USAGE, "no option %s%s", word, buf_cstr(&names));
	buf_done(&names);
	return false;
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
		if (!o)
			return unknown(argv[optind - 1], e);
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
	for (size_t i = 0; i < cli->options.count; i++)
		free(cli->options.items[i]);
	for (size_t i = 0; i < cli->joins.count; i++)
		free(cli->joins.items[i]);
	*cli = (struct cli){ 0 };
}

void cli_usage(struct buf *out)
{
	buf_str(out, "usage: udpdeck [OPTIONS] HOST PORT\n"
		     "       udpdeck [OPTIONS] -l [ADDR] PORT\n"
		     "       udpdeck [OPTIONS] udp://HOST:PORT\n"
		     "       udpdeck [OPTIONS] -c COMMAND ...\n"
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

/* Those that are no table which the manual is checked by: as "help" shows them. */
static bool shown_topic(struct buf *out, const char *topic)
{
	struct listing l;
	bool known;

	listing_init(&l);
	known = command_topic(topic, &l);
	for (size_t i = 0; i < l.count; i++)
		buf_printf(out, "%s\n", listing_text(&l, i));
	listing_done(&l);
	return known;
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
		return shown_topic(out, topic);
	}
	return true;
}
