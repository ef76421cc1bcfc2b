/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ${...} fields of payloads: ${NAME}, ${NAME:ARGUMENT}, or a variable.
 *
 * Their names, with those of integers and floats (payload/number.h) and of checksums
 * (payload/checksum.h), are read here by whoever lists, completes or explains them.
 * In the argument nothing is read as an escape, and "}" ends it.
 */
#ifndef PAYLOAD_FIELD_H
#define PAYLOAD_FIELD_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Longest name of a variable. */
#define FIELD_NAME_MAX 63

/* Field number i, and whether it can do without an argument; NULL past the end. */
const char *field_name(size_t i, bool *needs_argument);

/* Is it a field's name, an order left out too ("u16")? */
bool field_is_name(const char *name);
/* Could a variable have this name?  A letter or "_", then letters, digits and "_". */
bool field_may_be_variable(const char *name, size_t n);

/* Row i of the help on fields: how it is written and what it is; false past the end. */
bool field_help(size_t i, struct buf *form, struct buf *help);

#endif
