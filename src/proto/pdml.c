/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/pdml.h"

#include "util/num.h"
#include "util/text.h"

#include <stdlib.h>
#include <string.h>

#define ENTITY_MAX 10 /* characters of "&#x10ffff;" */
#define PLACE_MAX (1u << 24)

struct slice {
	const char *at; /* NULL: not there */
	size_t len;
};

struct level {
	struct slice element;
	bool hidden; /* it and all that is in it */
	bool counts; /* what is in it stands deeper */
};

struct element {
	struct slice element;
	struct slice name, showname, show, pos, size, value, unmasked, hide;
	bool empty; /* "<field .../>" */
};

struct reader {
	const char *at, *end;
	const struct pdml_payload *payload;
	struct pdml *out;
	struct level stack[PDML_DEPTH_MAX];
	size_t levels;
	unsigned depth;
	bool inside; /* the headers are over */
};

static bool is_equal(struct slice s, const char *word)
{
	return s.at && s.len == strlen(word) && memcmp(s.at, word, s.len) == 0;
}

/* ---- the XML of it ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == ':';
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static struct slice read_word(struct reader *r)
{
	struct slice s = { .at = r->at };

	while (r->at < r->end && is_word(*r->at))
		r->at++;
	s.len = (size_t)(r->at - s.at);
	return s;
}

static bool skip_char(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* Just behind "what"; false: it does not come. */
static bool skip_past(struct reader *r, const char *what)
{
	const char *found = memmem(r->at, (size_t)(r->end - r->at), what, strlen(what));

	if (found)
		r->at = found + strlen(what);
	return found != NULL;
}

static void keep_attribute(struct element *el, struct slice name, struct slice value)
{
	const struct {
		const char *name;
		struct slice *to;
	} known[] = {
		{ "name", &el->name }, { "showname", &el->showname },
		{ "show", &el->show }, { "pos", &el->pos },
		{ "size", &el->size }, { "value", &el->value },
		{ "hide", &el->hide }, { "unmaskedvalue", &el->unmasked },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_equal(name, known[i].name))
			*known[i].to = value;
}

static bool read_attribute(struct reader *r, struct element *el)
{
	struct slice name = read_word(r), value;
	const char *end;

	skip_blanks(r);
	if (!name.len || !skip_char(r, '='))
		return false;
	skip_blanks(r);
	if (r->at == r->end || (*r->at != '"' && *r->at != '\''))
		return false;
	value.at = r->at + 1;
	end = memchr(value.at, *r->at, (size_t)(r->end - value.at));
	if (!end)
		return false;
	value.len = (size_t)(end - value.at);
	r->at = end + 1;
	keep_attribute(el, name, value);
	return true;
}

/* Behind "<". */
static bool read_element(struct reader *r, struct element *el)
{
	*el = (struct element){ .element = read_word(r) };
	if (!el->element.len)
		return false;
	for (;;) {
		skip_blanks(r);
		el->empty = skip_char(r, '/');
		if (skip_char(r, '>'))
			return true;
		if (el->empty || !read_attribute(r, el))
			return false;
	}
}

/* ---- texts ---- */

/* "x1b" or "27" as a character; 0: it is none. */
static uint32_t number_of(struct slice s)
{
	uint32_t base = 10, value = 0;

	if (s.len && *s.at == 'x') {
		base = 16;
		s.at++;
		s.len--;
	}
	for (size_t i = 0; i < s.len; i++) {
		int digit = num_hex_digit(s.at[i]);

		if (digit < 0 || (uint32_t)digit >= base || value > 0x10ffff)
			return 0;
		value = value * base + (uint32_t)digit;
	}
	return value;
}

/* "amp" as what it stands for; false: nobody knows. */
static bool add_entity(struct buf *out, struct slice s)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {
		{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }
	};
	char bytes[4];
	size_t n;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_equal(s, known[i].name))
			return buf_char(out, known[i].c);
	if (!s.len || *s.at != '#')
		return false;
	s.at++;
	s.len--;
	if (!number_of(s))
		return false;
	n = text_encode(number_of(s), bytes);
	return n && buf_add(out, bytes, n);
}

/* What stands there, up to PDML_TEXT_MAX bytes of it; true: that was all. */
static bool decode(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len;) {
		size_t left = s.len - i < ENTITY_MAX ? s.len - i : ENTITY_MAX;
		const char *end = s.at[i] == '&' ? memchr(s.at + i, ';', left) : NULL;

		if (out->len + ENTITY_MAX > PDML_TEXT_MAX)
			return false;
		if (end) {
			struct slice name = { s.at + i + 1, (size_t)(end - s.at) - i - 1 };

			if (add_entity(out, name)) {
				i += name.len + 2;
				continue;
			}
		}
		buf_char(out, s.at[i] ? s.at[i] : '.');
		i++;
	}
	return true;
}

/* A cut must not leave the beginning of a character. */
static void drop_torn(struct buf *b)
{
	size_t at = b->len;

	while (at && ((unsigned char)b->data[at - 1] & 0xc0) == 0x80)
		at--;
	if (at && (unsigned char)b->data[at - 1] >= 0xc0)
		at--;
	buf_cut(b, at);
}

/* Its place in the texts. */
static size_t keep_text(struct pdml *p, struct slice s)
{
	size_t at = p->texts.len;
	struct buf plain;
	bool whole;

	buf_init(&plain, PDML_TEXT_MAX);
	whole = decode(&plain, s);
	if (!whole)
		drop_torn(&plain);
	text_show(&p->texts, buf_cstr(&plain));
	if (!whole)
		buf_str(&p->texts, "..");
	buf_char(&p->texts, '\0');
	buf_done(&plain);
	return at;
}

/* ---- rows ---- */

static bool read_place(struct slice s, size_t *out)
{
	size_t value = 0;

	if (!s.at || !s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9' || value > PLACE_MAX)
			return false;
		value = value * 10 + (size_t)(s.at[i] - '0');
	}
	*out = value;
	return true;
}

static bool is_hex_of(struct slice hex, const uint8_t *bytes, size_t n)
{
	if (hex.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = num_hex_digit(hex.at[2 * i]), low = num_hex_digit(hex.at[2 * i + 1]);

		if (high < 0 || low < 0 || (high << 4 | low) != bytes[i])
			return false;
	}
	return true;
}

/* A protocol has a place and no value. */
static void link_bytes(const struct reader *r, const struct element *el, struct pdml_field *f)
{
	const struct pdml_payload *pay = r->payload;
	struct slice value = el->unmasked.at ? el->unmasked : el->value;
	size_t pos, size;

	if (!read_place(el->pos, &pos) || !read_place(el->size, &size) || pos < pay->at)
		return;
	pos -= pay->at;
	if (!size || pos > pay->len || size > pay->len - pos)
		return;
	if (!is_equal(el->element, "proto") &&
	    (!value.at || !is_hex_of(value, pay->data + pos, size)))
		return;
	f->offset = pos;
	f->length = size;
}

static bool make_room(struct pdml *p)
{
	size_t room = p->room ? 2 * p->room : 64;
	struct pdml_field *more;

	if (p->count < p->room)
		return true;
	if (p->count >= PDML_FIELDS_MAX)
		return false;
	more = reallocarray(p->fields, room, sizeof(*more));
	if (!more)
		return false;
	p->fields = more;
	p->room = room;
	return true;
}

static void add_row(struct reader *r, const struct element *el)
{
	struct pdml_field f = { .depth = r->depth };
	struct pdml *p = r->out;
	size_t texts = p->texts.len;
	struct slice text = el->showname.len ? el->showname : el->show.len ? el->show : el->name;

	if (p->cut || !make_room(p)) {
		p->cut = true;
		return;
	}
	f.name = keep_text(p, el->name);
	f.text = keep_text(p, text);
	if (p->texts.failed) {
		buf_cut(&p->texts, texts);
		p->cut = true;
		return;
	}
	link_bytes(r, el, &f);
	p->fields[p->count++] = f;
}

/* What udpdeck made up around the payload, and tshark's words about the file. */
static bool is_header(struct slice name)
{
	static const char *const headers[] = { "geninfo", "frame", "raw", "ip", "ipv6", "udp" };

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (is_equal(name, headers[i]))
			return true;
	return false;
}

static bool open_element(struct reader *r, const struct element *el)
{
	const struct level *above = r->levels ? &r->stack[r->levels - 1] : NULL;
	bool proto = is_equal(el->element, "proto");
	struct level level = { .element = el->element };

	if (proto && r->levels == 1 && !r->inside && !is_header(el->name))
		r->inside = true;
	level.hidden = (above && above->hidden) || is_equal(el->hide, "yes") ||
		       (r->levels == 1 && !r->inside);
	/* Fields outside of a protocol have one made up by tshark. */
	level.counts = !level.hidden && (proto || is_equal(el->element, "field")) &&
		       !is_equal(el->name, "fake-field-wrapper");
	if (level.counts)
		add_row(r, el);
	if (el->empty)
		return true;
	if (r->levels == PDML_DEPTH_MAX)
		return false;
	r->stack[r->levels++] = level;
	r->depth += level.counts;
	return true;
}

/* Behind "</". */
static bool close_element(struct reader *r)
{
	struct slice name = read_word(r);
	const struct level *level;

	skip_blanks(r);
	if (!skip_char(r, '>') || !r->levels)
		return false;
	level = &r->stack[--r->levels];
	r->depth -= level->counts;
	return name.len == level->element.len && memcmp(name.at, level->element.at, name.len) == 0;
}

/* From "<packet>" to its end. */
static bool read_packet(struct reader *r)
{
	struct element el;

	do {
		bool ok;

		if (!skip_past(r, "<"))
			return false;
		if (skip_char(r, '/'))
			ok = close_element(r);
		else if (skip_char(r, '!'))
			ok = skip_past(r, "-->");
		else
			ok = read_element(r, &el) && open_element(r, &el);
		if (!ok)
			return false;
	} while (r->levels);
	return true;
}

bool pdml_read(struct pdml *out, const char *xml, size_t n, const struct pdml_payload *payload,
	       struct error *e)
{
	const char *first = n ? memmem(xml, n, "<packet>", strlen("<packet>")) : NULL;
	struct reader r = { .at = first, .end = xml + n, .payload = payload, .out = out };

	*out = (struct pdml){ 0 };
	buf_init(&out->texts, PDML_TEXTS_MAX);
	if (first && read_packet(&r))
		return true;
	pdml_done(out);
	return err_set(e, ERR_STATE, "what tshark said is no tree of a packet");
}

void pdml_done(struct pdml *p)
{
	free(p->fields);
	buf_done(&p->texts);
	*p = (struct pdml){ 0 };
}

const char *pdml_name(const struct pdml *p, size_t i)
{
	return p->texts.data + p->fields[i].name;
}

const char *pdml_text(const struct pdml *p, size_t i)
{
	return p->texts.data + p->fields[i].text;
}
