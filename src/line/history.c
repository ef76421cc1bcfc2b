/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history: readline's list, the kind of each entry, and the file.
 *
 * The kind is the first character of the entry's time stamp, which readline copies
 * along with an entry and never looks at.  (Its "data" looks made for this, but
 * readline 8.2 keeps the undo list of an edited entry there, and frees it.)
 *
 * A line of the file is the kind, then the text with "\n" for a newline and "\\" for
 * a backslash.  Several programs may append at the same time, each an entry in one
 * write(); too long a file is cut when it is read.
 */
#include "line/line_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES_MAX 1000
/* Longer lines are not kept; a command line may hold as much. */
#define ENTRY_BYTES_MAX (256u << 10)
#define FILE_BYTES_MAX (64u << 20)

static bool is_kind(char c)
{
	return c && strchr("tTxX:", c);
}

static void add(const char *text, char kind)
{
	const char stamp[] = { kind, '\0' };

	add_history(text);
	add_history_time(stamp);
}

static char kind_of(const HIST_ENTRY *entry)
{
	return entry && entry->timestamp && is_kind(entry->timestamp[0]) ? entry->timestamp[0]
									 : 't';
}

/* ---- the file ---- */

static void encode(struct buf *out, const char *text, char kind)
{
	buf_char(out, kind);
	for (; *text; text++) {
		if (*text == '\n' || *text == '\\')
			buf_char(out, '\\');
		buf_char(out, (char)(*text == '\n' ? 'n' : *text));
	}
	buf_char(out, '\n');
}

/* false: not a line that encode() has made. */
static bool decode(struct buf *out, const char *s, size_t n)
{
	buf_reset(out);
	if (n < 2 || !is_kind(s[0]) || memchr(s, '\0', n))
		return false;
	for (size_t i = 1; i < n; i++) {
		if (s[i] != '\\')
			buf_char(out, s[i]);
		else if (++i < n && (s[i] == 'n' || s[i] == '\\'))
			buf_char(out, (char)(s[i] == 'n' ? '\n' : '\\'));
		else
			return false;
	}
	return !out->failed;
}

/* Returns how many entries the file has, those included that were too old to be kept. */
static size_t take_lines(const struct buf *file)
{
	const char *s = file->data;
	const char *end = s + file->len;
	struct buf text;
	size_t count = 0;

	buf_init(&text, ENTRY_BYTES_MAX);
	while (s < end) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));

		if (!stop)
			break; /* without its end it may be half an entry */
		if (decode(&text, s, (size_t)(stop - s))) {
			add(text.data, s[0]);
			count++;
		}
		s = stop + 1;
	}
	buf_done(&text);
	return count;
}

static bool read_file(int fd, const char *path, struct buf *out, struct error *e)
{
	char piece[8192];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_STATE, "%s is no plain file", path);
	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		if (!buf_add(out, piece, (size_t)n))
			return err_set(e, ERR_LIMIT, "%s is too large", path);
	}
	return n == 0 ? true : err_sys(e, errno, "read %s", path);
}

/* NONBLOCK: a FIFO in its place must not hold us up. */
static int open_file(const char *path, int flags)
{
	return open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
}

static bool write_all(int fd, const struct buf *b)
{
	return !b->failed && write(fd, buf_cstr(b), b->len) == (ssize_t)b->len;
}

static void append_file(const struct line *l, const char *text, char kind)
{
	struct buf out;
	int fd = open_file(l->history_path, O_WRONLY | O_CREAT | O_APPEND);

	struct stat st;

	if (fd < 0)
		return;
	buf_init(&out, 2 * ENTRY_BYTES_MAX);
	encode(&out, text, kind);
	/* half an entry, on a full disk, would become one with the next */
	if (fstat(fd, &st) == 0 && !write_all(fd, &out) && ftruncate(fd, st.st_size) != 0)
		unlink(l->history_path);
	buf_done(&out);
	close(fd);
}

/* Writes the entries that are kept to a new file that takes the old one's place. */
static void shorten_file(const struct line *l)
{
	struct buf name, out;
	int fd;

	buf_init(&name, 4096);
	buf_init(&out, FILE_BYTES_MAX);
	buf_printf(&name, "%s.XXXXXX", l->history_path);
	fd = name.failed ? -1 : mkostemp(name.data, O_CLOEXEC);
	if (fd >= 0) {
		for (HIST_ENTRY **entry = history_list(); entry && *entry; entry++)
			encode(&out, (*entry)->line, kind_of(*entry));
		if (!write_all(fd, &out) || rename(name.data, l->history_path) != 0)
			unlink(name.data);
		close(fd);
	}
	buf_done(&out);
	buf_done(&name);
}

/* Every directory that leads to path. */
static bool make_directories(const char *path, struct error *e)
{
	char *copy = strdup(path);
	bool ok = copy != NULL;

	if (!ok)
		return err_set(e, ERR_LIMIT, "no memory for %s", path);
	for (char *p = copy + 1; ok && (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		ok = mkdir(copy, 0700) == 0 || errno == EEXIST;
		if (!ok)
			err_sys(e, errno, "make the directory %s", copy);
	}
	free(copy);
	return ok;
}

static bool load(struct line *l, struct error *e)
{
	int fd = open_file(l->history_path, O_RDONLY | O_CREAT);
	struct buf file;
	bool ok;

	if (fd < 0)
		return err_sys(e, errno, "open %s", l->history_path);
	buf_init(&file, FILE_BYTES_MAX);
	ok = read_file(fd, l->history_path, &file, e);
	close(fd);
	if (ok && file.len && take_lines(&file) > ENTRIES_MAX)
		shorten_file(l);
	buf_done(&file);
	return ok;
}

bool line_history_open(struct line *l, const char *path, struct error *e)
{
	stifle_history(ENTRIES_MAX);
	free(l->history_path);
	l->history_path = path ? strdup(path) : NULL;
	if (path && !l->history_path)
		return err_set(e, ERR_LIMIT, "no memory for the history");
	if (path && (!make_directories(path, e) || !load(l, e))) {
		free(l->history_path);
		l->history_path = NULL;
		return false;
	}
	using_history();
	l->where = where_history();
	return true;
}

void line_history_home(struct line *l)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char path[4096];
	int n;

	if (state && state[0] == '/')
		n = snprintf(path, sizeof(path), "%s/udpdeck/history", state);
	else if (home && access(home, F_OK) == 0) /* a home that is missing is so on purpose */
		n = snprintf(path, sizeof(path), "%s/.local/state/udpdeck/history", home);
	else
		return;
	if (n > 0 && (size_t)n < sizeof(path))
		line_history_open(l, path, NULL);
}

/* ---- entries ---- */

void line_set_kind(struct line *l, char kind)
{
	*(l->entering && l->have_next ? &l->next_kind : &l->kind) = kind;
}

void line_history_add(struct line *l, const char *text)
{
	const HIST_ENTRY *last =
		history_length ? history_get(history_base + history_length - 1) : NULL;
	char kind = is_kind(l->kind) ? l->kind : 't';
	bool again = last && kind_of(last) == kind && strcmp(last->line, text) == 0;

	if (*text && !again && strlen(text) < ENTRY_BYTES_MAX) {
		add(text, kind);
		if (l->history_path)
			append_file(l, text, kind);
	}
	using_history();
	l->where = where_history();
}

char line_history_moved(struct line *l)
{
	int where = where_history();

	if (where == l->where)
		return 0;
	if (l->where == history_length)
		l->kind_below = l->kind;
	l->where = where;
	return where < history_length ? kind_of(current_history()) : l->kind_below;
}

void line_history_done(struct line *l)
{
	rl_clear_history(); /* and the undo lists of edited entries */
	free(l->history_path);
}
