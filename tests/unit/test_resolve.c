/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names: answered from the worker, kept for a while, and given up without waiting.
 */
#include "net/lookup.h"
#include "sockets.h"
#include "util/clock.h"
#include "util/num.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

static uint64_t fake_now;

static uint64_t read_fake(void *ctx)
{
	(void)ctx;
	return fake_now;
}

static const struct clock fake_clock = { .monotonic = read_fake, .realtime = read_fake };

/* ---- somebody else than the system ---- */

static atomic_uint asked;
static sem_t entered, leave, left;

/* "vN" is 10.0.0.N or fd00::N, "hang" waits to be let go, the rest is unknown. */
static int look(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **found)
{
	struct addrinfo numeric = *hints;
	char text[64];

	atomic_fetch_add(&asked, 1);
	if (strcmp(host, "hang") == 0) {
		sem_post(&entered);
		sem_wait(&leave);
		sem_post(&left);
	} else if (strcmp(host, "slow-server") == 0) {
		return EAI_AGAIN;
	} else if (host[0] != 'v') {
		return EAI_NONAME;
	}
	numeric.ai_flags = AI_NUMERICHOST;
	snprintf(text, sizeof(text), "%s%.10s", hints->ai_family == AF_INET6 ? "fd00::" : "10.0.0.",
		 host[0] == 'v' ? host + 1 : "9");
	return getaddrinfo(text, service, &numeric, found);
}

/* 10.0.0.N is "nN"; who is no 10.0.0.N has no name. */
static int name(const struct sockaddr *sa, socklen_t len, char *host, socklen_t host_size,
		char *service, socklen_t service_size, int flags)
{
	struct addr a = { 0 };

	atomic_fetch_add(&asked, 1);
	assert_int_equal(flags, NI_NAMEREQD);
	assert_null(service);
	assert_int_equal(service_size, 0);
	addr_from_sockaddr(&a, sa, len);
	if (a.family != AF_INET || a.bytes[0] != 10)
		return EAI_NONAME;
	snprintf(host, host_size, "n%u", a.bytes[3]);
	return 0;
}

static struct resolver *make(bool numeric_only)
{
	struct resolver *r = resolver_new(&fake_clock, numeric_only, NULL);

	assert_non_null(r);
	resolver_ask_instead(r, look, name);
	atomic_store(&asked, 0);
	fake_now = NS_PER_S;
	return r;
}

static bool ask(struct resolver *r, const char *host, int family, struct addr *out, struct error *e)
{
	struct addr_name name = { .service = "53" };

	snprintf(name.host, sizeof(name.host), "%s", host);
	return resolve_name(r, &name, family, false, out, e);
}

/* As callers do: try, wait, try again. */
static bool ask_until_known(struct resolver *r, const char *host, int family, struct addr *out,
			    struct error *e)
{
	while (!ask(r, host, family, out, e)) {
		if (e->code != ERR_PENDING)
			return false;
		if (!wait_events(resolver_fd(r), POLLIN))
			fail_msg("%s: no answer", host);
		resolver_collect(r);
	}
	return true;
}

/* ---- without a look-up ---- */

static void test_addresses_are_answered_at_once(void **state)
{
	static const struct {
		const char *host, *service;
		int family;
		bool zero_ok;
		const char *host_out; /* NULL: refused */
		uint16_t port;
		const char *words;
	} cases[] = {
		{ "10.0.0.1", "53", AF_UNSPEC, false, "10.0.0.1", 53, NULL },
		{ "::1", "53", AF_UNSPEC, false, "::1", 53, NULL },
		{ "fe80::1%lo", "69", AF_INET6, false, "fe80::1%lo", 69, NULL },
		{ "", "5000", AF_UNSPEC, false, "::", 5000, NULL },
		{ "", "5000", AF_INET, false, "0.0.0.0", 5000, NULL },
		{ "10.0.0.1", "0", AF_UNSPEC, true, "10.0.0.1", 0, NULL },
		{ "10.0.0.1", "", AF_UNSPEC, true, "10.0.0.1", 0, NULL },
		{ "10.0.0.1", "0", AF_UNSPEC, false, NULL, 0, "port 0 is outside 1..65535" },
		{ "10.0.0.1", "", AF_UNSPEC, false, NULL, 0, "\"10.0.0.1\": a port is missing" },
		{ "10.0.0.1", "70000", AF_UNSPEC, false, NULL, 0,
		  "port 70000 is outside 1..65535" },
		{ "10.0.0.1", "53", AF_INET6, false, NULL, 0, "\"10.0.0.1\" is no IPv6 address" },
		{ "::1", "53", AF_INET, false, NULL, 0, "\"::1\" is no IPv4 address" },
		{ "10.0.0.300", "53", AF_UNSPEC, false, NULL, 0,
		  "\"10.0.0.300\" is no IP address" },
		{ "fe80::1%nosuch0", "53", AF_UNSPEC, false, NULL, 0,
		  "there is no interface \"nosuch0\": :interfaces lists them" },
		{ "v1", "53", AF_UNSPEC, false, NULL, 0,
		  "\"v1\" is no address, and -n looks up no names" },
	};
	struct resolver *r = make(true);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr_name name;
		struct addr out = { .port = 4711 };
		struct error e = { 0 };
		bool ok;

		snprintf(name.host, sizeof(name.host), "%s", cases[i].host);
		snprintf(name.service, sizeof(name.service), "%s", cases[i].service);
		ok = resolve_name(r, &name, cases[i].family, cases[i].zero_ok, &out, &e);
		assert_int_equal(ok, cases[i].host_out != NULL);
		if (ok) {
			struct addr wanted = address(cases[i].host_out, cases[i].port);

			assert_true(addr_equal(&out, &wanted));
		} else {
			assert_string_equal(e.text, cases[i].words);
			assert_int_equal(out.port, 4711);
		}
	}
	assert_int_equal(atomic_load(&asked), 0);
	resolver_free(r);
	resolver_free(NULL);
}

/* ---- with one ---- */

static void test_names_are_answered_later(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct resolver *r = make(false);

	(void)state;
	for (size_t i = 0; i < COUNT(families); i++) {
		struct addr out, wanted = address(i ? "fd00::7" : "10.0.0.7", 53);
		struct error e = { 0 };

		assert_false(ask(r, "v7", families[i], &out, &e));
		assert_int_equal(e.code, ERR_PENDING);
		assert_true(ask_until_known(r, "v7", families[i], &out, &e));
		assert_true(addr_equal(&out, &wanted));
	}
	assert_int_equal(atomic_load(&asked), 2);
	assert_true(is_quiet(resolver_fd(r)));
	resolver_free(r);
}

static void test_failures_have_words(void **state)
{
	struct resolver *r = make(false);
	struct error e = { 0 };
	struct addr out;

	(void)state;
	assert_false(ask_until_known(r, "nosuch", AF_UNSPEC, &out, &e));
	assert_string_equal(e.text, "there is no host \"nosuch\"");
	assert_false(ask_until_known(r, "slow-server", AF_UNSPEC, &out, &e));
	assert_string_equal(e.text, "\"slow-server\": no name server answers");
	resolver_free(r);
}

static void test_answers_age(void **state)
{
	struct resolver *r = make(false);
	struct error e = { 0 };
	struct addr out;

	(void)state;
	assert_true(ask_until_known(r, "v1", AF_INET, &out, &e));
	assert_false(ask_until_known(r, "nosuch", AF_INET, &out, &e));
	assert_int_equal(atomic_load(&asked), 2);
	fake_now += 2 * NS_PER_S - 1;
	assert_true(ask(r, "v1", AF_INET, &out, &e));
	assert_false(ask(r, "nosuch", AF_INET, &out, &e));
	assert_int_not_equal(e.code, ERR_PENDING);
	fake_now += 1;
	assert_false(ask(r, "nosuch", AF_INET, &out, &e));
	assert_int_equal(e.code, ERR_PENDING);
	assert_false(ask_until_known(r, "nosuch", AF_INET, &out, &e));
	assert_true(ask(r, "v1", AF_INET, &out, &e));
	fake_now += 8 * NS_PER_S;
	assert_false(ask(r, "v1", AF_INET, &out, &e));
	assert_int_equal(e.code, ERR_PENDING);
	assert_true(ask_until_known(r, "v1", AF_INET, &out, &e));
	assert_int_equal(atomic_load(&asked), 4);
	resolver_free(r);
}

/* More names than places: the oldest answers go, none is wrong. */
static void test_many_names(void **state)
{
	struct resolver *r = make(false);
	struct error e = { 0 };
	char host[16], text[32];

	(void)state;
	for (int i = 1; i <= 40; i++) {
		struct addr out, wanted;

		snprintf(host, sizeof(host), "v%d", i);
		snprintf(text, sizeof(text), "10.0.0.%d", i);
		wanted = address(text, 53);
		assert_true(ask_until_known(r, host, AF_INET, &out, &e));
		assert_true(addr_equal(&out, &wanted));
		fake_now += NS_PER_MS;
	}
	assert_int_equal(atomic_load(&asked), 40);
	resolver_free(r);
}

/* One that hangs is asked for once, holds up no other name, and is left behind. */
static void test_hung_look_up_is_abandoned(void **state)
{
	struct resolver *r = make(false);
	struct error e = { 0 };
	struct addr out;

	(void)state;
	assert_false(ask(r, "hang", AF_INET, &out, &e));
	assert_int_equal(e.code, ERR_PENDING);
	sem_wait(&entered);
	assert_true(ask_until_known(r, "v1", AF_INET, &out, &e));
	fake_now += 100 * NS_PER_S;
	assert_false(ask(r, "hang", AF_INET, &out, &e));
	assert_int_equal(e.code, ERR_PENDING);
	assert_int_equal(atomic_load(&asked), 2);
	resolver_free(r);
	sem_post(&leave); /* its thread ends alone, with nobody to tell */
	sem_wait(&left);
}

static void test_hung_look_ups_are_limited(void **state)
{
	struct resolver *r = make(false);
	struct error e = { 0 };
	struct addr out;
	unsigned hung = 0;

	(void)state;
	/* Two families make two look-ups of one name; the rest of the places is filled by
	 * answers. */
	assert_false(ask(r, "hang", AF_INET, &out, &e));
	assert_false(ask(r, "hang", AF_UNSPEC, &out, &e));
	for (hung = 0; hung < 2; hung++)
		sem_wait(&entered);
	for (int i = 1; i <= 40; i++) {
		char host[16];

		snprintf(host, sizeof(host), "v%d", i);
		assert_true(ask_until_known(r, host, AF_INET, &out, &e));
	}
	assert_false(ask(r, "hang", AF_INET, &out, &e));
	assert_int_equal(e.code, ERR_PENDING);
	assert_int_equal(atomic_load(&asked), 42);
	sem_post(&leave);
	sem_post(&leave);
	assert_true(ask_until_known(r, "hang", AF_INET, &out, &e));
	resolver_free(r);
}

static bool name_until_known(struct resolver *r, const char *host, char found[RESOLVE_NAME_MAX],
			     struct error *e)
{
	struct addr a = address(host, 53);

	while (!resolve_address(r, &a, found, e)) {
		if (e->code != ERR_PENDING)
			return false;
		if (!wait_events(resolver_fd(r), POLLIN))
			fail_msg("%s: no answer", host);
		resolver_collect(r);
	}
	return true;
}

/* Each is told once: who keeps it is the caller. */
static void test_addresses_have_names(void **state)
{
	struct resolver *r = make(false);
	char found[RESOLVE_NAME_MAX] = "as before", host[32];
	struct error e = { 0 };
	struct addr out;

	(void)state;
	assert_false(name_until_known(r, "fd00::1", found, &e));
	assert_string_equal(e.text, "\"fd00::1\" has no name");
	assert_string_equal(found, "as before");
	for (int i = 1; i <= 40; i++) {
		char wanted[32];

		snprintf(host, sizeof(host), "10.0.0.%d", i);
		snprintf(wanted, sizeof(wanted), "n%d", i);
		assert_true(name_until_known(r, host, found, &e));
		assert_string_equal(found, wanted);
	}
	assert_true(name_until_known(r, "10.0.0.1", found, &e));
	assert_int_equal(atomic_load(&asked), 42);
	assert_true(ask_until_known(r, "v1", AF_INET, &out, &e));
	resolver_free(r);
}

static void test_no_names_without_look_ups(void **state)
{
	struct resolver *r = make(true);
	struct addr a = address("10.0.0.1", 53);
	char found[RESOLVE_NAME_MAX];
	struct error e = { 0 };

	(void)state;
	assert_false(resolve_address(r, &a, found, &e));
	assert_string_equal(e.text, "-n looks up no names");
	assert_int_equal(atomic_load(&asked), 0);
	resolver_free(r);
}

static void test_system_knows_localhost(void **state)
{
	struct resolver *r = resolver_new(&clock_system, false, NULL);
	struct error e = { 0 };
	struct addr out;

	(void)state;
	assert_non_null(r);
	if (!ask_until_known(r, "localhost", AF_INET, &out, &e)) {
		resolver_free(r);
		skip(); /* a system without /etc/hosts */
	}
	assert_int_equal(addr_kind(&out), ADDR_LOOPBACK);
	assert_int_equal(out.port, 53);
	resolver_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_are_answered_at_once),
		cmocka_unit_test(test_names_are_answered_later),
		cmocka_unit_test(test_failures_have_words),
		cmocka_unit_test(test_answers_age),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_hung_look_up_is_abandoned),
		cmocka_unit_test(test_hung_look_ups_are_limited),
		cmocka_unit_test(test_addresses_have_names),
		cmocka_unit_test(test_no_names_without_look_ups),
		cmocka_unit_test(test_system_knows_localhost),
	};

	sem_init(&entered, 0, 0);
	sem_init(&leave, 0, 0);
	sem_init(&left, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
