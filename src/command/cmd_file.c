/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that write files. */
#include "command/complete.h"
#include "command/save.h"
#include "command/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char force[] = "--force";

static bool is_there(const char *path, struct error *e)
{
	err_set(e, ERR_STATE, "%s is there already: save --force FILE overwrites it", path);
	if (e)
		e->errnum = EEXIST;
	return false;
}

/* Asked before anything is written, and by the rename once more. */
static bool check_place(const char *path, bool overwrite, struct error *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return true; /* it is not there, or opening will say why not */
	if (!overwrite)
		return is_there(path, e);
	return S_ISREG(st.st_mode) || err_set(e, ERR_USAGE, "%s is no ordinary file", path);
}

static bool write_all(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* A file that appeared meanwhile is not overwritten; not every file system knows the flag. */
static bool move_to(const char *from, const char *path, bool overwrite)
{
	if (overwrite)
		return rename(from, path) == 0;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	return link(from, path) == 0 && unlink(from) == 0;
}

/* Under a name of its own until it is whole: what is there under "path" is a whole session. */
static bool write_file(const char *path, bool overwrite, const struct buf *text, struct error *e)
{
	char temporary[PATH_MAX];
	int fd, n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	bool ok;

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return err_sys(e, ENAMETOOLONG, "%s", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	ok = write_all(fd, text);
	if (close(fd) < 0)
		ok = false;
	ok = ok && move_to(temporary, path, overwrite);
	if (ok)
		return true;
	n = errno;
	unlink(temporary);
	return n == EEXIST ? is_there(path, e) : err_sys(e, n, "%s", path);
}

/* "[--force] FILE"; the blank that completion puts behind a path is no part of it. */
static bool read_path(struct command_call *c, char *path, size_t size, bool *overwrite,
		      struct error *e)
{
	const char *word = c->payload + strspn(c->payload, " \t");
	size_t n = strlen(force);

	*overwrite = strncmp(word, force, n) == 0 && (!word[n] || strchr(" \t", word[n]));
	if (*overwrite)
		word += n + strspn(word + n, " \t");
	n = strlen(word);
	while (n > 0 && strchr(" \t", word[n - 1]))
		n--;
	if (!n)
		return err_at(e, (ptrdiff_t)(c->payload_at + c->payload_len),
			      "usage: save [--force] FILE");
	if (n >= size)
		return err_sys(e, ENAMETOOLONG, "%.60s..", word);
	memcpy(path, word, n);
	path[n] = '\0';
	return true;
}

static void save_complete(struct command_completion *c)
{
	if (c->word == 0)
		completion_offer(c, "%s", force);
	completion_offer_files(c);
}

static bool save_run(struct command_call *c, struct error *e)
{
	char path[PATH_MAX];
	struct buf text;
	bool overwrite, ok;

	if (!read_path(c, path, sizeof(path), &overwrite, e) || !check_place(path, overwrite, e))
		return false;
	buf_init(&text, SAVE_MAX);
	save_format(c->session, c->face, &text);
	ok = text.failed ? err_set(e, ERR_LIMIT, "the session is larger than a file of 64 MiB")
			 : write_file(path, overwrite, &text, e);
	if (ok)
		command_say(c, MESSAGE_INFO, "saved to %s: udpdeck --stay -f opens it again", path);
	buf_done(&text);
	return ok;
}

const struct command file_commands[] = {
	{ "save", "[--force] FILE", "files", 1, -1, CMD_PAYLOAD,
	  "write the session as commands into a new file; jobs as comments", .run = save_run,
	  .complete = save_complete },
	{ 0 },
};
