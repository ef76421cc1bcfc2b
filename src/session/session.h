/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session: what the tool is doing.  Sockets and their targets, the store and the
 * receiver that fills it, the peers, the totals.
 *
 * Everything here runs in the main loop's thread; only the receiver has its own.
 * A session knows no command names and no screen: it acts, returns errors, and
 * tells its watcher what happened by itself.  Faces read its fields, and change
 * it through the functions only.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "net/iface.h"
#include "net/igmp.h"
#include "net/resolve.h"
#include "net/services.h"
#include "net/sock.h"
#include "net/udpstat.h"
#include "payload/payload.h"
#include "session/capture.h"
#include "session/groupstat.h"
#include "session/interfaces.h"
#include "session/names.h"
#include "session/peer.h"
#include "session/receiver.h"
#include "session/sequence.h"
#include "session/stats.h"
#include "session/target.h"
#include "session/variable.h"
#include "store/store.h"
#include "util/loop.h"

#define SESSION_MEMORY (256u << 20)
#define SESSION_MAX_SOCKETS 256

struct activity; /* session/activity.h */
struct answers;  /* session/answers.h */
struct job;      /* session/job.h */
struct rule;     /* session/rule.h */
struct silence;  /* session/silence.h */
struct recorder; /* session/recorder.h */
struct tshark;   /* session/tshark.h */
struct outgoing; /* session/sender.c: datagrams that wait for room in the kernel's buffer */

/* What /proc told of groups last. */
struct session_igmp {
	struct igmp_table table;
	uint64_t read; /* monotonic ns; 0: not yet, or out of date */
	struct session_igmp_state {
		unsigned ifindex;
		int family;
		struct igmp_state state;
	} states[32]; /* those asked for, the next in place of the oldest */
	unsigned asked;
};

struct session_socket {
	uint32_t number; /* from 1, never reused */
	struct sock sock;
	struct target target;
	uint64_t rx, tx, lost, errors;
	struct traffic traffic;
	struct udpstat opened; /* what the host had counted of UDP soon after this was opened */
	bool counted;          /* "opened" is known */
	bool unseen;           /* heard something since it was last current: "[2+]" */
	char mark[16];         /* "refused", ... until it hears again; "" else */
	uint32_t echo;         /* number of the rule that is its echo server; 0: none */
	bool answers;          /* a rule answered by it: from then on the receiver's thread may */
	struct outgoing *waiting, *waiting_last;
	size_t waiting_bytes;
};

enum session_notice {
	SESSION_PEER_NEW, /* peer */
	SESSION_LOST,     /* packet: a gap */
	SESSION_ERROR,    /* packet: an ICMP or local error */
	SESSION_SILENT,   /* packet: not in the store; its data says which fresh membership */
	/* A capture file, packet: not in the store; its data says how far it is read, or, at its
	 * end, what came of it; "lost" is how much was left out, "result" is not 0 if the
	 * file is damaged. */
	SESSION_READING,
	SESSION_READ,
};

/* What happened by itself, told from session_follow(); each may be NULL. */
struct session_watcher {
	void *ctx;
	void (*notice)(void *ctx, enum session_notice what, const struct packet *p,
		       const struct peer *peer);
	/* Every packet, once, in order. */
	void (*packet)(void *ctx, const struct packet *p);
	/* Something that a face may show has changed. */
	void (*changed)(void *ctx);
	/* Must something be printed before more of a capture file is read?  Whoever says so calls
	 * capture_poke() when it is. */
	bool (*is_behind)(void *ctx);
	/* What ERR_PENDING waits for, a name or a tree of tshark, may be known now. */
	void (*resolved)(void *ctx);
};

struct session {
	const struct clock *clock;
	struct loop *loop;
	struct store *store;
	struct sent_ring *sent;
	struct receiver *receiver;
	struct resolver *resolver;
	struct iface_table ifaces;
	struct services services; /* read when the first name is asked for */
	bool services_read;
	struct session_socket *sockets[SESSION_MAX_SOCKETS]; /* in order of opening */
	size_t socket_count;
	uint32_t opened;                /* sockets ever opened: the last number given */
	struct session_socket *current; /* NULL: none open, or those of activities only */
	struct peer_table peers;
	struct pairing pairing;
	struct names names;
	struct groupstat groups;
	struct silence *silences; /* session/silence.h: fresh memberships, and when to look */
	struct loop_timer silence;
	struct loop_timer
		count; /* session_socket.opened; who sends and ends does not wait for it */
	struct session_igmp igmp;    /* ask session_igmp() */
	struct job *jobs;            /* in order of starting */
	struct activity *activities; /* likewise; those that are over stay for a while */
	size_t job_count;            /* of jobs, and activities that are not over */
	uint32_t job_last;           /* the last number given, to rules too */
	struct rule *rules;          /* in the order in which they are asked */
	size_t rule_count;
	struct answers *answers; /* of rules, on their way; NULL before the first rule */
	struct variable_table variables;
	uint64_t payload_seq, payload_random; /* as in struct payload_env */
	uint64_t rx, tx, lost, errors;
	struct traffic traffic; /* of all sockets */
	/* What came from capture files is counted with the peers, and here: none of it above. */
	struct {
		uint64_t rx, tx, lost, errors;
		struct traffic traffic;
	} read;
	struct sequence *sequence;   /* "stats sequence"; NULL: off */
	uint64_t sequence_dropped;   /* traffic.dropped when it was turned on */
	struct recorder *recorder;   /* session/recorder.h; NULL: nothing is recorded */
	struct error record_failure; /* why a recording is not complete; code 0: none is */
	/* The first job that did not do what it was for: nothing of it left or, ERR_UNMET, what it
	 * waited for did not come in time; code 0: none. */
	struct error job_failure;
	struct tshark *tshark;    /* session/tshark.h; NULL: it was not asked for yet */
	struct captures captures; /* session/capture.h */
	struct interfaces watch;  /* keeps "ifaces", see session/interfaces.h */
	struct session_watcher watcher;
	struct store_cursor follow;
	struct loop_timer again; /* the rest of a long follow, in the next turn */
	struct loop_timer look;  /* for what the receiver's thread answered by itself meanwhile */
	bool answering;          /* it did, since that was last looked at */
};

struct session_config {
	const struct clock *clock;
	struct loop *loop;
	size_t memory;     /* 0: SESSION_MEMORY */
	bool numeric_only; /* no name look-ups */
	bool unpaired;     /* nobody asks which datagram answers which */
};

bool session_init(struct session *s, const struct session_config *config, struct error *e);
void session_done(struct session *s); /* closes all sockets; a zeroed session is fine */

/* Sockets.  The newest opened becomes current. */
struct session_socket *session_open(struct session *s, const struct sock_spec *spec,
				    struct error *e);
void session_close(struct session *s, struct session_socket *k);
struct session_socket *session_find(const struct session *s, uint32_t number);
void session_select(struct session *s, struct session_socket *k); /* NULL: none */
bool session_connect(struct session *s, struct session_socket *k, const struct addr *peer,
		     struct error *e);
bool session_disconnect(struct session *s, struct session_socket *k, struct error *e);
bool session_set_option(struct session *s, struct session_socket *k, const struct sockopt *o,
			const struct sockopt_value *v, struct error *e);

/* "receive buffer 208 KiB granted of 16 MiB asked; sysctl ...": the kernel's doubling taken out.
 * true: all that was asked was granted. */
bool session_format_buffer(const struct session_socket *k, struct buf *out);

/* Groups of one socket; a join or leave is an event in the list. */
bool session_join(struct session *s, struct session_socket *k, const struct group_spec *g,
		  unsigned *joined, struct error *e);
bool session_leave(struct session *s, struct session_socket *k, const struct group_spec *g,
		   unsigned *left, struct error *e);

/* session/igmp.c: what /proc tells of groups, at most a second old and never from before our own
 * last join or leave.  An empty table where it cannot be read. */
const struct igmp_table *session_igmp(struct session *s);
/* Likewise what is in force on an interface; good until the next call. */
const struct igmp_state *session_igmp_state(struct session *s, const struct iface *dev, int family);

/* Appends an event of the given kind with a text. */
void session_event(struct session *s, enum packet_kind kind, uint32_t socket, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* One about an interface. */
void session_interface_event(struct session *s, enum packet_kind kind, uint32_t socket,
			     unsigned ifindex, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The whole program stood still for so long: an event, unless nobody would notice. */
void session_stopped(struct session *s, uint64_t ns);

/* What the ${...} fields of a payload draw on now.  Reading a payload changes env only;
 * session_payload_used() moves the session on, once that payload was really sent. */
void session_payload_env(struct session *s, struct payload_env *env);
void session_payload_used(struct session *s, const struct payload_env *env);

/* Counts the peers' sequence numbers from now on, anew; NULL: no more. */
bool session_sequence(struct session *s, const struct sequence_spec *spec, struct error *e);

/* session/follow.c: counts a datagram that had to wait for the kernel and now was sent or failed.
 */
void session_count_sent(struct session *s, struct session_socket *k, const struct addr *dest,
			size_t len, int result);

/* session/follow.c: follows the store: peers, totals, targets, rules, notices.  Called when
 * the receiver woke the loop and after our own appends; a long backlog is cut into turns of a few
 * milliseconds. */
void session_follow(struct session *s);

/* The name of a UDP port in services(5), NULL if it has none. */
const char *session_service(struct session *s, uint16_t port);

#endif
