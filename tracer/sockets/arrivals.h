/* Inside sockets/: descriptors that a call made, and what must be asked of the new sockets. */
#pragma once

#include "sockets/effects.h"

/* The number is one of that socket's from now on; the event says so. */
void arrival_put(struct step *step, int fd, struct known *known, bool close_on_exec);

/* socket(2) */
void arrival_made(struct step *step);
/* socketpair(domain, type, protocol, sv): the kernel wrote two numbers to sv. */
void arrival_pair(struct step *step);
/* accept(2) */
void arrival_accepted(struct step *step);
/* recvmsg(2): those that SCM_RIGHTS carried. */
void arrival_received(struct step *step);
/* pidfd_getfd(2) */
void arrival_fetched(struct step *step);
