#include "witnesses/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <string.h>

enum {
	ANSWER_SIZE = 8192,
	DUMP_SIZE = 32768, /* the most that the kernel fills at once */
};

static int send_question(struct mnl_socket *netlink, const struct netlink_question *question)
{
	char buffer[MNL_NLMSG_HDRLEN + 128] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	if (question->size > sizeof buffer - MNL_NLMSG_HDRLEN)
		return -EMSGSIZE;
	message->nlmsg_type = question->type;
	message->nlmsg_flags = NLM_F_REQUEST | question->flags;
	message->nlmsg_seq = question->sequence;
	memcpy(mnl_nlmsg_put_extra_header(message, question->size), question->payload,
	       question->size);
	return mnl_socket_sendto(netlink, message, message->nlmsg_len) < 0 ? -errno : 0;
}

/* What a message says if it is no answer: 0 for NLMSG_DONE without complaint. */
static int read_error(const struct nlmsghdr *message)
{
	int error = 0; /* both struct nlmsgerr and NLMSG_DONE begin with it */
	if (mnl_nlmsg_get_payload_len(message) < sizeof error)
		return -EBADMSG;
	memcpy(&error, mnl_nlmsg_get_payload(message), sizeof error);
	return error;
}

static bool is_over(const struct nlmsghdr *message)
{
	return message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR;
}

static ssize_t read_message(const struct nlmsghdr *message, void *answer, size_t room)
{
	if (is_over(message))
		return read_error(message);
	size_t size = mnl_nlmsg_get_payload_len(message);
	if (size > room)
		size = room;
	memcpy(answer, mnl_nlmsg_get_payload(message), size);
	return (ssize_t)size;
}

ssize_t netlink_ask(struct mnl_socket *netlink, const struct netlink_question *question,
		    void *answer, size_t room)
{
	_Alignas(struct nlmsghdr) char buffer[ANSWER_SIZE];
	int result = send_question(netlink, question);
	if (result < 0)
		return result;
	for (;;) {
		ssize_t size = mnl_socket_recvfrom(netlink, buffer, sizeof buffer);
		if (size < 0)
			return -errno;
		const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)buffer;
		if (!mnl_nlmsg_ok(message, (int)size))
			return -EBADMSG;
		/* An older one that nobody took is of no interest. */
		if (message->nlmsg_seq == question->sequence)
			return read_message(message, answer, room);
	}
}

/* The messages of one read. True: it was the last one, and *ret_result says how it ended. */
static bool take_messages(const char *buffer, int size, unsigned sequence,
			  const struct netlink_taker *taker, int *ret_result)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)buffer;
	for (; mnl_nlmsg_ok(message, size); message = mnl_nlmsg_next(message, &size)) {
		if (message->nlmsg_seq != sequence)
			continue;
		if (is_over(message)) {
			*ret_result = read_error(message);
			return true;
		}
		taker->take(taker->context, mnl_nlmsg_get_payload(message),
			    mnl_nlmsg_get_payload_len(message));
	}
	return false;
}

int netlink_dump(struct mnl_socket *netlink, const struct netlink_question *question,
		 const struct netlink_taker *taker)
{
	_Alignas(struct nlmsghdr) char buffer[DUMP_SIZE];
	struct netlink_question dump = *question;
	dump.flags |= NLM_F_DUMP;
	int result = send_question(netlink, &dump);
	while (result == 0) {
		ssize_t size = mnl_socket_recvfrom(netlink, buffer, sizeof buffer);
		if (size < 0)
			return -errno;
		if (take_messages(buffer, (int)size, question->sequence, taker, &result))
			break;
	}
	return result;
}
