/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The IP packet that a stored packet was, or might as well have been: a socket gives the payload
 * and some facts of the headers, the rest is made up so that it is right.
 *
 * IPv4 or IPv6 by the peer's family, then UDP with length and checksum (RFC 768, 791, 8200); an
 * error of a network is ICMP or ICMPv6 with the datagram quoted (RFC 792, 4443).  What the store
 * did not keep of a payload is missing at the end, and the headers tell the true length: such a
 * datagram has no checksum in IPv4, and in IPv6, where there has to be one, a wrong one.
 */
#ifndef STORE_SYNTH_H
#define STORE_SYNTH_H

#include "store/packet.h"

/*
 * Appends the IP packet and tells its length on the wire.  Taken from p: peer and local (of
 * another family than the peer, or without any: the address is 0), ttl and tos where its flags say
 * that they are known (else 64, to a group 1, and 0), len and the data; of an ICMP packet "len" is
 * the length of the datagram that it quotes.
 *
 * false, with nothing appended: no packet on a wire was it, or the family of its peer is unknown.
 */
bool synth_packet(struct buf *out, const struct packet *p, uint32_t *original);

#endif
