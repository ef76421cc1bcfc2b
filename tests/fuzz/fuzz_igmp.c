/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each of the files of IGMP and MLD: what is read is within its bounds. */
#include "net/igmp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_table(struct igmp_table *t)
{
	for (size_t i = 0; i < t->version_count; i++)
		must(t->versions[i].ifindex && t->versions[i].version >= 1 &&
		     t->versions[i].version <= 3);
	igmp_sort(t);
	for (size_t i = 0; i < t->group_count; i++) {
		const struct igmp_group *g = &t->groups[i];

		must(g->ifindex && addr_is_multicast(&g->group));
		must(igmp_find(t, g->ifindex, &g->group) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its exact size and without a NUL, so that a read beyond it is seen. */
	char *text = malloc(size ? size : 1);
	struct igmp_state state = { 0 };
	struct igmp_table t = { 0 };

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	must(igmp_parse_groups(&t, text, size) && igmp_parse_groups6(&t, text, size));
	igmp_parse_counters(&state, text, size);
	check_table(&t);
	igmp_done(&t);
	free(text);
	return 0;
}
