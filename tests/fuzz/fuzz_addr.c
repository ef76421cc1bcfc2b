/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any text as an address, HOST:PORT, a group: errors point into it, and what is read can be written
 * and read again.
 */
#include "net/addr.h"
#include "net/group.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_error(const struct error *e, size_t len)
{
	must(e->code != ERR_NONE && e->text[0]);
	must(e->at >= -1 && e->at <= (ptrdiff_t)len);
	must(memchr(e->text, '\0', sizeof(e->text)) != NULL);
}

static void check_ip(const char *text)
{
	struct error e = { 0 };
	struct addr a, back;
	struct buf b;

	if (!addr_parse_ip(text, &a, &e)) {
		check_error(&e, strlen(text));
		return;
	}
	must(a.family == AF_INET || a.family == AF_INET6);
	must(!a.scope || addr_has_zone(&a));
	buf_init(&b, 128);
	addr_format_host(&b, &a);
	must(addr_parse_ip(buf_cstr(&b), &back, NULL) && addr_equal(&a, &back));
	for (size_t columns = 12; columns < 48; columns++) {
		buf_reset(&b);
		addr_format_short(&b, &a, columns);
		must(b.len && !b.failed);
	}
	buf_done(&b);
}

static void check_split(const char *text)
{
	struct error e = { 0 };
	struct addr_name name;

	if (!addr_split(text, NULL, &name, &e)) {
		check_error(&e, strlen(text));
		return;
	}
	must(memchr(name.host, '\0', sizeof(name.host)) != NULL);
	must(memchr(name.service, '\0', sizeof(name.service)) != NULL);
	must(name.host[0] || name.service[0]);
	check_ip(name.host);
}

static void check_group(const char *text)
{
	struct error e = { 0 };
	struct group_spec g;
	struct addr last;

	if (!group_parse(text, &g, &e)) {
		check_error(&e, strlen(text));
		return;
	}
	must(addr_is_multicast(&g.group));
	must(!g.source.family || g.source.family == g.group.family);
	must(g.count >= 1 && g.count <= GROUP_RANGE_MAX);
	must(!g.all || !g.ifindex);
	last = g.group;
	must(addr_add(&last, g.count - 1) && addr_is_multicast(&last));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_ip(text);
	check_split(text);
	check_group(text);
	free(text);
	return 0;
}
