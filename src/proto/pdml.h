/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of a packet as tshark tells it (-T pdml, see doc/README.xml-output of Wireshark 4.0),
 * as rows with the bytes of the payload that each is about.
 *
 * The XML comes from another program that was fed with bytes of the network: what it says is read
 * with bounds, nothing of it is believed.  Names and texts are escaped for display here.  A row is
 * linked to bytes only if these are the ones that tshark gives as its value: the places of what
 * was put together or unpacked on the way are none of the payload.
 *
 * What is hidden in Wireshark, and the headers around the payload, are left out.
 */
#ifndef PROTO_PDML_H
#define PROTO_PDML_H

#include "util/buf.h"
#include "util/err.h"

#define PDML_FIELDS_MAX 8192
#define PDML_DEPTH_MAX 128
#define PDML_TEXT_MAX 1024        /* bytes of a text as tshark has it; longer ones end with ".." */
#define PDML_TEXTS_MAX (4u << 20) /* bytes of all texts */

struct pdml_field {
	size_t name, text;     /* in "texts" */
	size_t offset, length; /* in the payload; length 0: about none of its bytes */
	unsigned depth;        /* 0: a protocol */
};

/* The caller's; a zeroed one is empty. */
struct pdml {
	struct pdml_field *fields;
	size_t count, room;
	struct buf texts;
	bool cut; /* there was more than is kept */
};

struct pdml_payload {
	const uint8_t *data;
	size_t len;
	size_t at; /* its place in the packet */
};

/* Reads the first packet of xml[0..n), and no further.  On an error *out is empty. */
bool pdml_read(struct pdml *out, const char *xml, size_t n, const struct pdml_payload *payload,
	       struct error *e);
void pdml_done(struct pdml *p);

/* "dns.id"; "" for a text between the fields. */
const char *pdml_name(const struct pdml *p, size_t i);
/* "Transaction ID: 0x1234" */
const char *pdml_text(const struct pdml *p, size_t i);

#endif
