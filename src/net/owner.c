/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who owns a port: /proc/net/udp has the inode, /proc/PID/fd who holds it. */
#include "net/owner.h"

#include "util/num.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
	struct addr local;
	uid_t uid;
	unsigned long inode;
};

/* "0100007F:1388" or 32 digits: words of 32 bits in the host's order. */
static bool parse_local(const char *hex, unsigned port, struct addr *out)
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

static bool parse_line(const char *line, struct entry *out)
{
	char hex[33];
	unsigned port, uid;
	unsigned long inode;

	if (sscanf(line,
		   " %*u: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %*x %*x:%*x %*x:%*x %*x %u %*u %lu",
		   hex, &port, &uid, &inode) != 4)
		return false;
	out->uid = uid;
	out->inode = inode;
	return parse_local(hex, port, &out->local);
}

/* Whether a socket on :: hears IPv4, too, is not told; it is taken to be so. */
static bool conflicts(const struct addr *a, const struct addr *b)
{
	if (a->port != b->port)
		return false;
	if (addr_is_any(a) || addr_is_any(b))
		return a->family == b->family || (addr_is_any(a) && a->family == AF_INET6) ||
		       (addr_is_any(b) && b->family == AF_INET6);
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool find_entry(const char *path, const struct addr *addr, struct entry *out)
{
	FILE *f = fopen(path, "re");
	char line[512];
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = parse_line(line, out) && conflicts(&out->local, addr);
	fclose(f);
	return found;
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

static void find_process(unsigned long inode, struct owner *out)
{
	DIR *proc = opendir("/proc");
	char link[64];
	int64_t pid;

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

bool owner_of_port(const struct addr *addr, struct owner *out)
{
	struct entry entry;

	if (!find_entry("/proc/net/udp", addr, &entry) &&
	    !find_entry("/proc/net/udp6", addr, &entry))
		return false;
	*out = (struct owner){ .uid = entry.uid };
	find_process(entry.inode, out);
	return true;
}
