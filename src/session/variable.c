/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables: a sorted list. */
#include "session/variable.h"

#include "util/text.h"

#include <stdlib.h>
#include <string.h>

#define QUOTE_COLUMNS 40

void variable_table_done(struct variable_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].data);
	free(t->list);
	*t = (struct variable_table){ 0 };
}

static int compare(const struct variable *v, const char *name, size_t n)
{
	int order = strncmp(v->name, name, n);

	return order ? order : v->name[n] != '\0';
}

/* The first whose name is not before the one given. */
static size_t place(const struct variable_table *t, const char *name, size_t n)
{
	size_t i = 0;

	while (i < t->count && compare(&t->list[i], name, n) < 0)
		i++;
	return i;
}

static bool is_at(const struct variable_table *t, size_t i, const char *name, size_t n)
{
	return i < t->count && compare(&t->list[i], name, n) == 0;
}

const struct variable *variable_find(const struct variable_table *t, const char *name, size_t n)
{
	size_t i = n <= FIELD_NAME_MAX ? place(t, name, n) : t->count;

	return is_at(t, i, name, n) ? &t->list[i] : NULL;
}

bool variable_check(const char *name, size_t n, struct error *e)
{
	char copy[FIELD_NAME_MAX + 1];

	if (!field_may_be_variable(name, n))
		return err_at(e, 0,
			      "\"%.*s\" is no name: letters, digits and \"_\", at most %d of them",
			      (int)text_fit(name, n, QUOTE_COLUMNS), name, FIELD_NAME_MAX);
	memcpy(copy, name, n);
	copy[n] = '\0';
	if (field_is_name(copy))
		return err_at(e, 0, "${%s} is a field already: choose another name", copy);
	return true;
}

static bool insert(struct variable_table *t, size_t at, const char *name, size_t n)
{
	struct variable *list = realloc(t->list, (t->count + 1) * sizeof(*list));

	if (!list)
		return false;
	t->list = list;
	memmove(&list[at + 1], &list[at], (t->count - at) * sizeof(*list));
	t->count++;
	list[at] = (struct variable){ 0 };
	memcpy(list[at].name, name, n);
	return true;
}

bool variable_set(struct variable_table *t, const char *name, size_t n, const void *data,
		  size_t len, struct error *e)
{
	void *copy = NULL;
	size_t i;

	if (!variable_check(name, n, e))
		return false;
	i = place(t, name, n);
	if (!is_at(t, i, name, n) && t->count == VARIABLE_MAX)
		return err_set(e, ERR_LIMIT, "%d variables are set: no more fit", VARIABLE_MAX);
	if (len && !(copy = malloc(len)))
		return err_set(e, ERR_LIMIT, "no memory for %zu bytes", len);
	if (!is_at(t, i, name, n) && !insert(t, i, name, n)) {
		free(copy);
		return err_set(e, ERR_LIMIT, "no memory for a variable");
	}
	if (len)
		memcpy(copy, data, len);
	free(t->list[i].data);
	t->list[i].data = copy;
	t->list[i].len = len;
	return true;
}
