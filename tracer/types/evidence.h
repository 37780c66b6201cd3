/*
 * What the rules may ask of the system when a call has failed or surprised: who holds a port, which
 * processes have a socket open, what the limits are. Live in a trace (tracer/evidence.h), filled-in
 * rows in a test. Nothing is asked before somebody asks. All functions return 0 or what their
 * comment says, or -errno; on an error the answer is not written. -ENOTSUP: nobody can be asked
 * there, which is another thing than an answer of nothing.
 */
#pragma once

#include "types/socket.h"
#include "types/tcp_state.h"
#include "types/witness.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	PORT_HOLDERS = 64, /* rows that are kept; all are counted */
	OWNERS = 16,
	OWNED = 64, /* sockets that can be asked for at once */
	ADDRESSES = 32,
	INET_END_SIZE = 64, /* an address in brackets, a scope and a port */
	COMM_SIZE = 16,     /* TASK_COMM_LEN */
	COMMAND_SIZE = 1024,
	NAME_SIZE = 64,
};

/* --- sockets that hold a port --------------------------------------------------------------- */

/* One socket, as sock_diag(7) shows it. */
struct port_holder {
	int family; /* AF_INET, AF_INET6; a dual-stack listener's IPv4 connections are AF_INET6 */
	char local[INET_END_SIZE];
	char remote[INET_END_SIZE]; /* empty: it is not connected */
	unsigned interface;         /* of SO_BINDTODEVICE, or a link-local address's; 0: none */
	/* TCP: STATE_CLOSED is bound and no more. UDP: STATE_ESTABLISHED or, not connected,
	 * STATE_CLOSED. */
	enum tcp_state state;
	uint64_t cookie; /* SO_COOKIE */
	/* 0: no descriptor is made of it: TIME_WAIT, closed by its program and not over yet, in an
	 * accept or SYN queue; or the kernel itself listens. */
	uint64_t inode;
	uid_t uid;         /* who made it; meaningless without an inode */
	int64_t time_left; /* TIME_WAIT: milliseconds; else -1 */
	/* A listener's: connections that wait, and their limit. Else -1. */
	int64_t accept, backlog;
	/* TCP: bytes to be received, and sent but not acknowledged; a FIN or SYN is none. Else -1:
	 * UDP tells of memory, not of bytes. */
	int64_t receive, send;
	int v6only; /* 1 or 0: IPV6_V6ONLY; -1: of IPv4 or of a connection it is not told */
};

/* In the order of what stands in the way: listening and bound, then connections, then TIME_WAIT. */
struct port_holders {
	struct port_holder rows[PORT_HOLDERS];
	size_t count; /* of rows */
	/* All there are, and those among them without an inode, by state. */
	unsigned counts[STATE_COUNT], loose[STATE_COUNT];
	int64_t longest_time_left; /* of those in TIME_WAIT, milliseconds; -1: there is none */
	/* TCP before Linux 6.8: who is bound and does not listen was not shown. */
	bool bound_unseen;
};

/* --- processes that have a socket open ------------------------------------------------------- */

struct owner {
	uint64_t inode; /* the socket's */
	pid_t pid;
	int fd;                  /* the lowest of its descriptors of that socket */
	unsigned descriptors;    /* and how many it has */
	char comm[COMM_SIZE];    /* /proc/PID/comm: bytes, at most 15 */
	char program[NAME_SIZE]; /* last part of argv[0], cut to fit; empty if it has none */
	uid_t uid;               /* effective */
	char user[NAME_SIZE];    /* from /etc/passwd, else the number */
};

struct owners {
	struct owner rows[OWNERS];
	size_t count;
	unsigned total; /* more than there are rows: the rest is not told of */
	/* Processes that may not be looked into, and whether some are not even to be seen (another
	 * PID namespace, /proc with hidepid). Only without both does "no owner" mean that no
	 * process has it open; a message under way (SCM_RIGHTS) or an io_uring still may. */
	unsigned unreadable;
	bool unlisted;
};

/* --- addresses, limits, processes ------------------------------------------------------------ */

struct own_addresses {
	struct own_address {
		int family;
		char text[INET_END_SIZE]; /* without a port */
		unsigned interface;
	} rows[ADDRESSES];
	size_t count;
	unsigned total;
};

/* Of TcpExt in /proc/net/netstat, since the namespace was made. */
struct listen_counters {
	uint64_t overflows; /* ListenOverflows: the accept queue was full */
	uint64_t drops;     /* ListenDrops: that, and other reasons */
};

struct process_facts {
	uid_t uid; /* effective */
	/* CapEff: bit CAP_... of linux/capability.h, valid in the process's own user namespace. */
	uint64_t capabilities;
	char comm[COMM_SIZE];
	char command[COMMAND_SIZE]; /* argv, a blank between words, bytes as they are; cut to fit */
	/* RLIMIT_NOFILE; -1: unlimited, which the kernel does not allow today */
	int64_t open_files_limit;
	int64_t descriptors; /* how many are open; -1: may not be read, or the main thread has ended
			      */
	unsigned zombies;    /* children that have ended and that it has not waited for */
	pid_t zombie;        /* one of them; 0: none */
};

/* What a thread does at one moment. */
struct thread_facts {
	bool asleep;         /* it waits in the kernel: it neither runs nor is stopped */
	bool reads_terminal; /* in read(2) of standard input, which is a terminal */
	unsigned threads;    /* of its process */
};

/* SO_RCVTIMEO and SO_SNDTIMEO, microseconds; 0: a call waits as long as it takes. */
struct time_limits {
	int64_t receive, send;
};

/*
 * A namespace is given as in struct socket: `network`. What a question costs, as measured with 75
 * processes: holders 0.6 ms, and 1.3 us for each socket on the port; owners 2 ms, and 5 us for each
 * descriptor of the machine; process 0.8 ms; inode 5 us, or a dump like holders; the others 10 to
 * 100 us, in a namespace that is not the tracer's 300 us.
 */
struct evidence {
	/* Who holds the port, of IPPROTO_TCP or IPPROTO_UDP, in IPv4 and IPv6. One dump for each,
	 * which the kernel filters: it still passes all its sockets by. */
	int (*holders)(const struct evidence *evidence, uint64_t network, int protocol,
		       uint16_t port, struct port_holders *ret_holders);
	/* The same of the sockets that are connected to that port, whatever the host. */
	int (*clients)(const struct evidence *evidence, uint64_t network, int protocol,
		       uint16_t port, struct port_holders *ret_clients);
	/* The inode of a socket that is known by its cookie; for `owners`. -ENOENT: it has none, or
	 * is gone, or (not bound at all) is nowhere to be found. */
	int (*inode)(const struct evidence *evidence, const struct socket *socket,
		     uint64_t *ret_inode);
	/* Which processes have those sockets open: one walk through /proc for all, count <= OWNED;
	 * inodes of 0 are passed over. */
	int (*owners)(const struct evidence *evidence, const uint64_t *inodes, size_t count,
		      struct owners *ret_owners);
	/* The numbers of a setting below net., as "net.ipv4.ip_local_port_range": how many it has,
	 * of which at most `room` are written. -ENOENT: that namespace has no such setting;
	 * -EBADMSG: it is no list of numbers. */
	int (*sysctl)(const struct evidence *evidence, uint64_t network, const char *name,
		      int64_t *ret_values, size_t room);
	/* Whether what is sent to an address ("127.0.0.1:80", the port does not matter) stays in
	 * the namespace: 1 or 0. The answer is that of its routes, one exact question. */
	int (*is_own_address)(const struct evidence *evidence, uint64_t network,
			      const char *endpoint);
	/* The addresses of its interfaces. */
	int (*addresses)(const struct evidence *evidence, uint64_t network,
			 struct own_addresses *ret_addresses);
	int (*listen_counters)(const struct evidence *evidence, uint64_t network,
			       struct listen_counters *ret_counters);
	/* -ESRCH: there is no such process; -EACCES: nothing of it may be seen. */
	int (*process)(const struct evidence *evidence, pid_t pid, struct process_facts *ret_facts);
	/* -ESRCH: there is no such thread; -EACCES: nothing of it may be seen. */
	int (*thread)(const struct evidence *evidence, pid_t pid, pid_t tid,
		      struct thread_facts *ret_facts);
	/* State and queues of a connected TCP socket, by its two ends. -ENOENT: it is gone. */
	int (*sight)(const struct evidence *evidence, const struct socket *socket,
		     struct sight *ret_sight);
	/* Of a socket that somebody holds, through a copy of a descriptor of it. -ESTALE: it is
	 * another one's by now. */
	int (*time_limits)(const struct evidence *evidence, const struct socket *socket,
			   struct time_limits *ret_limits);
	/* The traced socket of that cookie, as it is known; NULL: there is none. */
	const struct socket *(*socket)(const struct evidence *evidence, uint64_t cookie);
};
