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

#define RC_BYTES_MAX (1 << 20)

/* One command line, formatted, run until it no longer waits for a name. */
static bool run(struct session *s, struct face *face, const struct command_set *set,
		const char *line, struct error *e)
{
	while (!command_run(s, face, set, line, false, e)) {
		if (!e || e->code != ERR_PENDING)
			return false;
		if (!loop_turn(s->loop, UINT64_MAX, e))
			return false;
		if (loop_stopped(s->loop))
			return err_set(e, ERR_STATE, "interrupted while a name was looked up");
	}
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

static bool rc_line(struct session *s, struct face *face, const struct command_set *set,
		    const char *path, unsigned number, char *line, struct error *e)
{
	size_t start = line[0] == ':';

	line[strcspn(line, "\n")] = '\0';
	if (run(s, face, set, line + start, e))
		return true;
	if (e && e->at >= 0)
		return err_prefix(e, "%s:%u:%zu: ", path, number,
				  start + text_column(line + start, strlen(line + start),
						      (size_t)e->at));
	return err_prefix(e, "%s:%u: ", path, number);
}

/* An ordinary file of a size that a person writes; NULL with e unset where there is none. */
static FILE *open_rc(const char *path, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			err_sys(e, errno, "%s", path);
		return NULL;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > RC_BYTES_MAX) {
		err_set(e, ERR_USAGE, "%s is no ordinary file of at most 1 MiB", path);
		close(fd);
		return NULL;
	}
	return fdopen(fd, "r");
}

bool start_rc(struct session *s, struct face *face, const struct command_set *set, struct error *e)
{
	struct error fault = { 0 };
	char path[4096], *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	bool ok = true;
	FILE *f;

	if (!rc_path(path, sizeof(path)))
		return true;
	f = open_rc(path, &fault);
	if (!f) {
		*e = fault;
		return fault.code == ERR_NONE;
	}
	while (ok && getline(&line, &room, f) >= 0)
		ok = rc_line(s, face, set, path, ++number, line, e);
	free(line);
	fclose(f);
	return ok;
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
	struct addr_name name;

	if (!addr_split(cli->words[0], port, &name, e))
		return false;
	if (!name.service[0])
		return err_set(e, ERR_USAGE, "%s: a port is missing", cli->words[0]);
	if (!name.host[0])
		return err_set(e, ERR_USAGE, "%s: a host is missing (-l listens)", cli->words[0]);
	while (!resolve_name(s->resolver, &name, family, false, out, e)) {
		if (!e || e->code != ERR_PENDING || !loop_turn(s->loop, UINT64_MAX, e))
			return false;
		if (loop_stopped(s->loop))
			return err_set(e, ERR_STATE, "interrupted while a name was looked up");
	}
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
		return err_set(e, ERR_USAGE, "the port is given twice: \"%s\" and -p %s",
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

	if (cli->demo)
		ok = start_demo(cli, s, face, set, demo, hint, e);
	else if (cli->listen)
		ok = start_listener(cli, s, face, set, e);
	else if (cli->word_count)
		ok = start_client(cli, s, face, set, e);
	else if (cli->port || cli->source || cli->options.count || cli->joins.count)
		ok = open_socket(cli, AF_UNSPEC, cli->source, cli->port, s, face, set, e);
	else if (!s->socket_count)
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
	if (!resolve(cli, low[0] ? low : cli->words[1], s, first, e) ||
	    !open_socket(cli, first->family, cli->source, cli->port, s, face, set, e))
		return false;
	*last = high ? (uint16_t)high : first->port;
	if (*last < first->port)
		return err_set(e, ERR_USAGE, "%s: the range is empty", cli->words[1]);
	return true;
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
