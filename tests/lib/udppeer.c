/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A UDP peer for shell tests:
 *
 *   udppeer [-a ADDR] [-p PORT] [-r FILE] [-t PORT [-m TEXT]] MODE [ARG]...
 *
 * It binds ADDR (127.0.0.1), writes its port as the first line, and then a line for each datagram
 * that it gets, before it acts on it:
 *
 *   MILLISECONDS SENDER'S-PORT LENGTH HEX
 *
 * MILLISECONDS is time since the boot, as in /proc/uptime, HEX the first 64 bytes or "-".  -r
 * writes the bytes of all to FILE, one behind the other.  With -t it speaks first: TEXT, or an
 * empty datagram, goes to PORT of ADDR; a flood goes there at once.  What it does then is its
 * mode's row below.  It lives as long as the test that started it.
 */
#include "peer.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define DATAGRAM_MAX 65536
#define HEX_MAX 64
#define LIFE_MAX 600
#define ROOM (64 << 20)

struct app {
	struct udp_peer peer, second; /* second: answers from another port, or address */
	const char *addr;
	FILE *record;
	char *const *args;
	bool flooded;
	struct flood flood;
	uint8_t data[DATAGRAM_MAX], made[DATAGRAM_MAX];
};

struct mode {
	const char *name;
	int least, most; /* arguments */
	const char *help;
	bool (*act)(struct app *a, size_t len);
};

/* A number in words[i], at most "max"; else the end of the program. */
static unsigned number(char *const *words, size_t i, unsigned max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(words[i], &end, 10);
	if (!errno && isdigit((unsigned char)*words[i]) && !*end && n <= max)
		return (unsigned)n;
	fprintf(stderr, "udppeer: \"%s\" is no number up to %u\n", words[i], max);
	exit(2);
}

static bool silent(struct app *a, size_t len)
{
	(void)a;
	(void)len;
	return true;
}

static bool echo(struct app *a, size_t len)
{
	return peer_answer(&a->peer, a->data, len);
}

static bool late(struct app *a, size_t len)
{
	poll(NULL, 0, (int)number(a->args, 0, 60000));
	return echo(a, len);
}

static bool other(struct app *a, size_t len)
{
	const char *addr = a->args[0] ? a->args[0] : a->addr;

	if (!a->second.open && !peer_open(&a->second, addr, 0))
		return false;
	a->second.last = a->peer.last;
	a->second.last_len = a->peer.last_len;
	return peer_answer(&a->second, a->data, len);
}

static bool reply(struct app *a, size_t len)
{
	(void)len;
	return peer_answer(&a->peer, a->args[0], strlen(a->args[0]));
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool reply_hex(struct app *a, size_t len)
{
	const char *s = a->args[0];

	for (len = 0; len < sizeof(a->made) && *s; len++, s += 2) {
		int high = digit(s[0]), low = digit(s[1]);

		if (high < 0 || low < 0) {
			fprintf(stderr, "udppeer: hex is two digits a byte: %s\n", s);
			return false;
		}
		a->made[len] = (uint8_t)(high << 4 | low);
	}
	return peer_answer(&a->peer, a->made, len);
}

/* abc...z, again and again */
static bool size(struct app *a, size_t len)
{
	len = number(a->args, 0, sizeof(a->made));
	for (size_t i = 0; i < len; i++)
		a->made[i] = (uint8_t)('a' + i % 26);
	return peer_answer(&a->peer, a->made, len);
}

static bool empty(struct app *a, size_t len)
{
	(void)len;
	return peer_answer(&a->peer, "", 0);
}

/* From a port of its own, numbered.  One that has an end is over when this returns, and logged. */
static bool flood(struct app *a, size_t len)
{
	struct flood_plan plan = { .addr = a->addr, .port = a->peer.last_port };

	(void)len;
	if (a->flooded)
		return true;
	plan.count = number(a->args, 0, UINT_MAX);
	plan.rate = number(a->args, 1, 10000000);
	plan.size = number(a->args, 2, 1400);
	a->flooded = true;
	if (!flood_start(&a->flood, &plan))
		return false;
	if (plan.count)
		printf("flooded %llu\n", flood_wait(&a->flood));
	return true;
}

/* What terminals obey, what readers of text take for something else, and what is no text at all. */
static bool hostile(struct app *a, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
	} payloads[] = {
#define BYTES(s) { s, sizeof(s) - 1 }
		BYTES("\033[2J\033[H\033[31mred"),
		BYTES("\033]0;title\007\033]52;c;cm0gLXJm\007"),
		BYTES("\033P+q544e\033\\ \033_x\033\\ \033^x\033\\"),
		BYTES("\302\233"
		      "31m \302\235"
		      "0;x\302\234 \302\220q\302\234"), /* C1 in UTF-8 */
		BYTES("\233"
		      "31m\2350;x\234"),                                        /* C1 as bytes */
		BYTES("a\342\200\256b\342\201\246c\342\200\217d\342\200\213e"), /* bidi, no width */
		BYTES("nul\0nul\0"),
		BYTES("\377\376\300\200\355\240\200\364\220\200\200\342\202"), /* no UTF-8 */
		BYTES("\r\noverwritten\rX\b\b\b\t\v\f\016\017\021\023\177"),
		BYTES("\"quoted\" \\back\\ ${seq} \342\200\250line\342\200\251"),
#undef BYTES
	};

	(void)len;
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
		if (!peer_answer(&a->peer, payloads[i].bytes, payloads[i].len))
			return false;
	return true;
}

static const struct mode modes[] = {
	{ "silent", 0, 0, "no answer", silent },
	{ "closed", 0, 0, "the port refuses: port unreachable", NULL },
	{ "echo", 0, 0, "answers what it got", echo },
	{ "late", 1, 1, "MS: so after MS milliseconds", late },
	{ "other", 0, 1, "[ADDR]: so from another port, of ADDR", other },
	{ "reply", 1, 1, "TEXT: answers TEXT", reply },
	{ "hex", 1, 1, "HEX: answers these bytes", reply_hex },
	{ "size", 1, 1, "N: answers N bytes, abc...zabc...", size },
	{ "empty", 0, 0, "answers an empty datagram", empty },
	{ "flood", 3, 3, "N RATE SIZE: answers the first with so many; 0: no end", flood },
	{ "hostile", 0, 0, "answers what harms terminals", hostile },
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

static int usage(void)
{
	fprintf(stderr, "usage: udppeer [-a ADDR] [-p PORT] [-r FILE] [-t PORT [-m TEXT]] "
			"MODE [ARG]...\n");
	for (size_t i = 0; i < MODES; i++)
		fprintf(stderr, "  %-8s %s\n", modes[i].name, modes[i].help);
	return 2;
}

static bool tell(struct app *a, size_t len)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	printf("%" PRId64 " %u %zu ", (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
	       a->peer.last_port, len);
	for (size_t i = 0; i < len && i < HEX_MAX; i++)
		printf("%02x", a->data[i]);
	puts(len ? "" : "-");
	if (a->record)
		fwrite(a->data, 1, len, a->record);
	return !ferror(stdout) && (!a->record || !ferror(a->record));
}

/* Its log is complete as often as somebody could look. */
static bool serve(struct app *a, const struct mode *mode)
{
	for (;;) {
		ssize_t len;

		if (peer_is_quiet(&a->peer)) {
			struct pollfd fd = { .fd = a->peer.fd, .events = POLLIN };

			fflush(NULL);
			poll(&fd, 1, -1);
			continue;
		}
		len = peer_recv(&a->peer, a->data, sizeof(a->data));
		if (len >= 0 && (!tell(a, (size_t)len) || !mode->act(a, (size_t)len)))
			return false;
	}
}

/* Not even a test that is killed leaves it behind. */
static void live_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		exit(2);
	alarm(LIFE_MAX);
}

/* All that a test sends at once has room, where the kernel lets us. */
static void make_room(int fd)
{
	const int room = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

static bool run(struct app *a, const struct mode *mode, uint16_t port, uint16_t to,
		const char *text)
{
	if (!mode->act ? !peer_open_closed(&a->peer, a->addr) : !peer_open(&a->peer, a->addr, port))
		return false;
	make_room(a->peer.fd);
	printf("%u\n", a->peer.port);
	a->peer.last_port = to;
	if (to && !(mode->act == flood ? flood(a, 0)
				       : peer_send(&a->peer, a->addr, to, text, strlen(text))))
		return false;
	if (mode->act)
		return serve(a, mode);
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	static struct app a = { .addr = "127.0.0.1" };
	const struct mode *mode = modes;
	const char *text = "";
	uint16_t port = 0, to = 0;
	int opt;

	live_with(getppid());
	while ((opt = getopt(argc, argv, "+a:p:r:t:m:")) != -1) {
		if (opt == 'a')
			a.addr = optarg;
		else if (opt == 'p')
			port = (uint16_t)number(&optarg, 0, UINT16_MAX);
		else if (opt == 't')
			to = (uint16_t)number(&optarg, 0, UINT16_MAX);
		else if (opt == 'm')
			text = optarg;
		else if (opt != 'r' || !(a.record = fopen(optarg, "we")))
			return usage();
	}
	argv += optind;
	argc -= optind;
	while (argc && mode < modes + MODES && strcmp(mode->name, argv[0]) != 0)
		mode++;
	if (!argc || mode == modes + MODES || argc - 1 < mode->least || argc - 1 > mode->most)
		return usage();
	a.args = argv + 1;
	return run(&a, mode, port, to, text) ? 0 : 2;
}
