/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IGMP and MLD as /proc shows them: the lists.  What they prove is in igmp_state.c. */
#include "net/igmp.h"

#include "net/procfile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more of "count" rows of "size" bytes; NULL without memory. */
static void *grow(void *rows, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 16;
	void *grown;

	if (count < *room)
		return rows;
	grown = reallocarray(rows, more, size);
	if (grown)
		*room = more;
	return grown;
}

static bool add_group(struct igmp_table *t, const struct igmp_group *g)
{
	struct igmp_group *rows =
		grow(t->groups, t->group_count, &t->group_room, sizeof(*t->groups));

	if (!rows)
		return false;
	t->groups = rows;
	rows[t->group_count++] = *g;
	return true;
}

static bool add_version(struct igmp_table *t, const struct igmp_version *v)
{
	struct igmp_version *rows =
		grow(t->versions, t->version_count, &t->version_room, sizeof(*t->versions));

	if (!rows)
		return false;
	t->versions = rows;
	rows[t->version_count++] = *v;
	return true;
}

/* ---- words ---- */

static bool take_ifindex(struct procfile_text *line, unsigned *ifindex)
{
	uint64_t value;

	if (!procfile_number(line, 0, 10, INT32_MAX, &value) || !value)
		return false;
	*ifindex = (unsigned)value;
	return true;
}

static bool take_count(struct procfile_text *line, uint32_t *count)
{
	uint64_t value;

	if (!procfile_number(line, 0, 10, UINT32_MAX, &value))
		return false;
	*count = (uint32_t)value;
	return true;
}

/* 32 digits: an IPv6 address in network order. */
static bool read_long_addr(struct procfile_text word, struct addr *a)
{
	uint64_t half[2];

	for (size_t i = 0; i < 2; i++) {
		struct procfile_text part = procfile_text(word.at + 16 * i, 16);

		if (!procfile_number(&part, 0, 16, UINT64_MAX, &half[i]) || part.at != part.end)
			return false;
	}
	*a = (struct addr){ .family = AF_INET6 };
	for (size_t i = 0; i < 16; i++)
		a->bytes[i] = (uint8_t)(half[i / 8] >> (56 - 8 * (i % 8)));
	return true;
}

/* "0xe8010101": an IPv4 address as a number; or 32 digits. */
static bool take_addr(struct procfile_text *line, struct addr *a)
{
	struct procfile_text word;
	uint64_t value;

	if (!procfile_word(line, &word))
		return false;
	if (word.end - word.at == 32)
		return read_long_addr(word, a);
	if (word.end - word.at != 10 || !procfile_number(&word, 0, 16, UINT32_MAX, &value))
		return false;
	*a = (struct addr){ .family = AF_INET };
	a->v4.s_addr = htonl((uint32_t)value);
	return true;
}

static bool skip_word(struct procfile_text *line)
{
	struct procfile_text word;

	return procfile_word(line, &word);
}

/* ---- the files ---- */

/* "4\teth0      :     1      V3"; a long name leaves no blank before the colon. */
static bool parse_device(struct procfile_text line, struct igmp_version *v)
{
	struct procfile_text word = { 0 };

	if (!take_ifindex(&line, &v->ifindex) || !skip_word(&line))
		return false;
	while (procfile_word(&line, &word))
		continue;
	if (!word.at || word.end - word.at != 2 || word.at[0] != 'V' || word.at[1] < '1' ||
	    word.at[1] > '3')
		return false;
	v->version = (unsigned)(word.at[1] - '0');
	return true;
}

/* "\t\t\t\t010000E0     1 0:00000000\t\t0": the address as a number of the host's order. */
static bool parse_member(struct procfile_text line, struct igmp_group *g)
{
	struct procfile_text word;
	uint64_t value;

	if (!procfile_word(&line, &word) || word.end - word.at != 8 ||
	    !procfile_number(&word, 0, 16, UINT32_MAX, &value) || !take_count(&line, &g->users))
		return false;
	g->group = (struct addr){ .family = AF_INET };
	g->group.v4.s_addr = (uint32_t)value;
	return addr_is_multicast(&g->group);
}

bool igmp_parse_groups(struct igmp_table *t, const char *text, size_t n)
{
	struct procfile_text rest = procfile_text(text, n), line;
	struct igmp_version device = { 0 };
	struct igmp_group group;

	while (procfile_line(&rest, &line)) {
		if (line.at < line.end && *line.at == '\t') {
			group = (struct igmp_group){ .ifindex = device.ifindex };
			if (device.ifindex && parse_member(line, &group) && !add_group(t, &group))
				return false;
			continue;
		}
		device.ifindex = 0;
		if (!parse_device(line, &device))
			device.ifindex = 0;
		else if (!add_version(t, &device))
			return false;
	}
	return true;
}

/* "4    eth0            ff020000000000000000000000000001     1 0000000C 0" */
bool igmp_parse_groups6(struct igmp_table *t, const char *text, size_t n)
{
	struct procfile_text rest = procfile_text(text, n), line;

	while (procfile_line(&rest, &line)) {
		struct igmp_group g = { 0 };

		if (take_ifindex(&line, &g.ifindex) && skip_word(&line) &&
		    take_addr(&line, &g.group) && addr_is_multicast(&g.group) &&
		    take_count(&line, &g.users) && !add_group(t, &g))
			return false;
	}
	return true;
}

/* ---- the table ---- */

static int compare_groups(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int by_interface(const void *a, const void *b)
{
	const struct igmp_group *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return compare_groups(&x->group, &y->group);
}

void igmp_sort(struct igmp_table *t)
{
	if (t->group_count)
		qsort(t->groups, t->group_count, sizeof(*t->groups), by_interface);
}

const struct igmp_group *igmp_find(const struct igmp_table *t, unsigned ifindex,
				   const struct addr *group)
{
	const struct igmp_group key = { .ifindex = ifindex, .group = *group };

	if (!t->group_count)
		return NULL;
	return bsearch(&key, t->groups, t->group_count, sizeof(key), by_interface);
}

void igmp_done(struct igmp_table *t)
{
	free(t->groups);
	free(t->versions);
	*t = (struct igmp_table){ 0 };
}

struct source_file {
	const char *path;
	bool (*parse)(struct igmp_table *t, const char *text, size_t n);
};

static const struct source_file files[] = {
	{ "/proc/net/igmp", igmp_parse_groups },
	{ "/proc/net/igmp6", igmp_parse_groups6 },
};

bool igmp_load(struct igmp_table *t, const char *root, struct error *e)
{
	struct igmp_table fresh = { 0 };
	struct error why = { 0 };
	struct buf text;
	bool ok = true;

	buf_init(&text, PROCFILE_MAX);
	for (size_t i = 0; ok && i < sizeof(files) / sizeof(files[0]); i++) {
		if (procfile_read(root, files[i].path, &text, &why)) {
			ok = files[i].parse(&fresh, buf_cstr(&text), text.len) ||
			     err_set(&why, ERR_LIMIT, "no memory for the list of groups");
		} else {
			/* Built without one of the families. */
			ok = why.errnum == ENOENT;
		}
	}
	buf_done(&text);
	if (!ok) {
		igmp_done(&fresh);
		if (e)
			*e = why;
		return false;
	}
	igmp_sort(&fresh);
	igmp_done(t);
	*t = fresh;
	return true;
}
