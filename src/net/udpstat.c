/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/udpstat.h"

#include "net/procfile.h"
#include <string.h>

#define FILE_MAX (256u << 10)

static const struct {
	const char *name;
	size_t at;
} counters[] = {
	{ "NoPorts", offsetof(struct udp_counters, no_ports) },
	{ "InErrors", offsetof(struct udp_counters, in_errors) },
	{ "RcvbufErrors", offsetof(struct udp_counters, rcvbuf_errors) },
	{ "InCsumErrors", offsetof(struct udp_counters, csum_errors) },
	{ "MemErrors", offsetof(struct udp_counters, mem_errors) },
};

static bool take(const struct procfile_text *name, struct procfile_text *values,
		 struct udp_counters *out)
{
	uint64_t number;

	if (!procfile_number(values, 0, 10, UINT64_MAX, &number))
		return false;
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		if (!procfile_is(name, counters[i].name))
			continue;
		memcpy((char *)out + counters[i].at, &number, sizeof(number));
		return true;
	}
	return false;
}

/* The two lines of a protocol: "Udp: InDatagrams NoPorts ...", "Udp: 12 0 ...". */
static bool take_all(struct procfile_text *names, struct procfile_text *values,
		     struct udp_counters *out)
{
	struct procfile_text name;
	bool any = false;

	while (values->at < values->end && procfile_word(names, &name))
		any = take(&name, values, out) || any;
	return any;
}

bool udpstat_parse(const char *text, size_t n, struct udp_counters *out)
{
	struct procfile_text all = procfile_text(text, n), names, values, word;

	while (procfile_line(&all, &names)) {
		if (!procfile_word(&names, &word) || !procfile_is(&word, "Udp:"))
			continue;
		return procfile_line(&all, &values) && procfile_word(&values, &word) &&
		       procfile_is(&word, "Udp:") && take_all(&names, &values, out);
	}
	return false;
}

/* A line each: "Udp6NoPorts  12". */
bool udpstat_parse6(const char *text, size_t n, struct udp_counters *out)
{
	struct procfile_text all = procfile_text(text, n), line, name;
	bool any = false;

	while (procfile_line(&all, &line)) {
		if (!procfile_word(&line, &name) || name.end - name.at <= 4 ||
		    memcmp(name.at, "Udp6", 4) != 0)
			continue;
		name.at += 4;
		any = take(&name, &line, out) || any;
	}
	return any;
}

bool udpstat_read(const char *root, struct udpstat *out, struct error *e)
{
	struct udpstat found = { 0 };
	struct buf text;
	bool ok;

	buf_init(&text, FILE_MAX);
	ok = procfile_read(root, "/proc/net/snmp", &text, e);
	if (ok && !udpstat_parse(buf_cstr(&text), text.len, &found.v4))
		ok = err_set(e, ERR_SYNTAX, "/proc/net/snmp has no counters of UDP");
	if (ok && procfile_read(root, "/proc/net/snmp6", &text, NULL))
		udpstat_parse6(buf_cstr(&text), text.len, &found.v6);
	buf_done(&text);
	if (ok)
		*out = found;
	return ok;
}
