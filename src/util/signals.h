/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals are read from a descriptor by the main thread; no other thread gets any.
 */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

#include "util/err.h"

#include <pthread.h>

/*
 * Blocks the signals of a list that ends with 0 and returns a signalfd (non-blocking) for them, the
 * caller's to close; -1 on an error.  A SIGHUP that the parent had ignored (nohup) stays ignored; a
 * SIGINT that a shell ignores for what it starts in the background is read if it is sent.
 */
int signals_open(const int *list, struct error *e);

/* Starts a thread that gets no signals but those of its own crash; 0 or the errno. */
int signals_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);

#endif
