/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads as a person writes them, in two spellings of one notation.
 *
 * Text: what is typed, with \n \r \t \0 \\ \$ \xHH (exactly two digits) and \u{1..6 hex digits}.
 * Any other backslash, and "${", is an error at its column.
 *
 * Hex: digit pairs, split anywhere between bytes by blanks, ":" "-" or ","; "0x" in front of a
 * group; "quoted text" (text notation; a quote is \x22) in between.  A pasted dump (xxd, hexdump,
 * Wireshark, tcpdump -X) is recognised by its first line, which begins with bytes after an
 * offset that is a multiple of 16; from then on every line must begin with the offset that follows.
 * The characters beside the bytes are not read.
 *
 * Both append to "out" and leave it as it was on an error; e->at is the offset in s.
 */
#ifndef PAYLOAD_PAYLOAD_H
#define PAYLOAD_PAYLOAD_H

#include "util/buf.h"
#include "util/err.h"

#include <stddef.h>

/* UDP payload that fits an IPv4 datagram (RFC 768, RFC 791) and an IPv6 one without jumbograms. */
#define PAYLOAD_MAX_V4 65507
#define PAYLOAD_MAX_V6 65527

bool payload_text(const char *s, size_t n, struct buf *out, struct error *e);
bool payload_hex(const char *s, size_t n, struct buf *out, struct error *e);

/* Would a person who typed this as text probably have meant hex?  A dump, or at least two bytes in
 * hex notation without quoted text: the preview then offers F5. */
bool payload_looks_hex(const char *s, size_t n);

#endif
