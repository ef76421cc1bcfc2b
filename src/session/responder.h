/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the receiver's thread answers by itself.
 *
 * To wake the main loop for an answer takes many times as long as the answer, so the thread asks
 * the first rules (session/rule.h) itself, as long as they need no thought: they and their payloads
 * are pure (match/what.h, payload/payload.h), without delay and chance.  The first that matches a
 * datagram answers it at once; both are marked PACKET_AT_ONCE, and the answers, or what the kernel
 * refused, stand behind what was received with their requests.  Everything else is left to the main
 * loop as if nobody had looked: what the rules behind those are for, a peer that had enough, an
 * answer that cannot be made or has no room in the kernel's buffer.
 *
 * The main loop makes one, hands it to the receiver (receiver_answer_by()) and changes it no more;
 * the functions of the second part are for the thread.  It borrows the rules, the clock and the
 * quota; what it did is counted when the main loop follows the store.
 *
 * Part of session/rule.h and the receiver; nobody else uses this.
 */
#ifndef SESSION_RESPONDER_H
#define SESSION_RESPONDER_H

#include "net/sock.h"
#include "session/quota.h"
#include "session/sent.h"
#include "store/store.h"
#include "util/clock.h"

struct responder;
struct rule;

struct responder *responder_new(const struct clock *clock, struct quota *quota);
void responder_free(struct responder *r);
/* Rules in their order; false: this one takes thought, and none behind it may be added. */
bool responder_add_rule(struct responder *r, const struct rule *rule);
/* It answers by that socket, too; there are SESSION_MAX_SOCKETS at most. */
void responder_add_socket(struct responder *r, uint32_t number, const struct sock *sock);

/* Takes datagrams of that socket from now on; false: it does not answer by it. */
bool responder_begin(struct responder *r, uint32_t socket);
/* Number i, below 64, of those received together.  Its bytes stay until responder_send(). */
void responder_hear(struct responder *r, const struct packet *p, unsigned i);
/* The answers leave.  Returns which datagrams are answered, a bit for each number. */
uint64_t responder_send(struct responder *r);
/* Between store_begin() and store_end(): what left is appended. */
void responder_append(struct responder *r, struct store *store, struct sent_ring *sent);

#endif
