/*
 * Inside witnesses/: what is opened in another network namespace stays of that one, whoever reads
 * it afterwards: a netlink socket, a file below /proc/sys/net or /proc/self/net.
 */
#pragma once

struct opening {
	const char *path; /* a file, to be read; NULL: a netlink socket, non-blocking */
	int protocol;     /* NETLINK_SOCK_DIAG, NETLINK_ROUTE ... */
};

/* In our own namespace: a descriptor or -errno. */
int open_here(const struct opening *opening);
/* In that of which the door is a descriptor. Costs a process of our own, which comes back no more:
 * some 250 us. -EPERM: we may not enter. */
int open_behind(int door, const struct opening *opening);
