/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The preview: what Enter would send, to whom, from where, and what speaks against it.
 */
#ifndef UI_PREVIEW_H
#define UI_PREVIEW_H

#include "ui/view.h"

/* The way to the target, asked of the kernel when target, socket, routes or interfaces changed. */
struct preview_cache {
	struct addr dest;
	unsigned oif;
	uint32_t socket;
	bool asked;
	uint64_t changes; /* of the session's interfaces and routes at that time */
	bool found;
	struct route route;
};

/* Fills v->preview from v->line, v->typing and the current socket, to fit so many columns. */
void preview_make(struct view *v, struct preview_cache *cache, const struct command_set *set,
		  int cols);

#endif
