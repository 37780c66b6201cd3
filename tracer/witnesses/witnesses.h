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
 * netlink the exact question goes unanswered (-ENOTSUP there), the rest works. */
int witnesses_new(struct witnesses **ret_witnesses);
void witnesses_free(struct witnesses *witnesses);

/* Who the socket behind a descriptor is. -ENOTSOCK, -EBADF, -EPERM (may not be read), -ESRCH. */
int witness_identify(const struct process *process, int fd, struct identity *ret_identity);
/* The same of a descriptor that was `known` when last seen (NULL: nobody). If it still is, what
 * never changes is taken from there: a call for each is saved. */
int witness_identify_again(const struct process *process, int fd, const struct socket *known,
			   struct identity *ret_identity);

/* State and queues of the socket behind a descriptor. The copy is closed before this
 * returns: it would delay a FIN. `cookie`: the socket it must be, 0 for any; another one
 * answers -ESTALE. For a socket that is not TCP: state unknown, queues as far as known.
 * Only questions without side effect are asked: never SO_ERROR. */
int witness_descriptor(const struct process *process, int fd, uint64_t cookie,
		       struct sight *ret_sight);

/* Whether a TCP socket is still in that state, the least one can ask. That the descriptor is
 * still the same socket's is not: "unchanged" adds nothing to what is known already. */
bool witness_unchanged(const struct process *process, int fd, enum tcp_state state);

/* State and queues of a TCP socket known only by its two ends ("127.0.0.1:80"), whether anybody
 * holds it or not. `cookie` 0: whichever it is. -ENOENT: there is none; the listener that
 * the kernel offers instead when the 4-tuple is gone does not count. */
int witness_exact(struct witnesses *witnesses, const char *local, const char *remote,
		  uint64_t cookie, struct sight *ret_sight);
