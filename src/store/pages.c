/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20) /* x86 and ARM with pages of 4 KiB; others lose nothing */

static void *map(size_t size, int flags)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
			0);

	return at == MAP_FAILED ? NULL : at;
}

/* Copying large datagrams into huge pages takes less time.  The kernel (with THP at "madvise" or
 * "always") gives them only for addresses that are multiples of their size. */
static void *map_huge(size_t size)
{
	uint8_t *at = map(size + HUGE_PAGE, 0), *aligned;

	if (!at)
		return NULL;
	aligned = at + (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
	if (aligned > at)
		munmap(at, (size_t)(aligned - at));
	if (aligned < at + HUGE_PAGE)
		munmap(aligned + size, (size_t)(at + HUGE_PAGE - aligned));
	madvise(aligned, size, MADV_HUGEPAGE);
	madvise(aligned, size, MADV_POPULATE_WRITE);
	return aligned;
}

void *pages_map(size_t size, bool now)
{
	if (now && size % HUGE_PAGE == 0)
		return map_huge(size);
	return map(size, now ? MAP_POPULATE : 0);
}
