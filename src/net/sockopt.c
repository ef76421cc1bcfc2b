/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket options: read as typed, set, asked of the kernel, written. */
#include "net/sockopt.h"

#include "net/iface.h"
#include "net/sock.h"
#include "util/near.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

size_t sockopt_index(const struct sockopt *o)
{
	return (size_t)(o - sockopts);
}

const struct sockopt *sockopt_find(const char *name, struct error *e)
{
	struct near near;
	struct buf guess;

	for (const struct sockopt *o = sockopts; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	near_init(&near, name);
	for (const struct sockopt *o = sockopts; o->name; o++)
		near_offer(&near, o->name);
	buf_init(&guess, 128);
	near_format(&near, &guess);
	err_set(e, ERR_USAGE, "no option \"%.64s\"%s", name, buf_cstr(&guess));
	buf_done(&guess);
	return NULL;
}

const struct sockopt_value *sockopt_asked(const struct sockopt_values *values, const char *name)
{
	return &values->v[sockopt_index(sockopt_find(name, NULL))];
}

/* ---- reading ---- */

static const struct sockopt_word *find_word(const struct sockopt_word *words, const char *text)
{
	for (; words->name; words++)
		if (strcasecmp(words->name, text) == 0)
			return words;
	return NULL;
}

static const struct sockopt_word booleans[] = {
	{ "on", 1 },    { "off", 0 }, { "yes", 1 }, { "no", 0 }, { "true", 1 },
	{ "false", 0 }, { "1", 1 },   { "0", 0 },   { NULL, 0 },
};

static bool unreadable(const struct sockopt *o, const char *text, struct error *e)
{
	struct buf range;

	buf_init(&range, 300);
	sockopt_format_range(o, &range);
	err_at(e, 0, "%s: \"%.64s\" is none of: %s", o->name, text, buf_cstr(&range));
	buf_done(&range);
	return false;
}

static bool missing(const struct sockopt *o, struct error *e)
{
	struct buf range;

	buf_init(&range, 300);
	sockopt_format_range(o, &range);
	err_set(e, ERR_USAGE, "%s wants a value: %s", o->name, buf_cstr(&range));
	buf_done(&range);
	return false;
}

static bool parse_word(const struct sockopt *o, const struct sockopt_word *words, const char *text,
		       int64_t *number, struct error *e)
{
	const struct sockopt_word *w = find_word(words, text);

	if (w) {
		*number = w->value;
		return true;
	}
	if (o->flags & SOCKOPT_WORDS_OR_NUMBER && text[0] >= '0' && text[0] <= '9')
		return num_parse_int(text, o->min, o->max, number, e)
			       ? true
			       : err_prefix(e, "%s: ", o->name);
	return unreadable(o, text, e);
}

static bool parse_size(const struct sockopt *o, const char *text, int64_t *number, struct error *e)
{
	uint64_t bytes;

	if (!num_parse_size(text, (uint64_t)o->min, (uint64_t)o->max, &bytes, e))
		return err_prefix(e, "%s: ", o->name);
	*number = (int64_t)bytes;
	return true;
}

static bool parse_iface(const struct sockopt *o, const char *text, struct sockopt_value *v,
			struct error *e)
{
	unsigned index = 0;

	if (strcmp(text, "none") == 0) {
		memcpy(v->device, "none", sizeof("none"));
		return true;
	}
	if (!iface_parse(text, &index, e))
		return err_prefix(e, "%s: ", o->name);
	v->number = index;
	if (!if_indextoname(index, v->device))
		return err_sys(e, errno, "%s: %s", o->name, text);
	return true;
}

bool sockopt_parse(const struct sockopt *o, const char *text, struct sockopt_value *out,
		   struct error *e)
{
	struct sockopt_value v = { .asked = true };
	bool ok = false;

	if (o->kind == SOCKOPT_NOT_UDP)
		return err_set(e, ERR_USAGE, "%s is TCP's: %s", o->name, o->help);
	if (!text || !text[0]) {
		if (o->kind != SOCKOPT_BOOL)
			return missing(o, e);
		text = "on";
	}
	switch (o->kind) {
	case SOCKOPT_BOOL:
		ok = parse_word(o, booleans, text, &v.number, e);
		break;
	case SOCKOPT_WORD:
		ok = parse_word(o, o->words, text, &v.number, e);
		break;
	case SOCKOPT_INT:
		ok = num_parse_int(text, o->min, o->max, &v.number, e) ||
		     err_prefix(e, "%s: ", o->name);
		break;
	case SOCKOPT_SIZE:
		ok = parse_size(o, text, &v.number, e);
		break;
	case SOCKOPT_IFACE:
		ok = parse_iface(o, text, &v, e);
		break;
	case SOCKOPT_NOT_UDP:
		break;
	}
	if (ok)
		*out = v;
	return ok;
}

bool sockopt_parse_assignment(const char *word, struct sockopt_values *values, struct error *e)
{
	size_t len = strcspn(word, "=");
	const struct sockopt *o;
	char name[64];

	if (len >= sizeof(name))
		return err_at(e, 0, "no option \"%.64s\"", word);
	memcpy(name, word, len);
	name[len] = '\0';
	o = sockopt_find(name, e);
	if (!o)
		return false;
	if (sockopt_parse(o, word[len] ? word + len + 1 : NULL, &values->v[sockopt_index(o)], e))
		return true;
	return word[len] ? err_shift(e, (ptrdiff_t)len + 1) : false;
}

/* ---- the kernel ---- */

#define CALLS_MAX 2

/* The calls that make the option true for a socket; their number. */
static size_t calls_for(const struct sockopt *o, int family, bool dual,
			struct sockopt_call calls[CALLS_MAX])
{
	size_t n = 0;

	if (o->any.name)
		calls[n++] = o->any;
	if (o->v6.name && family == AF_INET6)
		calls[n++] = o->v6;
	if (o->v4.name && (family == AF_INET || dual))
		calls[n++] = o->v4;
	return n;
}

static bool not_here(const struct sockopt *o, int family, struct error *e)
{
	return err_set(e, ERR_STATE, "%s is for %s sockets, this one speaks %s", o->name,
		       family == AF_INET ? "IPv6" : "IPv4", family == AF_INET ? "IPv4" : "IPv6");
}

static bool is_ipv4_multicast_if(const struct sockopt_call *c)
{
	return c->level == IPPROTO_IP && c->name == IP_MULTICAST_IF;
}

/* Returns 0 or the errno. */
static int set_call(int fd, const struct sockopt_call *c, int64_t number)
{
	const struct ip_mreqn mreq = { .imr_ifindex = (int)number };
	const int value = (int)(uint32_t)number;
	bool by_mreq = is_ipv4_multicast_if(c);

	if (setsockopt(fd, c->level, c->name, by_mreq ? (const void *)&mreq : &value,
		       by_mreq ? sizeof(mreq) : sizeof(value)) < 0)
		return errno;
	return 0;
}

static bool refused(const struct sockopt *o, int errnum, struct error *e)
{
	if (errnum == EPERM && o->capability && o->kind == SOCKOPT_IFACE)
		err_set(e, ERR_SYSTEM,
			"%s was chosen already, and needs %s to be chosen anew: open another "
			"socket with %s=IF",
			o->name, o->capability, o->name);
	else if (errnum == EPERM && o->capability)
		err_set(e, ERR_SYSTEM,
			"%s needs %s: start udpdeck as root, or give it the capability with "
			"setcap(8)",
			o->name, o->capability);
	else if (errnum == ENODEV)
		err_set(e, ERR_SYSTEM,
			"%s: that interface is gone: :interfaces lists those there are", o->name);
	else if (errnum == ENOPROTOOPT)
		err_set(e, ERR_SYSTEM, "%s: this kernel does not have it", o->name);
	else
		return err_sys(e, errnum, "%s", o->name);
	if (e)
		e->errnum = errnum;
	return false;
}

bool sockopt_apply(int fd, int family, bool dual, const struct sockopt *o,
		   const struct sockopt_value *v, struct error *e)
{
	struct sockopt_call calls[CALLS_MAX];
	size_t n = calls_for(o, family, dual, calls);

	if (n == 0)
		return not_here(o, family, e);
	if (o->force.name && set_call(fd, &o->force, v->number) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		int errnum = set_call(fd, &calls[i], v->number);

		if (errnum)
			return refused(o, errnum, e);
	}
	return true;
}

static bool check_set(const struct sock *s, const struct sockopt *o, const struct sockopt_value *v,
		      struct error *e)
{
	if (o->flags & SOCKOPT_BEFORE_BIND)
		return err_set(
			e, ERR_STATE,
			"%s works only before bind: \":open ADDR:PORT %s\" opens another socket",
			o->name, o->name);
	if (o->v4.name == IP_MULTICAST_ALL && v->number && s->helper_count)
		return err_set(
			e, ERR_STATE,
			"%s: so many groups are joined that several sockets share them, and each "
			"datagram would come several times",
			o->name);
	return true;
}

bool sockopt_set(struct sock *s, const struct sockopt *o, const struct sockopt_value *v,
		 struct error *e)
{
	if (!check_set(s, o, v, e) || !sockopt_apply(s->fd, s->family, s->dual, o, v, e))
		return false;
	for (size_t i = 0; i < s->helper_count; i++)
		if (!sockopt_apply(s->helpers[i], s->family, s->dual, o, v, e))
			return false;
	s->options.v[sockopt_index(o)] = *v;
	s->options.v[sockopt_index(o)].asked = true;
	return true;
}

/* Returns 0 or the errno. */
static int get_call(int fd, const struct sockopt_call *c, int64_t *number)
{
	int value = 0;
	socklen_t len = sizeof(value);

	/* It tells an address that was set, never the index (6.18). */
	if (is_ipv4_multicast_if(c))
		return ENOPROTOOPT;
	if (getsockopt(fd, c->level, c->name, &value, &len) < 0)
		return errno;
	*number = c->level == SOL_SOCKET ? (int64_t)(uint32_t)value : value;
	return 0;
}

/* ---- writing ---- */

static void format_number(const struct sockopt *o, int64_t number, struct buf *out)
{
	char name[IF_NAMESIZE];

	switch (o->kind) {
	case SOCKOPT_BOOL:
		buf_str(out, number ? "on" : "off");
		return;
	case SOCKOPT_WORD:
		for (const struct sockopt_word *w = o->words; w->name; w++) {
			if (w->value == number) {
				buf_str(out, w->name);
				return;
			}
		}
		buf_printf(out, "0x%02" PRIx64, (uint64_t)number);
		return;
	case SOCKOPT_IFACE:
		if (number == 0)
			buf_str(out, "none");
		else if (if_indextoname((unsigned)number, name))
			buf_str(out, name);
		else
			buf_printf(out, "%" PRId64, number);
		return;
	case SOCKOPT_INT:
	case SOCKOPT_SIZE:
	case SOCKOPT_NOT_UDP:
		break;
	}
	buf_printf(out, "%" PRId64, number);
}

bool sockopt_get(const struct sock *s, const struct sockopt *o, struct buf *out, struct error *e)
{
	struct sockopt_call calls[CALLS_MAX];
	size_t n = calls_for(o, s->family, s->dual, calls);
	int64_t numbers[CALLS_MAX];

	if (o->kind == SOCKOPT_NOT_UDP)
		return err_set(e, ERR_USAGE, "%s is TCP's: %s", o->name, o->help);
	if (n == 0)
		return not_here(o, s->family, e);
	for (size_t i = 0; i < n; i++) {
		int errnum = get_call(s->fd, &calls[i], &numbers[i]);

		/* Where the kernel keeps the answer to itself. UDP_GRO can be asked since 6.x
		 * only. */
		if (errnum == ENOPROTOOPT)
			numbers[i] = s->options.v[sockopt_index(o)].number;
		else if (errnum)
			return refused(o, errnum, e);
	}
	format_number(o, numbers[0], out);
	if (n > 1 && numbers[1] != numbers[0]) {
		buf_str(out, ", IPv4 ");
		format_number(o, numbers[1], out);
	}
	return true;
}

void sockopt_format_asked(const struct sock *s, const struct sockopt *o, struct buf *out)
{
	const struct sockopt_value *v = &s->options.v[sockopt_index(o)];

	if (v->asked && o->kind == SOCKOPT_IFACE)
		buf_str(out, v->device); /* its name then: the interface may be gone */
	else if (v->asked)
		format_number(o, v->number, out);
}

void sockopt_format_range(const struct sockopt *o, struct buf *out)
{
	switch (o->kind) {
	case SOCKOPT_BOOL:
		buf_str(out, "on, off");
		break;
	case SOCKOPT_INT:
		buf_printf(out, "%" PRId64 "..%" PRId64 "%s%s", o->min, o->max, o->unit ? " " : "",
			   o->unit ? o->unit : "");
		break;
	case SOCKOPT_SIZE:
		num_format_size(out, (uint64_t)o->min);
		buf_str(out, "..");
		num_format_size(out, (uint64_t)o->max);
		break;
	case SOCKOPT_IFACE:
		buf_str(out, "INTERFACE, none");
		break;
	case SOCKOPT_WORD:
		for (const struct sockopt_word *w = o->words; w->name; w++)
			buf_printf(out, "%s%s", w == o->words ? "" : ", ", w->name);
		if (o->flags & SOCKOPT_WORDS_OR_NUMBER)
			buf_printf(out, ", %" PRId64 "..%" PRId64, o->min, o->max);
		break;
	case SOCKOPT_NOT_UDP:
		break;
	}
}

const char *sockopt_dscp_name(uint8_t tos)
{
	/* Behind the DSCPs stand the words of RFC 1349 and 791. */
	for (const struct sockopt_word *w = sockopt_tos_words; strcmp(w->name, "lowdelay") != 0;
	     w++)
		if (w->value == (tos & 0xfc))
			return w->name;
	return NULL;
}

void sockopt_format_dscp(struct buf *out, uint8_t tos)
{
	const char *name = sockopt_dscp_name(tos);

	if (name)
		buf_str(out, name);
	else
		buf_printf(out, "0x%02x", (unsigned)tos >> 2);
}

const char *sockopt_ecn_name(uint8_t tos)
{
	static const char *const names[] = { "not-ect", "ect(1)", "ect(0)", "ce" };

	return names[tos & 3];
}
