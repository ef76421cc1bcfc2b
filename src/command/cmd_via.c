/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "via" in front of a sending command: the way that this one goes. */
#include "command/args.h"
#include "command/complete.h"
#include "command/tables.h"
#include "util/num.h"

#include <stdio.h>
#include <string.h>

/* Only a socket that asked for it may send from an address that is not of this host. */
static bool may_be_foreign(const struct session_socket *k)
{
	return k && (sockopt_asked(&k->sock.options, "freebind")->number ||
		     sockopt_asked(&k->sock.options, "transparent")->number);
}

static bool read_source(struct command_call *c, const char *word, struct error *e)
{
	struct addr *source = &c->via.tx.source;

	if (!addr_parse_ip(word, source, e))
		return false;
	if (!iface_is_own(session_ifaces(c->session), source) &&
	    !may_be_foreign(c->session->current))
		return err_set(e, ERR_USAGE,
			       "%s is no address of this host: :interfaces lists them", word);
	return true;
}

static bool read_ttl(struct command_call *c, const char *word, struct error *e)
{
	int64_t ttl;

	if (!num_parse_int(word, 1, 255, &ttl, e))
		return false;
	c->via.tx.ttl = (int)ttl;
	return true;
}

static bool read_tos(struct command_call *c, const char *word, struct error *e)
{
	struct sockopt_value tos;

	if (!sockopt_parse(sockopt_find("tos", NULL), word, &tos, e))
		return false;
	c->via.tx.tos = (int)tos.number;
	return true;
}

/* What may follow the interface, in any order. */
static const struct facet {
	const char *name;
	bool (*read)(struct command_call *c, const char *word, struct error *e);
} facets[] = {
	{ "from", read_source },
	{ "ttl", read_ttl },
	{ "tos", read_tos },
};

#define FACETS (sizeof(facets) / sizeof(facets[0]))

static size_t find_facet(const char *word)
{
	size_t i = 0;

	while (i < FACETS && strcmp(facets[i].name, word) != 0)
		i++;
	return i;
}

/* A word that another one follows is typed whole: what is wrong with it is no matter of usage, and
 * the preview says it before Enter does. */
static bool wrong_word(const struct command_call *c, size_t i, struct error *e)
{
	if (e && e->code == ERR_USAGE && i + 1 < c->word_count)
		e->code = ERR_STATE;
	return args_at(c, i, e);
}

static bool read_interface(struct command_call *c, struct error *e)
{
	struct via *v = &c->via;

	if (strcmp(c->words[0].text, "all") == 0) {
		v->all = true;
		return true;
	}
	if (!iface_parse(c->words[0].text, &v->tx.ifindex, e))
		return wrong_word(c, 0, e);
	/* one that goes at this very moment has its number for a name */
	if (!if_indextoname(v->tx.ifindex, v->ifname))
		snprintf(v->ifname, sizeof(v->ifname), "%u", v->tx.ifindex);
	return true;
}

/* From word *i on; each at most once. */
static bool read_facets(struct command_call *c, size_t *i, struct error *e)
{
	bool given[FACETS] = { false };

	for (size_t f; *i < c->word_count; *i += 2) {
		f = find_facet(c->words[*i].text);
		if (f == FACETS)
			return true;
		if (given[f])
			return err_at(e, (ptrdiff_t)c->words[*i].at, "\"%s\" is given twice",
				      facets[f].name);
		if (*i + 1 == c->word_count)
			return command_usage(c, e);
		if (!facets[f].read(c, c->words[*i + 1].text, e))
			return wrong_word(c, *i + 1, e);
		given[f] = true;
	}
	return true;
}

static bool via_run(struct command_call *c, struct error *e)
{
	size_t i = 0;

	if (c->via.asked)
		return err_set(e, ERR_USAGE, "\"via\" is given twice");
	c->via = (struct via){ .asked = true, .tx.tos = -1 };
	if (find_facet(c->words[0].text) == FACETS) {
		if (!read_interface(c, e))
			return false;
		i = 1;
	}
	if (!read_facets(c, &i, e))
		return false;
	if (i == c->word_count)
		return command_usage(c, e);
	c->rest = c->words[i].at;
	return true;
}

/* ---- completion ---- */

static void offer_interfaces(struct command_completion *c)
{
	const struct iface_table *all = session_ifaces(c->session);

	completion_offer(c, "all");
	for (size_t i = 0; i < all->count; i++)
		completion_offer(c, "%s", all->ifaces[i].name);
}

static void offer_sources(struct command_completion *c)
{
	const struct iface_table *all = session_ifaces(c->session);
	struct buf host;

	buf_init(&host, 128);
	for (size_t i = 0; i < all->count; i++) {
		for (size_t n = 0; n < all->ifaces[i].addr_count; n++) {
			buf_reset(&host);
			addr_format_host(&host, &all->ifaces[i].addrs[n].addr);
			completion_offer(c, "%s", buf_cstr(&host));
		}
	}
	buf_done(&host);
}

static void offer_tos(struct command_completion *c)
{
	for (const struct sockopt_word *w = sockopt_tos_words; w->name; w++)
		completion_offer(c, "%s", w->name);
}

static void offer_facets(struct command_completion *c)
{
	for (size_t i = 0; i < FACETS; i++)
		completion_offer(c, "%s", facets[i].name);
}

static void via_complete(struct command_completion *c)
{
	/* The facets stand by two, the first of them behind the interface where one is named. */
	bool value = c->word > 0 && (c->word % 2 == 0) == (find_facet(c->first) == FACETS);

	if (c->word == 0)
		offer_interfaces(c);
	if (value && strcmp(c->before, "from") == 0)
		offer_sources(c);
	else if (value && strcmp(c->before, "tos") == 0)
		offer_tos(c);
	else if (!value)
		offer_facets(c);
	if (c->word > 0 && !value)
		completion_offer_sending(c);
}

const struct command via_commands[] = {
	{ "via", "[IF|all] [from A] [ttl N] [tos T] SENDING-COMMAND", "sending", 2, -1,
	  CMD_MODIFIER, "send by that interface, from that address; \"all\": a copy out of each",
	  .run = via_run, .complete = via_complete },
	{ 0 },
};
