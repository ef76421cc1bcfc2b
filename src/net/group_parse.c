/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [SRC@]GROUP[+N][%IF]: read and written. */
#include "net/group.h"

#include "net/iface.h"
#include "util/num.h"

#include <string.h>

/* s[0..n) as a string that a parser can read. */
static bool cut(char out[64], const char *s, size_t n, ptrdiff_t at, struct error *e)
{
	if (n == 0 || n >= 64)
		return err_at(e, at, n ? "too long for an address" : "an address is missing here");
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

static bool parse_source(const char *s, size_t n, struct group_spec *g, struct error *e)
{
	char text[64];

	if (!cut(text, s, n, 0, e) || !addr_parse_ip(text, &g->source, e))
		return false;
	if (addr_is_multicast(&g->source) || addr_is_any(&g->source))
		return err_at(e, 0, "%s is no source: SRC@GROUP names the sender first", text);
	return true;
}

static bool parse_address(const char *word, size_t at, size_t n, struct group_spec *g,
			  struct error *e)
{
	char text[64];

	if (!cut(text, word + at, n, (ptrdiff_t)at, e))
		return false;
	if (!addr_parse_ip(text, &g->group, e))
		return err_shift(e, (ptrdiff_t)at);
	if (!addr_is_multicast(&g->group))
		return err_at(e, (ptrdiff_t)at,
			      "%s is no multicast group: they are in 224.0.0.0/4 and ff00::/8",
			      text);
	if (g->source.family && g->source.family != g->group.family)
		return err_at(e, (ptrdiff_t)at,
			      "the source and the group are of different families");
	return true;
}

static bool parse_count(const char *word, size_t at, size_t n, struct group_spec *g,
			struct error *e)
{
	struct addr last = g->group;
	char text[64];
	int64_t count;

	if (!cut(text, word + at, n, (ptrdiff_t)at, e) ||
	    !num_parse_int(text, 1, GROUP_RANGE_MAX, &count, e))
		return e && e->at == (ptrdiff_t)at ? false : err_shift(e, (ptrdiff_t)at);
	if (!addr_add(&last, (uint32_t)count - 1) || !addr_is_multicast(&last))
		return err_at(e, (ptrdiff_t)at,
			      "so many groups leave the block of multicast addresses");
	g->count = (uint32_t)count;
	return true;
}

static bool parse_interface(const char *word, size_t at, struct group_spec *g, struct error *e)
{
	if (strcmp(word + at, "all") == 0) {
		g->all = true;
		return true;
	}
	if (iface_parse(word + at, &g->ifindex, e))
		return true;
	if (e && e->at < 0)
		e->at = 0;
	return err_shift(e, (ptrdiff_t)at);
}

bool group_parse(const char *word, struct group_spec *out, struct error *e)
{
	struct group_spec g = { .count = 1 };
	const char *sign = strchr(word, '@');
	size_t at = sign ? (size_t)(sign - word) + 1 : 0;
	size_t end = at + strcspn(word + at, "+%");

	if (sign && !parse_source(word, at - 1, &g, e))
		return false;
	if (!parse_address(word, at, end - at, &g, e))
		return false;
	if (word[end] == '+') {
		size_t count = end + 1;

		end = count + strcspn(word + count, "%");
		if (!parse_count(word, count, end - count, &g, e))
			return false;
	}
	if (word[end] == '%' && !parse_interface(word, end + 1, &g, e))
		return false;
	*out = g;
	return true;
}

void group_format(struct buf *out, const struct addr *group, const struct addr *source,
		  unsigned ifindex)
{
	char name[IF_NAMESIZE];

	if (source->family) {
		addr_format_host(out, source);
		buf_char(out, '@');
	}
	addr_format_host(out, group);
	if (!ifindex)
		return;
	if (if_indextoname(ifindex, name))
		buf_printf(out, "%%%s", name);
	else
		buf_printf(out, "%%%u", ifindex);
}

void group_format_membership(struct buf *out, const struct membership *m, const struct addr *source)
{
	group_format(out, &m->group, source, m->lost ? 0 : m->ifindex);
	if (m->lost && m->ifindex)
		buf_printf(out, "%%%s", m->lost_name);
}
