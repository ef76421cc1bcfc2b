/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/tail.h"

#include <errno.h>
#include <string.h>

static const char blanks[] = " \t";

static void trim(struct tail *t)
{
	while (t->n && strchr(blanks, *t->at)) {
		t->at++;
		t->n--;
	}
	while (t->n && strchr(blanks, t->at[t->n - 1]))
		t->n--;
}

struct tail tail_trimmed(const char *at, size_t n)
{
	struct tail t = { at, n };

	trim(&t);
	return t;
}

struct tail tail_of(const struct command_call *c)
{
	return tail_trimmed(c->payload, c->payload_len);
}

bool tail_is(struct tail t, const char *word)
{
	return t.n == strlen(word) && memcmp(t.at, word, t.n) == 0;
}

struct tail tail_last(struct tail t)
{
	size_t n = 0;

	while (n < t.n && !strchr(blanks, t.at[t.n - 1 - n]))
		n++;
	return (struct tail){ t.at + t.n - n, n };
}

void tail_drop(struct tail *t)
{
	t->n -= tail_last(*t).n;
	trim(t);
}

ptrdiff_t tail_at(const struct command_call *c, struct tail part)
{
	return (ptrdiff_t)c->payload_at + (part.at - c->payload);
}

bool tail_take_force(struct tail *t)
{
	static const char force[] = "--force";
	struct tail first = { t->at, 0 };

	while (first.n < t->n && !strchr(blanks, first.at[first.n]))
		first.n++;
	if (first.n == t->n)
		return false;
	if (tail_is(tail_last(*t), force)) {
		tail_drop(t);
		return true;
	}
	if (!tail_is(first, force))
		return false;
	t->at += first.n;
	t->n -= first.n;
	trim(t);
	return true;
}

bool tail_copy(struct tail t, char *out, size_t size, struct error *e)
{
	if (t.n >= size)
		return err_sys(e, ENAMETOOLONG, "%.60s..", t.at);
	memcpy(out, t.at, t.n);
	out[t.n] = '\0';
	return true;
}
