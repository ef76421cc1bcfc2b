/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known about a packet, as rows of "name\tvalue" for the details.
 */
#ifndef UI_FIELDS_H
#define UI_FIELDS_H

#include "ui/view.h"

void fields_make(struct listing *out, const struct view *v, const struct packet *p);

#endif
