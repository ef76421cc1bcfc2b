/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receiving: recvmmsg with control data, decoded into plain facts.
 *
 * The batch is owned by the caller, sized once, and reused; no allocation per datagram.
 */
#ifndef NET_RX_H
#define NET_RX_H

#include "net/addr.h"

#include <stdint.h>

#define RX_BATCH 64
#define RX_BUFFER 65536 /* one more than any UDP payload without jumbograms */

#define RX_TRUNCATED 1u /* longer than the buffer (MSG_TRUNC) */
#define RX_MULTICAST 2u /* destination is a group */
#define RX_BROADCAST 4u /* destination is a broadcast address, limited or a subnet's */
#define RX_HAS_DROPS 8u /* "drops" was delivered with this datagram (SO_RXQ_OVFL) */
#define RX_HAS_TTL 16u
#define RX_HAS_TOS 32u

struct rx_meta {
	uint64_t time; /* the kernel's, realtime ns; where there is none, that of the call */
	struct addr peer;
	struct addr local; /* destination address of the datagram; port 0: the socket's */
	uint32_t ifindex;  /* where it came in; 0 unknown */
	uint32_t drops;    /* drops of this socket so far, wraps (u32) */
	uint32_t len;      /* true length */
	uint32_t stored;   /* bytes in the buffer: less than len only if truncated */
	uint32_t fragment; /* came in IP fragments, the largest of so many bytes; 0: it did not */
	uint16_t segment;  /* GRO: size of the train's datagrams, 0: a single one */
	uint8_t ttl, tos;
	uint8_t flags;
};

struct rx_batch; /* RX_BATCH buffers of RX_BUFFER bytes, names and control space */

struct rx_batch *rx_batch_new(void);
void rx_batch_free(struct rx_batch *b);

/* Receives up to RX_BATCH datagrams; returns their number, 0 when there is none now, -1 with
 * *errnum for an error of the socket (EINTR and EAGAIN are 0).  An errno that an ICMP error
 * caused is returned once by the kernel and says nothing about the queue: call again. */
int rx_receive(struct rx_batch *b, int fd, int *errnum);
/* Decodes number i of the last receive. */
void rx_decode(const struct rx_batch *b, int i, struct rx_meta *out);
const uint8_t *rx_data(const struct rx_batch *b, int i);

#endif
