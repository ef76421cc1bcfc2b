/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The names that tshark has for what UDP carries.
 *
 * Asked about a protocol that there is not, it lists those that there are (4.0.17: on stderr, each
 * after a tab, with its title in parentheses) and ends.  That takes half a second, so it is done
 * once, and not for those names that every tshark has.  Where no list is to be had no name is
 * known to be wrong.
 */
#include "session/tshark_private.h"

#include "util/near.h"
#include "util/num.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX (256u << 10) /* bytes; 4.0.17 says 16 KiB */
#define LIST_NS (15 * NS_PER_S)

static const char *const usual[] = { "coap", "dhcp",   "dns",    "dtls", "mdns",  "ntp", "openvpn",
				     "quic", "radius", "rtcp",   "rtp",  "sflow", "sip", "snmp",
				     "ssdp", "stun",   "syslog", "tftp", "vxlan", "wg" };

#define USUAL (sizeof(usual) / sizeof(usual[0]))

static const char *next_name(const struct tshark_names *n, const char *name)
{
	const char *next = name ? name + strlen(name) + 1 : buf_cstr(&n->list);

	return next < buf_cstr(&n->list) + n->list.len ? next : NULL;
}

const char *tshark_name_at(const struct session *s, size_t i)
{
	const struct tshark_names *n = s->tshark ? &s->tshark->names : NULL;
	const char *name = NULL;

	if (!n || !n->asked || !n->list.len)
		return i < USUAL ? usual[i] : NULL;
	do
		name = next_name(n, name);
	while (name && i--);
	return name;
}

/* ---- asking ---- */

static void end_child(struct tshark *t)
{
	struct loop *l = t->session->loop;

	loop_timer_stop(l, &t->names.patience);
	if (!t->names.child.pid)
		return;
	loop_unwatch(l, t->names.child.err);
	helper_end(&t->names.child);
}

/* Of what it said the names, each with its NUL, in place. */
static void keep_names(struct buf *said)
{
	const char *line = said->data, *end = line + said->len;
	size_t kept = 0;

	while (line < end) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((feed ? feed : end) - line);
		const char *title = memchr(line, ' ', n);

		if (feed && *line == '\t' && title) {
			size_t length = (size_t)(title - line) - 1;

			memmove(said->data + kept, line + 1, length);
			said->data[kept + length] = '\0';
			kept += length + 1;
		}
		line += n + 1;
	}
	buf_cut(said, kept);
}

static void finish(struct tshark *t)
{
	end_child(t);
	keep_names(&t->names.list);
	t->names.asked = true;
	tshark_tell(t);
}

static void on_said(void *ctx, short revents)
{
	struct tshark *t = ctx;
	char chunk[4096];
	ssize_t n = read(t->names.child.err, chunk, sizeof(chunk));

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !buf_add(&t->names.list, chunk, (size_t)n))
		finish(t);
}

static void on_patience(void *ctx)
{
	finish(ctx);
}

static bool ask(struct tshark *t)
{
	const char *words[] = { NULL, "-d", "udp.port==1,?", "-r", "/dev/null", NULL };
	struct tshark_names *n = &t->names;
	struct loop *l = t->session->loop;
	struct error e;

	if (!tshark_run(&n->child, words, &e))
		return false;
	if (!loop_watch(l, n->child.err, POLLIN, on_said, t, &e)) {
		end_child(t);
		return false;
	}
	n->patience = (struct loop_timer){ .fire = on_patience, .ctx = t };
	loop_timer_at(l, &n->patience, clock_monotonic(t->session->clock) + LIST_NS);
	buf_init(&n->list, LIST_MAX);
	return true;
}

/* ---- a name ---- */

static bool is_usual(const char *name)
{
	for (size_t i = 0; i < USUAL; i++)
		if (strcmp(usual[i], name) == 0)
			return true;
	return false;
}

static bool unknown(const struct tshark_names *n, const char *name, struct error *e)
{
	struct near near;
	struct buf meant;

	near_init(&near, name);
	for (const char *known = NULL; (known = next_name(n, known));)
		near_offer(&near, known);
	buf_init(&meant, 200);
	near_format(&near, &meant);
	err_set(e, ERR_USAGE, "tshark knows no \"%s\" that UDP carries%s", name, buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

bool tshark_check_name(struct tshark *t, const char *name, struct error *e)
{
	struct tshark_names *n = &t->names;

	if (is_usual(name))
		return true;
	if (!n->asked && (n->child.pid || ask(t)))
		return err_set(e, ERR_PENDING, "tshark is asked whether it knows \"%s\"", name);
	for (const char *known = NULL; (known = next_name(n, known));)
		if (strcmp(known, name) == 0)
			return true;
	return !n->list.len || unknown(n, name, e);
}

void tshark_names_done(struct tshark *t)
{
	end_child(t);
	buf_done(&t->names.list);
}
