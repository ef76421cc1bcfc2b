/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the dissector share: dissect.c (links, IP, UDP), dissect_icmp.c. */
#ifndef STORE_DISSECT_PRIVATE_H
#define STORE_DISSECT_PRIVATE_H

#include "store/dissect.h"

/* What of a frame is not read yet; what is behind "n" was not captured. */
struct view {
	const uint8_t *at;
	uint32_t n, len; /* captured, on the wire; n <= len */
};

/* The next "size" bytes; NULL: they are not all there. */
const uint8_t *view_take(struct view *v, uint32_t size);
/* It ends after so many bytes. */
void view_limit(struct view *v, uint32_t len);

static inline uint16_t view_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t view_get32(const uint8_t *at)
{
	return (uint32_t)view_get16(at) << 16 | view_get16(at + 2);
}

/* An IP header and where it leads. */
struct ip_head {
	struct addr source, dest;
	uint8_t ttl, tos;
	uint8_t protocol; /* of what is left of the view */
	uint32_t size;    /* of the IP packet */
	bool fragment, more;
	uint32_t offset, id;
};

/* DISSECT_PACKET: *out is good, v stands behind the headers. */
enum dissect_result dissect_ip4(struct view *v, struct ip_head *out);
enum dissect_result dissect_ip6(struct view *v, struct ip_head *out);
/* The extension headers from out->protocol on. */
enum dissect_result dissect_extensions(struct view *v, struct ip_head *out);

/* v begins at the ICMP header. */
enum dissect_result dissect_icmp(struct view v, const struct ip_head *ip, struct packet *out);

#endif
