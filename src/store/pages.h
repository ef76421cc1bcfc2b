/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for segments, straight from the kernel.  Unmapped with munmap(2). */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* size: a multiple of the page size.  now: the pages are made at once, of huge ones where size is
 * a multiple of those.  NULL without memory. */
void *pages_map(size_t size, bool now);

#endif
