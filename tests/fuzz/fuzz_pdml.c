/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as tshark's tree of a packet: refused, or rows within the payload, of texts that a
 * terminal may see.
 */
#include "proto/pdml.h"
#include "util/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void must_be_shown(const char *s)
{
	for (size_t n = strlen(s); n;) {
		struct text_glyph g = text_next(s, n);

		must(g.shown);
		s += g.bytes;
		n -= g.bytes;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The question that the trees of the corpus are about. */
	static const uint8_t dns[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
				     "example\x03"
				     "com\x00\x00\x01\x00\x01";
	const struct pdml_payload payload = { .data = dns, .len = sizeof(dns) - 1, .at = 28 };
	struct error e = { .at = -1 };
	struct pdml tree;

	if (!pdml_read(&tree, (const char *)data, size, &payload, &e)) {
		must(e.text[0] && !tree.count && !tree.fields);
		return 0;
	}
	must(tree.count <= PDML_FIELDS_MAX);
	for (size_t i = 0; i < tree.count; i++) {
		const struct pdml_field *f = &tree.fields[i];

		must(f->offset <= payload.len && f->length <= payload.len - f->offset);
		must(f->depth < PDML_DEPTH_MAX);
		must_be_shown(pdml_name(&tree, i));
		must_be_shown(pdml_text(&tree, i));
	}
	pdml_done(&tree);
	return 0;
}
