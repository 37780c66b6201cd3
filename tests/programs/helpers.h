/*
 * What the programs to be traced have in common. Each prints what it saw, and nothing that
 * differs from run to run (ports, pids), so that two runs, one traced, can be compared.
 */
#pragma once

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Programs fork: what is printed must not lie in a buffer that the child prints again. */
static inline void print_at_once(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/* For calls without which there is nothing to see. */
static inline int need(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

/* "name: 3" or "name: Connection refused". Returns the result. */
static inline ssize_t say(const char *name, ssize_t result)
{
	if (result < 0)
		printf("%s: %s\n", name, strerror(errno));
	else
		printf("%s: %zd\n", name, result);
	return result;
}

/* For results that are descriptors: their numbers are nobody's business. */
static inline int say_descriptor(const char *name, int fd)
{
	if (fd < 0)
		printf("%s: %s\n", name, strerror(errno));
	else
		printf("%s: a descriptor\n", name);
	return fd;
}

/* 127.0.0.1, on a port the kernel picks. */
static inline struct sockaddr_in loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static inline struct sockaddr_in local_address(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof address;
	need(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
	return address;
}

static inline int tcp_listener(void)
{
	struct sockaddr_in address = loopback();
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	need(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
	need(listen(fd, 5), "listen");
	return fd;
}

static inline int tcp_connect(int listener)
{
	struct sockaddr_in address = local_address(listener);
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	need(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
	return fd;
}

/* A connection with both ends in this process. The caller closes both. */
static inline void tcp_pair(int *ret_client, int *ret_server)
{
	int listener = tcp_listener();
	*ret_client = tcp_connect(listener);
	*ret_server = need(accept(listener, NULL, NULL), "accept");
	close(listener);
}

/* Until data, an end or an error has arrived: loopback is fast, but promises nothing. */
static inline void wait_for(int fd, short events)
{
	struct pollfd wanted = { .fd = fd, .events = events };
	while (poll(&wanted, 1, 2000) < 0 && errno == EINTR)
		;
}
