/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the program: help, input, quit. */
#include "command/args.h"
#include "command/complete.h"
#include "command/tables.h"
#include "match/filter.h"
#include "payload/field.h"

#include <stdio.h>
#include <string.h>

static const char *const payload_help[] = {
	"text\twhat is typed; \\n \\r \\t \\0 \\\\ \\$, \\xHH with exactly two digits, \\u{...}",
	"hex\tdigit pairs, parted by blanks : - or , ; 0x in front; \"text\" in between",
	"dump\ta pasted hex dump of xxd, hexdump -C, Wireshark or tcpdump -X is read as hex",
	"F5\trereads the same characters the other way",
	"${...}\ta field, in both; \\${ sends the characters; a sum is over what is before it",
	"${NAME}\tthe bytes of a variable: let NAME = PAYLOAD",
};

static const char *const address_help[] = {
	"HOST PORT\tas two words; a service name may stand for the port",
	"HOST:PORT\tin one word; udp://HOST:PORT too",
	"[V6%ZONE]:PORT\tIPv6 in brackets; link-local needs its interface",
	":PORT\tall addresses of this host, to bind",
	"@2\ta peer by its number; @2,@5 and A,B are lists",
	"#1201\tthe peer of that packet",
	"SRC@GROUP+N%IF\tN groups in a row, one source, on one interface; %all on every",
};

static const char *const expression_help[] = {
	"FIELD\tthe packet has it; of own and truncated: it is so",
	"FIELD == VALUE\tcompared by an operator that the field knows",
	"FIELD in { 1, 5..9 }\tone of these",
	"FIELD contains VALUE\ta part of it",
	"FIELD ~ /regex/flags\tmatched by it",
	"and or not ( )\talso && || !; not binds closest, then and",
	"data[0:2] text[-3:3]\tfrom an offset so many bytes; [4] is one, [-3:3] the last three",
	"10.0.0.0/8 10.0.0.9:53 :53\taddresses; [fe80::1%eth0]:69, @2 is a peer",
	"0001 00:01 0x0001\tbytes; \"text\" in quotes, with \\n \\xHH",
	"a field that a packet does not have makes a comparison false, != too",
};

static void topic_rows(struct listing *l, const char *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		listing_row(l, LISTING_PLAIN, NULL, "%s", rows[i]);
}

static void payloads_topic(struct listing *l)
{
	struct buf form, help;

	buf_init(&form, 64);
	buf_init(&help, 256);
	topic_rows(l, payload_help, sizeof(payload_help) / sizeof(payload_help[0]));
	for (size_t i = 0; field_help(i, &form, &help); i++)
		listing_row(l, LISTING_PLAIN, NULL, "%s\t%s", buf_cstr(&form), buf_cstr(&help));
	buf_done(&form);
	buf_done(&help);
}

/* Has one of the fields in front the same type? */
static bool type_was_told(size_t field, const char *type)
{
	struct filter_field f;

	for (size_t i = 0; i < field && filter_field_at(i, &f); i++)
		if (strcmp(f.type, type) == 0)
			return true;
	return false;
}

static void operator_rows(struct listing *l)
{
	struct filter_field f;
	const char *op;
	struct buf ops;

	buf_init(&ops, 100);
	for (size_t i = 0; filter_field_at(i, &f); i++) {
		if (type_was_told(i, f.type))
			continue;
		buf_reset(&ops);
		for (size_t k = 0; (op = filter_operator_at(f.name, strlen(f.name), k)); k++)
			buf_printf(&ops, "%s%s", k ? " " : "", op);
		listing_row(l, LISTING_PLAIN, NULL, "%s\t%s", f.type, buf_cstr(&ops));
	}
	buf_done(&ops);
}

static void expressions_topic(struct listing *l)
{
	struct filter_field f;

	topic_rows(l, expression_help, sizeof(expression_help) / sizeof(expression_help[0]));
	listing_row(l, LISTING_HEADING, NULL, "operators");
	operator_rows(l);
	listing_row(l, LISTING_HEADING, NULL, "fields");
	for (size_t i = 0; filter_field_at(i, &f); i++)
		listing_row(l, LISTING_PLAIN, NULL, "%s\t%s\t%s", f.name, f.type, f.help);
}

static void options_topic(struct listing *l)
{
	struct buf range;
	char command[64];

	buf_init(&range, 256);
	for (const struct sockopt *o = sockopts; o->name; o++) {
		buf_reset(&range);
		sockopt_format_range(o, &range);
		snprintf(command, sizeof(command), "set %s ", o->name);
		listing_row(l, LISTING_PLAIN, command, "%s\t%s\t%s%s", o->name, buf_cstr(&range),
			    o->help,
			    o->flags & SOCKOPT_BEFORE_BIND ? "; only before bind, with open" : "");
	}
	buf_done(&range);
}

bool command_topic(const char *name, struct listing *l)
{
	if (strcmp(name, "payloads") == 0)
		payloads_topic(l);
	else if (strcmp(name, "addresses") == 0)
		topic_rows(l, address_help, sizeof(address_help) / sizeof(address_help[0]));
	else if (strcmp(name, "expressions") == 0)
		expressions_topic(l);
	else if (strcmp(name, "options") == 0)
		options_topic(l);
	else
		return false;
	return true;
}

static bool topic(struct command_call *c, const char *name)
{
	struct listing *l = &c->listing;

	buf_printf(&l->title, "help: %s", name);
	return command_topic(name, l) || (c->face->help && c->face->help(c->face->ctx, name, l));
}

static void command_row(struct listing *l, const struct command *row)
{
	char command[64];

	snprintf(command, sizeof(command), "%s%s", row->name, row->args[0] ? " " : "");
	listing_row(l, LISTING_PLAIN, command, "%s%s%s\t%s", row->name, row->args[0] ? " " : "",
		    row->args, row->help);
}

/* Those of an area, whichever table they stand in. */
static void area_rows(struct command_call *c, const char *area)
{
	const struct command *row;

	listing_row(&c->listing, LISTING_HEADING, NULL, "%s", area);
	for (size_t i = 0; (row = command_at(c->set, i)); i++)
		if (!(row->flags & CMD_HIDDEN) && strcmp(row->area, area) == 0)
			command_row(&c->listing, row);
}

/* Is row i the first that help shows of its area? */
static bool begins_area(const struct command_set *set, size_t i)
{
	const struct command *row = command_at(set, i);

	for (size_t k = 0; k < i; k++)
		if (strcmp(command_at(set, k)->area, row->area) == 0)
			return false;
	return !(row->flags & CMD_HIDDEN);
}

/* All commands by area, in the order of the tables. */
static void all_commands(struct command_call *c)
{
	buf_str(&c->listing.title, "help: commands; also help keys, payloads, expressions, "
				   "addresses, options, COMMAND");
	if (c->face->help)
		c->face->help(c->face->ctx, "start", &c->listing);
	for (size_t i = 0; command_at(c->set, i); i++)
		if (begins_area(c->set, i))
			area_rows(c, command_at(c->set, i)->area);
}

static bool help_run(struct command_call *c, struct error *e)
{
	const struct command *row;

	if (c->word_count == 0) {
		all_commands(c);
		return true;
	}
	if (topic(c, c->words[0].text))
		return true;
	listing_reset(&c->listing);
	row = command_find(c->set, c->words[0].text, true, e);
	if (!row)
		return args_at(c, 0, e);
	buf_printf(&c->listing.title, "help: %s", row->name);
	listing_row(&c->listing, LISTING_PLAIN, row->name, "%s%s%s", row->name,
		    row->args[0] ? " " : "", row->args);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "%s", row->help);
	return true;
}

static void help_complete(struct command_completion *c)
{
	const struct command *row;

	completion_offer(c, "keys");
	completion_offer(c, "payloads");
	completion_offer(c, "expressions");
	completion_offer(c, "addresses");
	completion_offer(c, "options");
	for (size_t i = 0; (row = command_at(c->set, i)); i++)
		if (!(row->flags & CMD_HIDDEN))
			completion_offer(c, "%s", row->name);
}

static bool read_eol(const char *word, enum command_eol *out)
{
	static const char *const names[] = {
		[EOL_NONE] = "eol=none", [EOL_LF] = "eol=lf", [EOL_CRLF] = "eol=crlf"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i]) == 0) {
			*out = (enum command_eol)i;
			return true;
		}
	}
	return false;
}

static bool input_run(struct command_call *c, struct error *e)
{
	struct command_typing *t = c->face->typing(c->face->ctx), next = *t;

	for (size_t i = 0; i < c->word_count; i++) {
		const char *word = c->words[i].text;

		if (strcmp(word, "text") == 0)
			next.input = INPUT_TEXT;
		else if (strcmp(word, "hex") == 0)
			next.input = INPUT_HEX;
		else if (strcmp(word, "toggle") == 0)
			next.input = next.input == INPUT_TEXT ? INPUT_HEX : INPUT_TEXT;
		else if (!read_eol(word, &next.eol))
			return err_at(
				e, (ptrdiff_t)c->words[i].at,
				"\"%s\" is none of text, hex, toggle, eol=none, eol=lf, eol=crlf",
				word);
	}
	*t = next;
	return true;
}

static void input_complete(struct command_completion *c)
{
	static const char *const words[] = { "text", "hex", "eol=none", "eol=lf", "eol=crlf" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		completion_offer(c, "%s", words[i]);
}

static void binding_row(void *arg, const char *key, const char *command)
{
	struct command_call *c = arg;
	struct buf line;

	buf_init(&line, COMMAND_LINE_MAX);
	buf_printf(&line, "bind %s %s", key, command);
	listing_row(&c->listing, LISTING_PLAIN, buf_cstr(&line), "%s\t%s", key, command);
	buf_done(&line);
}

static void list_bindings(struct command_call *c)
{
	buf_str(&c->listing.title, "keys bound by bind; help keys lists all");
	if (c->face->bindings)
		c->face->bindings(c->face->ctx, binding_row, c);
	if (!c->listing.count)
		listing_row(&c->listing, LISTING_DIM, "bind F3 ",
			    "none is: \"bind F3 COMMAND\" binds one");
}

/* A key runs its command as it would be typed, so its verb may be a prefix. */
static bool check_verb(const struct command_call *c, const char *command, struct error *e)
{
	char verb[64];

	snprintf(verb, sizeof(verb), "%.*s", (int)strcspn(command, " \t"), command);
	if (command_find(c->set, verb, true, e))
		return true;
	if (e)
		e->at = (ptrdiff_t)c->payload_at + (command - c->payload);
	return false;
}

/* A face without keys takes it without a word, because all faces share the rc file. */
static bool bind_run(struct command_call *c, struct error *e)
{
	const char *blanks = " \t", *key = c->payload + strspn(c->payload, blanks);
	size_t n = strcspn(key, blanks);
	const char *command = key + n + strspn(key + n, blanks);
	char name[32];

	if (!n) {
		list_bindings(c);
		return true;
	}
	command += *command == ':';
	if (!*command)
		return err_at(e, (ptrdiff_t)(c->payload_at + c->payload_len),
			      "usage: bind KEY COMMAND");
	if (!c->face->bind) {
		command_keep(c);
		return true;
	}
	snprintf(name, sizeof(name), "%.*s", (int)n, key);
	if (!check_verb(c, command, e))
		return false;
	return c->face->bind(c->face->ctx, name, command, e) ||
	       err_shift(e, (ptrdiff_t)c->payload_at + (key - c->payload));
}

static bool quit_run(struct command_call *c, struct error *e)
{
	(void)e;
	c->face->quit(c->face->ctx);
	return true;
}

const struct command program_commands[] = {
	{ "help", "[WHAT]", "program", 0, 1, CMD_FIXED,
	  "this list, or help on keys, payloads, expressions, a command", .run = help_run,
	  .complete = help_complete },
	{ "input", "text|hex|toggle [eol=none|lf|crlf]", "program", 1, 2, 0,
	  "how typed lines are read, and what ends them", .run = input_run,
	  .complete = input_complete },
	{ "bind", "[KEY COMMAND]", "program", 0, -1, CMD_PAYLOAD,
	  "have a key of the screen run a command; without words list those", .run = bind_run },
	{ "quit", "", "program", 0, 0, CMD_FIXED, "leave udpdeck", .run = quit_run },
	{ 0 },
};
