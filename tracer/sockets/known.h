/* Inside sockets/: what the table keeps of a socket beside what everybody may see. */
#pragma once

#include "sockets/sockets.h"

#include <netinet/in.h>
#include <stdint.h>

struct descriptor_table;

/* One descriptor that holds a socket. */
struct holder {
	struct descriptor_table *table;
	int fd;
};

/* An internet address in the one form in which both ends of a connection agree: a dual-stack
 * listener calls its IPv4 client ::ffff:a.b.c.d, and that calls itself a.b.c.d. */
struct end {
	struct in6_addr address;
	in_port_t port; /* host order */
};

struct known_list {
	struct known *first, *last;
};

struct known {
	struct socket socket; /* first: a struct socket * of ours points to a struct known */
	struct holder *held;  /* socket.holders of them */
	size_t held_room;
	char *lane; /* owned copy: a process may end, or change its name, before its sockets */
	/* getpeername() has not answered yet: the connection may still be under way. */
	bool connecting;
	/* sockets.by_ends has it under this key; 0: it is not there. */
	uint64_t ends_key;
	struct end local, remote; /* and these are they */
	/* sockets.by_port: the next listener of the same port. */
	struct known *next_listener;
	uint64_t port; /* of one of AF_UNIX: made of its address */
	bool listening;
	bool counted; /* in sockets.in_network */
	/* SCM_RIGHTS: a descriptor of it was sent through the socket of this cookie (0: none was)
	 * to that one (0: it is not known yet), behind so many bytes of the stream. Until those and
	 * one more are received it is under way. */
	uint64_t passed_by, passed_to, passed_behind;
	/* sockets.orphans or sockets.told, NULL: in neither; and its neighbours there. */
	struct known_list *list;
	struct known *previous, *next;
};

struct sockets {
	const struct identifier *identifier;
	struct map by_cookie;
	struct map by_ends;        /* connections: hash of local and remote end */
	struct map by_port;        /* listeners: port -> the first of a list */
	struct map by_inode;       /* those of AF_UNIX */
	struct map in_network;     /* network namespace -> how many, a size_t on the heap */
	struct known_list orphans; /* lost their last descriptor, and nobody was told yet */
	struct known_list told;    /* the same, and the session knows */
};

static inline struct known *known_of(struct socket *socket)
{
	return (struct known *)(void *)socket;
}

/* --- known.c: a socket's life --------------------------------------------------------- */

/* The socket of that identity: the one we know, else a new one. NULL without memory. */
struct known *known_enter(struct sockets *sockets, const struct identity *identity);
/* Asks who the descriptor is and enters it; NULL: no socket, or not to be found out. What is not
 * `asked` (ASK_COOKIE ...) is as given; NULL: nothing is. */
struct known *known_identify(struct sockets *sockets, const struct process *process, int fd,
			     const struct identity *given, unsigned asked);
/* Whether the descriptor still means it, as far as anybody may ask. */
bool known_is_behind(const struct sockets *sockets, const struct known *known,
		     const struct process *process, int fd);
/* Asks again for its ends, or one of them: bind, connect and the like set them. */
void known_refresh(struct sockets *sockets, struct known *known, const struct process *process,
		   int fd, unsigned asked);
void known_set_lane(struct known *known, const char *lane, unsigned program);
void known_free(struct sockets *sockets, struct known *known);
/* Its memory alone, when the whole table goes. */
void known_delete(struct known *known);

/* Another descriptor holds it: 0 or -ENOMEM. */
int known_hold(struct known *known, struct descriptor_table *table, int fd);
/* One less. With the last one it becomes an orphan. */
void known_release(struct sockets *sockets, struct known *known,
		   const struct descriptor_table *table, int fd);
/* Makes holder_pid and holder_fd name a holder that is alive. */
void known_choose_holder(struct known *known);

/* A descriptor of it has been sent through that socket, with the last so many of its bytes. */
void known_pass(struct known *known, const struct known *sender, uint64_t bytes);

/* Notes that nobody holds it, if so. */
void known_orphan(struct sockets *sockets, struct known *known);
/* The session knows that it is an orphan, if it is one. */
void known_told(struct sockets *sockets, struct known *known);
/* Frees the orphans that never were a connection and are not under way to anybody. */
void known_reap(struct sockets *sockets);

/* --- variables.c ---------------------------------------------------------------------- */

enum { VARIABLE_SIZE = 16 };

/* The next name for a descriptor of that socket: "sock", "sock2", "conn" ... */
void variable_next(struct descriptor_table *table, const struct socket *socket,
		   char name[VARIABLE_SIZE]);
