#include "witnesses/holders.h"

#include "support/endpoint.h"
#include "witnesses/look.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* --- one message -------------------------------------------------------------------------- */

static void write_inet(char text[INET_END_SIZE], const __be32 words[4], __be16 port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = port };
	memcpy(&address.sin_addr, words, sizeof address.sin_addr);
	endpoint_text(text, INET_END_SIZE, &address, sizeof address);
}

static void write_inet6(char text[INET_END_SIZE], const __be32 words[4], __be16 port,
			uint32_t interface)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = port };
	memcpy(&address.sin6_addr, words, sizeof address.sin6_addr);
	/* It belongs to the address only where that means nothing without. */
	if (IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr))
		address.sin6_scope_id = interface;
	endpoint_text(text, INET_END_SIZE, &address, sizeof address);
}

static void write_end(char text[INET_END_SIZE], int family, const __be32 words[4], __be16 port,
		      uint32_t interface)
{
	if (family == AF_INET)
		write_inet(text, words, port);
	else
		write_inet6(text, words, port, interface);
}

/* Of AF_INET6, and only while it listens or is bound: an attribute of one byte. */
static int read_v6only(const char *message, size_t size)
{
	size_t offset = MNL_ALIGN(sizeof(struct inet_diag_msg));
	while (offset + sizeof(struct nlattr) <= size) {
		const struct nlattr *one = (const struct nlattr *)(const void *)(message + offset);
		if (!mnl_attr_ok(one, (int)(size - offset)))
			break;
		if (mnl_attr_get_type(one) == INET_DIAG_SKV6ONLY &&
		    mnl_attr_get_payload_len(one) >= sizeof(uint8_t))
			return mnl_attr_get_u8(one) != 0;
		offset += MNL_ALIGN(one->nla_len);
	}
	return -1;
}

static void fill_queues(const struct inet_diag_msg *head, struct port_holder *holder)
{
	if (holder->state == STATE_LISTEN) {
		holder->accept = head->idiag_rqueue;
		holder->backlog = head->idiag_wqueue;
		return;
	}
	holder->receive = without_fin_received(holder->state, head->idiag_rqueue);
	holder->send = without_flag_sent(holder->state, head->idiag_wqueue);
}

bool holder_parse(const void *message, size_t size, int protocol, struct port_holder *ret_holder)
{
	struct inet_diag_msg head;
	if (size < sizeof head)
		return false;
	memcpy(&head, message, sizeof head);
	const struct inet_diag_sockid *id = &head.id;
	int family = head.idiag_family;
	if (family != AF_INET && family != AF_INET6)
		return false;

	struct port_holder holder = { .family = family,
				      .interface = id->idiag_if,
				      .state = state_of_kernel(head.idiag_state),
				      .inode = head.idiag_inode,
				      .uid = head.idiag_uid,
				      .time_left = -1,
				      .accept = -1,
				      .backlog = -1,
				      .receive = -1,
				      .send = -1,
				      .v6only = read_v6only(message, size) };
	holder.cookie = id->idiag_cookie[0] | (uint64_t)id->idiag_cookie[1] << 32;
	write_end(holder.local, family, id->idiag_src, id->idiag_sport, id->idiag_if);
	if (id->idiag_dport)
		write_end(holder.remote, family, id->idiag_dst, id->idiag_dport, id->idiag_if);
	if (protocol == IPPROTO_TCP)
		fill_queues(&head, &holder);
	if (holder.state == STATE_TIME_WAIT && head.idiag_timer == DIAG_TIMER_TIME_WAIT)
		holder.time_left = head.idiag_expires;
	*ret_holder = holder;
	return true;
}

/* --- the rows ----------------------------------------------------------------------------- */

struct port_holders holders_none(void)
{
	return (struct port_holders){ .longest_time_left = -1 };
}

/* What stands in the way of a bind() comes first, what is over last. */
static int rank(enum tcp_state state)
{
	if (state == STATE_LISTEN || state == STATE_CLOSED)
		return 0;
	return state == STATE_TIME_WAIT ? 2 : 1;
}

void holders_add(struct port_holders *holders, const struct port_holder *holder)
{
	holders->counts[holder->state]++;
	holders->loose[holder->state] += !holder->inode;
	if (holder->time_left > holders->longest_time_left)
		holders->longest_time_left = holder->time_left;

	/* Behind its equals; the last row goes when there are too many. */
	size_t place = holders->count;
	while (place > 0 && rank(holders->rows[place - 1].state) > rank(holder->state))
		place--;
	if (place == PORT_HOLDERS)
		return;
	holders->count += holders->count < PORT_HOLDERS;
	memmove(&holders->rows[place + 1], &holders->rows[place],
		(holders->count - place - 1) * sizeof *holders->rows);
	holders->rows[place] = *holder;
}
