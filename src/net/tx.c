/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending, past errors that belong to other datagrams, and with control data. */
#include "net/tx.h"

#include "net/sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES 64       /* of one sendmmsg() */
#define SEGMENTS 64       /* UDP_MAX_SEGMENTS; 128 since Linux 6.9 */
#define TRAIN_MAX 60000u  /* bytes of one UDP_SEGMENT message, below any family's limit */
#define SEGMENT_MAX 1400u /* larger ones gain little and may pass the MTU, which is refused */

/* What icmp_err_convert and icmpv6_err_convert of the kernel have (6.18). */
static bool is_of_icmp(int errnum)
{
	switch (errnum) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENONET:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case EMSGSIZE:
	case EPROTO:
	case EACCES:
		return true;
	}
	return false;
}

/*
 * Is it this datagram that is too large?  The kernel looks at that before it looks for a pending
 * error, and each refusal of this kind leaves an entry in the error queue: it must not be
 * repeated.
 */
static bool is_too_large(const struct addr *to, const struct tx_via *via, size_t n)
{
	size_t headers = to->family == AF_INET ? 28 : 48;
	unsigned mtu = tx_path_mtu(to, via ? via->ifindex : 0);

	return !mtu || n + headers > mtu;
}

/* ---- control data ---- */

struct via_control {
	_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
					    2 * CMSG_SPACE(sizeof(int))];
};

static void add_control(struct msghdr *m, int level, int type, const void *value, size_t size)
{
	struct cmsghdr *c = (void *)((char *)m->msg_control + m->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), value, size);
	m->msg_controllen += CMSG_SPACE(size);
}

static void choose_v4(struct msghdr *m, const struct tx_via *via)
{
	const struct in_pktinfo info = {
		.ipi_ifindex = (int)via->ifindex,
		.ipi_spec_dst = via->source.v4,
	};

	if (via->ifindex || via->source.family)
		add_control(m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	if (via->ttl)
		add_control(m, IPPROTO_IP, IP_TTL, &via->ttl, sizeof(via->ttl));
	if (via->tos >= 0)
		add_control(m, IPPROTO_IP, IP_TOS, &via->tos, sizeof(via->tos));
}

static void choose_v6(struct msghdr *m, const struct tx_via *via)
{
	const struct in6_pktinfo info = {
		.ipi6_ifindex = via->ifindex,
		.ipi6_addr = via->source.v6,
	};

	if (via->ifindex || via->source.family)
		add_control(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	if (via->ttl)
		add_control(m, IPPROTO_IPV6, IPV6_HOPLIMIT, &via->ttl, sizeof(via->ttl));
	if (via->tos >= 0)
		add_control(m, IPPROTO_IPV6, IPV6_TCLASS, &via->tos, sizeof(via->tos));
}

static void choose(struct msghdr *m, struct via_control *control, int family,
		   const struct tx_via *via)
{
	memset(control, 0, sizeof(*control));
	m->msg_control = control;
	if (family == AF_INET)
		choose_v4(m, via);
	else
		choose_v6(m, via);
}

/* ---- one ---- */

/* sendto(2) costs less where there is no control data. */
static ssize_t send_message(int fd, const struct msghdr *m)
{
	if (m->msg_controllen)
		return sendmsg(fd, m, MSG_NOSIGNAL);
	return sendto(fd, m->msg_iov->iov_base, m->msg_iov->iov_len, MSG_NOSIGNAL, m->msg_name,
		      m->msg_namelen);
}

/* "to" is where it goes, whether it is named or the socket is connected to it. */
static int send_one(int fd, int family, bool named, const struct addr *to, const struct tx_via *via,
		    const struct iovec *data)
{
	struct msghdr m = { .msg_iov = (struct iovec *)data, .msg_iovlen = 1 };
	struct sockaddr_storage sa;
	struct via_control control;
	int errnum = 0;

	if (named) {
		m.msg_name = &sa;
		m.msg_namelen = addr_to_sockaddr(to, family, &sa);
		if (!m.msg_namelen)
			return EAFNOSUPPORT;
	}
	if (via)
		choose(&m, &control, to->family, via);
	for (int i = 0; i < TX_RETRIES; i++) {
		if (send_message(fd, &m) >= 0)
			return 0;
		errnum = errno;
		if (errnum == EINTR)
			continue;
		if (!is_of_icmp(errnum) ||
		    (errnum == EMSGSIZE && is_too_large(to, via, data->iov_len)))
			return errnum;
	}
	return errnum;
}

int tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		const void *data, size_t n)
{
	const struct iovec part = { .iov_base = (void *)data, .iov_len = n };

	return send_one(s->fd, s->family, dest != NULL, dest ? dest : &s->peer, via, &part);
}

int tx_send(const struct sock *s, const struct addr *dest, const void *data, size_t n)
{
	return tx_send_via(s, dest, NULL, data, n);
}

/* ---- many ---- */

struct segment_control {
	_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(uint16_t))];
};

/* One sendmmsg() in the making. */
struct flight {
	struct mmsghdr messages[MESSAGES];
	struct segment_control control[MESSAGES];
	size_t datagrams[MESSAGES]; /* in each message */
	size_t count;
};

/* How many datagrams from data on go into one message: equal sizes, the last may be shorter. */
static size_t train(const struct iovec *data, size_t n)
{
	size_t size = data[0].iov_len, bytes = size, i = 1;

	if (size == 0 || size > SEGMENT_MAX)
		return 1;
	while (i < n && i < SEGMENTS && data[i - 1].iov_len == size && data[i].iov_len > 0 &&
	       data[i].iov_len <= size && bytes + data[i].iov_len <= TRAIN_MAX)
		bytes += data[i++].iov_len;
	return i;
}

static void add_segment_size(struct msghdr *m, struct segment_control *control, uint16_t size)
{
	struct cmsghdr *c;

	m->msg_control = control;
	m->msg_controllen = sizeof(control->bytes);
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = IPPROTO_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(c), &size, sizeof(size));
}

static void load(struct flight *f, struct msghdr *name, const struct iovec *data, size_t n)
{
	size_t i = 0;

	for (f->count = 0; f->count < MESSAGES && i < n; f->count++) {
		struct msghdr *m = &f->messages[f->count].msg_hdr;
		size_t cars = train(data + i, n - i);

		*m = *name;
		m->msg_iov = (struct iovec *)(data + i);
		m->msg_iovlen = cars;
		if (cars > 1)
			add_segment_size(m, &f->control[f->count], (uint16_t)data[i].iov_len);
		f->datagrams[f->count] = cars;
		i += cars;
	}
}

/* A message that the kernel would not take as it is goes datagram by datagram: that repeats what
 * only a pending ICMP error stopped, and needs no segmentation. */
static size_t send_singly(const struct sock *s, const struct addr *dest, const struct iovec *data,
			  size_t n, int *errnum)
{
	for (size_t i = 0; i < n; i++) {
		*errnum = tx_send(s, dest, data[i].iov_base, data[i].iov_len);
		if (*errnum)
			return i;
	}
	return n;
}

size_t tx_send_many(const struct sock *s, const struct addr *dest, const struct iovec *data,
		    size_t n, int *errnum)
{
	struct sockaddr_storage sa;
	struct msghdr name = { 0 };
	struct flight f;
	size_t done = 0;

	*errnum = 0;
	if (dest) {
		name.msg_name = &sa;
		name.msg_namelen = addr_to_sockaddr(dest, s->family, &sa);
		if (!name.msg_namelen) {
			*errnum = EAFNOSUPPORT;
			return 0;
		}
	}
	while (done < n) {
		int sent;

		load(&f, &name, data + done, n - done);
		sent = sendmmsg(s->fd, f.messages, (unsigned)f.count, MSG_NOSIGNAL);
		for (int i = 0; i < sent; i++)
			done += f.datagrams[i];
		if (sent > 0)
			continue;
		if (errno == EAGAIN) {
			*errnum = EAGAIN;
			return done;
		}
		done += send_singly(s, dest, data + done, f.datagrams[0], errnum);
		if (*errnum)
			return done;
	}
	return done;
}

/* ---- each to its own destination ---- */

#define PARCELS 32 /* of one sendmmsg() */

struct delivery {
	struct mmsghdr messages[PARCELS];
	struct iovec parts[PARCELS];
	struct sockaddr_storage names[PARCELS];
	struct via_control control[PARCELS];
};

/* false: a destination of another family. */
static bool address_parcel(struct delivery *d, size_t i, int family, const struct tx_parcel *p)
{
	struct msghdr *m = &d->messages[i].msg_hdr;

	d->parts[i] = (struct iovec){ .iov_base = (void *)p->data, .iov_len = p->len };
	*m = (struct msghdr){ .msg_iov = &d->parts[i], .msg_iovlen = 1, .msg_name = &d->names[i] };
	if (p->via)
		choose(m, &d->control[i], p->dest->family, p->via);
	m->msg_namelen = addr_to_sockaddr(p->dest, family, &d->names[i]);
	return m->msg_namelen > 0;
}

/* 0: there is no room. */
static size_t send_alone(int fd, int family, struct tx_parcel *p)
{
	const struct iovec part = { .iov_base = (void *)p->data, .iov_len = p->len };

	p->result = send_one(fd, family, true, p->dest, p->via, &part);
	return p->result != EAGAIN;
}

/* Sends what fits one system call, and the one that stopped it alone: that repeats what only a
 * pending ICMP error stopped, and tells why. */
static size_t send_some(int fd, int family, struct tx_parcel *parcels, size_t n)
{
	struct delivery d;
	size_t count = 0;
	int sent;

	while (count < n && count < PARCELS && address_parcel(&d, count, family, &parcels[count]))
		count++;
	sent = count ? sendmmsg(fd, d.messages, (unsigned)count, MSG_NOSIGNAL) : 0;
	sent = sent < 0 ? 0 : sent;
	for (int i = 0; i < sent; i++)
		parcels[i].result = 0;
	if (count && (size_t)sent == count)
		return count;
	return (size_t)sent + send_alone(fd, family, &parcels[sent]);
}

size_t tx_send_each(int fd, int family, struct tx_parcel *parcels, size_t n)
{
	size_t done = 0, some;

	do {
		if (n - done > 1)
			some = send_some(fd, family, parcels + done, n - done);
		else
			some = n > done ? send_alone(fd, family, parcels + done) : 0;
		done += some;
	} while (some);
	return done;
}

unsigned tx_path_mtu(const struct addr *dest, unsigned ifindex)
{
	bool v6 = dest->family == AF_INET6;
	int fd = socket(dest->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(dest, dest->family, &sa), size = sizeof(int);
	int mtu = 0, index = (int)ifindex;

	if (fd < 0)
		return 0;
	if ((index && setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index)) < 0) ||
	    connect(fd, (struct sockaddr *)&sa, len) < 0 ||
	    getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &size) < 0)
		mtu = 0;
	close(fd);
	return mtu > 0 ? (unsigned)mtu : 0;
}
