/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and ports as people write them. */
#include "net/addr.h"

#include "net/iface.h"
#include "util/num.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#define SCHEME "udp://"

/* Copies s[0..n) as a string; false if it does not fit. */
static bool copy(char *to, size_t size, const char *s, size_t n)
{
	if (n >= size)
		return false;
	memcpy(to, s, n);
	to[n] = '\0';
	return true;
}

/* ---- numeric addresses ---- */

/* An IPv4 address, or an IPv6 one; a v4-mapped one is IPv4. */
static bool parse_number(const char *s, struct addr *out)
{
	struct addr a = { 0 };

	if (inet_pton(AF_INET, s, &a.v4) == 1) {
		a.family = AF_INET;
	} else if (inet_pton(AF_INET6, s, &a.v6) == 1) {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = a.v6 };

		addr_from_sockaddr(&a, (const struct sockaddr *)&in6, sizeof(in6));
	} else {
		return false;
	}
	*out = a;
	return true;
}

static bool parse_zone(const char *number, const char *zone, struct addr *a, struct error *e)
{
	unsigned index;

	if (!addr_has_zone(a))
		return err_at(e, 0, "%s has no zone: only a link-local address has; %s", number,
			      addr_is_multicast(a)
				      ? "\":set multicast-interface IF\" chooses the way out"
				      : "\":set device IF\" chooses the way out");
	if (!iface_parse(zone, &index, e))
		return false;
	a->scope = index;
	return true;
}

bool addr_parse_ip(const char *s, struct addr *out, struct error *e)
{
	char number[INET6_ADDRSTRLEN], zone[IF_NAMESIZE];
	size_t len = strlen(s), open = s[0] == '[' && len > 1 && s[len - 1] == ']';
	size_t end = len - open, mark = open + strcspn(s + open, "%");
	struct addr a;

	if (mark > end)
		mark = end;
	if (!copy(number, sizeof(number), s + open, mark - open) || !parse_number(number, &a) ||
	    (open && !strchr(number, ':')))
		return err_at(e, 0, "\"%.64s\" is no IP address", s);
	if (mark < end) {
		if (!copy(zone, sizeof(zone), s + mark + 1, end - mark - 1))
			return err_at(e, (ptrdiff_t)mark + 1, "\"%.64s\" is no interface",
				      s + mark + 1);
		if (!parse_zone(number, zone, &a, e)) {
			if (e && e->at < 0)
				e->at = 0;
			return err_shift(e, (ptrdiff_t)mark + 1);
		}
	}
	*out = a;
	return true;
}

/* ---- HOST and PORT ---- */

/* The parts of a word, as offsets into it. */
struct parts {
	size_t host, host_len;
	size_t service, service_len; /* service 0: there is no port in the word */
};

/* "[V6%ZONE]" or "[V6%ZONE]:PORT" at s[at..end). */
static bool split_brackets(const char *s, size_t at, size_t end, struct parts *p, struct error *e)
{
	size_t close = at + strcspn(s + at, "]");
	char inner[INET6_ADDRSTRLEN];
	size_t number = strcspn(s + at + 1, "%]");
	struct addr a;

	if (close >= end)
		return err_at(e, (ptrdiff_t)at, "\"[\" is never closed: [ADDRESS]:PORT");
	if (!copy(inner, sizeof(inner), s + at + 1, number) || !strchr(inner, ':') ||
	    !parse_number(inner, &a))
		return err_at(e, (ptrdiff_t)at + 1,
			      "brackets hold an IPv6 address: [ADDRESS]:PORT");
	p->host = at + 1;
	p->host_len = close - at - 1;
	if (close + 1 == end)
		return true;
	if (s[close + 1] != ':')
		return err_at(e, (ptrdiff_t)close + 1, "after \"]\" comes \":PORT\"");
	p->service = close + 2;
	p->service_len = end - close - 2;
	return true;
}

/* "HOST", "HOST:PORT", ":PORT" or an IPv6 address without brackets. */
static bool split_plain(const char *s, size_t at, size_t end, struct parts *p, struct error *e)
{
	const char *colon = memchr(s + at, ':', end - at);
	char number[INET6_ADDRSTRLEN];
	struct addr a;

	p->host = at;
	p->host_len = end - at;
	if (!colon)
		return true;
	p->host_len = (size_t)(colon - s) - at;
	p->service = at + p->host_len + 1;
	p->service_len = end - p->service;
	if (!memchr(colon + 1, ':', p->service_len))
		return true;
	*p = (struct parts){ .host = at, .host_len = end - at };
	if (!copy(number, sizeof(number), s + at, strcspn(s + at, "%")) ||
	    !parse_number(number, &a))
		return err_at(e, (ptrdiff_t)at,
			      "more than one \":\", but no IPv6 address; with a port that is "
			      "[ADDRESS]:PORT");
	return true;
}

static bool check_bytes(const char *s, struct error *e)
{
	for (size_t i = 0; s[i]; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			return err_at(e, (ptrdiff_t)i, "an address has no blanks or controls");
	return true;
}

/* What is left of "udp://...[/]": from, to. */
static bool strip_scheme(const char *s, size_t *from, size_t *to, struct error *e)
{
	const char *scheme = strstr(s, "://");

	*from = 0;
	*to = strlen(s);
	if (!scheme)
		return true;
	if (strncasecmp(s, SCHEME, strlen(SCHEME)) != 0)
		return err_at(e, 0, "only udp:// is spoken here");
	*from = strlen(SCHEME);
	if (*to > *from && s[*to - 1] == '/')
		--*to;
	return true;
}

static bool split_word(const char *s, struct addr_name *out, struct error *e)
{
	struct parts p = { 0 };
	size_t from, to;

	if (!check_bytes(s, e) || !strip_scheme(s, &from, &to, e))
		return false;
	if (from == to)
		return err_at(e, (ptrdiff_t)from, "an address is missing");
	if (!(s[from] == '[' ? split_brackets : split_plain)(s, from, to, &p, e))
		return false;
	if (p.service && !p.service_len)
		return err_at(e, (ptrdiff_t)p.service, "a port is missing after \":\"");
	if (!copy(out->host, sizeof(out->host), s + p.host, p.host_len))
		return err_at(e, (ptrdiff_t)p.host, "a host name has at most %zu characters",
			      sizeof(out->host) - 1);
	if (!copy(out->service, sizeof(out->service), s + p.service, p.service_len))
		return err_at(e, (ptrdiff_t)p.service, "a port's name has at most %zu characters",
			      sizeof(out->service) - 1);
	return true;
}

bool addr_split(const char *host, const char *port, struct addr_name *out, struct error *e)
{
	struct addr_name name;

	if (!split_word(host, &name, e))
		return false;
	if (port) {
		if (name.service[0])
			return err_at(e, 0, "two ports: \"%s\" in the address, then \"%.64s\"",
				      name.service, port);
		if (!port[0] || !copy(name.service, sizeof(name.service), port, strlen(port)))
			return err_at(e, 0, "\"%.64s\" is no port", port);
	}
	*out = name;
	return true;
}

bool addr_parse_port(const char *s, bool zero_ok, uint16_t *out, struct error *e)
{
	struct servent entry, *found = NULL;
	char strings[4096];
	int64_t number;

	if (s[0] && s[strspn(s, "0123456789")] == '\0') {
		if (!num_parse_int(s, zero_ok ? 0 : 1, 65535, &number, e))
			return err_prefix(e, "port ");
		*out = (uint16_t)number;
		return true;
	}
	if (getservbyname_r(s, "udp", &entry, strings, sizeof(strings), &found) != 0 || !found)
		return err_at(e, 0, "\"%.64s\" is no port: 1..65535 or a name from /etc/services",
			      s);
	*out = ntohs((uint16_t)found->s_port);
	return true;
}
