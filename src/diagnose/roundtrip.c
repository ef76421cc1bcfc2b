/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagnose/roundtrip.h"

#include "util/num.h"

#include <stdlib.h>
#include <string.h>

/* By how much the wall clock may run ahead of the monotonic one before it was set. */
#define CLOCK_SET NS_PER_S

bool roundtrip_init(struct roundtrip *r, uint64_t timeout, struct error *e)
{
	struct roundtrip_probe *probes = calloc(ROUNDTRIP_PROBES, sizeof(*probes));

	*r = (struct roundtrip){ 0 };
	if (!probes || !spread_init(&r->spread, e)) {
		free(probes);
		return err_set(e, ERR_LIMIT, "no memory for probes");
	}
	r->probes = probes;
	r->timeout = timeout;
	r->oldest = r->next = r->first_waited = r->dropped = r->expected = 1;
	return true;
}

void roundtrip_done(struct roundtrip *r)
{
	for (size_t i = 0; r->probes && i < ROUNDTRIP_PROBES; i++)
		free(r->probes[i].data);
	free(r->probes);
	spread_done(&r->spread);
	*r = (struct roundtrip){ 0 };
}

static struct roundtrip_probe *probe_at(const struct roundtrip *r, uint64_t seq)
{
	return &r->probes[seq % ROUNDTRIP_PROBES];
}

static void settle(struct roundtrip *r, struct roundtrip_probe *p, enum roundtrip_state state)
{
	r->states[p->state]--;
	r->states[state]++;
	p->state = state;
}

/* ---- what left ---- */

static void drop_bytes(struct roundtrip *r, struct roundtrip_probe *p)
{
	if (p->data)
		r->bytes -= p->len;
	free(p->data);
	p->data = NULL;
}

/* Room for one more; whose bytes do not fit is known by its order only. */
static void make_room(struct roundtrip *r, size_t len)
{
	if (r->next - r->oldest == ROUNDTRIP_PROBES) {
		struct roundtrip_probe *p = probe_at(r, r->oldest++);

		drop_bytes(r, p);
		if (p->state == ROUNDTRIP_WAITED)
			settle(r, p, ROUNDTRIP_LOST);
	}
	if (r->dropped < r->oldest)
		r->dropped = r->oldest;
	if (r->first_waited < r->oldest)
		r->first_waited = r->oldest;
	while (r->bytes + len > ROUNDTRIP_BYTES && r->dropped < r->next)
		drop_bytes(r, probe_at(r, r->dropped++));
}

static bool equals(const struct roundtrip_probe *p, const void *data, size_t len)
{
	return p->len == len && (!len || (p->data && memcmp(p->data, data, len) == 0));
}

void roundtrip_sent(struct roundtrip *r, uint64_t no, uint64_t sent, uint64_t now, const void *data,
		    size_t len)
{
	struct roundtrip_probe *p;

	if (r->next > r->oldest && equals(probe_at(r, r->next - 1), data, len))
		r->alike = true;
	make_room(r, len);
	p = probe_at(r, r->next++);
	*p = (struct roundtrip_probe){
		.no = no,
		.sent = sent,
		.sent_at = now,
		.state = ROUNDTRIP_WAITED,
		.len = len,
		.data = len ? malloc(len) : NULL,
	};
	if (p->data) {
		memcpy(p->data, data, len);
		r->bytes += len;
	}
	r->states[ROUNDTRIP_WAITED]++;
}

/* ---- whose answer it is ---- */

/* A host's bit; 0 where there is no room for one more. */
static uint64_t bit_of(struct roundtrip *r, const struct addr *peer)
{
	size_t i = 0;

	while (i < r->host_count && !addr_same_host(&r->hosts[i], peer))
		i++;
	if (i == ROUNDTRIP_HOSTS)
		return 0;
	if (i == r->host_count)
		r->hosts[r->host_count++] = *peer;
	return 1ull << i;
}

/* The wall clock as long as it was not set: then it says less, or more, than can have passed. */
static uint64_t time_since(const struct roundtrip_probe *p, const struct roundtrip_heard *h)
{
	uint64_t passed = h->now - p->sent_at;

	if (h->time < p->sent || h->time - p->sent > passed + CLOCK_SET)
		return passed;
	return h->time - p->sent;
}

static bool holds(const struct roundtrip_heard *h, const struct roundtrip_probe *p)
{
	if (!p->data || p->len > h->len)
		return false;
	if (p->len == h->len)
		return memcmp(p->data, h->data, p->len) == 0;
	return memmem(h->data, h->len, p->data, p->len) != NULL;
}

/* How likely it is this probe's, for the content does not tell. */
enum likely { OVER, GONE, OPEN };

static enum likely likely(const struct roundtrip *r, const struct roundtrip_probe *p,
			  const struct roundtrip_heard *h, uint64_t bit)
{
	if (p->heard & bit || p->state == ROUNDTRIP_REFUSED)
		return OVER;
	if (time_since(p, h) <= r->timeout)
		return OPEN;
	return p->state == ROUNDTRIP_LOST || p->state == ROUNDTRIP_WAITED ? GONE : OVER;
}

/* Of probes that are equally long and likely the oldest is answered first, while it is open; what
 * comes after that more likely belongs to the newest. */
static uint64_t find(const struct roundtrip *r, const struct roundtrip_heard *h, uint64_t bit,
		     bool content, enum likely *how)
{
	uint64_t found = 0;
	size_t len = 0;

	for (uint64_t seq = r->oldest; seq < r->next; seq++) {
		const struct roundtrip_probe *p = probe_at(r, seq);
		enum likely now;

		if (content && (p->len < len || !holds(h, p)))
			continue;
		now = likely(r, p, h, bit);
		if (found && p->len <= len && (now < *how || (now == *how && now == OPEN)))
			continue;
		found = seq;
		*how = now;
		len = content ? p->len : SIZE_MAX;
	}
	return found;
}

/* ---- what it says ---- */

static void measure(struct roundtrip *r, uint64_t time)
{
	double away = (double)time - (double)r->last;

	if (r->spread.count)
		r->jitter += ((away < 0 ? -away : away) - r->jitter) / 16;
	r->last = time;
	spread_add(&r->spread, time);
}

static bool is_reordered(struct roundtrip *r, uint64_t seq)
{
	if (seq < r->expected) {
		r->reordered++;
		return true;
	}
	r->expected = seq + 1;
	return false;
}

/* The first answer to this probe. */
static void first(struct roundtrip *r, struct roundtrip_probe *p, struct roundtrip_answer *a)
{
	bool late = a->time > r->timeout;

	settle(r, p, late ? ROUNDTRIP_LATE : ROUNDTRIP_ANSWERED);
	a->kind = late ? ROUNDTRIP_IS_LATE : ROUNDTRIP_IS_FIRST;
	if (a->by_order)
		r->by_order++;
	else
		r->by_content++;
	a->reordered = !a->by_order && is_reordered(r, a->seq);
	measure(r, a->time);
}

static void again(struct roundtrip *r, bool same_host, bool echoed, struct roundtrip_answer *a)
{
	bool duplicate = same_host && echoed;

	a->kind = duplicate ? ROUNDTRIP_IS_DUPLICATE : ROUNDTRIP_IS_MORE;
	if (duplicate)
		r->duplicates++;
	else
		r->more++;
}

static struct roundtrip_answer belongs_to(struct roundtrip *r, const struct roundtrip_heard *h,
					  uint64_t seq, uint64_t bit, bool echoed)
{
	struct roundtrip_probe *p = probe_at(r, seq);
	struct roundtrip_answer a = {
		.seq = seq,
		.time = time_since(p, h),
		.by_order = !echoed || r->alike,
	};

	if (p->state != ROUNDTRIP_ANSWERED && p->state != ROUNDTRIP_LATE)
		first(r, p, &a);
	else
		again(r, p->heard & bit, echoed, &a);
	p->heard |= bit;
	return a;
}

struct roundtrip_answer roundtrip_heard(struct roundtrip *r, const struct roundtrip_heard *h)
{
	struct roundtrip_answer a = { .kind = ROUNDTRIP_IS_STRAY };
	uint64_t bit = bit_of(r, &h->peer), seq;
	enum likely how = OVER;

	seq = find(r, h, bit, true, &how);
	if (seq)
		return belongs_to(r, h, seq, bit, true);
	if (h->asked && !r->by_content && r->next > r->oldest) {
		seq = find(r, h, bit, false, &how);
		if (how != OVER)
			return belongs_to(r, h, seq, bit, false);
		a.by_order = true;
		again(r, false, false, &a);
		return a;
	}
	r->strays++;
	return a;
}

/* ---- what does not come ---- */

uint64_t roundtrip_failed(struct roundtrip *r, uint64_t no)
{
	r->errors++;
	for (uint64_t seq = r->next; no && seq-- > r->oldest;) {
		struct roundtrip_probe *p = probe_at(r, seq);

		if (p->no != no)
			continue;
		if (p->state == ROUNDTRIP_WAITED || p->state == ROUNDTRIP_LOST)
			settle(r, p, ROUNDTRIP_REFUSED);
		return seq;
	}
	return 0;
}

uint64_t roundtrip_due(struct roundtrip *r)
{
	while (r->first_waited < r->next && probe_at(r, r->first_waited)->state != ROUNDTRIP_WAITED)
		r->first_waited++;
	if (r->first_waited == r->next)
		return UINT64_MAX;
	return probe_at(r, r->first_waited)->sent_at + r->timeout;
}

uint64_t roundtrip_expire(struct roundtrip *r, uint64_t now)
{
	if (roundtrip_due(r) > now)
		return 0;
	settle(r, probe_at(r, r->first_waited), ROUNDTRIP_LOST);
	return r->first_waited;
}

/* ---- sums ---- */

uint64_t roundtrip_count(const struct roundtrip *r)
{
	return r->next - 1;
}

uint64_t roundtrip_unanswered(const struct roundtrip *r)
{
	return r->states[ROUNDTRIP_LOST] + r->states[ROUNDTRIP_REFUSED];
}

uint64_t roundtrip_settled(const struct roundtrip *r)
{
	return roundtrip_count(r) - r->states[ROUNDTRIP_WAITED];
}
