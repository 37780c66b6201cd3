/*
 * Proves that datagrams are followed (udp(7)): with and without connect, empty, cut by a short
 * buffer, several in one call, and the ECONNREFUSED that comes one call late.
 */
#include "helpers.h"

static int bound(void)
{
	struct sockaddr_in address = loopback();
	int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	need(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
	return fd;
}

static void datagrams(int from, int to)
{
	struct sockaddr_in target = local_address(to), source = { 0 };
	struct sockaddr *address = (struct sockaddr *)&target;
	socklen_t size = sizeof source;
	char data[16] = "";

	say("sendto", sendto(from, "hello", 5, 0, address, sizeof target));
	wait_for(to, POLLIN);
	say("recvfrom", recvfrom(to, data, sizeof data, 0, (struct sockaddr *)&source, &size));
	printf("%s, from the sender: %s\n", data,
	       source.sin_port == local_address(from).sin_port ? "yes" : "no");
	say("sendto, empty", sendto(from, "", 0, 0, address, sizeof target));
	wait_for(to, POLLIN);
	say("recv, empty", recv(to, data, sizeof data, 0));
	say("sendto", sendto(from, "0123456789", 10, 0, address, sizeof target));
	wait_for(to, POLLIN);
	say("recv of 4, MSG_TRUNC", recv(to, data, 4, MSG_TRUNC));
	say("recv, nothing left", recv(to, data, sizeof data, MSG_DONTWAIT));
}

static void several_at_once(int from, int to)
{
	struct sockaddr_in target = local_address(to);
	char one[] = "one", two[] = "two!", data[2][8] = { "", "" };
	struct iovec out[] = { { one, 3 }, { two, 4 } };
	struct iovec in[] = { { data[0], 7 }, { data[1], 7 } };
	struct mmsghdr messages[2] = { 0 };

	for (int i = 0; i < 2; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &target,
						       .msg_namelen = sizeof target,
						       .msg_iov = &out[i],
						       .msg_iovlen = 1 };
	say("sendmmsg", sendmmsg(from, messages, 2, 0));
	for (int i = 0; i < 2; i++)
		messages[i] = (struct mmsghdr){
			.msg_hdr = { .msg_iov = &in[i], .msg_iovlen = 1 },
		};
	wait_for(to, POLLIN);
	say("recvmmsg", recvmmsg(to, messages, 2, 0, NULL));
	printf("%s %u, %s %u\n", data[0], messages[0].msg_len, data[1], messages[1].msg_len);
}

static void connected(int from, int to)
{
	struct sockaddr_in target = local_address(to);
	char byte;
	say("connect", connect(from, (struct sockaddr *)&target, sizeof target));
	say("send", send(from, "x", 1, 0));
	wait_for(to, POLLIN);
	say("recv", recv(to, &byte, 1, 0));
	close(to);
	say("send to nobody", send(from, "y", 1, 0));
	wait_for(from, POLLIN);
	say("and the next call", send(from, "z", 1, 0));
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	say("connect to AF_UNSPEC", connect(from, &nobody, sizeof nobody));
	say("send without a target", send(from, "x", 1, 0));
}

int main(void)
{
	print_at_once();
	int from = bound(), to = bound();
	datagrams(from, to);
	several_at_once(from, to);
	connected(from, to);
	close(from);
	return 0;
}
