/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screen does with a finder: it selects what was found and highlights its bytes. */
#include "session/filter_env.h"
#include "ui/view.h"

#include <string.h>

void view_spans(const struct view *v, const struct packet *p, struct spans *out)
{
	const struct finder *f = &v->finder;
	struct match_place at = PLACE_START;

	if (!f->what)
		return;
	while (at.offset + at.length < out->to && what_next(f->what, p, &f->env, &at))
		spans_add(out, at.offset, at.length, STYLE_FOUND);
}
