/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each look-up has a thread and memory of its own, held by the thread and by the
 * resolver; the last to let go frees it.  So a thread that hangs in getaddrinfo
 * outlives a resolver that gave up, and harms nobody.
 */
#include "net/resolve.h"

#include "net/lookup.h"
#include "util/clock.h"
#include "util/num.h"
#include "util/signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CACHED 16
#define KEPT_NS (10 * NS_PER_S)
#define FAILURE_KEPT_NS (2 * NS_PER_S)

struct question {
	char host[256];   /* an address in its text */
	int family;       /* of the address wanted */
	struct addr addr; /* whose name is wanted; AF_UNSPEC: an address of "host" is */
};

struct answer {
	int status; /* getaddrinfo's or getnameinfo's */
	int errnum;
	struct addr addr;
	char name[RESOLVE_NAME_MAX];
};

struct lookup {
	lookup_fn *look;
	naming_fn *name;
	struct question question;
	pthread_mutex_t lock; /* for all below */
	int holders;
	bool abandoned;
	bool finished;
	int wake; /* the resolver's eventfd; not to be touched once abandoned */
	struct answer answer;
};

struct entry {
	struct lookup *lookup; /* NULL: free place */
	uint64_t expires;      /* monotonic ns; 0: still under way */
};

struct resolver {
	const struct clock *clock;
	bool numeric_only;
	lookup_fn *look;
	naming_fn *name;
	int wake;
	struct entry entries[CACHED];
};

struct resolver *resolver_new(const struct clock *clock, bool numeric_only, struct error *e)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r) {
		err_set(e, ERR_LIMIT, "no memory for looking up names");
		return NULL;
	}
	r->clock = clock;
	r->numeric_only = numeric_only;
	resolver_ask_instead(r, getaddrinfo, getnameinfo);
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->wake < 0) {
		err_sys(e, errno, "cannot prepare to look up names");
		free(r);
		return NULL;
	}
	return r;
}

void resolver_ask_instead(struct resolver *r, lookup_fn *look, naming_fn *name)
{
	r->look = look ? look : r->look;
	r->name = name ? name : r->name;
}

static void let_go(struct lookup *l)
{
	bool last;

	pthread_mutex_lock(&l->lock);
	last = --l->holders == 0;
	pthread_mutex_unlock(&l->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static void abandon(struct entry *entry)
{
	struct lookup *l = entry->lookup;

	*entry = (struct entry){ 0 };
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->abandoned = true;
	pthread_mutex_unlock(&l->lock);
	let_go(l);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < CACHED; i++)
		abandon(&r->entries[i]);
	close(r->wake);
	free(r);
}

int resolver_fd(const struct resolver *r)
{
	return r->wake;
}

/* A finished look-up begins to age when it is collected. */
static void settle(const struct resolver *r, struct entry *entry)
{
	struct lookup *l = entry->lookup;
	bool finished;
	int status;

	if (!l || entry->expires)
		return;
	pthread_mutex_lock(&l->lock);
	finished = l->finished;
	status = l->answer.status;
	pthread_mutex_unlock(&l->lock);
	if (finished)
		entry->expires = clock_monotonic(r->clock) + (status ? FAILURE_KEPT_NS : KEPT_NS);
}

void resolver_collect(struct resolver *r)
{
	uint64_t count;

	/* Failing means that nobody wrote since, which is fine. */
	if (read(r->wake, &count, sizeof(count)) < 0)
		return;
	for (size_t i = 0; i < CACHED; i++)
		settle(r, &r->entries[i]);
}

/* ---- the worker ---- */

static void finish(struct lookup *l, const struct answer *answer)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&l->lock);
	l->answer = *answer;
	l->finished = true;
	if (!l->abandoned && write(l->wake, &one, sizeof(one)) < 0)
		l->answer.status = EAI_SYSTEM; /* cannot be: an eventfd that is not full takes it */
	pthread_mutex_unlock(&l->lock);
}

static void look_for_address(const struct lookup *l, struct answer *out)
{
	/* No AI_ADDRCONFIG: on a host with loopback only it hides localhost (glibc 2.36). */
	const struct addrinfo hints = { .ai_family = l->question.family,
					.ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;

	out->status = l->look(l->question.host, NULL, &hints, &found);
	out->errnum = errno;
	if (out->status != 0)
		return;
	addr_from_sockaddr(&out->addr, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
}

static void look_for_name(const struct lookup *l, struct answer *out)
{
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(&l->question.addr, l->question.addr.family, &sa);

	out->status = l->name((const struct sockaddr *)&sa, len, out->name, sizeof(out->name), NULL,
			      0, NI_NAMEREQD);
	out->errnum = errno;
}

static void *work(void *arg)
{
	struct lookup *l = arg;
	struct answer answer = { 0 };

	if (l->question.addr.family)
		look_for_name(l, &answer);
	else
		look_for_address(l, &answer);
	finish(l, &answer);
	let_go(l);
	return NULL;
}

static bool start(struct lookup *l, struct error *e)
{
	pthread_attr_t attr;
	pthread_t thread;
	int errnum;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	errnum = signals_thread(&thread, &attr, work, l);
	pthread_attr_destroy(&attr);
	return errnum ? err_sys(e, errnum, "no thread for looking up \"%s\"", l->question.host)
		      : true;
}

static bool begin(struct resolver *r, struct entry *entry, const struct question *q,
		  struct error *e)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return err_set(e, ERR_LIMIT, "no memory for looking up \"%s\"", q->host);
	pthread_mutex_init(&l->lock, NULL);
	l->look = r->look;
	l->name = r->name;
	l->holders = 2;
	l->wake = r->wake;
	l->question = *q;
	if (!start(l, e)) {
		pthread_mutex_destroy(&l->lock);
		free(l);
		return false;
	}
	*entry = (struct entry){ .lookup = l };
	return true;
}

/* ---- the cache ---- */

static struct entry *find(struct resolver *r, const struct question *q)
{
	for (size_t i = 0; i < CACHED; i++) {
		const struct lookup *l = r->entries[i].lookup;

		if (l && l->question.family == q->family &&
		    l->question.addr.family == q->addr.family &&
		    strcmp(l->question.host, q->host) == 0)
			return &r->entries[i];
	}
	return NULL;
}

/* A free place, else that of the answer which expires first; NULL if all are under way. */
static struct entry *make_room(struct resolver *r)
{
	struct entry *oldest = NULL;

	for (size_t i = 0; i < CACHED; i++) {
		struct entry *entry = &r->entries[i];

		if (!entry->lookup)
			return entry;
		if (entry->expires && (!oldest || entry->expires < oldest->expires))
			oldest = entry;
	}
	if (oldest)
		abandon(oldest);
	return oldest;
}

static bool explain(const struct lookup *l, struct error *e)
{
	const struct question *q = &l->question;

	switch (l->answer.status) {
	case EAI_SYSTEM:
		return err_sys(e, l->answer.errnum, "\"%s\" cannot be looked up", q->host);
	case EAI_NONAME:
		return err_set(e, ERR_SYSTEM,
			       q->addr.family ? "\"%s\" has no name" : "there is no host \"%s\"",
			       q->host);
	case EAI_AGAIN:
		return err_set(e, ERR_SYSTEM, "\"%s\": no name server answers", q->host);
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return err_set(e, ERR_SYSTEM, "\"%s\" has no %saddress", q->host,
			       q->family == AF_INET    ? "IPv4 "
			       : q->family == AF_INET6 ? "IPv6 "
						       : "");
	default:
		return err_set(e, ERR_SYSTEM, "\"%s\": %s", q->host,
			       gai_strerror(l->answer.status));
	}
}

/* The place of an answer that is there, be it a failure; NULL: none is, and e says why. */
static struct entry *ask(struct resolver *r, const struct question *q, struct error *e)
{
	struct entry *entry = find(r, q);

	if (entry && entry->expires && clock_monotonic(r->clock) >= entry->expires) {
		abandon(entry);
		entry = NULL;
	}
	if (!entry) {
		entry = make_room(r);
		if (!entry) {
			err_set(e, ERR_LIMIT, "%d names are being looked up already", CACHED);
			return NULL;
		}
		if (!begin(r, entry, q, e))
			return NULL;
	}
	if (entry->expires)
		return entry; /* the thread has let go of what it wrote */
	err_set(e, ERR_PENDING, "looking up \"%s\"", q->host);
	return NULL;
}

static bool look_up(struct resolver *r, const char *host, int family, struct addr *out,
		    struct error *e)
{
	struct question q = { .family = family };
	const struct entry *entry;

	memcpy(q.host, host, strlen(host) + 1);
	entry = ask(r, &q, e);
	if (!entry)
		return false;
	if (entry->lookup->answer.status != 0)
		return explain(entry->lookup, e);
	*out = entry->lookup->answer.addr;
	return true;
}

/* Made of what only addresses are made of, so that a mistake in one is told and not looked up. */
static bool looks_numeric(const char *host)
{
	return strpbrk(host, ":%") || host[strspn(host, "0123456789.")] == '\0';
}

static bool resolve_host(struct resolver *r, const char *host, int family, struct addr *out,
			 struct error *e)
{
	if (!looks_numeric(host)) {
		if (r->numeric_only)
			return err_at(e, 0, "\"%s\" is no address, and -n looks up no names", host);
		return look_up(r, host, family, out, e);
	}
	if (!addr_parse_ip(host, out, e))
		return false;
	if (family != AF_UNSPEC && out->family != family)
		return err_at(e, 0, "\"%s\" is no %s address", host,
			      family == AF_INET ? "IPv4" : "IPv6");
	return true;
}

bool resolve_name(struct resolver *r, const struct addr_name *name, int family, bool zero_port_ok,
		  struct addr *out, struct error *e)
{
	struct addr addr = addr_any(family == AF_UNSPEC ? AF_INET6 : family, 0);
	uint16_t port = 0;

	if (name->service[0] && !addr_parse_port(name->service, zero_port_ok, &port, e))
		return false;
	if (!port && !zero_port_ok)
		return err_set(e, ERR_RANGE, "\"%s\": a port is missing", name->host);
	if (name->host[0] && !resolve_host(r, name->host, family, &addr, e))
		return false;
	addr.port = port;
	*out = addr;
	return true;
}

/* ---- names of addresses ---- */

bool resolver_asks(const struct resolver *r, struct error *e)
{
	return !r->numeric_only || err_set(e, ERR_STATE, "-n looks up no names");
}

bool resolve_address(struct resolver *r, const struct addr *addr, char name[RESOLVE_NAME_MAX],
		     struct error *e)
{
	struct question q = { .addr = *addr };
	struct entry *entry;
	struct buf host;
	bool ok;

	if (!resolver_asks(r, e))
		return false;
	q.addr.port = 0;
	buf_init(&host, sizeof(q.host) - 1);
	addr_format_host(&host, addr);
	memcpy(q.host, buf_cstr(&host), host.len);
	buf_done(&host);
	entry = ask(r, &q, e);
	if (!entry)
		return false;
	ok = entry->lookup->answer.status == 0;
	if (ok)
		memcpy(name, entry->lookup->answer.name, RESOLVE_NAME_MAX);
	else
		explain(entry->lookup, e);
	abandon(entry);
	return ok;
}
