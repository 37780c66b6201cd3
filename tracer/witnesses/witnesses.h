/*
 * The kernel's word on a socket: asked through a short-lived copy of the tracee's
 * descriptor (pidfd_getfd(2)), or by its addresses (sock_diag(7)).
 */
#pragma once

#include "types/process.h"
#include "types/socket.h"
#include "types/witness.h"

struct witnesses;

/* Returns 0, -ENOSYS if the kernel has no pidfd_getfd (before 5.6), -ENOMEM. Without
 * netlink the exact question goes unanswered (-ENOTSUP there), the rest works. To be called in the
 * network namespace in which the tracer stays. */
int witnesses_new(struct witnesses **ret_witnesses);
void witnesses_free(struct witnesses *witnesses);

/* Until witnesses_end() a thread of the process is stopped, and all questions about one
 * descriptor share one copy of it. */
void witnesses_begin(struct witnesses *witnesses, const struct process *process);
/* Comes before the thread runs on: a copy that lives delays a FIN. */
void witnesses_end(struct witnesses *witnesses);

/* Who the socket behind a descriptor is: what is `asked` (ASK_COOKIE ...) is filled in, the rest
 * left alone. -ENOTSOCK, -EBADF, -EPERM (may not be read), -ESRCH. */
int witness_identify(struct witnesses *witnesses, const struct process *process, int fd,
		     unsigned asked, struct identity *identity);

struct question {
	uint64_t cookie;  /* the socket it must be, 0 for any; another one answers -ESTALE */
	bool certain;     /* nobody can have given the number to another one: not looked after */
	bool state_only;  /* the queues are of no interest */
	uint64_t drained; /* what sight.came was when the receive queue was seen empty */
};

/* State and queues of the socket behind a descriptor. For a socket that is not TCP: state
 * unknown, queues as far as known. Only questions without side effect are asked: never
 * SO_ERROR. */
int witness_descriptor(struct witnesses *witnesses, const struct process *process, int fd,
		       const struct question *question, struct sight *ret_sight);

/* Whether a TCP socket is still in that state, the least one can ask. That the descriptor is
 * still the same socket's is not: "unchanged" adds nothing to what is known already. */
bool witness_unchanged(struct witnesses *witnesses, const struct process *process, int fd,
		       enum tcp_state state);

/* State and queues of a TCP socket known only by its two ends ("127.0.0.1:80"), whether anybody
 * holds it or not, in the network namespace `network` (identity.network). `domain`: AF_INET or
 * AF_INET6, 0 if not known. `cookie` 0: whichever it is. -ENOENT: there is none; the listener that
 * the kernel offers instead when the 4-tuple is gone does not count. -ENOTSUP: in that namespace
 * nobody can be asked. */
int witness_exact(struct witnesses *witnesses, uint64_t network, int domain, const char *local,
		  const char *remote, uint64_t cookie, struct sight *ret_sight);

/* --- AF_UNIX ------------------------------------------------------------------------------- */

struct unix_question {
	uint64_t network; /* of the socket that is asked for */
	uint64_t inode, cookie;
	uint64_t client; /* of a listener: whether the socket with that inode waits; 0: no matter */
};

struct unix_sight {
	uint64_t peer; /* inode of its other end; 0: none, or nobody has accepted that yet */
	int64_t accept, backlog; /* of a listener, as in struct sight; else -1 */
	bool waits;
};

/* What the kernel says of a socket of AF_UNIX: 0, -ENOENT: there is no such socket any more,
 * -ENOTSUP: nobody can be asked. */
int witness_unix(struct witnesses *witnesses, const struct unix_question *question,
		 struct unix_sight *ret_sight);

/* Which process had connected, or made, the other end of a socket of AF_UNIX, even if that is
 * closed (SO_PEERCRED); 0 if nobody can tell. `cookie`: the socket that it must be. */
pid_t witness_peer_process(struct witnesses *witnesses, const struct process *process, int fd,
			   uint64_t cookie);

/* --- network namespaces: every socket belongs to that in which it was made ----------------- */

/* Our own. */
uint64_t witnesses_home(const struct witnesses *witnesses);
/* Walks the others in which a socket was seen: *position starts at 0; 0 at the end. */
uint64_t witnesses_next_network(const struct witnesses *witnesses, size_t *position);
/* There are no sockets any more that would be asked for there: what keeps it alive is closed. */
void witnesses_forget_network(struct witnesses *witnesses, uint64_t network);
