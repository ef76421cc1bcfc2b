/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/args.h"

#include "util/num.h"

#include <stdlib.h>
#include <string.h>

bool args_at(const struct command_call *c, size_t i, struct error *e)
{
	if (e && i < c->word_count) {
		if (e->at < 0)
			e->at = 0;
		e->at += (ptrdiff_t)c->words[i].at;
	}
	return false;
}

bool args_number(const struct command_word *w, char sign, uint64_t *out, struct error *e)
{
	const char *digits = w->text + (w->text[0] == sign);
	int64_t n;

	if (!num_parse_int(digits, 1, INT64_MAX, &n, e))
		return err_shift(e, (ptrdiff_t)w->at);
	*out = (uint64_t)n;
	return true;
}

bool args_switch(const struct command_call *c, size_t i, bool missing, bool *out, struct error *e)
{
	if (i >= c->word_count) {
		*out = missing;
		return true;
	}
	if (strcmp(c->words[i].text, "on") == 0)
		*out = true;
	else if (strcmp(c->words[i].text, "off") == 0)
		*out = false;
	else
		return err_at(e, (ptrdiff_t)c->words[i].at, "\"%s\" is neither on nor off",
			      c->words[i].text);
	return true;
}

struct session_socket *args_socket(struct command_call *c, size_t i, struct error *e)
{
	struct session_socket *k;
	uint64_t n = 0;
	size_t len = strlen(c->words[i].text);

	if (c->words[i].text[0] == '[' && c->words[i].text[len - 1] == ']')
		c->words[i].text[len - 1] = '\0';
	if (!args_number(&c->words[i], '[', &n, e))
		return NULL;
	k = n <= UINT32_MAX ? session_find(c->session, (uint32_t)n) : NULL;
	if (!k)
		err_at(e, (ptrdiff_t)c->words[i].at, "no socket %s is open: :sockets lists them",
		       c->words[i].text);
	return k;
}

static const struct peer *find_peer(struct command_call *c, const char *text, struct error *e)
{
	const struct peer *p;
	int64_t n = 0;

	if (!num_parse_int(text + 1, 1, UINT32_MAX, &n, e))
		return NULL;
	p = peer_by_number(&c->session->peers, (uint32_t)n);
	if (!p)
		err_at(e, 0, "there is no peer %s yet: :peers lists them", text);
	return p;
}

static bool packet_peer(struct command_call *c, const char *text, struct addr *out, struct error *e)
{
	struct store_hold hold = { 0 };
	struct packet p;
	int64_t n;
	bool found;

	if (!num_parse_int(text + 1, 1, INT64_MAX, &n, e))
		return false;
	found = store_find(c->session->store, (uint64_t)n, &hold, &p);
	if (found)
		*out = p.peer;
	store_hold_done(&hold);
	return found ? true : err_at(e, 0, "packet %s is not kept", text);
}

/* Family of destinations that the current socket can reach; AF_UNSPEC without one. */
static int reachable_family(const struct session *s)
{
	const struct session_socket *k = s->current;

	if (!k || k->sock.dual)
		return AF_UNSPEC;
	return k->sock.family;
}

struct peer *args_peer(struct command_call *c, size_t i, struct error *e)
{
	const struct command_word *w = &c->words[i];
	struct addr_name name;
	struct addr a;
	struct peer *p;
	bool added;

	if (w->text[0] == '@' || !w->text[strspn(w->text, "0123456789")]) {
		uint64_t n = 0;

		if (!args_number(w, '@', &n, e))
			return NULL;
		p = n <= UINT32_MAX ? peer_by_number(&c->session->peers, (uint32_t)n) : NULL;
		if (!p)
			err_at(e, (ptrdiff_t)w->at, "there is no peer %s yet: :peers lists them",
			       w->text);
		return p;
	}
	if (!addr_split(w->text, NULL, &name, NULL) || !addr_parse_ip(name.host, &a, NULL) ||
	    !addr_parse_port(name.service, false, &a.port, NULL)) {
		err_at(e, (ptrdiff_t)w->at, "\"%s\" is neither @N nor ADDRESS:PORT", w->text);
		return NULL;
	}
	p = peer_note(&c->session->peers, &a, &added);
	if (!p)
		err_at(e, (ptrdiff_t)w->at, "there are %u peers already", PEER_MAX);
	return p;
}

/* One address in one word, or in "host" and "port". */
static bool read_address(struct command_call *c, const char *host, const char *port, int family,
			 bool portless, struct addr *out, struct session_socket **heard,
			 struct error *e)
{
	struct addr_name name;
	struct addr literal;

	if (host[0] == '@') {
		const struct peer *p = find_peer(c, host, e);

		if (!p)
			return false;
		*out = p->addr;
		if (heard)
			*heard = session_find(c->session, p->socket);
		return true;
	}
	if (host[0] == '#')
		return packet_peer(c, host, out, e);
	if (!addr_split(host, port, &name, e))
		return false;
	if (!name.host[0])
		return err_at(e, 0, "\"%s\" has no host", host);
	/* A literal of the other family is for the socket to refuse, with the way out. */
	if (addr_parse_ip(name.host, &literal, NULL))
		family = AF_UNSPEC;
	else if (c->intent)
		return err_set(e, ERR_PENDING, "\"%s\" is not looked up before it is asked for",
			       name.host);
	return resolve_name(c->session->resolver, &name, family, portless, out, e);
}

/* Does the word need another one for its port? */
static bool wants_port(const char *word)
{
	struct addr_name name;

	if (word[0] == '@' || word[0] == '#')
		return false;
	return !addr_split(word, NULL, &name, NULL) || !name.service[0];
}

bool args_address(struct command_call *c, size_t i, int family, struct addr *out, size_t *used,
		  struct error *e)
{
	const char *host = c->words[i].text, *port = NULL;
	uint16_t number;

	if (wants_port(host) && i + 1 < c->word_count)
		port = c->words[i + 1].text;
	/* checked here, where the column of its word is known */
	if (port && !addr_parse_port(port, false, &number, e))
		return args_at(c, i + 1, e);
	if (!read_address(c, host, port, family, false, out, NULL, e))
		return args_at(c, i, e);
	*used = port ? 2 : 1;
	return true;
}

bool args_host(struct command_call *c, size_t i, struct addr *out, struct error *e)
{
	const int family = reachable_family(c->session);

	return read_address(c, c->words[i].text, NULL, family, true, out, NULL, e)
		       ? true
		       : args_at(c, i, e);
}

bool args_bind_address(struct command_call *c, size_t i, int family, struct addr *out,
		       struct error *e)
{
	const char *word = c->words[i].text;
	struct addr_name name;

	if (word[strspn(word, "0123456789")] == '\0') {
		*out = (struct addr){ 0 };
		if (!addr_parse_port(word, true, &out->port, e))
			return args_at(c, i, e);
		return true;
	}
	if (!addr_split(word, NULL, &name, e))
		return args_at(c, i, e);
	if (!name.host[0]) {
		*out = (struct addr){ 0 };
		if (!addr_parse_port(name.service, true, &out->port, e))
			return args_at(c, i, e);
		return true;
	}
	if (!resolve_name(c->session->resolver, &name, family, true, out, e))
		return args_at(c, i, e);
	return true;
}

static bool add(struct destination *d, const struct addr *a, struct error *e)
{
	struct addr *more = realloc(d->addrs, (d->count + 1) * sizeof(*more));

	if (!more)
		return err_set(e, ERR_LIMIT, "no memory for %zu destinations", d->count + 1);
	d->addrs = more;
	d->addrs[d->count++] = *a;
	return true;
}

/* Everybody who was heard by the current socket, as of now. */
static bool add_all_peers(struct command_call *c, struct destination *out, struct error *e)
{
	const struct session *s = c->session;

	for (uint32_t n = 1; n <= s->peers.count; n++) {
		const struct peer *p = peer_by_number(&s->peers, n);

		if (!p->rx || (s->current && p->socket != s->current->number))
			continue;
		if (!add(out, &p->addr, e))
			return false;
	}
	return out->count ? true : err_set(e, ERR_STATE, "nobody was heard yet");
}

/* "A,B,@3": cuts the word at its commas. */
static bool add_list(struct command_call *c, const struct command_word *w, struct destination *out,
		     struct error *e)
{
	char *item = w->text;

	while (item) {
		char *comma = strchr(item, ',');
		struct addr a;

		if (comma)
			*comma = '\0';
		if (!read_address(c, item, NULL, reachable_family(c->session), false, &a,
				  &out->socket, e)) {
			if (e && e->at < 0)
				e->at = 0;
			return err_shift(e, (ptrdiff_t)w->at + (item - w->text));
		}
		if (!add(out, &a, e))
			return false;
		item = comma ? comma + 1 : NULL;
	}
	return true;
}

static bool read_destination(struct command_call *c, size_t *used, struct destination *out,
			     struct error *e)
{
	const struct command_word *w = &c->words[0];
	struct addr a;

	*used = 1;
	if (strcmp(w->text, "all") == 0)
		return add_all_peers(c, out, e);
	if (strchr(w->text, ',') || w->text[0] == '@')
		return add_list(c, w, out, e);
	return args_address(c, 0, reachable_family(c->session), &a, used, e) && add(out, &a, e);
}

bool args_destination(struct command_call *c, size_t *used, struct destination *out,
		      struct error *e)
{
	struct destination d = { 0 };

	if (!read_destination(c, used, &d, e)) {
		free(d.addrs);
		return false;
	}
	*out = d;
	return true;
}
