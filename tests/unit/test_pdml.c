/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees of tshark: rows and their bytes, and what is hostile, broken or too much. */
#include "proto/pdml.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PROTO "<packet><proto name=\"dns\" showname=\"DNS\" size=\"6\" pos=\"28\">"
#define END "</proto></packet>"

/* Bytes 0 to 5 of a payload that begins at 28. */
static const uint8_t bytes[] = { 0x12, 0x34, 0x01, 0x00, 0x00, 0x01 };
static const struct pdml_payload payload = { bytes, sizeof(bytes), 28 };

static void read_tree(struct pdml *tree, const char *xml)
{
	struct error e = { .at = -1 };

	if (!pdml_read(tree, xml, strlen(xml), &payload, &e))
		fail_msg("%s: %s", xml, e.text);
}

/* Each row as "DEPTH NAME|TEXT[OFFSET:LENGTH]". */
static void print_tree(const struct pdml *tree, struct buf *out)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct pdml_field *f = &tree->fields[i];

		buf_printf(out, "%s%u %s|%s[%zu:%zu]", i ? "\n" : "", f->depth, pdml_name(tree, i),
			   pdml_text(tree, i), f->offset, f->length);
	}
}

static void test_rows(void **state)
{
	static const struct {
		const char *xml, *rows;
	} rows[] = {
		{ "<?xml version=\"1.0\"?><!-- <packet --><pdml><packet></packet>", "" },
		{ "<packet><proto name=\"geninfo\"><field name=\"num\" show=\"1\"/></proto>"
		  "<proto name=\"ip\"/><proto name=\"udp\"><field name=\"udp.port\"/>" END,
		  "" },
		{ PROTO END, "0 dns|DNS[0:6]" },
		{ PROTO "<field name=\"dns.id\" showname=\"ID: 0x1234\" size=\"2\" pos=\"28\" "
			"show=\"0x1234\" value=\"1234\"/>" END,
		  "0 dns|DNS[0:6]\n1 dns.id|ID: 0x1234[0:2]" },
		/* nested; what is masked gives its bytes besides */
		{ PROTO
		  "<field name=\"\" show=\"Flags\" size=\"2\" pos=\"30\" value=\"0100\">"
		  "<field name=\"dns.z\" showname=\"Z: 0\" size=\"2\" pos=\"30\" show=\"0\" "
		  "value=\"0\" unmaskedvalue=\"0100\"/></field>"
		  "<field name=\"dns.n\" show=\"1\" size=\"2\" pos=\"32\" value=\"0001\"/>" END,
		  "0 dns|DNS[0:6]\n1 |Flags[2:2]\n2 dns.z|Z: 0[2:2]\n1 dns.n|1[4:2]" },
		/* what is hidden, with all in it */
		{ PROTO "<field name=\"a\" hide=\"yes\"><field name=\"b\"/></field>" END,
		  "0 dns|DNS[0:6]" },
		/* a protocol that is none; a tunnel's headers are no headers of ours */
		{ "<packet><proto name=\"fake-field-wrapper\"><field name=\"data\" value=\"1234\">"
		  "<field name=\"data.len\" showname=\"Length: 2\" size=\"0\" pos=\"28\"/>"
		  "</field></proto></packet>",
		  "0 data|data[0:0]\n1 data.len|Length: 2[0:0]" },
		{ "<packet><proto name=\"udp\"/><proto name=\"vxlan\" showname=\"V\"/>"
		  "<proto name=\"udp\" showname=\"U\"/></packet>",
		  "0 vxlan|V[0:0]\n0 udp|U[0:0]" },
		/* places of other bytes than the payload's: before, behind, none, others */
		{ PROTO "<field name=\"a\" size=\"2\" pos=\"27\" value=\"1234\"/>"
			"<field name=\"b\" size=\"3\" pos=\"32\" value=\"000100\"/>"
			"<field name=\"c\" size=\"2\" pos=\"-1\" value=\"1234\"/>"
			"<field name=\"d\" size=\"2\" pos=\"28\" value=\"1235\"/>"
			"<field name=\"e\" size=\"2\" pos=\"28\"/>"
			"<field name=\"f\" size=\"99999999999999999999\" pos=\"28\"/>" END,
		  "0 dns|DNS[0:6]\n1 a|a[0:0]\n1 b|b[0:0]\n1 c|c[0:0]\n1 d|d[0:0]\n1 e|e[0:0]\n"
		  "1 f|f[0:0]" },
		/* entities, and what may not reach a terminal */
		{ PROTO "<field name='a' show='&lt;&gt;&amp;&quot;&apos;&#x41;&#66;\"'/>" END,
		  "0 dns|DNS[0:6]\n1 a|<>&\"'AB\"[0:0]" },
		{ PROTO "<field name=\"\033\" show=\"&#27;[2J&#x202e;&#0;&bad;&\"/>" END,
		  "0 dns|DNS[0:6]\n1 \\x1b|\\x1b[2J\\u{202e}&#0;&bad;&[0:0]" },
		/* the first packet, and no further */
		{ "<packet></packet><packet><proto name=\"x\"/>", "" },
		/* elements that nobody knows yet */
		{ PROTO "<new kind='x'><field name=\"a\"/></new>" END,
		  "0 dns|DNS[0:6]\n1 a|a[0:0]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pdml tree;
		struct buf out;

		buf_init(&out, 65536);
		read_tree(&tree, rows[i].xml);
		print_tree(&tree, &out);
		if (strcmp(buf_cstr(&out), rows[i].rows) != 0)
			fail_msg("%s:\n%s", rows[i].xml, buf_cstr(&out));
		assert_false(tree.cut);
		pdml_done(&tree);
		buf_done(&out);
	}
}

static void test_what_is_no_tree(void **state)
{
	static const char *const rows[] = {
		"",
		"packet",
		"<pdml>",
		"<packet>",
		"<packet/",
		"<packet></proto>",
		"<packet><proto name=\"a\"></packet></proto>",
		"<packet><proto name=\"a></proto></packet>",
		"<packet><proto name></proto></packet>",
		"<packet><proto name=a></proto></packet>",
		"<packet><proto / ></proto></packet>",
		"<packet><!-- </packet>",
		"<packet>< ></packet>",
		"<packet></packet",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error e = { .at = -1 };
		struct pdml tree;

		if (pdml_read(&tree, rows[i], strlen(rows[i]), &payload, &e))
			fail_msg("read: %s", rows[i]);
		assert_string_equal(e.text, "what tshark said is no tree of a packet");
		assert_int_equal(tree.count, 0);
	}
}

/* "<packet>", so many times an element, "</packet>". */
static char *repeat(const char *element, const char *end, size_t times)
{
	struct buf out;

	buf_init(&out, 64u << 20);
	buf_str(&out, "<packet>");
	for (size_t i = 0; i < times; i++)
		buf_str(&out, element);
	for (size_t i = 0; i < times; i++)
		buf_str(&out, end);
	buf_str(&out, "</packet>");
	assert_false(out.failed);
	return out.data;
}

static void test_too_many_rows_are_cut(void **state)
{
	char *xml = repeat("<proto name=\"x\"/>", "", PDML_FIELDS_MAX + 1);
	struct pdml tree;

	(void)state;
	read_tree(&tree, xml);
	assert_int_equal(tree.count, PDML_FIELDS_MAX);
	assert_true(tree.cut);
	pdml_done(&tree);
	free(xml);
}

static void test_too_much_text_is_cut(void **state)
{
	char element[PDML_TEXT_MAX + 64];
	char text[PDML_TEXT_MAX] = "";
	struct pdml tree;
	char *xml;

	(void)state;
	memset(text, '\033', sizeof(text) - 32);
	snprintf(element, sizeof(element), "<proto name=\"%.900s\"/>", text);
	xml = repeat(element, "", PDML_FIELDS_MAX);
	read_tree(&tree, xml);
	assert_true(tree.cut);
	assert_true(tree.count > 100 && tree.count < PDML_FIELDS_MAX);
	assert_true(tree.texts.len <= PDML_TEXTS_MAX);
	assert_int_equal(strlen(pdml_text(&tree, tree.count - 1)), 4 * 900);
	pdml_done(&tree);
	free(xml);
}

/* A long text ends with whole characters and "..". */
static void test_a_long_text_is_cut(void **state)
{
	char element[4096 + 64] = "<proto name=\"";
	struct pdml tree;
	const char *text;
	char *xml;

	(void)state;
	for (int i = 0; i < 2000; i++)
		memcpy(element + 13 + 2 * i, "\xc3\xa4", 2);
	memcpy(element + 4013, "\"/>", 4);
	xml = repeat(element, "", 1);
	read_tree(&tree, xml);
	text = pdml_text(&tree, 0);
	assert_true(strlen(text) > 900);
	assert_string_equal(text + strlen(text) - 4, "\xc3\xa4..");
	pdml_done(&tree);
	free(xml);
}

static void test_too_deep_is_refused(void **state)
{
	char *deep = repeat("<proto name=\"x\">", "</proto>", PDML_DEPTH_MAX);
	char *fits = repeat("<proto name=\"x\">", "</proto>", PDML_DEPTH_MAX - 1);
	struct pdml tree;

	(void)state;
	assert_false(pdml_read(&tree, deep, strlen(deep), &payload, NULL));
	read_tree(&tree, fits);
	assert_int_equal(tree.count, PDML_DEPTH_MAX - 1);
	assert_int_equal(tree.fields[tree.count - 1].depth, PDML_DEPTH_MAX - 2);
	pdml_done(&tree);
	free(deep);
	free(fits);
}

static int utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_what_is_no_tree),
		cmocka_unit_test(test_too_many_rows_are_cut),
		cmocka_unit_test(test_too_much_text_is_cut),
		cmocka_unit_test(test_a_long_text_is_cut),
		cmocka_unit_test(test_too_deep_is_refused),
	};

	return cmocka_run_group_tests(tests, utf8, NULL);
}
