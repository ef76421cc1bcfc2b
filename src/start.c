/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "start.h"

#include "util/num.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* After a failure: turns the loop if a name is looked up, which is no error of the caller. */
static bool await_name(struct session *s, const struct error *why, struct error *e)
{
	if (why->code != ERR_PENDING) {
		if (e)
			*e = *why;
		return false;
	}
	if (!loop_turn(s->loop, UINT64_MAX, e))
		return false;
	if (loop_stopped(s->loop))
		return err_set(e, ERR_STATE, "interrupted while a name was looked up");
	return true;
}

/* One command line, formatted, run until it no longer waits for a name. */
static bool run(struct session *s, struct face *face, const struct command_set *set,
		const char *line, struct error *e)
{
	struct error why = { .at = -1 };

	while (!command_run(s, face, set, line, false, &why))
		if (!await_name(s, &why, e))
			return false;
	return true;
}

/* ---- the rc file ---- */

static bool rc_path(char *path, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	if (config && config[0] == '/')
		n = snprintf(path, size, "%s/udpdeck/rc", config);
	else if (home && home[0] == '/')
		n = snprintf(path, size, "%s/.config/udpdeck/rc", home);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

struct rc {
	enum script_status status;
	struct error e;
};

static void rc_ended(void *ctx, enum script_status status, const struct error *e)
{
	struct rc *rc = ctx;

	rc->status = status;
	rc->e = *e;
}

/* An ordinary file that may be read; false with e unset where there is none. */
static bool has_rc(const char *path, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0 || access(path, R_OK) < 0) {
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			err_sys(e, errno, "%s", path);
		return false;
	}
	return S_ISREG(st.st_mode) || err_set(e, ERR_USAGE, "%s is no ordinary file", path);
}

/* While it runs the face pokes this runner. */
static bool run_rc(struct script *sc, struct session *s, struct face *face, const struct rc *rc,
		   struct error *e)
{
	struct script *home = face->script;
	bool ok = true;

	face->script = sc;
	script_start(sc);
	while (ok && !script_is_idle(sc)) {
		ok = loop_turn(s->loop, UINT64_MAX, e);
		if (ok && loop_stopped(s->loop))
			break;
	}
	face->script = home;
	if (ok && rc->status != SCRIPT_DONE) {
		*e = rc->e;
		return false;
	}
	return ok;
}

bool start_rc(struct session *s, struct face *face, const struct command_set *set, struct error *e)
{
	struct rc rc = { .status = SCRIPT_DONE };
	const struct script_events events = { .ctx = &rc, .ended = rc_ended };
	struct command_set shared = *set;
	char path[4096];
	struct script *sc;
	bool ok;

	*e = (struct error){ .at = -1 };
	if (!rc_path(path, sizeof(path)) || !has_rc(path, e))
		return e->code == ERR_NONE;
	shared.shared = true;
	sc = script_new(s, face, &shared, &events, e);
	ok = sc && script_add_file(sc, path, e) && run_rc(sc, s, face, &rc, e);
	script_free(sc);
	return ok;
}

/* In front of the commands, which then have it all. */
static bool start_read(const struct cli *cli, struct script *sc, struct error *e)
{
	struct buf line;
	bool ok;

	if (!cli->read)
		return true;
	buf_init(&line, COMMAND_LINE_MAX);
	buf_printf(&line, "read %s", cli->read);
	ok = script_add_option(sc, "--read", buf_cstr(&line), e);
	buf_done(&line);
	return ok;
}

bool start_scripts(const struct cli *cli, struct script *sc, struct error *e)
{
	if (!start_read(cli, sc, e))
		return false;
	for (size_t i = 0; i < cli->script_count; i++) {
		const struct cli_script *given = &cli->scripts[i];

		if (!(given->is_file ? script_add_file : script_add_line)(sc, given->text, e))
			return false;
	}
	if (cli->idle_word)
		script_set_timeout(sc, cli->idle);
	script_start(sc);
	return true;
}

static bool start_record(const struct cli *cli, struct session *s, struct face *face,
			 const struct command_set *set, struct error *e)
{
	struct buf line;
	bool ok;

	if (!cli->record)
		return true;
	buf_init(&line, COMMAND_LINE_MAX);
	buf_printf(&line, "record %s", cli->record);
	ok = run(s, face, set, buf_cstr(&line), e);
	if (!ok && e)
		e->at = -1;
	buf_done(&line);
	if (!ok && e && e->code == ERR_STATE && e->errnum == EEXIST)
		return err_set(e, ERR_STATE,
			       "--record: %s is there already: -c 'record FILE --force' "
			       "overwrites it",
			       cli->record);
	return ok || err_prefix(e, "--record: ");
}

/* ---- sockets ---- */

static const char *family_word(const struct cli *cli, int family)
{
	if (cli->ipv4 || family == AF_INET)
		return "udp4";
	if (cli->ipv6 || family == AF_INET6)
		return "udp6";
	return "udp";
}

/* "open udp4 ADDR:PORT OPTION=V ..." */
static bool open_socket(const struct cli *cli, int family, const char *addr, const char *port,
			struct session *s, struct face *face, const struct command_set *set,
			struct error *e)
{
	struct addr literal;
	bool v6 = addr && addr[0] != '[' && addr_parse_ip(addr, &literal, NULL) &&
		  literal.family == AF_INET6;
	struct buf line;
	bool ok;

	buf_init(&line, COMMAND_LINE_MAX);
	buf_printf(&line, "open %s", family_word(cli, family));
	if (addr || port)
		buf_printf(&line, " %s%s%s%s%s", v6 ? "[" : "", addr ? addr : "", v6 ? "]" : "",
			   port ? ":" : "", port ? port : "");
	for (size_t i = 0; i < cli->options.count; i++)
		buf_printf(&line, " %s", cli->options.items[i]);
	ok = run(s, face, set, buf_cstr(&line), e);
	if (!ok && e)
		e->at = -1; /* the column would be one of a line that nobody typed */
	buf_done(&line);
	return ok;
}

/* HOST and PORT, the latter NULL where HOST holds it. */
static bool resolve(const struct cli *cli, const char *port, struct session *s, struct addr *out,
		    struct error *e)
{
	int family = cli->ipv4 ? AF_INET : cli->ipv6 ? AF_INET6 : AF_UNSPEC;
	struct error why = { .at = -1 };
	struct addr_name name;

	if (!addr_split(cli->words[0], port, &name, e))
		return false;
	if (!name.service[0])
		return err_set(e, ERR_SYNTAX, "%s: a port is missing", cli->words[0]);
	if (!name.host[0])
		return err_set(e, ERR_SYNTAX, "%s: a host is missing (-l listens)", cli->words[0]);
	while (!resolve_name(s->resolver, &name, family, false, out, &why))
		if (!await_name(s, &why, e))
			return false;
	return true;
}

/* HOST PORT: a socket of the right family on a port of its own, the target pinned. */
static bool start_client(const struct cli *cli, struct session *s, struct face *face,
			 const struct command_set *set, struct error *e)
{
	struct addr dest;
	struct buf line;
	bool ok;

	if (!resolve(cli, cli->word_count > 1 ? cli->words[1] : NULL, s, &dest, e) ||
	    !open_socket(cli, dest.family, cli->source, cli->port, s, face, set, e))
		return false;
	buf_init(&line, 256);
	buf_str(&line, cli->connect ? "connect " : "to ");
	addr_format(&line, &dest);
	ok = run(s, face, set, buf_cstr(&line), e);
	buf_done(&line);
	return ok;
}

/* -l [ADDR] PORT, -l ADDR:PORT, or -l with -s and -p. */
static bool start_listener(const struct cli *cli, struct session *s, struct face *face,
			   const struct command_set *set, struct error *e)
{
	const char *addr = cli->source, *port = cli->port;

	if (cli->word_count && cli->port)
		return err_set(e, ERR_SYNTAX, "the port is given twice: \"%s\" and -p %s",
			       cli->words[cli->word_count - 1], cli->port);
	if (cli->word_count == 2) {
		addr = cli->words[0];
		port = cli->words[1];
	} else if (cli->word_count == 1 && strchr(cli->words[0], ':')) {
		addr = cli->words[0];
	} else if (cli->word_count == 1) {
		port = cli->words[0];
	}
	return open_socket(cli, AF_UNSPEC, addr, port, s, face, set, e);
}

static bool join_groups(const struct cli *cli, struct session *s, struct face *face,
			const struct command_set *set, struct error *e)
{
	char line[512];

	for (size_t i = 0; i < cli->joins.count; i++) {
		snprintf(line, sizeof(line), "join %s", cli->joins.items[i]);
		if (!run(s, face, set, line, e)) {
			if (e)
				e->at = -1;
			return false;
		}
	}
	return true;
}

static bool start_demo(const struct cli *cli, struct session *s, struct face *face,
		       const struct command_set *set, struct demo **demo, struct buf *hint,
		       struct error *e)
{
	struct addr echo, talker;
	struct buf line;
	bool ok;

	if (!open_socket(cli, AF_INET, NULL, cli->port, s, face, set, e) ||
	    !run(s, face, set, "join " DEMO_GROUP "%lo", e))
		return false;
	*demo = demo_new(s->loop, s->clock, s->current->sock.local.port, e);
	if (!*demo)
		return false;
	echo = demo_echo(*demo);
	talker = demo_talker(*demo);
	buf_init(&line, 256);
	buf_str(&line, "to ");
	addr_format(&line, &echo);
	ok = run(s, face, set, buf_cstr(&line), e);
	buf_done(&line);
	buf_str(hint, "type hello, Enter: the echo answers. :to ");
	addr_format(hint, &talker);
	buf_str(hint, " talks. F1 helps");
	return ok;
}

bool start_session(const struct cli *cli, struct session *s, struct face *face,
		   const struct command_set *set, struct demo **demo, struct buf *hint,
		   struct error *e)
{
	bool ok = true;

	if (!start_record(cli, s, face, set, e))
		return false;
	if (cli->demo)
		ok = start_demo(cli, s, face, set, demo, hint, e);
	else if (cli->listen)
		ok = start_listener(cli, s, face, set, e);
	else if (cli->word_count)
		ok = start_client(cli, s, face, set, e);
	else if (cli->port || cli->source || cli->options.count || cli->joins.count)
		ok = open_socket(cli, AF_UNSPEC, cli->source, cli->port, s, face, set, e);
	else if (!s->socket_count && !cli->read)
		buf_str(hint, "no socket yet: F2 or :open 0.0.0.0:5000, :to HOST PORT; F1 helps");
	return ok && join_groups(cli, s, face, set, e);
}

bool start_scan(const struct cli *cli, struct session *s, struct face *face,
		const struct command_set *set, struct addr *first, uint16_t *last, struct error *e)
{
	const char *dash = strchr(cli->words[1], '-');
	char low[8] = "";
	int64_t high = 0;

	/* A service's name may hold a dash: only digits make a range. */
	if (dash && strspn(cli->words[1], "0123456789") == (size_t)(dash - cli->words[1]) &&
	    (size_t)(dash - cli->words[1]) < sizeof(low)) {
		memcpy(low, cli->words[1], (size_t)(dash - cli->words[1]));
		if (!num_parse_int(dash + 1, 1, 65535, &high, e))
			return err_prefix(e, "%s: ", cli->words[1]);
	}
	if (!start_record(cli, s, face, set, e))
		return false;
	if (!resolve(cli, low[0] ? low : cli->words[1], s, first, e) ||
	    !open_socket(cli, first->family, cli->source, cli->port, s, face, set, e))
		return false;
	*last = high ? (uint16_t)high : first->port;
	if (*last < first->port)
		return err_set(e, ERR_RANGE, "%s: the range is empty", cli->words[1]);
	return true;
}

bool start_check_ready(const struct cli *cli, struct error *e)
{
	int flags = cli->ready_fd < 0 ? O_WRONLY : fcntl(cli->ready_fd, F_GETFL);

	if (flags < 0)
		return err_sys(e, errno, "--ready-fd %d", cli->ready_fd);
	return (flags & O_ACCMODE) != O_RDONLY ||
	       err_set(e, ERR_USAGE, "--ready-fd %d is not open for writing", cli->ready_fd);
}

bool start_tell_ready(const struct cli *cli, const struct session *s, struct error *e)
{
	struct buf lines;
	bool ok = true;

	if (cli->ready_fd < 0)
		return true;
	buf_init(&lines, 64u << 10);
	for (size_t i = 0; i < s->socket_count; i++) {
		addr_format(&lines, &s->sockets[i]->sock.local);
		buf_char(&lines, '\n');
	}
	if (write(cli->ready_fd, buf_cstr(&lines), lines.len) != (ssize_t)lines.len)
		ok = err_sys(e, errno, "--ready-fd %d", cli->ready_fd);
	buf_done(&lines);
	if (cli->ready_fd > STDERR_FILENO)
		close(cli->ready_fd);
	return ok;
}
