/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who owns a port: /proc/net/udp has the inode, /proc/PID/fd who holds it. */
#include "net/owner.h"

#include "net/procfile.h"
#include "util/num.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "0100007F:1388" or 32 digits: words of 32 bits in the host's order. */
static bool parse_address(const char *hex, unsigned port, struct addr *out)
{
	size_t words = strlen(hex) / 8;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	uint32_t value[4] = { 0 };

	if (words != 1 && words != 4)
		return false;
	for (size_t i = 0; i < words; i++) {
		char word[9];

		memcpy(word, hex + 8 * i, 8);
		word[8] = '\0';
		value[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	memcpy(&in.sin_addr, value, sizeof(in.sin_addr));
	memcpy(&in6.sin6_addr, value, sizeof(in6.sin6_addr));
	if (words == 1)
		addr_from_sockaddr(out, (struct sockaddr *)&in, sizeof(in));
	else
		addr_from_sockaddr(out, (struct sockaddr *)&in6, sizeof(in6));
	out->port = (uint16_t)port;
	return true;
}

bool owner_parse_line(const char *line, bool six, struct owner_entry *out)
{
	struct owner_entry found = { .six = six };
	char local[33], peer[33];
	unsigned port, peer_port, uid;

	if (sscanf(line,
		   " %*u: %32[0-9A-Fa-f]:%x %32[0-9A-Fa-f]:%x %*x %*x:%*x %*x:%*x %*x %u %*u %lu",
		   local, &port, peer, &peer_port, &uid, &found.inode) != 6 ||
	    port > UINT16_MAX || peer_port > UINT16_MAX)
		return false;
	found.uid = uid;
	if (!parse_address(local, port, &found.local) ||
	    !parse_address(peer, peer_port, &found.peer))
		return false;
	if (!found.peer.port)
		found.peer = (struct addr){ 0 };
	*out = found;
	return true;
}

/* On the same port.  Whether a socket on :: hears IPv4, too, is not told; it is taken to be so. */
static bool conflicts(const struct addr *a, const struct addr *b)
{
	if (addr_is_any(a) || addr_is_any(b))
		return a->family == b->family || (addr_is_any(a) && a->family == AF_INET6) ||
		       (addr_is_any(b) && b->family == AF_INET6);
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* ---- the process ---- */

static bool holds(int fds, const char *name, const char *link)
{
	char target[64];
	ssize_t n = readlinkat(fds, name, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return strcmp(target, link) == 0;
}

static bool process_holds(int proc, const char *pid, const char *link)
{
	char path[32];
	int fds;
	DIR *dir;
	bool found = false;

	snprintf(path, sizeof(path), "%.20s/fd", pid);
	fds = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fds < 0)
		return false;
	dir = fdopendir(fds);
	if (!dir) {
		close(fds);
		return false;
	}
	for (const struct dirent *d; !found && (d = readdir(dir));)
		found = holds(fds, d->d_name, link);
	closedir(dir);
	return found;
}

static void read_program(int proc, const char *pid, struct owner *out)
{
	char path[32];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%.20s/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, out->program, sizeof(out->program) - 1);
	close(fd);
	if (n > 0 && out->program[n - 1] == '\n')
		out->program[n - 1] = '\0';
}

static void find_process(const char *root, unsigned long inode, struct owner *out)
{
	DIR *proc;
	char path[PATH_MAX], link[64];
	int64_t pid;

	snprintf(path, sizeof(path), "%s/proc", root);
	proc = opendir(path);
	if (!proc)
		return;
	snprintf(link, sizeof(link), "socket:[%lu]", inode);
	for (const struct dirent *d; (d = readdir(proc));) {
		if (!num_parse_int(d->d_name, 1, INT32_MAX, &pid, NULL) ||
		    !process_holds(dirfd(proc), d->d_name, link))
			continue;
		out->pid = (pid_t)pid;
		out->own = out->pid == getpid();
		read_program(dirfd(proc), d->d_name, out);
		break;
	}
	closedir(proc);
}

void owner_of_entry(const char *root, const struct owner_entry *entry, struct owner *out)
{
	*out = (struct owner){ .uid = entry->uid };
	find_process(root, entry->inode, out);
}

/* ---- all of a port ---- */

static bool add_entry(struct owner_list *l, const struct owner_entry *entry, struct error *e)
{
	struct owner_entry *more = realloc(l->entries, (l->count + 1) * sizeof(*more));

	if (!more)
		return err_set(e, ERR_LIMIT, "no memory for the sockets of a port");
	l->entries = more;
	l->entries[l->count++] = *entry;
	return true;
}

static bool add_table(struct owner_list *l, const struct buf *text, bool six, uint16_t port,
		      struct error *e)
{
	struct procfile_text all = procfile_text(buf_cstr(text), text->len), at;
	struct owner_entry entry;
	char line[512];

	while (l->count < OWNER_LIST_MAX && procfile_line(&all, &at)) {
		size_t len = (size_t)(at.end - at.at);

		if (len >= sizeof(line))
			continue;
		memcpy(line, at.at, len);
		line[len] = '\0';
		if (owner_parse_line(line, six, &entry) && entry.local.port == port &&
		    !add_entry(l, &entry, e))
			return false;
	}
	return true;
}

bool owner_list_read(const char *root, uint16_t port, struct owner_list *out, struct error *e)
{
	struct owner_list l = { 0 };
	struct buf text;
	bool ok;

	buf_init(&text, PROCFILE_MAX);
	ok = procfile_read(root, "/proc/net/udp", &text, e) && add_table(&l, &text, false, port, e);
	/* Without IPv6 the file is missing. */
	if (ok && procfile_read(root, "/proc/net/udp6", &text, NULL))
		ok = add_table(&l, &text, true, port, e);
	buf_done(&text);
	if (!ok) {
		owner_list_done(&l);
		return false;
	}
	*out = l;
	return true;
}

void owner_list_done(struct owner_list *l)
{
	free(l->entries);
	*l = (struct owner_list){ 0 };
}

bool owner_of_port(const struct addr *addr, struct owner *out)
{
	struct owner_list l;
	bool found = false;

	if (!owner_list_read("", addr->port, &l, NULL))
		return false;
	for (size_t i = 0; i < l.count && !found; i++) {
		found = conflicts(&l.entries[i].local, addr);
		if (found)
			owner_of_entry("", &l.entries[i], out);
	}
	owner_list_done(&l);
	return found;
}
