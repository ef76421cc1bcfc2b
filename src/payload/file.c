/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A payload out of a file. */
#include "payload/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_file(int fd, const char *path, size_t max, struct buf *out, struct error *e)
{
	char chunk[8192];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "%s", path);
		total += (size_t)n;
		if (total > max)
			return err_set(e, ERR_RANGE,
				       "%s is larger than one datagram: at most %zu bytes", path,
				       max);
		if (!buf_add(out, chunk, (size_t)n))
			return err_set(e, ERR_LIMIT, "no room for more than %zu bytes", out->max);
	}
	return true;
}

static bool is_ordinary(int fd, const char *path, struct error *e)
{
	struct stat st;

	if ((fd < 0 ? stat(path, &st) : fstat(fd, &st)) < 0)
		return err_sys(e, errno, "%s", path);
	return S_ISREG(st.st_mode) || err_set(e, ERR_USAGE, "%s is no ordinary file", path);
}

/* Looked at before it is opened, because opening a device may do something, and after, because
 * another may stand there by then: a fifo without a writer must not hold up the program. */
bool payload_file(const char *path, size_t max, struct buf *out, struct error *e)
{
	size_t before = out->len;
	bool ok;
	int fd;

	if (!is_ordinary(-1, path, e))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	ok = is_ordinary(fd, path, e) && read_file(fd, path, max, out, e);
	if (!ok)
		buf_cut(out, before);
	close(fd);
	return ok;
}
