/*
 * The exact question to unix_diag, the part of sock_diag(7) for AF_UNIX: one socket by its inode.
 * What it tells of a stream's queues is not told on: what was sent is counted in memory taken, not
 * in bytes, and what was received the descriptor tells better.
 */
#include "witnesses/witnesses.h"

#include "witnesses/look.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ANSWER_SIZE = 8192,
	KERNEL_LISTEN = 10, /* include/net/tcp_states.h: AF_UNIX borrows the numbers */
};

/* An attribute of the answer, or NULL. */
static const struct nlattr *attribute(const char *answer, size_t size, uint16_t type)
{
	size_t offset = MNL_ALIGN(sizeof(struct unix_diag_msg));
	while (offset + sizeof(struct nlattr) <= size) {
		const struct nlattr *one = (const struct nlattr *)(const void *)(answer + offset);
		if (!mnl_attr_ok(one, (int)(size - offset)))
			break;
		if (mnl_attr_get_type(one) == type)
			return one;
		offset += MNL_ALIGN(one->nla_len);
	}
	return NULL;
}

/* Whether that inode is among those of the clients that wait for accept(). */
static bool is_waiting(const struct nlattr *clients, uint64_t inode)
{
	size_t count = clients ? mnl_attr_get_payload_len(clients) / sizeof(uint32_t) : 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t one;
		const char *payload = mnl_attr_get_payload(clients);
		memcpy(&one, payload + i * sizeof one, sizeof one);
		if (one == inode)
			return true;
	}
	return false;
}

static void fill_sight(const char *answer, size_t size, uint64_t client,
		       struct unix_sight *ret_sight)
{
	const struct nlattr *peer = attribute(answer, size, UNIX_DIAG_PEER);
	const struct nlattr *queues = attribute(answer, size, UNIX_DIAG_RQLEN);
	struct unix_diag_msg head;
	struct unix_sight sight = { .accept = -1, .backlog = -1 };
	memcpy(&head, answer, sizeof head);
	if (peer && mnl_attr_get_payload_len(peer) >= sizeof(uint32_t))
		sight.peer = mnl_attr_get_u32(peer);
	if (head.udiag_state == KERNEL_LISTEN && queues &&
	    mnl_attr_get_payload_len(queues) >= sizeof(struct unix_diag_rqlen)) {
		struct unix_diag_rqlen lengths;
		memcpy(&lengths, mnl_attr_get_payload(queues), sizeof lengths);
		sight.accept = lengths.udiag_rqueue;
		sight.backlog = lengths.udiag_wqueue;
	}
	sight.waits = client && is_waiting(attribute(answer, size, UNIX_DIAG_ICONS), client);
	*ret_sight = sight;
}

static struct unix_diag_req question_of(const struct unix_question *question)
{
	uint64_t cookie = question->cookie;
	return (struct unix_diag_req){
		.sdiag_family = AF_UNIX,
		.udiag_states = UINT32_MAX,
		.udiag_ino = (uint32_t)question->inode,
		.udiag_show = UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN |
			      (question->client ? UDIAG_SHOW_ICONS : 0),
		.udiag_cookie = { (uint32_t)cookie, (uint32_t)(cookie >> 32) },
	};
}

/* Without the module unix_diag every question is answered with ENOENT. A dump of no state at all
 * is not refused where there is one. */
static bool has_unix_diag(struct witnesses *witnesses, uint64_t network)
{
	if (!witnesses->unix_diag) {
		struct unix_diag_req nothing = { .sdiag_family = AF_UNIX };
		ssize_t result =
			network_dump(&witnesses->networks, network, &nothing, sizeof nothing);
		if (!network_is_short((int)result))
			witnesses->unix_diag = result == 0 ? DIAG_THERE : DIAG_MISSING;
	}
	return witnesses->unix_diag == DIAG_THERE;
}

int witness_unix(struct witnesses *witnesses, const struct unix_question *question,
		 struct unix_sight *ret_sight)
{
	_Alignas(struct nlattr) char answer[ANSWER_SIZE];
	struct unix_diag_req request = question_of(question);
	if (!question->inode || !question->cookie)
		return -EINVAL;
	ssize_t size = network_ask(&witnesses->networks, question->network, &request,
				   sizeof request, answer, sizeof answer);
	/* Once it has answered it is there. */
	if (size == -ENOENT && !has_unix_diag(witnesses, question->network))
		return -ENOTSUP;
	if (size < 0)
		return size == -ESTALE ? -ENOENT : (int)size;
	if ((size_t)size < sizeof(struct unix_diag_msg))
		return -EBADMSG;
	witnesses->unix_diag = DIAG_THERE;
	fill_sight(answer, (size_t)size, question->client, ret_sight);
	return 0;
}
