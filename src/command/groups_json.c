/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A membership as members of a JSON object. */
#include "command/groups_private.h"
#include "util/json.h"

#include <stdio.h>

static void add_address(struct buf *out, const char *key, const struct addr *a)
{
	struct buf name;

	buf_init(&name, 128);
	addr_format_host(&name, a);
	json_string(out, key, buf_cstr(&name));
	buf_done(&name);
}

static void add_heard(struct buf *out, const struct groupstat_entry *h, uint64_t mono)
{
	json_number(out, "datagrams", h ? h->rx : 0);
	json_number(out, "bytes", h ? h->bytes : 0);
	json_number(out, "rate", h ? pace_per_second(&h->pace, mono) : 0);
	json_number_if(out, "own", h ? h->own : 0);
}

static void add_sources(struct buf *out, const struct group_facts *f)
{
	json_key(out, "sources");
	buf_char(out, '[');
	for (size_t i = 0; i < f->source_count; i++) {
		const struct group_source *source = &f->sources[i];

		buf_str(out, i ? ",{" : "{");
		add_address(out, "source", source->addr);
		json_bool(out, "named", source->named);
		add_heard(out, source->heard, f->mono);
		buf_char(out, '}');
	}
	buf_char(out, ']');
	json_number_if(out, "sources_more", f->sources_more);
}

static void add_state(struct buf *out, const struct group_facts *f)
{
	char version[16];

	if (f->held) {
		json_number(out, "users", f->held->users);
		json_number(out, "others", f->others);
	}
	if (!f->state || !f->state->version)
		return;
	snprintf(version, sizeof(version), "%sv%u", f->m->group.family == AF_INET ? "IGMP" : "MLD",
		 f->state->version);
	json_string(out, "version", version);
	json_string(out, "proof", group_proof(f->state));
	json_string(out, "querier", group_querier(f->state));
}

static void add_meaning(struct buf *out, const struct group_facts *f)
{
	uint8_t ether[6];
	char text[18];

	json_string(out, "range", f->range->name);
	json_string(out, "rfc", f->range->rfc);
	if (f->scope)
		json_string(out, "scope", f->scope->name);
	grouprange_ether(&f->m->group, ether);
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", ether[0], ether[1], ether[2],
		 ether[3], ether[4], ether[5]);
	json_string(out, "ether", text);
	json_key(out, "warnings");
	buf_char(out, '[');
	for (size_t i = 0; i < f->warning_count; i++) {
		buf_str(out, i ? "," : "");
		json_text(out, buf_cstr(&f->warnings[i]), f->warnings[i].len);
	}
	buf_char(out, ']');
}

void group_members(struct buf *out, const struct group_facts *f)
{
	const struct membership *m = f->m;

	json_number(out, "socket", f->k->number);
	add_address(out, "group", &m->group);
	if (f->dev)
		json_string(out, "ifname", f->dev->name);
	json_string(out, "mode",
		    m->source_specific ? "include"
		    : m->source_count  ? "exclude"
				       : "any");
	add_heard(out, f->heard, f->mono);
	add_sources(out, f);
	add_state(out, f);
	add_meaning(out, f);
}
