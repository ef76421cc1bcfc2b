/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session's variables ("let NAME = PAYLOAD"): names and the bytes that ${NAME} stands for.
 *
 * The table owns its copies.  A zeroed struct is an empty one.
 */
#ifndef SESSION_VARIABLE_H
#define SESSION_VARIABLE_H

#include "payload/field.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

#define VARIABLE_MAX 256

struct variable {
	char name[FIELD_NAME_MAX + 1];
	void *data; /* NULL if len is 0 */
	size_t len;
};

struct variable_table {
	struct variable *list; /* in order of name */
	size_t count;
};

void variable_table_done(struct variable_table *t);

/* NULL: there is none of that name. */
const struct variable *variable_find(const struct variable_table *t, const char *name, size_t n);
/* May it be one?  The error says why not: no name, or a field's. */
bool variable_check(const char *name, size_t n, struct error *e);
/* Sets a new one or replaces its bytes; checks the name. */
bool variable_set(struct variable_table *t, const char *name, size_t n, const void *data,
		  size_t len, struct error *e);

#endif
