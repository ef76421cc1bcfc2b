/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bad way for datagrams, for shell tests:
 *
 *   relay [-a ADDR] [-p PORT] [-s SEED] [-l LOSS] [-d DUP] [-r REORDER] TO-ADDR TO-PORT
 *
 * It binds ADDR (127.0.0.1), writes its port as the first line, and sends what it gets there to
 * TO-ADDR, TO-PORT; what comes back goes to whoever was heard last, untouched.  LOSS, DUP and
 * REORDER are percent.  What becomes of the datagram with number N, from 1, follows from SEED and N
 * alone.  One that is to be reordered is held until the next one has passed, or nothing came for
 * 200 ms; one at a time.
 *
 * Its log has what it did to each and, as "out", the order in which they left:
 *
 *   drop N | dup N | hold N | out N
 *
 * It lives as long as the test that started it.
 */
#include "peer.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define DATAGRAM_MAX 65536
#define HOLD_MS 200
#define LIFE_MAX 600

struct relay {
	struct udp_peer in, out;
	const char *to;
	uint16_t to_port;
	unsigned seed, loss, dup, reorder;
	unsigned long number; /* of the last datagram */
	unsigned long held;   /* 0: none */
	unsigned held_copies;
	size_t held_len;
	uint8_t data[DATAGRAM_MAX], held_data[DATAGRAM_MAX];
};

enum fate { FATE_LOSS = 1, FATE_DUP, FATE_REORDER };

/* splitmix64 of the seed, the number and what it is about. */
static bool is_hit(const struct relay *r, unsigned percent, enum fate fate)
{
	uint64_t x = ((uint64_t)r->seed << 40) + ((uint64_t)r->number << 2) + fate;

	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	x ^= x >> 31;
	return x % 100 < percent;
}

static bool pass(struct relay *r, unsigned long number, unsigned copies, const void *data,
		 size_t len)
{
	for (unsigned i = 0; i < copies; i++) {
		printf("out %lu\n", number);
		if (!peer_send(&r->out, r->to, r->to_port, data, len))
			return false;
	}
	return true;
}

static bool release(struct relay *r)
{
	unsigned long number = r->held;

	r->held = 0;
	return !number || pass(r, number, r->held_copies, r->held_data, r->held_len);
}

static bool forward(struct relay *r, size_t len)
{
	unsigned copies = 1;

	r->number++;
	if (is_hit(r, r->loss, FATE_LOSS)) {
		printf("drop %lu\n", r->number);
		return true;
	}
	if (is_hit(r, r->dup, FATE_DUP)) {
		printf("dup %lu\n", r->number);
		copies = 2;
	}
	if (!r->held && is_hit(r, r->reorder, FATE_REORDER)) {
		printf("hold %lu\n", r->number);
		r->held = r->number;
		r->held_copies = copies;
		r->held_len = len;
		memcpy(r->held_data, r->data, len);
		return true;
	}
	return pass(r, r->number, copies, r->data, len) && release(r);
}

/* All that waits at p, one by one; its log is complete as often as somebody could look. */
static bool take(struct relay *r, struct udp_peer *p)
{
	while (!peer_is_quiet(p)) {
		ssize_t len = peer_recv(p, r->data, sizeof(r->data));

		if (len < 0)
			continue;
		if (p == &r->in ? !forward(r, (size_t)len)
				: !peer_answer(&r->in, r->data, (size_t)len))
			return false;
	}
	fflush(stdout);
	return true;
}

static bool serve(struct relay *r)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = r->in.fd, .events = POLLIN },
					{ .fd = r->out.fd, .events = POLLIN } };
		int n = poll(fds, 2, r->held ? HOLD_MS : -1);

		if (n == 0 && !release(r))
			return false;
		if (!take(r, &r->in) || !take(r, &r->out))
			return false;
	}
}

static unsigned number(const char *word, unsigned long max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	if (!errno && isdigit((unsigned char)*word) && !*end && n <= max)
		return (unsigned)n;
	fprintf(stderr, "relay: \"%s\" is no number up to %lu\n", word, max);
	exit(2);
}

static int usage(void)
{
	fprintf(stderr, "usage: relay [-a ADDR] [-p PORT] [-s SEED] [-l LOSS] [-d DUP] "
			"[-r REORDER] TO-ADDR TO-PORT\n");
	return 2;
}

int main(int argc, char **argv)
{
	static struct relay r;
	const char *addr = "127.0.0.1";
	pid_t parent = getppid();
	uint16_t port = 0;
	int opt;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return 2;
	alarm(LIFE_MAX);
	while ((opt = getopt(argc, argv, "a:p:s:l:d:r:")) != -1) {
		if (opt == 'a')
			addr = optarg;
		else if (opt == 'p')
			port = (uint16_t)number(optarg, UINT16_MAX);
		else if (opt == 's')
			r.seed = number(optarg, 0xffffff);
		else if (opt == 'l')
			r.loss = number(optarg, 100);
		else if (opt == 'd')
			r.dup = number(optarg, 100);
		else if (opt == 'r')
			r.reorder = number(optarg, 100);
		else
			return usage();
	}
	if (argc - optind != 2)
		return usage();
	r.to = argv[optind];
	r.to_port = (uint16_t)number(argv[optind + 1], UINT16_MAX);
	if (!peer_open(&r.in, addr, port) || !peer_open(&r.out, addr, 0))
		return 2;
	printf("%u\n", r.in.port);
	fflush(stdout);
	return serve(&r) ? 0 : 2;
}
