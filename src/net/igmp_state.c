/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is proven of an interface's querier and of the version in force.  See igmp.h. */
#include "net/igmp.h"
#include "net/procfile.h"

#include <stdio.h>
#include <string.h>

struct counter {
	const char *name;
	size_t offset;
};

static const struct counter counters[] = {
	{ "Icmp6InGroupMembQueries", offsetof(struct igmp_state, queries) },
	{ "Icmp6OutGroupMembResponses", offsetof(struct igmp_state, old_reports) },
	{ "Icmp6OutMLDv2Reports", offsetof(struct igmp_state, new_reports) },
};

static uint64_t *counter_of(struct igmp_state *s, const struct procfile_text *name)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		if (procfile_is(name, counters[i].name))
			return (uint64_t *)(void *)((char *)s + counters[i].offset);
	return NULL;
}

/* "Icmp6InGroupMembQueries         \t3" */
void igmp_parse_counters(struct igmp_state *s, const char *text, size_t n)
{
	struct procfile_text rest = procfile_text(text, n), line, name;

	while (procfile_line(&rest, &line)) {
		uint64_t *counter = procfile_word(&line, &name) ? counter_of(s, &name) : NULL;

		if (counter)
			procfile_number(&line, 0, 10, UINT64_MAX, counter);
	}
}

static unsigned read_forced(const char *root, const char *name, int family)
{
	char path[160];
	int64_t value;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
		 family == AF_INET ? "ipv4" : "ipv6", name,
		 family == AF_INET ? "force_igmp_version" : "force_mld_version");
	if (!procfile_read_number(root, path, &value, NULL))
		return 0;
	return value > 0 && value <= 3 ? (unsigned)value : 0;
}

/* IGMP: the querier column follows the sysctls, of which 3 changes nothing.  MLD: that of all
 * interfaces goes before that of one. */
static unsigned forced_version(const char *root, const char *name, int family, unsigned seen)
{
	unsigned all = read_forced(root, "all", family), own = read_forced(root, name, family);

	if (family == AF_INET)
		return seen < 3 && (all == seen || own == seen) ? seen : 0;
	return all ? all : own;
}

static void look_igmp(const struct igmp_table *t, unsigned ifindex, struct igmp_state *out)
{
	for (size_t i = 0; i < t->version_count; i++)
		if (t->versions[i].ifindex == ifindex)
			out->version = t->versions[i].version;
	if (out->version == 1 || out->version == 2) {
		out->proof = IGMP_PROVEN;
		out->querier = IGMP_QUERIER_HEARD;
	}
}

static void look_mld(const char *root, const char *name, struct igmp_state *out)
{
	char path[64];
	struct buf text;

	snprintf(path, sizeof(path), "/proc/net/dev_snmp6/%s", name);
	buf_init(&text, PROCFILE_MAX);
	if (procfile_read(root, path, &text, NULL)) {
		igmp_parse_counters(out, buf_cstr(&text), text.len);
		out->version = out->old_reports ? 1 : 2;
		out->mixed = out->old_reports && out->new_reports;
		out->proof = out->old_reports ? IGMP_PROVEN : IGMP_UNPROVEN;
		out->querier = out->queries ? IGMP_QUERIER_HEARD : IGMP_QUERIER_NONE;
	}
	buf_done(&text);
}

void igmp_look(const struct igmp_table *t, const char *root, unsigned ifindex, const char *name,
	       int family, struct igmp_state *out)
{
	unsigned forced;

	*out = (struct igmp_state){ 0 };
	if (family == AF_INET)
		look_igmp(t, ifindex, out);
	else
		look_mld(root, name, out);
	forced = out->version ? forced_version(root, name, family, out->version) : 0;
	if (!forced)
		return;
	out->version = forced;
	out->proof = IGMP_FORCED;
	out->mixed = false;
	if (family == AF_INET)
		out->querier = IGMP_QUERIER_UNKNOWN;
}

bool igmp_loses_sources(const struct igmp_state *s, int family)
{
	return s->version && s->version < (family == AF_INET ? 3u : 2u);
}

void igmp_format(struct buf *out, const struct igmp_state *s, int family)
{
	static const char *const words[] = { "unproven", "proven", "forced" };

	if (!s->version)
		return;
	buf_printf(out, "%sv%u %s", family == AF_INET ? "IGMP" : "MLD", s->version,
		   s->mixed ? "was used" : words[s->proof]);
}
