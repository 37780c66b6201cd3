/*
 * Settings and counters of a network namespace: files that show the one in which they are opened.
 * In our own that costs 10 us, in another one some 300 us.
 */
#pragma once

#include "types/evidence.h"

#include <stddef.h>
#include <stdint.h>

struct witnesses;

/* The numbers of "net.ipv4.ip_local_port_range": how many there are, of which `room` are written.
 * -EINVAL: not a name below net.; -ENOENT: no such setting there; -EBADMSG: no numbers; -ENOTSUP:
 * nobody can look there. */
int witness_sysctl(struct witnesses *witnesses, uint64_t network, const char *name,
		   int64_t *ret_values, size_t room);

/* 0, -ENOTSUP, -EBADMSG: the kernel has no such counters. */
int witness_listen_counters(struct witnesses *witnesses, uint64_t network,
			    struct listen_counters *ret_counters);
