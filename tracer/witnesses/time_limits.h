/* How long calls on a socket may wait: SO_RCVTIMEO and SO_SNDTIMEO. */
#pragma once

#include "types/evidence.h"

/*
 * Asked through a copy of a holder's descriptor, which lives as long as the question: a thread of
 * the holder must not be about to close it. 0, -ENOENT: nobody holds it, -ESTALE: the number is
 * another socket's by now, -EPERM, -ESRCH, -ENOSYS: there is no pidfd_getfd (before Linux 5.6).
 */
int time_limits_read(const struct socket *socket, struct time_limits *ret_limits);
