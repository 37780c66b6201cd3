#include "sockets/ends.h"

#include "support/endpoint.h"
#include "support/hash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool end_parse(const char *text, struct end *ret_end)
{
	struct sockaddr_storage storage;
	struct sockaddr_in6 inet6;
	struct sockaddr_in inet;

	if (!endpoint_parse(text, &storage))
		return false;
	if (storage.ss_family == AF_INET6) {
		memcpy(&inet6, &storage, sizeof inet6);
		*ret_end = (struct end){ inet6.sin6_addr, ntohs(inet6.sin6_port) };
		return true;
	}
	memcpy(&inet, &storage, sizeof inet);
	*ret_end = (struct end){ .port = ntohs(inet.sin_port) };
	ret_end->address.s6_addr[10] = 0xff;
	ret_end->address.s6_addr[11] = 0xff;
	memcpy(ret_end->address.s6_addr + 12, &inet.sin_addr, sizeof inet.sin_addr);
	return true;
}

static bool end_same(const struct end *one, const struct end *other)
{
	return one->port == other->port && IN6_ARE_ADDR_EQUAL(&one->address, &other->address);
}

static bool is_inet4_wildcard(const struct in6_addr *address)
{
	static const unsigned char nobody[4];
	return IN6_IS_ADDR_V4MAPPED(address) &&
	       memcmp(address->s6_addr + 12, nobody, sizeof nobody) == 0;
}

/* --- connections ---------------------------------------------------------------------- */

static uint64_t hash_end(uint64_t hash, const struct end *end)
{
	for (size_t i = 0; i < sizeof end->address; i++)
		hash = hash_byte(hash, end->address.s6_addr[i]);
	hash = hash_byte(hash, (unsigned char)(end->port >> 8));
	return hash_byte(hash, (unsigned char)(end->port & 0xff));
}

/* Never 0. */
static uint64_t key_of(uint64_t network, const struct end *local, const struct end *remote)
{
	return hash_end(hash_end(HASH_START ^ network, local), remote) | 1;
}

static bool connection_ends(const struct socket *socket, struct end *ret_local,
			    struct end *ret_remote)
{
	return socket->type == SOCK_STREAM && socket->role != ROLE_LISTENER &&
	       end_parse(socket->local, ret_local) && end_parse(socket->remote, ret_remote);
}

static void join(struct sockets *sockets, struct socket *socket, const struct end *local,
		 const struct end *remote)
{
	struct end other_local, other_remote;
	struct known *known = map_get(&sockets->by_ends, key_of(socket->network, remote, local));
	if (!known || socket->peer)
		return;
	/* A connection that is over, or has both its ends, only had the same addresses; and who
	 * connects to itself is its own other end. */
	struct socket *other = &known->socket;
	if (other == socket || other->peer || (other->opened && other->state == STATE_CLOSED))
		return;
	/* Two keys may be one by chance. */
	if (other->network != socket->network ||
	    !connection_ends(other, &other_local, &other_remote) ||
	    !end_same(&other_local, remote) || !end_same(&other_remote, local))
		return;
	socket->peer = other;
	other->peer = socket;
}

static void forget_connection(struct sockets *sockets, struct known *known)
{
	/* A younger socket with the same ends may have taken its place. */
	if (known->ends_key && map_get(&sockets->by_ends, known->ends_key) == known)
		map_remove(&sockets->by_ends, known->ends_key);
	known->ends_key = 0;
}

static void index_connection(struct sockets *sockets, struct known *known)
{
	struct end local, remote;
	bool connected = connection_ends(&known->socket, &local, &remote);
	uint64_t key = connected ? key_of(known->socket.network, &local, &remote) : 0;

	if (key != known->ends_key) {
		forget_connection(sockets, known);
		/* Without memory it is just not found. */
		if (key && map_put(&sockets->by_ends, key, known) == 0) {
			known->ends_key = key;
			known->local = local;
			known->remote = remote;
		}
	}
	if (key)
		join(sockets, &known->socket, &local, &remote);
}

static struct socket *find_connection(const struct sockets *sockets, uint64_t network,
				      const struct end *local, const struct end *remote)
{
	struct known *known = map_get(&sockets->by_ends, key_of(network, local, remote));
	/* Two keys may be one by chance. */
	bool same = known && known->socket.network == network && end_same(&known->local, local) &&
		    end_same(&known->remote, remote);
	return same ? &known->socket : NULL;
}

void sockets_of_connection(const struct sockets *sockets, uint64_t network, const char *one,
			   const char *other, struct socket **ret_one, struct socket **ret_other)
{
	struct end ends[2];
	bool known = end_parse(one, &ends[0]) && end_parse(other, &ends[1]);
	*ret_one = known ? find_connection(sockets, network, &ends[0], &ends[1]) : NULL;
	*ret_other = known ? find_connection(sockets, network, &ends[1], &ends[0]) : NULL;
}

/* --- those that take from anybody: listeners, datagram sockets ------------------------- */

static void forget_listener(struct sockets *sockets, struct known *known);

/* The port, which is less than 65536; of a name of AF_UNIX a number that is not. 0: of nobody. */
static uint64_t listening_key(const char *address)
{
	struct end local;
	if (end_parse(address, &local))
		return local.port;
	if (strncmp(address, "unix:", 5) != 0)
		return 0;
	uint64_t hash = HASH_START;
	for (; *address; address++)
		hash = hash_byte(hash, (unsigned char)*address);
	return hash | UINT64_C(1) << 63;
}

static void index_listener(struct sockets *sockets, struct known *known)
{
	enum socket_role role = known->socket.role;
	uint64_t key = listening_key(known->socket.local);
	if ((role != ROLE_LISTENER && role != ROLE_DATAGRAM) || !key)
		return;
	if (known->listening && known->port == key)
		return;
	forget_listener(sockets, known);
	struct known *first = map_get(&sockets->by_port, key);
	if (map_put(&sockets->by_port, key, known) < 0)
		return;
	known->next_listener = first;
	known->port = key;
	known->listening = true;
}

static void forget_listener(struct sockets *sockets, struct known *known)
{
	if (!known->listening)
		return;
	struct known *first = map_remove(&sockets->by_port, known->port);
	struct known **link = &first;
	while (*link != known)
		link = &(*link)->next_listener;
	*link = known->next_listener;
	/* One was just removed, so this needs no memory. */
	if (first)
		map_put(&sockets->by_port, known->port, first);
	known->listening = false;
}

/* How well a listener fits, 0 if it does not: the kernel too prefers the exact address
 * (compute_score() in net/ipv4/inet_hashtables.c). */
static int fitness(const struct socket *listener, const struct end *wanted)
{
	struct end local;
	if (!listener->holders || !end_parse(listener->local, &local))
		return 0;
	if (end_same(&local, wanted))
		return 3;
	if (is_inet4_wildcard(&local.address))
		return IN6_IS_ADDR_V4MAPPED(&wanted->address) ? 2 : 0;
	if (IN6_IS_ADDR_UNSPECIFIED(&local.address))
		return IN6_IS_ADDR_V4MAPPED(&wanted->address) ? 1 : 2;
	return 0;
}

static struct socket *best_at(const struct sockets *sockets, uint64_t network, const char *address,
			      enum socket_role role)
{
	struct end wanted;
	struct socket *best = NULL;
	int best_fitness = 0;

	if (!end_parse(address, &wanted))
		return NULL;
	struct known *known = map_get(&sockets->by_port, wanted.port);
	for (; known; known = known->next_listener) {
		bool eligible = known->socket.role == role && known->socket.network == network;
		int fits = eligible ? fitness(&known->socket, &wanted) : 0;
		if (fits > best_fitness) {
			best_fitness = fits;
			best = &known->socket;
		}
	}
	return best;
}

struct socket *sockets_listener_for(const struct sockets *sockets, uint64_t network,
				    const char *address)
{
	return best_at(sockets, network, address, ROLE_LISTENER);
}

struct socket *sockets_of_datagrams(const struct sockets *sockets, uint64_t network,
				    const char *local)
{
	return best_at(sockets, network, local, ROLE_DATAGRAM);
}

struct socket *sockets_unix_listener(const struct sockets *sockets, const char *address,
				     struct socket *after)
{
	struct known *known = after ? known_of(after)->next_listener
				    : map_get(&sockets->by_port, listening_key(address));
	for (; known; known = known->next_listener) {
		const struct socket *socket = &known->socket;
		if (socket->domain == AF_UNIX && socket->role == ROLE_LISTENER &&
		    strcmp(socket->local, address) == 0)
			return &known->socket;
	}
	return NULL;
}

/* --- both ----------------------------------------------------------------------------- */

void ends_index(struct sockets *sockets, struct known *known)
{
	index_connection(sockets, known);
	index_listener(sockets, known);
}

void ends_forget(struct sockets *sockets, struct known *known)
{
	forget_connection(sockets, known);
	forget_listener(sockets, known);
}
