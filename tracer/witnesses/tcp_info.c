/* State and queues of a socket, asked of a descriptor of it. */
#include "witnesses/look.h"

#include "witnesses/witnesses.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* The two of the kernel that RFC 9293 does not have (include/net/tcp_states.h). */
enum { KERNEL_NEW_SYN_RECV = 12, KERNEL_BOUND_INACTIVE = 13 };

enum tcp_state state_of_kernel(unsigned state)
{
	if (state == KERNEL_NEW_SYN_RECV)
		return STATE_SYN_RCVD;
	if (state == KERNEL_BOUND_INACTIVE)
		return STATE_CLOSED;
	return state < STATE_COUNT ? (enum tcp_state)state : STATE_UNKNOWN;
}

int64_t without_flag_sent(enum tcp_state state, int64_t bytes)
{
	bool unacknowledged = state == STATE_SYN_SENT || state == STATE_FIN_WAIT_1 ||
			      state == STATE_CLOSING || state == STATE_LAST_ACK;
	return unacknowledged && bytes > 0 ? bytes - 1 : bytes;
}

int64_t without_fin_received(enum tcp_state state, int64_t bytes)
{
	bool came = state == STATE_CLOSE_WAIT || state == STATE_CLOSING || state == STATE_LAST_ACK;
	return came && bytes > 0 ? bytes - 1 : bytes;
}

/* -1: a socket of that kind does not tell. */
static int64_t queue(int fd, unsigned long request)
{
	int bytes = 0;
	return ioctl(fd, request, &bytes) < 0 ? -1 : bytes;
}

static bool read_tcp_info(int fd, struct tcp_info *ret_info)
{
	/* An older kernel writes less. */
	struct tcp_info info = { 0 };
	socklen_t size = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return false;
	*ret_info = info;
	return true;
}

enum tcp_state state_through(int fd)
{
	struct tcp_info info;
	return read_tcp_info(fd, &info) ? state_of_kernel(info.tcpi_state) : STATE_UNKNOWN;
}

static int64_t send_queue(int fd, enum tcp_state state, const struct tcp_info *info)
{
	/* What tcp_disconnect() leaves in its counters was never sent. And where no segment waits
	 * for its acknowledgement and no byte for a segment, there is nothing to count. */
	if (state == STATE_CLOSED || (!info->tcpi_unacked && !info->tcpi_notsent_bytes))
		return 0;
	/* tcp_ioctl() leaves the SYN out already, and counts a FIN. */
	int64_t sent = queue(fd, SIOCOUTQ);
	return state == STATE_SYN_SENT ? sent : without_flag_sent(state, sent);
}

void look_through(int fd, const struct question *question, struct sight *ret_sight)
{
	struct tcp_info info;
	if (!read_tcp_info(fd, &info)) {
		/* Not TCP. What others answer to SIOCOUTQ is the memory their buffers take
		 * (udp_ioctl(), unix_outq_len()), which is no count of bytes sent. */
		*ret_sight = sight_blank(WITNESS_NONE);
		ret_sight->receive = question->state_only ? -1 : queue(fd, SIOCINQ);
		return;
	}
	*ret_sight = sight_blank(WITNESS_TCP_INFO);
	ret_sight->state = state_of_kernel(info.tcpi_state);
	ret_sight->came = info.tcpi_bytes_received;
	if (ret_sight->state == STATE_LISTEN) {
		/* tcp_get_info() in net/ipv4/tcp.c lends these two fields to listeners. */
		ret_sight->accept = info.tcpi_unacked;
		ret_sight->backlog = info.tcpi_sacked;
		return;
	}
	if (question->state_only)
		return;
	/* It was empty, and nothing came since: nothing can wait. */
	ret_sight->receive = info.tcpi_bytes_received == question->drained ? 0 : queue(fd, SIOCINQ);
	ret_sight->send = send_queue(fd, ret_sight->state, &info);
}
