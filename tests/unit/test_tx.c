/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one send chooses for itself: it arrives so, the next one does not, and a choice that cannot
 * be is explained.
 */
#include "net/tx.h"
#include "sockets.h"

#include <errno.h>

static const struct way {
	int hearer, speaker;
	const char *to, *source; /* source NULL: the kernel's choice */
} ways[] = {
	{ AF_INET, AF_INET, "127.0.0.1", "127.0.0.9" },
	{ AF_INET, AF_UNSPEC, "127.0.0.1", "127.0.0.9" }, /* IPv4 from a dual-stack socket */
	{ AF_UNSPEC, AF_UNSPEC, "127.0.0.1", NULL },
	{ AF_INET6, AF_INET6, "::1", "::1" },
	{ AF_UNSPEC, AF_UNSPEC, "::1", NULL },
};

static struct rx_meta send_and_hear(struct rx_batch *b, const struct sock *from,
				    const struct sock *to, const struct addr *dest,
				    const struct tx_via *via)
{
	assert_int_equal(tx_send_via(from, dest, via, "hello", 5), 0);
	return hear(b, to->fd);
}

static void check_way(const struct way *w, struct rx_batch *b, bool connected)
{
	struct sock to = must_open(w->hearer, NULL, NULL), from = must_open(w->speaker, NULL, NULL);
	const struct addr dest = address(w->to, to.local.port);
	const struct addr *name = connected ? NULL : &dest;
	struct tx_via via = { .ifindex = if_nametoindex("lo"), .ttl = 9, .tos = 0xb8 };
	struct rx_meta plain, chosen, after;

	if (connected)
		assert_true(sock_connect(&from, &dest, NULL));
	plain = send_and_hear(b, &from, &to, name, NULL);
	if (w->source)
		via.source = address(w->source, 0);
	chosen = send_and_hear(b, &from, &to, name, &via);
	assert_int_equal(chosen.ttl, 9);
	assert_int_equal(chosen.tos, 0xb8);
	assert_int_equal(chosen.ifindex, via.ifindex);
	assert_true(addr_same_host(&chosen.peer, w->source ? &via.source : &plain.peer));
	assert_int_equal(chosen.peer.port, from.local.port);

	after = send_and_hear(b, &from, &to, name, &(struct tx_via){ .tos = -1 });
	assert_int_equal(after.ttl, plain.ttl);
	assert_int_equal(after.tos, plain.tos);
	assert_true(addr_equal(&after.peer, &plain.peer));
	sock_close(&to);
	sock_close(&from);
}

static void test_it_arrives_as_chosen(void **state)
{
	struct rx_batch *b = rx_batch_new();

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		check_way(&ways[i], b, false);
		check_way(&ways[i], b, true);
	}
	rx_batch_free(b);
}

/* Each of them alone leaves the others as the socket has them; tos 0 is a choice too. */
static void test_one_at_a_time(void **state)
{
	struct rx_batch *b = rx_batch_new();
	struct sock to = must_open(AF_INET, NULL, NULL);
	struct sock from = must_open(AF_INET, NULL, "tos=0x20");
	const struct addr dest = address("127.0.0.1", to.local.port);
	struct rx_meta m;

	(void)state;
	m = send_and_hear(b, &from, &to, &dest, &(struct tx_via){ .ttl = 1, .tos = -1 });
	assert_int_equal(m.ttl, 1);
	assert_int_equal(m.tos, 0x20);
	m = send_and_hear(b, &from, &to, &dest, &(struct tx_via){ .tos = 0 });
	assert_int_equal(m.ttl, 64);
	assert_int_equal(m.tos, 0);
	m = send_and_hear(b, &from, &to, &dest,
			  &(struct tx_via){ .source = address("127.1.1.1", 0), .tos = -1 });
	assert_true(addr_same_host(&m.peer, &(struct addr[]){ address("127.1.1.1", 0) }[0]));
	assert_int_equal(m.tos, 0x20);
	rx_batch_free(b);
	sock_close(&to);
	sock_close(&from);
}

/* ---- what cannot be ---- */

static const struct refusal {
	int family;
	const char *to, *dev, *source;
	int errnum[2]; /* either: kernels differ */
	const char *words;
} refusals[] = {
	{ AF_INET, "10.99.0.2", "ve0", "203.0.113.9", { EINVAL, ENETUNREACH }, "no address of" },
	{ AF_UNSPEC, "10.99.0.2", NULL, "203.0.113.9", { EINVAL, ENETUNREACH }, "no address of" },
	{ AF_INET6, "fd99::2", "ve0", "2001:db8::9", { EINVAL }, "no address of" },
	{ AF_INET6, "fd99::2", "ve0", "::1", { EINVAL }, "cannot be reached from ::1" },
	{ AF_INET, "10.99.0.2", "down0", NULL, { ENETUNREACH }, "down0 is down" },
	{ AF_INET6, "ff15::1", "down0", NULL, { ENETUNREACH }, "down0 is down" },
	{ AF_INET6, "2001:db8::1", "ve0", NULL, { ENETUNREACH }, "no route to [2001:db8::1]:9 by" },
	{ AF_INET6, "ff02::1%lo", "ve0", NULL, { EINVAL }, "is on lo, it cannot leave by ve0" },
};

static void check_refusal(const struct refusal *r)
{
	struct sock s = must_open(r->family, NULL, NULL);
	struct tx_via via = { .ifindex = r->dev ? if_nametoindex(r->dev) : 0, .tos = -1 };
	struct addr dest = address(r->to, 9);
	struct error e = { 0 };
	int errnum;

	if (r->source)
		via.source = address(r->source, 0);
	errnum = tx_send_via(&s, &dest, &via, "x", 1);
	if (!errnum || (errnum != r->errnum[0] && errnum != r->errnum[1]))
		fail_msg("%s by %s: %s", r->to, r->dev ? r->dev : "any", strerror(errnum));
	assert_false(sock_explain_send(&s, &dest, &via, errnum, 0, &e));
	assert_int_equal(e.errnum, errnum);
	if (!strstr(e.text, r->words))
		fail_msg("%s by %s: \"%s\"", r->to, r->dev ? r->dev : "any", e.text);
	sock_close(&s);
}

static void test_refusals(void **state)
{
	const bool *alone = *state;

	if (!*alone || !run_shell("PATH=$PATH:/usr/sbin:/sbin;"
				  "ip link add down0 type veth peer name down1"))
		skip();
	for (size_t i = 0; i < COUNT(refusals); i++)
		check_refusal(&refusals[i]);
}

static void test_an_interface_that_is_gone(void **state)
{
	struct sock s = must_open(AF_UNSPEC, NULL, NULL);
	const struct tx_via via = { .ifindex = 4711, .tos = -1 };
	const struct addr dests[] = { address("127.0.0.1", 9), address("::1", 9) };
	struct error e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(dests); i++) {
		assert_int_equal(tx_send_via(&s, &dests[i], &via, "x", 1), ENODEV);
		assert_false(sock_explain_send(&s, &dests[i], &via, ENODEV, 0, &e));
		assert_string_equal(e.text, "the interface 4711 is gone: :interfaces lists those "
					    "there are");
	}
	sock_close(&s);
}

/* IPv4 lets a send choose another interface than the one the socket is bound to, IPv6 does not. */
static void test_a_socket_bound_to_a_device(void **state)
{
	const bool *alone = *state;
	const struct addr dest = address("::1", 9);
	struct error e = { 0 };
	struct tx_via via;
	struct sock s;

	if (!*alone)
		skip();
	s = must_open(AF_INET6, NULL, "device=ve0");
	via = (struct tx_via){ .ifindex = if_nametoindex("lo"), .tos = -1 };
	assert_int_equal(tx_send_via(&s, &dest, &via, "x", 1), EINVAL);
	assert_false(sock_explain_send(&s, &dest, &via, EINVAL, 0, &e));
	assert_non_null(strstr(e.text, "the socket is bound to ve0, it cannot send by lo"));
	sock_close(&s);
}

int main(void)
{
	bool alone = own_network();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_arrives_as_chosen),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test_prestate(test_refusals, &alone),
		cmocka_unit_test(test_an_interface_that_is_gone),
		cmocka_unit_test_prestate(test_a_socket_bound_to_a_device, &alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
