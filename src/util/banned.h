/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names that are errors in every source file; the build includes this first.
 *
 * The headers that declare them are included here, because a system header that
 * mentions a poisoned name does not compile.  A file that needs those headers
 * still includes them itself.
 */
#ifndef UTIL_BANNED_H
#define UTIL_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy stpcpy strcat strncat strncpy /* snprintf, memcpy or util/buf.h */
#pragma GCC poison sprintf vsprintf gets
#pragma GCC poison strtok               /* strcspn, strspn */
#pragma GCC poison atoi atol atoll atof /* util/num.h */
#undef alloca
#pragma GCC poison alloca
#pragma GCC poison system popen /* posix_spawn */

#endif
