/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool remove_old(const char *path, struct error *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT || err_sys(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "%s is no ordinary file", path);
	return unlink(path) == 0 || err_sys(e, errno, "%s", path);
}

/* Its name cannot be had: --force helps where an ordinary file has it. */
static bool refuse(const char *path, const char *command, struct error *e)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		err_set(e, ERR_USAGE, "%s is no ordinary file", path);
	else
		err_set(e, ERR_STATE, "%s is there already: %s --force overwrites it", path,
			command);
	if (e)
		e->errnum = EEXIST;
	return false;
}

bool new_file_open(const char *path, bool overwrite, const char *command, int *fd, struct error *e)
{
	int made;

	if (overwrite && !remove_old(path, e))
		return false;
	made = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (made >= 0) {
		*fd = made;
		return true;
	}
	if (errno != EEXIST)
		return err_sys(e, errno, "%s", path);
	return refuse(path, command, e);
}
