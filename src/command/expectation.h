/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An expectation: which received datagram is waited for, as "expect" and "every ... until" read it.
 *
 *   [timeout D] [from ADDR] [socket N] WHAT|none
 *
 * ADDR is a host, HOST:PORT, :PORT or a peer's @N; WHAT is read by match/what.h.  One's own
 * datagrams that a group or broadcast loops back are no answer unless "from" asks for them.
 */
#ifndef COMMAND_EXPECTATION_H
#define COMMAND_EXPECTATION_H

#include "match/what.h"
#include "session/session.h"

struct expectation {
	bool timed;
	uint64_t timeout; /* ns, if timed */
	bool has_from;
	struct addr from;  /* family 0: any host; port 0: any port */
	uint32_t socket;   /* 0: any */
	bool none;         /* that nothing comes */
	struct what *what; /* NULL: everything */
	struct filter_env env;
	char *text; /* as it was written */
};

/*
 * Reads text[0..n); *used is where the expectation ends.  ERR_PENDING: "from" names a host that is
 * looked up (or, with EXPECTATION_LOOK, that would be).  e->at is an offset in text.  The result is
 * freed with expectation_free().
 */
#define EXPECTATION_ONE_WORD 1u /* a command follows, see what_parse() */
#define EXPECTATION_LOOK 2u     /* look up no name: it is typed still */
bool expectation_parse(struct session *s, const char *text, size_t n, unsigned how, size_t *used,
		       struct expectation **out, struct error *e);
void expectation_free(struct expectation *x);

/* Is it the datagram?  With "none": one that should not have come. */
bool expectation_matches(struct expectation *x, const struct packet *p);
/* Is it an ICMP error that says that nothing will come: "dest" or, where it is given, the address
 * of "from" cannot be reached?  dest may be NULL. */
bool expectation_is_refused(const struct expectation *x, const struct packet *p,
			    const struct addr *dest);

#endif
