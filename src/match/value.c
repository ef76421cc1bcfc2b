/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/value.h"

#include "match/moment.h"
#include "payload/payload.h"
#include "util/near.h"
#include "util/num.h"

#include <string.h>

#define WORD_MAX 320 /* an address with zone, port and prefix */

/* A value without quotes as a C string. */
static bool word_of(const struct expr_value *from, const struct field *f, char word[WORD_MAX],
		    struct error *e)
{
	if (from->form == EXPR_REGEX)
		return err_at(e, (ptrdiff_t)from->at, "a regular expression needs ~");
	if (from->n >= WORD_MAX)
		return err_at(e, (ptrdiff_t)from->at, "too long for %s, which is %s", f->name,
			      field_type_phrase(f->type));
	memcpy(word, from->text, from->n);
	word[from->n] = '\0';
	return true;
}

/* Errors of what read the word itself point into it, or nowhere. */
static bool at_value(const struct expr_value *from, struct error *e)
{
	if (e && e->at < 0)
		e->at = 0;
	if (e)
		e->code = ERR_SYNTAX;
	return err_shift(e, (ptrdiff_t)(from->at + (from->form == EXPR_QUOTED)));
}

/* "#12", "[1]": as they are shown. */
static const char *without_signs(char *word)
{
	size_t n = strlen(word);

	if (word[0] == '[' && n > 2 && word[n - 1] == ']') {
		word[n - 1] = '\0';
		return word + 1;
	}
	return word[0] == '#' ? word + 1 : word;
}

static bool read_number(const struct expr_value *from, const struct field *f, uint64_t *out,
			struct error *e)
{
	char word[WORD_MAX];

	if (!word_of(from, f, word, e))
		return false;
	return num_parse_uint(without_signs(word), f->max ? f->max : UINT64_MAX, out, e) ||
	       at_value(from, e);
}

static bool read_flag(struct value *v, const struct expr_value *from, const struct field *f,
		      struct error *e)
{
	static const struct {
		const char *name;
		bool on;
	} words[] = { { "on", true },  { "off", false }, { "true", true }, { "false", false },
		      { "yes", true }, { "no", false },  { "1", true },    { "0", false } };
	char word[WORD_MAX];

	if (!word_of(from, f, word, e))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].name) == 0) {
			v->low = v->high = words[i].on;
			return true;
		}
	return err_at(e, (ptrdiff_t)from->at, "\"%s\" is not on or off", word);
}

static bool read_word(struct value *v, const struct expr_value *from, const struct field *f,
		      struct error *e)
{
	char word[WORD_MAX];
	struct near near;
	struct buf meant;

	if (!word_of(from, f, word, e))
		return false;
	near_init(&near, word);
	for (const struct field_word *w = f->words; w->name; w++) {
		near_offer(&near, w->name);
		if (strcmp(w->name, word) == 0) {
			v->low = w->bit;
			return true;
		}
	}
	buf_init(&meant, 200);
	near_format(&near, &meant);
	for (const struct field_word *w = f->words; !near.count && w->name; w++)
		buf_printf(&meant, "%s%s", w == f->words ? ": " : ", ", w->name);
	err_at(e, (ptrdiff_t)from->at, "%s is never \"%s\"%s", f->name, word, buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

/* ---- addresses ---- */

static bool bad_address(const struct expr_value *from, const char *word, struct error *e)
{
	return err_at(
		e, (ptrdiff_t)from->at,
		"\"%s\" is no address: 10.0.0.9, 10.0.0.9:53, 10.0.0.0/8, [fe80::1%%eth0]:69, "
		"@2; names are not looked up here",
		word);
}

static bool read_address(const struct expr_value *from, char *word, struct addr *out,
			 struct error *e)
{
	struct addr_name name;

	if (!addr_split(word, NULL, &name, NULL))
		return bad_address(from, word, e);
	*out = (struct addr){ .family = AF_UNSPEC };
	if (name.host[0] && !addr_parse_ip(name.host, out, NULL))
		return bad_address(from, word, e);
	if (name.service[0] && !addr_parse_port(name.service, false, &out->port, NULL))
		return bad_address(from, word, e);
	return out->family || out->port || bad_address(from, word, e);
}

/* The range that a prefix of so many bits leaves open. */
static void open_range(struct addr *from, struct addr *to, unsigned bits)
{
	unsigned len = from->family == AF_INET ? 4 : 16;

	for (unsigned i = 0; i < len; i++) {
		unsigned fixed = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * i : 0;
		uint8_t open = (uint8_t)(0xff >> fixed);

		from->bytes[i] &= (uint8_t)~open;
		to->bytes[i] |= open;
	}
}

static bool read_prefix(struct value *v, const struct expr_value *from, char *word, struct error *e)
{
	char *slash = strchr(word, '/');
	int64_t bits;

	if (slash)
		*slash = '\0';
	if (!read_address(from, word, &v->from, e))
		return false;
	v->to = v->from;
	if (!slash)
		return true;
	if (v->from.family == AF_UNSPEC || v->from.port)
		return err_at(e, (ptrdiff_t)(from->at + (size_t)(slash - word)),
			      "a prefix belongs to an address without a port");
	if (!num_parse_int(slash + 1, 0, v->from.family == AF_INET ? 32 : 128, &bits, e)) {
		at_value(from, e);
		return err_prefix(e, "prefix: ") || err_shift(e, slash + 1 - word);
	}
	open_range(&v->from, &v->to, (unsigned)bits);
	return true;
}

static bool read_peer(struct value *v, const struct expr_value *from, const char *word,
		      struct error *e)
{
	int64_t n;

	if (!num_parse_int(word + 1, 1, UINT32_MAX, &n, e))
		return at_value(from, e);
	v->peer = (uint32_t)n;
	return true;
}

static bool read_addresses(struct value *v, const struct field *f, const struct expr_item *item,
			   struct error *e)
{
	char word[WORD_MAX];

	if (!word_of(&item->low, f, word, e))
		return false;
	if (!item->range)
		return word[0] == '@' ? read_peer(v, &item->low, word, e)
				      : read_prefix(v, &item->low, word, e);
	if (!read_address(&item->low, word, &v->from, e) || !word_of(&item->high, f, word, e) ||
	    !read_address(&item->high, word, &v->to, e))
		return false;
	if (v->from.family != v->to.family || v->from.port || v->to.port)
		return err_at(e, (ptrdiff_t)item->high.at,
			      "a range goes from an address to one of the same family, without "
			      "ports");
	return true;
}

/* ---- bytes ---- */

static bool read_hex(const struct expr_value *from, struct buf *out, struct error *e)
{
	struct error why = { .code = ERR_NONE };

	if (payload_hex(from->text, from->n, NULL, out, &why))
		return true;
	return err_at(e, why.at, "%s; text stands in quotes", why.text) || at_value(from, e);
}

static bool read_bytes(struct value *v, const struct expr_value *from, const struct field *f,
		       struct error *e)
{
	if (from->form == EXPR_REGEX)
		return err_at(e, (ptrdiff_t)from->at, "a regular expression needs ~");
	buf_init(&v->bytes, PAYLOAD_MAX_V6);
	if (f->type == FIELD_BYTES && from->form == EXPR_WORD)
		return read_hex(from, &v->bytes, e);
	return payload_text(from->text, from->n, NULL, &v->bytes, e) || at_value(from, e);
}

static bool read_regex(struct value *v, const struct expr_value *from, struct error *e)
{
	unsigned flags = 0;

	if (from->form != EXPR_REGEX)
		return err_at(e, (ptrdiff_t)from->at,
			      "a regular expression stands in slashes: ~ /GET|POST/i");
	for (size_t i = 0; i < from->flags_n; i++) {
		unsigned flag = regex_flag(from->flags[i]);

		if (!flag)
			return err_at(e, (ptrdiff_t)(from->at + from->n + 2 + i),
				      "\"%.*s\" are no flags: i, s, m, x and u",
				      from->flags_n > 40 ? 40 : (int)from->flags_n, from->flags);
		flags |= flag;
	}
	v->regex = regex_new(from->text, from->n, flags, e);
	return v->regex != NULL || err_shift(e, (ptrdiff_t)from->at + 1);
}

/* ---- all of them ---- */

static bool read_time(const struct expr_value *from, const struct field *f, struct moment *out,
		      struct error *e)
{
	char word[WORD_MAX];

	return word_of(from, f, word, e) && (moment_parse(word, out, e) || at_value(from, e));
}

static bool read_times(struct value *v, const struct field *f, const struct expr_item *item,
		       struct error *e)
{
	struct moment low, high;

	if (!read_time(&item->low, f, &low, e))
		return false;
	high = low;
	if (item->range && !read_time(&item->high, f, &high, e))
		return false;
	if (high.of_day != low.of_day)
		return err_at(e, (ptrdiff_t)item->high.at,
			      "a range goes between two times of day or two moments");
	v->of_day = low.of_day;
	v->low = low.low;
	v->high = high.high;
	return true;
}

static bool read_numbers(struct value *v, const struct field *f, const struct expr_item *item,
			 struct error *e)
{
	return read_number(&item->low, f, &v->low, e) &&
	       read_number(item->range ? &item->high : &item->low, f, &v->high, e);
}

/* What has a range. */
static bool read_range(struct value *v, const struct field *f, const struct expr_item *item,
		       struct error *e)
{
	if (f->type == FIELD_ADDRESS)
		return read_addresses(v, f, item, e);
	if (f->type == FIELD_TIME ? !read_times(v, f, item, e) : !read_numbers(v, f, item, e))
		return false;
	return v->low <= v->high ||
	       err_at(e, (ptrdiff_t)item->high.at, "the range ends before it begins");
}

static bool read_single(struct value *v, const struct field *f, const struct expr_item *item,
			struct error *e)
{
	if (item->range)
		return err_at(e, (ptrdiff_t)item->high.at, "%s has no ranges: it is %s", f->name,
			      field_type_phrase(f->type));
	if (f->type == FIELD_WORD)
		return read_word(v, &item->low, f, e);
	if (f->type == FIELD_FLAG)
		return read_flag(v, &item->low, f, e);
	return read_bytes(v, &item->low, f, e);
}

bool value_read(struct value *v, const struct field *f, enum expr_op op,
		const struct expr_item *item, struct error *e)
{
	struct value read = { 0 };
	bool ranged = f->type == FIELD_NUMBER || f->type == FIELD_TIME || f->type == FIELD_ADDRESS;
	bool ok = op == EXPR_MATCHES ? read_regex(&read, &item->low, e)
		  : ranged           ? read_range(&read, f, item, e)
				     : read_single(&read, f, item, e);

	if (!ok) {
		value_done(&read);
		return false;
	}
	*v = read;
	return true;
}

void value_done(struct value *v)
{
	buf_done(&v->bytes);
	regex_free(v->regex);
	*v = (struct value){ 0 };
}
