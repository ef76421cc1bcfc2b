/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/expectation.h"

#include "net/errqueue.h"
#include "session/filter_env.h"
#include "util/num.h"

#include <stdlib.h>
#include <string.h>

/* The text, and how far it was read. */
struct reader {
	struct session *session;
	const char *s;
	size_t n, at;
	unsigned how; /* EXPECTATION_... */
	struct expectation *x;
};

/* The longest word that is read: a host name with its port. */
struct word {
	char text[320];
	size_t at;
};

static void skip_blanks(struct reader *r)
{
	while (r->at < r->n && (r->s[r->at] == ' ' || r->s[r->at] == '\t'))
		r->at++;
}

static size_t word_len(const struct reader *r)
{
	size_t i = r->at;

	while (i < r->n && r->s[i] != ' ' && r->s[i] != '\t')
		i++;
	return i - r->at;
}

/* Takes the next word if it is this one. */
static bool take(struct reader *r, const char *word)
{
	size_t n = word_len(r);

	if (n != strlen(word) || memcmp(r->s + r->at, word, n) != 0)
		return false;
	r->at += n;
	skip_blanks(r);
	return true;
}

static bool next_word(struct reader *r, const char *what, struct word *w, struct error *e)
{
	size_t n = word_len(r);

	w->at = r->at;
	if (n == 0)
		return err_at(e, (ptrdiff_t)r->at, "%s is missing", what);
	if (n >= sizeof(w->text))
		return err_at(e, (ptrdiff_t)r->at, "%s of more than %zu bytes", what,
			      sizeof(w->text) - 1);
	memcpy(w->text, r->s + r->at, n);
	w->text[n] = '\0';
	r->at += n;
	skip_blanks(r);
	return true;
}

static bool read_timeout(struct reader *r, struct error *e)
{
	struct word w;

	if (!next_word(r, "timeout: the time", &w, e))
		return false;
	if (!num_parse_duration(w.text, &r->x->timeout, e))
		return err_shift(e, (ptrdiff_t)w.at);
	r->x->timed = true;
	return true;
}

static bool read_peer(struct reader *r, const struct word *w, struct error *e)
{
	const struct peer *p;
	int64_t n;

	if (!num_parse_int(w->text + 1, 1, UINT32_MAX, &n, e))
		return err_shift(e, (ptrdiff_t)w->at);
	p = peer_by_number(&r->session->peers, (uint32_t)n);
	if (!p)
		return err_at(e, (ptrdiff_t)w->at, "there is no peer %s yet", w->text);
	r->x->from = p->addr;
	return true;
}

/* Of the addresses that a name has, one that the current socket can hear. */
static int heard_family(const struct session *s)
{
	return s->current && !s->current->sock.dual ? s->current->sock.family : AF_UNSPEC;
}

static bool look_up(struct reader *r, const struct addr_name *name, struct error *e)
{
	int family = heard_family(r->session);

	if ((r->how & EXPECTATION_LOOK) && !addr_parse_ip(name->host, &r->x->from, NULL))
		return err_set(e, ERR_PENDING, "\"%s\" is not looked up before it is asked for",
			       name->host);
	return resolve_name(r->session->resolver, name, family, true, &r->x->from, e);
}

static bool read_from(struct reader *r, struct error *e)
{
	struct addr_name name;
	struct word w;

	if (!next_word(r, "from: the address", &w, e))
		return false;
	r->x->has_from = true;
	if (w.text[0] == '@')
		return read_peer(r, &w, e);
	if (!addr_split(w.text, NULL, &name, e))
		return err_shift(e, (ptrdiff_t)w.at);
	if (!name.host[0]) {
		if (!addr_parse_port(name.service, false, &r->x->from.port, e))
			return err_shift(e, (ptrdiff_t)w.at);
		return true;
	}
	if (!look_up(r, &name, e)) {
		if (e && e->at < 0 && e->code != ERR_PENDING)
			e->at = 0;
		return err_shift(e, (ptrdiff_t)w.at);
	}
	return true;
}

static bool read_socket(struct reader *r, struct error *e)
{
	struct word w;
	int64_t n;

	if (!next_word(r, "socket: its number", &w, e))
		return false;
	if (!num_parse_int(w.text, 1, UINT32_MAX, &n, e))
		return err_shift(e, (ptrdiff_t)w.at);
	if (!session_find(r->session, (uint32_t)n))
		return err_at(e, (ptrdiff_t)w.at, "no socket %s is open", w.text);
	r->x->socket = (uint32_t)n;
	return true;
}

static bool read_all(struct reader *r, struct error *e)
{
	bool one_word = r->how & EXPECTATION_ONE_WORD;
	size_t used;

	skip_blanks(r);
	for (;;) {
		bool ok;

		if (take(r, "timeout"))
			ok = read_timeout(r, e);
		else if (take(r, "from"))
			ok = read_from(r, e);
		else if (take(r, "socket"))
			ok = read_socket(r, e);
		else
			break;
		if (!ok)
			return false;
	}
	r->x->none = take(r, "none");
	if (r->x->none)
		return one_word || r->at == r->n ||
		       err_at(e, (ptrdiff_t)r->at, "nothing may follow \"none\"");
	if (!what_parse(r->s + r->at, r->n - r->at, one_word, &used, &r->x->what, e))
		return err_shift(e, (ptrdiff_t)r->at);
	r->at += used;
	return true;
}

bool expectation_parse(struct session *s, const char *text, size_t n, unsigned how, size_t *used,
		       struct expectation **out, struct error *e)
{
	struct reader r = { .session = s, .s = text, .n = n, .how = how };
	size_t end;

	r.x = calloc(1, sizeof(*r.x));
	if (!r.x)
		return err_set(e, ERR_LIMIT, "no memory for an expectation");
	r.x->env = session_filter_env(s);
	if (!read_all(&r, e)) {
		expectation_free(r.x);
		return false;
	}
	for (end = r.at; end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t');)
		end--;
	r.x->text = strndup(text, end);
	if (!r.x->text) {
		expectation_free(r.x);
		return err_set(e, ERR_LIMIT, "no memory for an expectation");
	}
	*used = r.at;
	*out = r.x;
	return true;
}

void expectation_free(struct expectation *x)
{
	if (!x)
		return;
	what_free(x->what);
	free(x->text);
	free(x);
}

static bool is_from(const struct expectation *x, const struct addr *a)
{
	if (x->from.port && x->from.port != a->port)
		return false;
	return !x->from.family || addr_same_host(&x->from, a);
}

bool expectation_matches(struct expectation *x, const struct packet *p)
{
	if (p->kind != PACKET_RX || (x->socket && x->socket != p->socket))
		return false;
	if (x->has_from ? !is_from(x, &p->peer) : (p->flags & PACKET_OWN) != 0)
		return false;
	return !x->what || what_matches(x->what, p, &x->env);
}

bool expectation_is_refused(const struct expectation *x, const struct packet *p,
			    const struct addr *dest)
{
	if (p->kind != PACKET_ICMP || x->none || (x->socket && x->socket != p->socket))
		return false;
	if (!errqueue_is_unreachable((enum errqueue_origin)p->icmp.origin, p->icmp.type,
				     p->icmp.code))
		return false;
	if (x->has_from && x->from.family)
		return is_from(x, &p->peer);
	return dest && addr_same_host(dest, &p->peer) &&
	       (!p->peer.port || dest->port == p->peer.port);
}
