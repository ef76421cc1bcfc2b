/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rx [NAME...]: the highest rate at which each contender loses nothing, as a share
 * of what a bare loop can do.  Run by "make bench"; takes a few minutes.
 *
 * It all happens on the loopback of a network namespace of its own.  The sender uses
 * UDP_SEGMENT, the receiver's socket has no GRO.  A rate counts as lossless if at most
 * 0.01 % are lost in each of three trials.  A row is void unless the bare loop was seen
 * losing at some higher rate: then the sender was the limit, not the receiver.
 *
 * A trial whose losses are explained by other programs of the machine, because the
 * receiving thread had to wait for its processor while they came, is repeated.
 */
#include "rx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#define TRIALS 3
#define DISTURBED_MAX 240 /* trials; then the machine is too busy to measure this contender */
#define PRECISION 1.03
#define SLICE 0.004 /* seconds that another program gets at most before the scheduler looks again */
#define DESCENT 0.7
#define LOWEST 5000.0 /* per second: below it nobody is looked for */
#define BAR 0.9
#define PIPE_BAR 0.8      /* with the large buffer, which it asks for by itself */
#define METADATA_BAR 0.85 /* of the rate of the same receiver without control data */
#define RECORD_BAR 0.75   /* of the rate of the pipe that prints */
#define PEER_BAR 5.0      /* times as many as a peer, each with the buffer that it gets by itself */
#define OVERHEAD_BAR 64.0
#define CONTENDERS 9

static const char *const pipe_argv[] = { "UDPDECK",   "--no-rc", "-d",          "-o",
					 "raw",       "--set",   "rcvbuf=ROOM", "-l",
					 "127.0.0.1", "PORT",    NULL };
/* Into the same place, so that no disk is measured. */
static const char *const record_argv[] = { "UDPDECK",   "--no-rc", "-d",          "--record",
					   "-",         "--set",   "rcvbuf=ROOM", "-l",
					   "127.0.0.1", "PORT",    NULL };
static const char *const nc_argv[] = { "nc.openbsd", "-d", "-u", "-l", "127.0.0.1", "PORT", NULL };
static const char *const ncat_argv[] = { "ncat",        "-u",        "-l",   "-n",
					 "--recv-only", "127.0.0.1", "PORT", NULL };
static const char *const socat_argv[] = { "socat", "-u", "UDP4-RECV:PORT,bind=127.0.0.1", "-",
					  NULL };

const struct contender contenders[] = {
	{ "bare", true, bare_start, bare_stop, bare_agrees, NULL, NULL, NULL },
	{ "library", true, library_start, library_stop, library_agrees, library_attend, NULL,
	  NULL },
	{ "plain", true, plain_start, library_stop, library_agrees, library_attend, NULL, NULL },
	{ "udpdeck", true, deck_start, deck_stop, deck_agrees, deck_attend, deck_pid, NULL },
	{ "pipe", true, program_start, program_stop, NULL, NULL, program_pid, pipe_argv },
	{ "record", true, program_start, program_stop, NULL, NULL, program_pid, record_argv },
	{ "nc", false, program_start, program_stop, NULL, NULL, program_pid, nc_argv },
	{ "ncat", false, program_start, program_stop, NULL, NULL, program_pid, ncat_argv },
	{ "socat", false, program_start, program_stop, NULL, NULL, program_pid, socat_argv },
	{ 0 },
};

/* The buffers are asked as setsockopt takes them; the kernel grants twice that, so the second is
 * the 208 KiB of an untuned system. */
static const struct row rows[] = {
	{ 64, 16 << 20, 0.7, 2 },
	{ 1400, 16 << 20, 0.7, 2 },
	{ 64, 104 << 10, 0.2, 12 },
	{ 1400, 104 << 10, 0.2, 12 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct score {
	double lossless; /* per second; 0: none was found */
	double losing;   /* highest rate that was seen losing; 0: none */
	unsigned disturbed;
	bool ran, disagrees;
};

/* ---- the socket of those that are in this process ---- */

static void on(int fd, int level, int name)
{
	const int one = 1;

	if (setsockopt(fd, level, name, &one, sizeof(one)) < 0)
		perror("setsockopt");
}

int open_receiver(const struct row *row, uint16_t port, bool metadata)
{
	static const struct {
		int level, name;
	} facts[] = {
		{ SOL_SOCKET, SO_TIMESTAMPNS },  { IPPROTO_IP, IP_PKTINFO },
		{ IPPROTO_IP, IP_RECVTTL },      { IPPROTO_IP, IP_RECVTOS },
		{ IPPROTO_IP, IP_RECVFRAGSIZE },
	};
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		perror("receiver");
		exit(1);
	}
	for (size_t i = 0; metadata && i < sizeof(facts) / sizeof(facts[0]); i++)
		on(fd, facts[i].level, facts[i].name);
	on(fd, SOL_SOCKET, SO_RXQ_OVFL);
	on(fd, IPPROTO_IP, IP_RECVERR);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &row->rcvbuf, sizeof(row->rcvbuf)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &row->rcvbuf, sizeof(row->rcvbuf));
	return fd;
}

/* ---- trials ---- */

struct match {
	const struct contender *contender;
	const struct row *row;
	void *ctx;
	uint16_t port;
	pid_t pid; /* where the contender's receiving thread is */
	int fd;
	uint64_t sent, dropped; /* since the start */
	struct score *score;
};

static void attend(struct match *m, int ms)
{
	if (m->contender->attend)
		m->contender->attend(m->ctx, ms);
	else
		nap(ms);
}

/* Waits until the contender has read all; returns what was lost since the last call. */
static uint64_t settle(struct match *m)
{
	uint64_t before = m->dropped;

	for (int i = 0; i < 2000; i++) {
		struct socket_counts counts = count_socket(m->port);

		m->dropped = counts.drops;
		if (!counts.queued)
			break;
		attend(m, 1);
	}
	return m->dropped - before;
}

enum outcome { LOSSLESS, LOSSY, DISTURBED };

/* For how long others had the processor of the receiving thread, at most. */
static double seconds_away(const struct waits *before, pid_t pid)
{
	struct waits now = waits_of(pid);
	double waited = (double)(now.ns - before->ns) / 1e9;
	double slices = SLICE * (double)(now.preemptions - before->preemptions);

	return waited < slices ? waited : slices;
}

static enum outcome trial(struct match *m, double rate, double *achieved)
{
	struct offer o = {
		.fd = m->fd,
		.payload = m->row->payload,
		.rate = rate,
		.seconds = m->row->seconds,
		/* An eighth of what the buffer holds: the kernel counts about 1 KiB for each. */
		.burst = (size_t)m->row->rcvbuf / 4 / (m->row->payload + 1024),
	};
	struct waits before = waits_of(m->pid);
	struct offering *g = offer_start(&o);
	uint64_t lost;

	while (!offer_done(g))
		attend(m, 5);
	offer_finish(g);
	lost = settle(m);
	m->sent += o.sent;
	*achieved = o.achieved;
	if (lost * 10000 <= o.sent)
		return LOSSLESS;
	return (double)lost <= 2 * seconds_away(&before, m->pid) * o.achieved ? DISTURBED : LOSSY;
}

/* All trials at the rate; *achieved is what was offered on the average. */
static bool pass_trials(struct match *m, double rate, double *achieved)
{
	double sum = 0, offered;
	int good = 0;
	bool lossy = false;

	while (good < TRIALS && !lossy && m->score->disturbed < DISTURBED_MAX) {
		enum outcome outcome = trial(m, rate, &offered);

		if (outcome == DISTURBED) {
			m->score->disturbed++;
			continue;
		}
		lossy = outcome == LOSSY;
		good += !lossy;
		sum += offered;
	}
	*achieved = sum / (good + lossy > 0 ? good + lossy : 1);
	if (lossy && *achieved > m->score->losing)
		m->score->losing = *achieved;
	if (good == TRIALS && *achieved > m->score->lossless)
		m->score->lossless = *achieved;
	return good == TRIALS;
}

/* Another chance, because a hiccup of the machine looks like a loss of the contender, and a small
 * buffer forgives none. */
static bool is_lossless(struct match *m, double rate, double *achieved)
{
	bool lossless = false;

	for (unsigned i = 0; i < m->row->chances && !lossless; i++)
		lossless = pass_trials(m, rate, achieved);
	return lossless;
}

/* Down from the flood in large steps, for one trial finds out a rate that loses; then between. */
static void find_rate(struct match *m)
{
	double high, low, offered;

	if (is_lossless(m, 0, &high))
		return;
	for (low = DESCENT * high; !is_lossless(m, low, &offered); low *= DESCENT) {
		if (low < LOWEST || m->score->disturbed >= DISTURBED_MAX)
			return;
		high = low;
	}
	while (high / low > PRECISION && m->score->disturbed < DISTURBED_MAX) {
		double mid = (low + high) / 2;

		if (is_lossless(m, mid, &offered))
			low = mid;
		else
			high = mid;
	}
}

/* Lets programs learn who their peer is, and udpdeck start its receiver thread. */
static void warm_up(struct match *m)
{
	double offered;

	trial(m, LOWEST, &offered);
	if (!pin_thread(receiving_thread(m->pid), RECEIVER_CPU))
		perror(m->contender->name);
	prefer_process(m->pid);
}

static void compete(const struct contender *c, const struct row *row, uint16_t port,
		    struct score *score)
{
	struct match m = { .contender = c, .row = row, .port = port, .score = score };

	m.ctx = c->start(c, row, port);
	if (!m.ctx)
		return;
	m.pid = c->pid ? c->pid(m.ctx) : getpid();
	m.fd = offer_socket(port);
	warm_up(&m);
	find_rate(&m);
	score->ran = true;
	score->disagrees = c->agrees && !c->agrees(m.ctx, m.sent, m.dropped);
	c->stop(m.ctx);
	close(m.fd);
}

/* ---- the table ---- */

static void print_head(void)
{
	struct utsname u;

	uname(&u);
	printf("highest rate without loss, thousand datagrams per second, and share of the bare "
	       "loop\n"
	       "(Linux %s, loopback, receiver on CPU %d, sender on CPU %d; * = not seen "
	       "losing)\n\n",
	       u.release, RECEIVER_CPU, SENDER_CPU);
	printf("%-8s %-8s", "payload", "buffer");
	for (const struct contender *c = contenders; c->name; c++)
		printf(" %14s", c->name);
	printf("\n");
}

/* An ordinary user gets no more than net.core.rmem_max. */
static void print_granted(const struct row *row, uint16_t port)
{
	int fd = open_receiver(row, port, false), granted = 0;
	socklen_t len = sizeof(granted);

	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &len);
	if (granted < 2 * row->rcvbuf)
		printf("only %d KiB of the %d asked were granted\n", granted >> 11,
		       row->rcvbuf >> 10);
	close(fd);
}

static void print_score(const struct score *s, const struct score *bare)
{
	char text[32] = "-";

	if (s->disagrees)
		snprintf(text, sizeof(text), "miscounted");
	else if (s->disturbed >= DISTURBED_MAX)
		snprintf(text, sizeof(text), "disturbed");
	else if (s->ran && bare->lossless > 0)
		snprintf(text, sizeof(text), "%.0f%s %.2f", s->lossless / 1e3,
			 s->losing > 0 ? "" : "*", s->lossless / bare->lossless);
	printf(" %14s", text);
	fflush(stdout);
}

static void print_row_head(const struct row *row)
{
	char size[16], buffer[16];

	snprintf(size, sizeof(size), "%zu B", row->payload);
	if (row->rcvbuf >= 1 << 20)
		snprintf(buffer, sizeof(buffer), "%d MiB", row->rcvbuf >> 20);
	else
		snprintf(buffer, sizeof(buffer), "%d KiB", row->rcvbuf >> 9);
	printf("%-8s %-8s", size, buffer);
	fflush(stdout);
}

static bool is_wanted(const struct contender *c, int argc, char **argv)
{
	bool wanted = argc < 2 || c == contenders;

	for (int i = 1; i < argc; i++)
		wanted |= strcmp(argv[i], c->name) == 0;
	return wanted;
}

static bool are_known(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const struct contender *c = contenders;

		while (c->name && strcmp(c->name, argv[i]) != 0)
			c++;
		if (!c->name)
			return false;
	}
	return true;
}

/* What is to be said of the row; *met is false if udpdeck stays below its bar. */
static const char *verdict(const struct score *bare, const struct score *deck, bool *met)
{
	*met = true;
	if (bare->disturbed >= DISTURBED_MAX || deck->disturbed >= DISTURBED_MAX)
		return "  void: other programs used the processors";
	if (bare->losing <= bare->lossless)
		return "  void: the sender was too slow for the bare loop";
	if (!deck->ran || deck->lossless >= BAR * bare->lossless)
		return "";
	if (deck->losing == 0)
		return "  void: the sender was too slow for udpdeck";
	*met = false;
	return "  below the bar";
}

static size_t index_of(const char *name)
{
	size_t i = 0;

	while (strcmp(contenders[i].name, name) != 0)
		i++;
	return i;
}

/* The pipe beside its peers under the same traffic, each as it comes: it with the large buffer,
 * which it asks for by itself, they with the system's. */
static bool print_peers(const struct row *row, const struct score *scores)
{
	const struct score *pipe = &scores[index_of("pipe")];
	bool met = pipe->lossless >= PIPE_BAR * scores[0].lossless;

	if (!pipe->ran)
		return true;
	printf("pipe, %zu B, times as many as", row->payload);
	for (const struct contender *c = contenders; c->name; c++) {
		const struct score *peer = &scores[c - contenders];

		if (c->ours || !peer->ran || peer->lossless <= 0)
			continue;
		printf(" %s %.1f", c->name, pipe->lossless / peer->lossless);
		met &= pipe->lossless >= PEER_BAR * peer->lossless;
	}
	printf(", share of the bare loop %.2f%s\n", pipe->lossless / scores[0].lossless,
	       met ? "" : "  below the bar");
	return met;
}

/* What one costs beside the other that is the same without it. */
static bool print_cost(const char *what, const struct row *row, const struct score *with,
		       const struct score *without, double bar)
{
	bool is_void = without->losing == 0;
	bool met = is_void || with->lossless >= bar * without->lossless;

	if (with->lossless <= 0 || without->lossless <= 0)
		return true;
	printf("%s, %zu B, share of the rate without it %.2f%s\n", what, row->payload,
	       with->lossless / without->lossless,
	       is_void ? "  void: the sender was too slow"
	       : met   ? ""
		       : "  below the bar");
	return met;
}

static bool run_row(const struct row *row, struct score *scores, uint16_t *port, int argc,
		    char **argv)
{
	struct score *deck = &scores[0];
	bool met, honest = true;

	print_granted(row, *port);
	print_row_head(row);
	for (size_t i = 0; contenders[i].name; i++) {
		const struct contender *c = &contenders[i];

		/* Their buffers are their own: they are compared in the first rows. */
		if (is_wanted(c, argc, argv) && (c->ours || row < &rows[ROWS / 2]))
			compete(c, row, (*port)++, &scores[i]);
		print_score(&scores[i], &scores[0]);
		if (strcmp(c->name, "udpdeck") == 0)
			deck = &scores[i];
		honest &= !scores[i].disagrees;
		/* Only other people's programs may be missing. */
		honest &= scores[i].ran || !c->ours || !is_wanted(c, argc, argv);
	}
	printf("%s\n", verdict(&scores[0], deck, &met));
	return met && honest;
}

static bool print_overhead(void)
{
	bool met = true;

	printf("\nbytes kept per IPv4 datagram beyond its payload:");
	for (size_t i = 0; i < 2; i++) {
		double bytes = library_overhead(rows[i].payload);

		printf(" %.1f (%zu B)", bytes, rows[i].payload);
		met &= bytes <= OVERHEAD_BAR;
	}
	printf("%s\n", met ? "" : "  above the bar");
	return met;
}

int main(int argc, char **argv)
{
	static struct score scores[ROWS][CONTENDERS];
	uint16_t port = 7000;
	bool met = true;

	if (!are_known(argc, argv)) {
		fprintf(stderr, "usage: rx [bare] [library] [plain] [udpdeck] [pipe] [record] [nc] "
				"[ncat] [socat]\n");
		return 1;
	}
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		fprintf(stderr, "two processors are needed, one to send and one to receive\n");
		return 77;
	}
	if (!enter_namespace())
		return 77;
	pin_to_cpu(SENDER_CPU);
	prefer_process(getpid());
	print_head();
	for (size_t i = 0; i < ROWS; i++)
		met &= run_row(&rows[i], scores[i], &port, argc, argv);
	printf("\n");
	for (size_t i = 0; i < ROWS / 2; i++)
		met &= print_peers(&rows[i], scores[i]);
	for (size_t i = 0; i < ROWS / 2; i++) {
		const struct score *of = scores[i];

		met &= print_cost("metadata", &rows[i], &of[index_of("library")],
				  &of[index_of("plain")], METADATA_BAR);
		met &= print_cost("recording", &rows[i], &of[index_of("record")],
				  &of[index_of("pipe")], RECORD_BAR);
	}
	met &= print_overhead();
	return met ? 0 : 1;
}
