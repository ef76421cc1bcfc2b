/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/wrap.h"

#include "util/text.h"

#include <string.h>

static void fit(struct wrap *w)
{
	w->n = text_wrap(w->rest, strlen(w->rest), (size_t)(w->width - w->indent));
}

void wrap_begin(struct wrap *w, const char *text, int width, int hang)
{
	*w = (struct wrap){ .rest = text, .width = width > 1 ? width : 1 };
	w->hang = hang < w->width ? hang : w->width - 1;
	fit(w);
}

bool wrap_next(struct wrap *w)
{
	w->rest += w->n;
	w->indent = w->hang;
	fit(w);
	return *w->rest;
}

int wrap_rows(const char *text, int width, int hang)
{
	struct wrap w;
	int rows = 1;

	wrap_begin(&w, text, width, hang);
	while (wrap_next(&w))
		rows++;
	return rows;
}
