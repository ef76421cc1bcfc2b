/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command language: one row per command beside its function.
 *
 * A line is "[every D ...] [delay D] [via IF ...] [to TARGET] VERB WORDS..."; a verb that takes a
 * payload gets the rest of the line verbatim after one blank.  Parser, usage, help,
 * completion and the check of the manual read the same rows.  A face brings rows of its own.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "command/listing.h"
#include "session/session.h"
#include "session/via.h"

#define COMMAND_LINE_MAX (256u << 10)
#define COMMAND_WORDS_MAX 64
#define FACE_KEPT_MAX (1u << 20)

struct color_rules;
struct script;

enum command_message { MESSAGE_INFO, MESSAGE_WARNING, MESSAGE_ERROR };

enum command_input { INPUT_TEXT, INPUT_HEX };
enum command_eol { EOL_NONE, EOL_LF, EOL_CRLF };

/* How typed lines become datagrams; a face owns it, "input" changes it. */
struct command_typing {
	enum command_input input;
	enum command_eol eol;
};

/* A setting of the face, changed with "set" like a socket option. */
struct face_setting {
	const char *name;
	const char *range; /* "on, off" */
	const char *help;
	bool (*set)(void *ctx, const char *value, struct error *e);
	void (*get)(void *ctx, struct buf *out);
	const char *initial; /* what it is at the start: "save" writes it if it is not that */
};

typedef void face_binding(void *arg, const char *key, const char *command);

/* What only the face at hand can do.  ctx comes first in each call; a function that is NULL is
 * something that this face cannot do, and the command says so. */
struct face {
	void *ctx;
	void (*message)(void *ctx, enum command_message kind, const char *text);
	/* Output of more than one line; "line" makes it again if the listing is live. */
	void (*listing)(void *ctx, const char *line, struct listing *l);
	struct command_typing *(*typing)(void *ctx);
	bool (*show)(void *ctx, uint64_t number, struct error *e); /* packet details */
	/* Likewise as tshark sees it.  NULL: a listing does. */
	bool (*show_tree)(void *ctx, uint64_t number, struct error *e);
	void (*clear)(void *ctx);       /* what is listed so far is not shown any more */
	uint64_t (*cleared)(void *ctx); /* the place in the store that it was cleared to */
	/* Only what WHAT matches (match/what.h) is shown; n 0: everything. */
	bool (*filter)(void *ctx, const char *text, size_t n, struct error *e);
	const char *(*filtered)(void *ctx); /* that WHAT; NULL: none */
	/* Selects the next packet of what is shown that WHAT matches, which is highlighted; n 0: no
	 * highlighting any more. */
	bool (*find)(void *ctx, const char *text, size_t n, struct error *e);
	/* The colours of its rows (command/color.h), which are the face's.  NULL: it has none. */
	struct color_rules *(*colors)(void *ctx);
	/* Other peers than before are muted.  NULL: nothing that was shown is looked at again. */
	bool (*refilter)(void *ctx, struct error *e);
	void (*quit)(void *ctx);
	/* Adds the rows of a topic of its own ("keys") for "help"; false if it knows none of that
	 * name. */
	bool (*help)(void *ctx, const char *topic, struct listing *l);
	/* "bind": KEY runs COMMAND from now on; and each that was bound, in order. */
	bool (*bind)(void *ctx, const char *key, const char *command, struct error *e);
	void (*bindings)(void *ctx, face_binding *each, void *arg);
	/* stdout is to hold a recording or an export and nothing else from now on.  NULL: it is in
	 * use.  false: e says why not; the way out is the command's to tell. */
	bool (*take_stdout)(void *ctx, struct error *e);
	/* stdin is to be read by a command.  NULL: it is in use. */
	bool (*take_stdin)(void *ctx, struct error *e);
	/* Offers text to the terminal's clipboard; nobody can tell if it takes it. */
	bool (*clipboard)(void *ctx, const char *text, size_t n, struct error *e);
	/* A line of command_echo(); what may not reach a terminal is escaped already.  NULL: a
	 * message does. */
	void (*echo)(void *ctx, const char *text);
	/* Should a script pause, because what it said so far waits for its reader?  The script is
	 * poked when that is over.  NULL: never. */
	bool (*is_full)(void *ctx);
	const struct face_setting *settings; /* ends with name NULL; may be NULL */
	/* What was said of the screen where there is none, a line each: "save" writes it back.
	 * NULL: a screen, which knows what it was told. */
	struct buf *kept;
	bool is_live;          /* listings of what goes on are made again by themselves */
	struct script *script; /* command/script.h: waits and runs files; the face's, may be NULL */
};

/* Where to send, as "to" reads it. */
struct destination {
	struct addr *addrs; /* heap */
	size_t count;
	struct session_socket *socket; /* that heard "@N" last, or NULL */
};

/* What "every" and "delay" in front of a sending command ask for. */
struct command_schedule {
	bool asked;
	uint64_t delay, every; /* ns */
	uint64_t times;        /* 0: no end */
};

/* What a line would send, found by running it without doing anything. */
struct command_intent {
	const struct command *row;        /* of the verb, as far as it was found */
	struct command_schedule schedule; /* by a job */
	struct via via;
	bool sends;                    /* the rest holds */
	struct session_socket *socket; /* NULL: one would be opened */
	struct addr *addrs;            /* heap; count 0: the socket's connected peer */
	size_t count;
	struct buf bytes;
	struct buf ways; /* where to, in words, if the command finds that by itself; "" else */
};

struct command_word {
	char *text; /* NUL-terminated copy */
	size_t at;  /* byte offset in the line */
};

/* One call of a command: everything it may use. */
struct command_call {
	struct session *session;
	struct face *face;
	const struct command_set *set;
	const struct command *row;
	const char *line; /* the whole, as it was given */
	struct command_word words[COMMAND_WORDS_MAX];
	size_t word_count;
	const char *payload; /* CMD_PAYLOAD: the rest, verbatim; in the line, not a copy */
	size_t payload_len, payload_at;
	struct destination to;            /* the "to X" modifier; count 0: not given */
	struct command_schedule schedule; /* the "every" and "delay" modifiers */
	struct via via;                   /* the "via" modifier */
	struct expectation *until;        /* of "every": what ends the job; or NULL */
	/* A job reads its payload once more; it knows where to send.  Else NULL. */
	struct payload_env *env;
	const struct packet *answered; /* for ${req}; or NULL */
	bool prefixes;                 /* of commands' names are enough */
	size_t rest; /* set by a modifier: where the line goes on with a command */
	struct command_intent *intent; /* not NULL: nothing is done, what would be is noted here */
	struct listing listing;
};

#define CMD_PAYLOAD 1u   /* the rest of the line is the payload */
#define CMD_SENDS 2u     /* may stand behind "to X" */
#define CMD_SOCKET 4u    /* needs an open socket: run is not called without one */
#define CMD_FIXED 8u     /* its one-letter prefix always means this command (q, h) */
#define CMD_HIDDEN 16u   /* for keys; in help only under "keys" */
#define CMD_MODIFIER 32u /* may be followed by a sending command */
#define CMD_ONCE 64u     /* sends the same bytes at each tick of a job: their source may go */
#define CMD_TAIL 128u    /* ends in a command or a payload, which it reads by itself */

struct command_completion; /* command/complete.h */
struct expectation;        /* command/expectation.h */

struct command {
	const char *name;
	const char *args; /* "HOST PORT", "[ADDR:PORT] [OPTION[=V]...]" */
	const char *area; /* heading in help: "sockets", "options", ... */
	int min, max;     /* words after the verb; max -1: any number */
	unsigned flags;
	const char *help; /* one line without a full stop */
	bool (*run)(struct command_call *c, struct error *e);
	void (*complete)(struct command_completion *c); /* NULL: nothing to offer */
	/* Fills the listing with the present state of an activity that this command started. */
	void (*report)(struct command_call *c, struct activity *a);
	/* How a sending command reads its payload into bytes. */
	bool (*payload)(const char *text, size_t n, struct payload_env *env, struct buf *out,
			struct error *e);
};

/* What only the screen has.  Other faces know the names: of a command to say so, of a setting to
 * take it without effect, because all faces share the rc file. */
struct of_screen {
	const struct command *commands;
	const struct face_setting *settings;
};

/* All tables in force: the core's and the face's. */
struct command_set {
	const struct command *tables[32];  /* NULL ends */
	const struct of_screen *of_screen; /* NULL: this face is the screen */
	/* The lines are those of the rc file, which all faces share: a command that only the screen
	 * has is taken without effect. */
	bool shared;
};
void command_set_init(struct command_set *set, const struct command *face_rows,
		      const struct of_screen *of_screen);
/* Row number i over all tables, NULL past the end. */
const struct command *command_at(const struct command_set *set, size_t i);

/* Whole name or, where prefixes are allowed, a unique prefix; errors name the nearest names or the
 * candidates. */
const struct command *command_find(const struct command_set *set, const char *word, bool prefixes,
				   struct error *e);

/* Adds the rows of a topic of "help" that every face has: payloads, addresses, expressions or
 * options.  false: it is none of them. */
bool command_topic(const char *name, struct listing *l);

/*
 * Runs one command line (without the ":" of the prompt).  prefixes: as at the prompt.  e->at is an
 * offset in line.  ERR_PENDING: nothing was done, run the same line again once the resolver has
 * answered. A listing that it made is given to the face.
 */
bool command_run(struct session *s, struct face *face, const struct command_set *set,
		 const char *line, bool prefixes, struct error *e);

/* What the line would send now; sends nothing, opens nothing and looks up no name (ERR_PENDING).
 * The intent is made anew; command_intent_done() frees it, after an error too. */
bool command_intend(struct session *s, const struct command_set *set, const char *line,
		    struct command_intent *intent, struct error *e);
void command_intent_done(struct command_intent *intent);

/* The bytes that a sending command (its line from the verb on) would send from k now; moves env on.
 */
bool command_reread(struct session *s, const struct command_set *set, const char *line,
		    struct session_socket *k, struct payload_env *env, struct buf *out,
		    struct error *e);

/* A line typed as data, as a face's typing says; sends it to the current socket's target. */
bool command_type(struct session *s, struct face *face, const char *line, size_t n,
		  struct error *e);
/* The bytes it would send, the line end too; env as in payload/payload.h. */
bool command_typed_payload(const struct command_typing *t, const char *line, size_t n,
			   struct payload_env *env, struct buf *out, struct error *e);

/* ERR_STATE: there is none, and how to get one here. */
bool command_no_socket(const struct command_call *c, struct error *e);
/* ERR_USAGE, "usage: ..." of the call's row, at the end of its words. */
bool command_usage(const struct command_call *c, struct error *e);
/* What goes on that quitting would end, for a face that asks once more; false: nothing. */
bool command_quit_warning(const struct session *s, struct buf *out);
/* One line for the user: where a command has something to say. */
void command_say(struct command_call *c, enum command_message kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The line is about the screen, and there is none: the face keeps it for "save". */
void command_keep(struct command_call *c);
/* A line that was asked for is shown where messages are not, too. */
void command_answer(struct command_call *c, const char *text);
/* Likewise, with what may not reach a terminal escaped already. */
void command_echo(struct command_call *c, const char *shown);

#endif
