/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as files of /proc: read or refused, within their bounds.
 */
#include "net/owner.h"
#include "net/procfile.h"
#include "net/udpstat.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* Lines as owner_list_read() cuts them. */
static void sockets(const char *text, size_t size)
{
	struct procfile_text all = procfile_text(text, size), at;
	struct owner_entry entry;
	char line[512];

	while (procfile_line(&all, &at)) {
		size_t len = (size_t)(at.end - at.at);

		if (len >= sizeof(line))
			continue;
		memcpy(line, at.at, len);
		line[len] = '\0';
		for (int six = 0; six < 2; six++)
			if (owner_parse_line(line, six, &entry))
				must(entry.local.family && (entry.peer.port || !entry.peer.family));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";
	struct udp_counters c = { 0 };

	udpstat_parse(text, size, &c);
	udpstat_parse6(text, size, &c);
	sockets(text, size);
	return 0;
}
