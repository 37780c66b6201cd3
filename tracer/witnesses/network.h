/*
 * Inside witnesses/: sock_diag(7) answers of one network namespace alone, that in which its
 * netlink socket was made. Here is one for each namespace in which a traced socket lives.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mnl_socket;
struct netlink_taker;
struct opening;

/* One that is not opened yet is behind its door, a descriptor of the namespace itself. */
struct network {
	uint64_t id; /* SO_NETNS_COOKIE; 0: the place is free */
	int door;    /* -1: none, it is our own, or was opened: then the socket leads there */
	struct mnl_socket *netlink;
	int error; /* -errno: it could not be opened, and is not tried again */
};

/* More are forgotten again: who makes namespaces by the thousand is followed in the last ones. */
enum { MOST_NETWORKS = 64 };

struct networks {
	uint64_t home; /* our own: the one of the tracer */
	struct network known[MOST_NETWORKS];
	size_t next; /* where the next one is put when all places are taken */
	unsigned sequence;
};

void networks_init(struct networks *networks);
void networks_done(struct networks *networks);

/*
 * The network namespace of a socket, which is that in which it was made, whoever holds it: `fd` is
 * a copy of a descriptor of the process. 0: nobody can tell. One that is new is kept in mind, so
 * that it can be asked when the descriptor is gone; that takes CAP_NET_ADMIN in it.
 */
uint64_t network_of(struct networks *networks, int fd, pid_t pid);

/* Nobody asks there any more: an open one keeps its namespace alive. */
void network_forget(struct networks *networks, uint64_t id);

/* Whether memory, room in a buffer or descriptors were short: that passes, and says nothing of what
 * was asked for. */
bool network_is_short(int error);

/*
 * Sends a question of that size (struct inet_diag_req_v2, struct unix_diag_req) and copies the
 * answer's message, cut to `room` bytes. Returns how many, -ENOENT: there is no such socket, and
 * -ENOTSUP: nobody can ask there.
 */
ssize_t network_ask(struct networks *networks, uint64_t id, const void *question, size_t size,
		    void *answer, size_t room);
/* The same for a dump, of which only is told whether it was refused: 0 or -errno. */
int network_dump(struct networks *networks, uint64_t id, const void *question, size_t size);
/* A dump of which every socket's message is handed over. 0 or -errno. */
int network_collect(struct networks *networks, uint64_t id, const void *question, size_t size,
		    const struct netlink_taker *taker);

/* Opens something there (witnesses/behind.h): a descriptor, -ENOTSUP or another -errno. */
int network_open(struct networks *networks, uint64_t id, const struct opening *opening);
