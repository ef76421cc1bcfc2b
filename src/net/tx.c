/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending one datagram, past errors that belong to others. */
#include "net/tx.h"

#include "net/sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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
static bool is_too_large(const struct sock *s, const struct addr *dest, size_t n)
{
	const struct addr *to = dest ? dest : &s->peer;
	size_t headers = to->family == AF_INET ? 28 : 48;
	unsigned mtu = tx_path_mtu(to);

	return !mtu || n + headers > mtu;
}

int tx_send(const struct sock *s, const struct addr *dest, const void *data, size_t n)
{
	struct sockaddr_storage sa;
	socklen_t len = dest ? addr_to_sockaddr(dest, s->family, &sa) : 0;
	int errnum = 0;

	if (dest && !len)
		return EAFNOSUPPORT;
	for (int i = 0; i < TX_RETRIES; i++) {
		if (sendto(s->fd, data, n, MSG_NOSIGNAL, dest ? (struct sockaddr *)&sa : NULL,
			   len) >= 0)
			return 0;
		errnum = errno;
		if (errnum == EINTR)
			continue;
		if (!is_of_icmp(errnum) || (errnum == EMSGSIZE && is_too_large(s, dest, n)))
			return errnum;
	}
	return errnum;
}

unsigned tx_path_mtu(const struct addr *dest)
{
	bool v6 = dest->family == AF_INET6;
	int fd = socket(dest->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(dest, dest->family, &sa), size = sizeof(int);
	int mtu = 0;

	if (fd < 0)
		return 0;
	if (connect(fd, (struct sockaddr *)&sa, len) < 0 ||
	    getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &size) < 0)
		mtu = 0;
	close(fd);
	return mtu > 0 ? (unsigned)mtu : 0;
}
