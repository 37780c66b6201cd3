/*
 * A trace: the one place that knows all stages and hands to each what it needs of the
 * others. Its turn, session_turn() in session.c, is where to start reading.
 */
#pragma once

#include "evidence.h"
#include "lanes.h"
#include "options.h"
#include "outputs.h"
#include "sourcing.h"
#include "tracing.h"
#include "verdict.h"
#include "wiring.h"

#include "decode/decode.h"
#include "ptrace/colocation.h"
#include "ptrace/filter.h"
#include "ptrace/launch.h"
#include "ptrace/threads.h"
#include "ptrace/watch.h"
#include "sockets/sockets.h"
#include "types/record.h"
#include "types/stop.h"
#include "witnesses/witnesses.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct arena;
struct director;
struct rules;
struct stepping;

/* A call of interest, from its entry stop to its exit stop. */
struct pending {
	struct event *event;
	struct thread *thread;
	uint64_t number;                  /* n in the transcript; 0: it is not shown */
	uint64_t socket;                  /* cookie of the event's socket; 0: it has none */
	enum tcp_state before;            /* of that socket at entry */
	uint64_t peer;                    /* cookie of its other end at entry; 0: none was known */
	enum tcp_state peer_before;       /* and its state */
	bool output;                      /* a write to descriptor 1 or 2 that is no socket */
	bool under_way;                   /* counted in socket->under_way */
	bool changing;                    /* and in process->changing */
	enum flow flow;                   /* what it does to the byte ledger */
	bool waiting;                     /* shown as waiting */
	bool asleep;                      /* and really so: the director knows */
	bool unsettled;                   /* its socket gets its ends by it (wiring.h) */
	uint64_t clone_flags;             /* clone3's, as they were in memory; 0: left alone */
	const struct source *source;      /* where it was made; NULL: nobody knows */
	const struct source_frame *stack; /* -k */
	size_t stack_count;
	bool out;                     /* of the kernel, and stopped: it sleeps no more */
	struct pending *next, **link; /* session's list of those that may still be shown so */
	/* Its exit stop, held back until the call that caused it has returned. */
	bool postponed;
	uint64_t postponed_at;
	struct stop exit;
	struct pending *next_postponed;
};

struct session {
	const struct options *options;
	struct outputs *outputs;
	struct verdict verdict; /* --check */
	struct director *director;
	struct sourcing *sourcing; /* NULL: --source=off */
	struct stepping *stepping; /* --step; NULL: nobody is asked */
	struct tracees tracees;
	struct map processes; /* pid -> struct process */
	struct identifier identifier;
	struct sockets *sockets;
	struct witnesses *witnesses;
	struct live_evidence evidence; /* what the rules may ask */
	struct wiring *wiring;         /* NULL: nobody looks at the wire */
	struct tracing *tracing;       /* NULL: nobody looks at the tracepoint */
	uint64_t lost;                 /* what nobody could take in, or see (session_lost) */
	struct lanes lanes;
	struct filter filter; /* that programs are launched with */
	struct watcher watcher;
	struct colocation colocation;
	struct inherited inherited;
	struct pending *unshown, **unshown_end; /* in the order of entry */
	struct pending *postponed;
	uint64_t started;     /* CLOCK_MONOTONIC nanoseconds */
	uint64_t calls;       /* the last n given */
	uint64_t connections; /* the last connection id given */
	struct map orphans;   /* cookie -> struct socket without holders, still in the kernel */
	unsigned held;        /* newborns that wait for their maker's word */
	size_t next_orphan;   /* where in there the next tick looks first */
	int error;            /* -errno: the trace cannot go on */
	bool ticking;         /* the interval timer is armed */
	bool detaching;       /* attached processes are being let go */
	/* teaching.c */
	struct rules *rules;
	struct arena *scratch;   /* of the notes on a record that is about no call */
	struct remains *remains; /* remains.c; NULL: nothing was to be kept so far */
	/* Of --sockets. */
	size_t exiting; /* threads that have begun to end */
	bool listed;    /* the table of the end is written */
	/* Notices that are given once. */
	bool unreadable_told, ring_told, ptrace_told, privilege_told, lost_told;
};

/* Where a run ended. */
struct session_result {
	int status;                    /* as waitpid() gave it, of the program that counts */
	bool failed;                   /* a step of the demo did not happen */
	int wire_error;                /* -errno: the wire was asked for and may not be seen */
	int step_error;                /* -errno: --step without a terminal */
	char step_reader[64];          /* the lane that reads the terminal too; empty: none */
	struct verdict verdict;        /* --check */
	struct launch_failure failure; /* the program could not be started: error != 0 */
	const char *failure_name;
};

/* Runs the director's programs to their end. Returns 0 or -errno. */
int session_run(const struct options *options, struct outputs *outputs, struct director *director,
		struct session_result *ret_result);

/* The programs were held so long: what is waited for with a clock is waited for longer. */
void session_held(struct session *session, uint64_t nanoseconds);

/* Nanoseconds since the trace began. */
uint64_t session_now(const struct session *session);

void session_write(struct session *session, const struct record *record);
/* frame.c: the first record and the last. */
void session_write_header(struct session *session);
void session_write_end(struct session *session);

/* --- identify.c: who a socket is (struct identifier) ---------------------------------------- */

int identify_socket(const struct identifier *identifier, const struct process *process, int fd,
		    unsigned asked, struct identity *identity);
/* Fills in what an identity's numbers are called (struct identifier). */
void name_socket(const struct identifier *identifier, struct socket *socket);

/* Lets all attached processes go on without us; launched ones are still traced. */
void session_detach(struct session *session);

/* Without memory or descriptors (-ENOMEM, -EMFILE) something could not be seen or taken in: it
 * counts as lost, and the first is told. */
void session_lost(struct session *session, int error);
/* What a witness answered, as it is. Had it none of these to answer with, that is such a loss: it
 * has not seen that there was nothing. */
int session_answer(struct session *session, int result);

/* Something the reader must know of the trace itself, on standard error, in its place. */
void session_notice(struct session *session, const struct process *process, const char *what,
		    const char *advice);

/* --- calls.c: one call ------------------------------------------------------------------ */

/* Decides whether the call is of interest; if so makes it the thread's pending one. Says how
 * the thread is to be resumed. */
enum resume call_enter(struct session *session, struct thread *thread, struct stop *stop);
void call_return(struct session *session, struct thread *thread, const struct stop *stop);
/* It will never return: why is exit, exec, detach or killed. */
void call_abandon(struct session *session, struct thread *thread, const char *why);
/* Its record as far as it is known at entry; python is the caller's, and borrowed. */
struct record call_entered(const struct session *session, const struct pending *pending,
			   struct python *python);
/* Shows as waiting the calls that entered before `since` and whose threads sleep. */
void calls_show_waiting(struct session *session, uint64_t since);

/* Whether its thread sleeps in it. Once out of it a thread is not asked again. */
bool call_is_asleep(struct session *session, struct pending *pending);

/* --- closed.c: calls on numbers that were sockets -------------------------------------------- */

/* A call has returned: what it closed is remembered. */
void closed_note(struct process *process, const struct event *event);
/* Whether that number was a socket's, and is no open descriptor now. */
bool closed_is_used(const struct session *session, struct process *process, int fd);

/* --- causes.c: effects seen before their cause ---------------------------------------------- */

/* A call can be seen to return before the one that made it return: on another CPU the peer's
 * send is still on its way out of the kernel. If that is so, the stop is kept; true. */
bool call_postpone(struct session *session, struct thread *thread, const struct stop *stop);
/* Lets go those whose cause has returned meanwhile, and those kept since before that time. */
int calls_take_up(struct session *session, uint64_t before);

/* --- watching.c: where a process stops ---------------------------------------------------- */

/* Makes the filters' rules of the call table: 0 or -errno. */
int watching_init(struct session *session);
/* What a program is launched with, and is watched for from the start: the sockets it inherits. */
void watching_launch(struct session *session, struct launch *launch, struct watch *ret_watch);
/* A new process: it has its maker's filters. */
void watching_born(struct session *session, const struct stop *stop, struct process *child);
/* At STOP_EXIT or STOP_BORN: the process stops for its new sockets from now on. */
void watching_appeared(struct session *session, const struct stop *stop);
/* At the entry of dup2 and dup3, whose new number other threads may use before we see the return.
 * True: the call will be entered once more. */
bool watching_before(struct session *session, const struct call *call, const struct stop *stop);
/* The process stops at every call from now on; `stopped` is its thread that is stopped now. */
void watching_fall_back(struct session *session, struct process *process,
			const struct thread *stopped);

/* --- teaching.c: notes ------------------------------------------------------------------------ */

int teaching_open(struct session *session);
void teaching_close(struct session *session);
/* Of a call that waits or has returned, its record complete but for the notes. */
void teach_call(struct session *session, struct record *record, struct event *event,
		struct socket *socket);
/* Of any other record. The notes live until the next of these. */
void teach_record(struct session *session, struct record *record, struct socket *socket);

/* --- hidden.c: calls that are followed for the program's sake --------------------------------- */

void hidden_enter(struct session *session, struct pending *pending, const struct stop *stop);
void hidden_return(struct session *session, struct pending *pending, const struct stop *stop);
/* It has returned or never will. */
void hidden_end(struct session *session, const struct pending *pending);
/* At a call's entry: what seccomp's strict mode forbids kills. */
void hidden_forbid(const struct thread *thread, const struct stop *stop);

/* --- states.c: what a call did to its connection ------------------------------------------ */

bool is_tcp(const struct socket *socket);
/* Looks at a call's socket before it: returns its state. */
enum tcp_state state_before(struct session *session, const struct process *process,
			    struct socket *socket);
/* Counts the call among those under way: of its socket, and, if it may change states or what a
 * number means, of its process. */
void call_begins(struct session *session, struct pending *pending);
void call_ends(struct session *session, struct pending *pending);
/* And after, at both ends and at the listener's queue. */
void state_after(struct session *session, const struct pending *pending, struct socket *socket,
		 struct record *record);
/* A change that no call tells: looks and writes it. True if there was one. */
bool state_look(struct session *session, struct socket *socket, uint64_t cause);
/* The connection that waits in the listener's queue for accept, or is on its way there: entered
 * as a socket of its own, and how it looks now. NULL: there is none, or it is not to be seen. */
struct socket *state_find_queued(struct session *session, struct socket *client,
				 const struct socket *listener, struct sight *ret_sight);
/* How it is at this moment, whatever is known: 0 or -errno. */
int state_see(struct session *session, const struct socket *socket, struct sight *ret_sight);

/* --- queues.c: what waits in the kernel --------------------------------------------------- */

struct record_queues queues_of(const struct sight *sight);
/* A listener's accept queue, into the record of another socket's call; and that of the listener
 * which a connection came to. */
void queue_see(struct session *session, const struct socket *listener,
	       struct record_queues *queues);
void queue_see_of(struct session *session, const struct socket *connection,
		  struct record_queues *queues);
/* A witness saw the socket in that state: keeps count of its listener's handshakes. */
void queue_note(struct session *session, struct socket *socket, enum tcp_state state);
/* The last descriptor of a socket is about to go, by a call or with its process: what waits then
 * is thrown away, and answered with RST. */
void queue_see_last(struct session *session, struct socket *socket);
void queues_see_exiting(struct session *session, struct thread *thread);
/* Adds what the event itself tells, and those handshakes where an accept queue is told of. */
void queues_complete(const struct session *session, const struct event *event,
		     const struct socket *socket, struct record_queues *queues);

/* --- unixes.c: AF_UNIX ------------------------------------------------------------------------ */

bool is_unix(const struct socket *socket);
/* One that was there before us: joined with its other end, if that is traced. */
void unix_recognise(struct session *session, struct socket *socket);
/* What a call did: at both ends, and at the listener's queue. */
void unix_after(struct session *session, const struct pending *pending, struct socket *socket,
		struct record *record);
/* Fills in a listener's queue. */
void unix_see(struct session *session, const struct socket *socket, struct sight *sight);
/* A client that may be accepted yet, although it may be closed. */
bool unix_is_queued(const struct session *session, const struct socket *socket);
/* Whether the kernel has it no more, nobody holding it. */
bool unix_look(struct session *session, struct socket *socket);

/* --- origins.c: which send received bytes came from ---------------------------------------------
 */

/* Which way the call moves bytes on its socket, whatever is known of the other end. */
enum flow origins_flow(const struct session *session, const struct pending *pending,
		       const struct socket *socket);
/* At a call's entry, its socket known. */
void origins_enter(struct session *session, struct pending *pending, struct socket *socket);
/* Whether the call, which has just returned, received all that the other end has sent: nothing
 * waits behind it. False: it did not, or nobody can tell. */
bool origins_drain(const struct session *session, const struct pending *pending,
		   const struct socket *socket);
/* It has returned and its state was looked at: tells the record. A call that never returns needs
 * nothing: what it moved stays unknown. */
void origins_return(struct session *session, struct pending *pending, struct record *record);

/* --- ending.c: when the programs have ended --------------------------------------------------- */

/* Waits a little for the last segments between two traced ends. */
void session_settle(struct session *session);
/* --linger: follows what the kernel keeps until it is gone, the time is up, or Ctrl-C. */
void session_linger(struct session *session);
/* session.c's: what is due every TICK_MICROSECONDS. */
void session_tick(struct session *session);

/* --- connections.c: their end --------------------------------------------------------------- */

/* Writes the connection's line if both ends are over, and forgets them. */
void connection_settle(struct session *session, struct socket *socket);
/* Nobody holds it any more, but the kernel may: it is looked at until it is over. */
void connection_orphan(struct session *session, struct socket *socket);
/* Its last holder died, or lost it otherwise than by the call that names it. The context is the
 * session. */
void connection_lost(void *context, struct socket *socket);
/* The same for all that the last call or exec closed on the side. */
void connections_collect(struct session *session);
/* Another look at the orphans; called at each tick. */
void connections_tick(struct session *session);
/* Whether the last segments between two traced ends are still on their way. */
bool connections_under_way(const struct session *session);
/* The trace ends: a line for each that is left. */
void connections_close(struct session *session);

/* --- all_sockets.c: the table of all (--sockets) ------------------------------------------------
 */

/* The table of this moment. */
void all_sockets_write(struct session *session, enum sockets_why why);
/* The same for one's own use: its rows are on the heap. False without memory. */
bool all_sockets_make(struct session *session, enum sockets_why why,
		      struct record_sockets *ret_sockets);
/* A thread ends; with the last one all sockets end, unless there is no such option. */
void all_sockets_exiting(struct session *session, struct thread *thread);
/* It is gone, or exec has made another one of it. */
void all_sockets_exited(struct session *session, struct thread *thread);

/* --- remains.c: TIME_WAIT, of connections whose line is written --------------------------------
 */

/* The socket is about to be forgotten; the kernel may keep it for a while. */
void remains_add(struct session *session, const struct socket *socket);
/* Looks at some, in turn, and writes of those that are gone; called at each tick. */
void remains_tick(struct session *session);
size_t remains_count(const struct session *session);
/* The i-th of them, i < remains_count(). */
struct socket *remains_get(const struct session *session, size_t i);
void remains_done(struct session *session);

/* --- processes.c, attaching.c: birth, exec, death
 * ---------------------------------------------------------- */

/* A program we launched; its thread stops first at exec. NULL without memory. */
struct thread *process_launched(struct session *session, pid_t pid, unsigned program,
				const struct watch *watch);
/* Attaches to a running process: 0 or -errno. Its sockets are known afterwards. */
int process_attached(struct session *session, pid_t pid, unsigned program);
/* A stopped thread of an attached process is let go. 0 or -errno. */
int thread_detach(struct session *session, const struct stop *stop);
void process_forked(struct session *session, const struct stop *stop);
void process_execed(struct session *session, const struct stop *stop);
/* Newborns whose maker was killed before it could tell of them; called at each tick. */
void processes_adopt(struct session *session);
void process_signalled(struct session *session, const struct stop *stop);
/* A thread is gone; with its last thread the process is. */
void thread_gone(struct session *session, const struct stop *stop);
