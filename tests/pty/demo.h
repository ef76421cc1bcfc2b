/* SPDX-License-Identifier: GPL-3.0-or-later */
/* linedemo (see linedemo.c) in a terminal, for cmocka: *state is the struct term. */
#ifndef TESTS_PTY_DEMO_H
#define TESTS_PTY_DEMO_H

#include "term.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first column of the line's text. */
#define TEXT_COL 2

/* The program lies beside the test. */
void demo_path(char *out, size_t size);
/* NULL, with the reason on stderr, if it does not start. */
struct term *demo_run(void **state, int rows, int cols, const char *const env[]);
/* The same at 24x80, and its first frame has come. */
struct term *demo_start(void **state, const char *const env[]);
int demo_end(void **state);
/* Lets time pass where time is what is tested; the screen is read meanwhile. */
void demo_pass(struct term *t, int ms);

#endif
