/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How tshark is run, and the rules that its options are made of. */
#include "session/tshark_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY (1ull << 30) /* bytes of address space; 600 MiB do */

/* ---- the process ---- */

/* Words that the options of tshark are made of. */
struct arguments {
	const char *words[16 + 2 * TSHARK_RULES_MAX];
	size_t count;
	char rules[TSHARK_RULES_MAX][TSHARK_PROTOCOL_MAX + 24];
};

static void make_arguments(const struct tshark *t, struct arguments *a)
{
	static const char *const fixed[] = { "-n", "-l", "-r", "-", "-T", "pdml" };

	a->count = 1; /* the first is its path */
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		a->words[a->count++] = fixed[i];
	for (size_t i = 0; i < t->rule_count; i++) {
		snprintf(a->rules[i], sizeof(a->rules[i]), "udp.port==%u,%s", t->rules[i].port,
			 t->rules[i].protocol);
		a->words[a->count++] = "-d";
		a->words[a->count++] = a->rules[i];
	}
	a->words[a->count] = NULL;
}

/* "NAME=" and what the variable holds here, if it is set. */
static const char *inherit(struct buf *out, const char *name)
{
	const char *value = getenv(name);

	buf_init(out, 8192);
	buf_printf(out, "%s=%s", name, value ? value : "");
	return value && !out->failed ? out->data : NULL;
}

static bool start(struct helper *child, const char *const words[], struct error *e)
{
	struct buf search, zone;
	const char *env[] = { "HOME=/nonexistent", "LC_ALL=C.UTF-8", NULL, NULL, NULL };
	size_t n = 2;
	bool ok;

	if ((env[n] = inherit(&search, "PATH")))
		n++;
	env[n] = inherit(&zone, "TZ");
	ok = helper_start(child, words, env, MEMORY, e);
	buf_done(&search);
	buf_done(&zone);
	return ok;
}

bool tshark_run(struct helper *child, const char *words[], struct error *e)
{
	struct buf path;
	bool ok;

	buf_init(&path, 4096);
	ok = helper_find("tshark", &path) ||
	     err_set(e, ERR_STATE,
		     "tshark is not installed: it comes with Wireshark (apt install tshark)");
	words[0] = buf_cstr(&path);
	ok = ok && start(child, words, e);
	buf_done(&path);
	return ok;
}

bool tshark_start_process(struct tshark *t, struct error *e)
{
	struct arguments a;

	make_arguments(t, &a);
	return tshark_run(&t->child, a.words, e);
}

/* ---- rules ---- */

/* As tshark names protocols; nothing that its options would read as anything else. */
static bool is_protocol(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				"_-.");

	return n && !name[n] && *name != '-' && *name != '.' && n < TSHARK_PROTOCOL_MAX;
}

static bool set_rule(struct tshark *t, uint16_t port, const char *protocol, struct error *e)
{
	size_t i = 0;

	while (i < t->rule_count && t->rules[i].port != port)
		i++;
	if (!protocol) {
		if (i == t->rule_count)
			return err_set(e, ERR_USAGE, "port %u is not decoded as anything else",
				       port);
		t->rule_count--;
		memmove(&t->rules[i], &t->rules[i + 1], (t->rule_count - i) * sizeof(t->rules[0]));
		return true;
	}
	if (i == TSHARK_RULES_MAX)
		return err_set(e, ERR_LIMIT, "there are %d ports with a protocol already",
			       TSHARK_RULES_MAX);
	if (i == t->rule_count)
		t->rule_count++;
	t->rules[i].port = port;
	snprintf(t->rules[i].protocol, sizeof(t->rules[i].protocol), "%s", protocol);
	return true;
}

bool tshark_decode_as(struct session *s, uint16_t port, const char *protocol, struct error *e)
{
	struct tshark *t = tshark_of(s);

	if (!t)
		return err_set(e, ERR_LIMIT, "no memory for a rule");
	if (protocol && !is_protocol(protocol))
		return err_set(e, ERR_USAGE,
			       "\"%s\" is no name that tshark has for a protocol: dns, tftp, "
			       "rtp, ...",
			       protocol);
	if (protocol && !tshark_check_name(t, protocol, e))
		return false;
	if (!set_rule(t, port, protocol, e))
		return false;
	tshark_end_child(t); /* it reads its rules when it starts */
	t->asked.no = t->next.no = 0;
	tshark_forget(s);
	return true;
}

const struct tshark_rule *tshark_rules(const struct session *s, size_t *count)
{
	*count = s->tshark ? s->tshark->rule_count : 0;
	return s->tshark ? s->tshark->rules : NULL;
}
