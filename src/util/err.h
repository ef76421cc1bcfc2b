/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors are made where the facts are and shown somewhere else.
 *
 * A fallible function returns bool (or a pointer) and takes a "struct error *e"
 * last; e may be NULL where the caller does not want the reason.  Outputs are
 * written only on success.  Nothing here prints, and nothing here exits.
 *
 * The text is one line without a full stop.  It may quote what a person typed
 * or what the network said, so whoever shows it passes it through text_escape()
 * or a canvas, never straight to a terminal.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum err_code {
	ERR_NONE,
	ERR_SYNTAX,  /* the text cannot be read; "at" says where */
	ERR_USAGE,   /* unknown name, wrong number of words */
	ERR_RANGE,   /* readable, but outside what is allowed */
	ERR_STATE,   /* not possible now: no socket, no target, not joined */
	ERR_SYSTEM,  /* the kernel refused; errnum says why */
	ERR_LIMIT,   /* one of our own maxima: memory, line length, queue */
	ERR_PENDING, /* waits for a name to resolve, or the like: run the same again when told */
	ERR_SILENT,  /* an answer was demanded and none came: exit status 2 */
	ERR_UNMET,   /* an expectation failed, or faults were found: exit status 4 */
};

struct error {
	enum err_code code;
	int errnum;   /* errno of ERR_SYSTEM, else 0 */
	ptrdiff_t at; /* byte offset of the fault in the text that was read, -1: no place */
	char text[480];
};

/* All three return false, so that "return err_set(...)" is the whole error path. */
bool err_set(struct error *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* ERR_SYNTAX at byte offset "at". */
bool err_at(struct error *e, ptrdiff_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* ERR_SYSTEM; the text gets ": " and the words for errnum appended. */
bool err_sys(struct error *e, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts words in front of the text of an error already set; returns false. */
bool err_prefix(struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A parser that was given the tail of a longer text moves the place by its start. */
bool err_shift(struct error *e, ptrdiff_t base);

#endif
