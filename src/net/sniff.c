/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packet sockets.  See sniff.h. */
#include "net/sniff.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define SNAP 2048 /* headers, and a report that fills a frame */
#define RCVBUF (4 << 20)

#define LOAD(size, at) BPF_STMT(BPF_LD | (size) | BPF_ABS, (at))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

/*
 * Of a SOCK_DGRAM packet socket the filter's offset 0 is the network header; a VLAN tag that is
 * still in the frame stands there, and what is behind it is for the parser to find.  MLD has a
 * hop-by-hop header (RFC 3810 section 5); ICMPv6 without one is taken for its own types only, so
 * that neighbour discovery does not come along.
 */
enum { DROP = 25, TAKE = 26 };
#define TO(label, here) ((uint8_t)((label) - (here)-1))

static const struct sock_filter to_groups[] = {
	[0] = LOAD(BPF_H, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
	[1] = IF_EQUAL(ETH_P_IP, TO(5, 1), 0),
	[2] = IF_EQUAL(ETH_P_IPV6, TO(11, 2), 0),
	[3] = IF_EQUAL(ETH_P_8021Q, TO(TAKE, 3), 0),
	[4] = IF_EQUAL(ETH_P_8021AD, TO(TAKE, 4), TO(DROP, 4)),
	[5] = LOAD(BPF_B, 16), /* destination */
	[6] = BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	[7] = IF_EQUAL(0xe0, 0, TO(DROP, 7)),
	[8] = LOAD(BPF_B, 9), /* protocol */
	[9] = IF_EQUAL(IPPROTO_UDP, TO(TAKE, 9), 0),
	[10] = IF_EQUAL(IPPROTO_IGMP, TO(TAKE, 10), TO(DROP, 10)),
	[11] = LOAD(BPF_B, 24), /* destination */
	[12] = IF_EQUAL(0xff, 0, TO(DROP, 12)),
	[13] = LOAD(BPF_B, 6), /* next header */
	[14] = IF_EQUAL(IPPROTO_UDP, TO(TAKE, 14), 0),
	[15] = IF_EQUAL(IPPROTO_HOPOPTS, TO(TAKE, 15), 0),
	[16] = IF_EQUAL(IPPROTO_DSTOPTS, TO(TAKE, 16), 0),
	[17] = IF_EQUAL(IPPROTO_ROUTING, TO(TAKE, 17), 0),
	[18] = IF_EQUAL(IPPROTO_FRAGMENT, TO(TAKE, 18), 0),
	[19] = IF_EQUAL(IPPROTO_ICMPV6, 0, TO(DROP, 19)),
	[20] = LOAD(BPF_B, 40), /* ICMPv6 type */
	[21] = IF_EQUAL(130, TO(TAKE, 21), 0),
	[22] = IF_EQUAL(131, TO(TAKE, 22), 0),
	[23] = IF_EQUAL(132, TO(TAKE, 23), 0),
	[24] = IF_EQUAL(143, TO(TAKE, 24), TO(DROP, 24)),
	[DROP] = BPF_STMT(BPF_RET | BPF_K, 0),
	[TAKE] = BPF_STMT(BPF_RET | BPF_K, SNAP),
};

/* A tag that is still in the frame makes it another interface's, where it comes again without. */
enum { V4_PORT = 9, V6_PORT = 17, PORT_DROP = 18, PORT_TAKE = 19, PORT_CODE };

static const struct sock_filter to_port[PORT_CODE] = {
	[0] = LOAD(BPF_H, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
	[1] = IF_EQUAL(ETH_P_IP, TO(3, 1), 0),
	[2] = IF_EQUAL(ETH_P_IPV6, TO(10, 2), TO(PORT_DROP, 2)),
	[3] = LOAD(BPF_H, 6), /* flags, place of a fragment */
	[4] = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, TO(PORT_DROP, 4), 0),
	[5] = LOAD(BPF_B, 9), /* protocol */
	[6] = IF_EQUAL(IPPROTO_UDP, 0, TO(PORT_DROP, 6)),
	[7] = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* length of the header */
	[8] = BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
	[V4_PORT] = IF_EQUAL(0, TO(PORT_TAKE, V4_PORT), TO(PORT_DROP, V4_PORT)),
	[10] = LOAD(BPF_B, 6), /* next header */
	[11] = IF_EQUAL(IPPROTO_UDP, TO(16, 11), 0),
	[12] = IF_EQUAL(IPPROTO_HOPOPTS, TO(PORT_TAKE, 12), 0),
	[13] = IF_EQUAL(IPPROTO_DSTOPTS, TO(PORT_TAKE, 13), 0),
	[14] = IF_EQUAL(IPPROTO_ROUTING, TO(PORT_TAKE, 14), 0),
	[15] = IF_EQUAL(IPPROTO_FRAGMENT, TO(PORT_TAKE, 15), TO(PORT_DROP, 15)),
	[16] = LOAD(BPF_H, 42),
	[V6_PORT] = IF_EQUAL(0, TO(PORT_TAKE, V6_PORT), TO(PORT_DROP, V6_PORT)),
	[PORT_DROP] = BPF_STMT(BPF_RET | BPF_K, 0),
	[PORT_TAKE] = BPF_STMT(BPF_RET | BPF_K, SNAP),
};

static bool attach_groups(int fd)
{
	const struct sock_fprog filter = { sizeof(to_groups) / sizeof(to_groups[0]),
					   (struct sock_filter *)to_groups };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

static bool attach_port(int fd, uint16_t port)
{
	struct sock_filter code[PORT_CODE];
	const struct sock_fprog filter = { PORT_CODE, code };

	memcpy(code, to_port, sizeof(code));
	code[V4_PORT].k = code[V6_PORT].k = port;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

/* The program's own path makes a line that can be pasted. */
static bool explain(int errnum, struct error *e)
{
	char path[PATH_MAX];
	ssize_t n;

	if (errnum != EPERM && errnum != EACCES)
		return err_sys(e, errnum, "no packet socket");
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	err_set(e, ERR_SYSTEM,
		"listening without joining needs CAP_NET_RAW: sudo setcap cap_net_raw+ep %s",
		n > 0 ? path : "udpdeck");
	if (e)
		e->errnum = errnum;
	return false;
}

static bool bind_to(int fd, unsigned ifindex)
{
	const struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL), /* what this host sends comes with this only */
		.sll_ifindex = (int)ifindex,
	};

	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
}

/* An interface that cannot is heard as it is. */
static void take_all_groups(int fd, unsigned ifindex)
{
	const struct packet_mreq m = { .mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI };

	setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m));
}

/* Protocol 0: nothing comes before the filter is there. */
bool sniff_open(struct sniff *s, unsigned ifindex, uint16_t port, const unsigned *all, size_t count,
		struct error *e)
{
	const int on = 1, room = RCVBUF;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return explain(errno, e);
	if (!(port ? attach_port(fd, port) : attach_groups(fd)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    !bind_to(fd, ifindex)) {
		explain(errno, e);
		close(fd);
		return false;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	for (size_t i = 0; i < count; i++)
		take_all_groups(fd, all[i]);
	*s = (struct sniff){ .fd = fd };
	return true;
}

void sniff_close(struct sniff *s)
{
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct sniff){ .fd = -1 };
}

/* The tag that the kernel took out of the frame (it does so with the outer one). */
static uint16_t stripped_tag(struct msghdr *m)
{
	struct tpacket_auxdata aux;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			return aux.tp_vlan_tci & 0xfff;
	}
	return 0;
}

/* Loopback hands what was sent to the socket, and then what was received. */
static bool is_twice(const struct sockaddr_ll *from)
{
	return from->sll_hatype == ARPHRD_LOOPBACK && from->sll_pkttype == PACKET_OUTGOING;
}

bool sniff_read(struct sniff *s, struct sniffed *out)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct cmsghdr align;
	} control;
	uint8_t data[SNAP];
	struct sockaddr_ll from = { 0 };
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr m = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;
	uint16_t tag;

	do {
		m.msg_controllen = sizeof(control.bytes);
		n = recvmsg(s->fd, &m, 0);
	} while (n < 0 ? errno == EINTR || errno == ENETDOWN : is_twice(&from));
	if (n < 0)
		return false;
	*out = (struct sniffed){
		.ifindex = (unsigned)from.sll_ifindex,
		.sent = from.sll_pkttype == PACKET_OUTGOING,
		.foreign = from.sll_pkttype == PACKET_OTHERHOST,
	};
	frame_parse(ntohs(from.sll_protocol), data, (size_t)n, out->ifindex, &out->frame);
	tag = stripped_tag(&m);
	if (tag)
		out->frame.vlan = tag;
	return true;
}

/* The kernel counts from the last time that it was asked. */
void sniff_count_drops(struct sniff *s)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (getsockopt(s->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
		s->drops += stats.tp_drops;
}
