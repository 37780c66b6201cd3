/*
 * Inside witnesses/: a question to the kernel by netlink(7), and its answer's messages. The kernel
 * has answered, or is ready to, before a question's send returns: there is nothing to wait for.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mnl_socket;

struct netlink_question {
	uint16_t type;     /* SOCK_DIAG_BY_FAMILY, RTM_GETADDR ... */
	uint16_t flags;    /* NLM_F_DUMP, or 0 for an exact question */
	unsigned sequence; /* another one for each question on a socket */
	/* What stands behind the header, its attributes with it. */
	const void *payload;
	size_t size;
};

/* Sends it and copies the answer's first message, without the header, cut to `room` bytes. Returns
 * how many, or what the kernel says instead: 0 or -errno. */
ssize_t netlink_ask(struct mnl_socket *netlink, const struct netlink_question *question,
		    void *answer, size_t room);

struct netlink_taker {
	void (*take)(void *context, const void *message, size_t size);
	void *context;
};

/* Sends it and hands over every message of the answer, aligned as netlink aligns. 0 or -errno. */
int netlink_dump(struct mnl_socket *netlink, const struct netlink_question *question,
		 const struct netlink_taker *taker);
