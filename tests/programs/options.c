/*
 * Proves that options are read by their shape: getsockopt and setsockopt with numbers, truth
 * values, structures, and names; lengths that are too short; fcntl and ioctl on sockets; and the
 * errors of descriptors and addresses that are none (socket(7), tcp(7), ip(7)).
 */
#include "helpers.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/time.h>

struct number {
	const char *name;
	int level, option, value;
	bool set;
};

/* What varies from system to system (buffer sizes) is set before it is read. */
static const struct number numbers[] = {
	{ "SO_TYPE", SOL_SOCKET, SO_TYPE, 0, false },
	{ "SO_DOMAIN", SOL_SOCKET, SO_DOMAIN, 0, false },
	{ "SO_PROTOCOL", SOL_SOCKET, SO_PROTOCOL, 0, false },
	{ "SO_ACCEPTCONN", SOL_SOCKET, SO_ACCEPTCONN, 0, false },
	{ "SO_ERROR", SOL_SOCKET, SO_ERROR, 0, false },
	{ "SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1, true },
	{ "SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1, true },
	{ "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1, true },
	{ "SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, 1, true },
	{ "SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, 1, true },
	{ "SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, 8192, true },
	{ "SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, 8192, true },
	{ "SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 2, true },
	{ "TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1, true },
	{ "TCP_CORK", IPPROTO_TCP, TCP_CORK, 1, true },
	{ "TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 30, true },
	{ "TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 5, true },
	{ "TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 3, true },
	{ "TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 4000, true },
	{ "TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, 1, true },
	{ "TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, 1, true },
	{ "IP_TTL", IPPROTO_IP, IP_TTL, 7, true },
	{ "IP_TOS", IPPROTO_IP, IP_TOS, 0x10, true },
	{ "an option nobody knows", SOL_SOCKET, 9999, 1, true },
	{ "a level nobody knows", 9999, 1, 1, true },
};

static void show_number(int fd, const struct number *number)
{
	int value = number->value;
	socklen_t size = sizeof value;
	printf("%s: ", number->name);
	if (number->set)
		say("set", setsockopt(fd, number->level, number->option, &value, size));
	if (getsockopt(fd, number->level, number->option, &value, &size) < 0)
		say("get", -1);
	else
		printf("get: %d in %u bytes\n", value, (unsigned)size);
}

static void structures(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 5 };
	struct timeval timeout = { .tv_sec = 1, .tv_usec = 500000 };
	struct tcp_info info = { 0 };
	char congestion[16] = "";
	socklen_t size = sizeof linger;

	say("SO_LINGER", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, size));
	say("get", getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size));
	printf("%d %d\n", linger.l_onoff, linger.l_linger);
	size = sizeof timeout;
	say("SO_RCVTIMEO", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, size));
	say("get", getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, &size));
	printf("%ld %ld\n", (long)timeout.tv_sec, (long)timeout.tv_usec);
	size = sizeof info;
	say("TCP_INFO", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size));
	printf("closed: %s\n", info.tcpi_state == TCP_CLOSE ? "yes" : "no");
	size = sizeof congestion;
	say("TCP_CONGESTION", getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, &size));
	say("SO_BINDTODEVICE", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
}

static void datagram_options(void)
{
	int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	int v6 = socket(AF_INET6, SOCK_DGRAM, 0), one = 1;
	struct ip_mreqn group = { .imr_multiaddr.s_addr = htonl(0xE0000001 + 0x100),
				  .imr_address.s_addr = htonl(INADDR_LOOPBACK) };
	say("IP_ADD_MEMBERSHIP",
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
	say("IP_PKTINFO", setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one));
	say("SO_TIMESTAMP", setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof one));
	say("IPV6_V6ONLY", setsockopt(v6, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one));
	close(fd);
	if (v6 >= 0)
		close(v6);
}

/* The errors are what is wanted: wrong lengths, wrong addresses, wrong descriptors. */
static void mistakes(int fd)
{
	int value = 1;
	socklen_t size = 2, negative = (socklen_t)-1;
	void *nowhere = (void *)(uintptr_t)1;
	int file = need(open("/dev/null", O_RDWR | O_CLOEXEC), "open");

	say("set, too short", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 2));
	say("get, too short", getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size));
	printf("length: %u\n", (unsigned)size);
	say("get, negative", getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &negative));
	say("set, bad address", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, nowhere, 4));
	size = sizeof value;
	say("get, no socket", getsockopt(file, SOL_SOCKET, SO_TYPE, &value, &size));
	close(file);
	say("get, closed", getsockopt(file, SOL_SOCKET, SO_TYPE, &value, &size));
}

static void control_calls(void)
{
	int client, server, count = 0, on = 1;
	tcp_pair(&client, &server);
	say("F_GETFD", fcntl(client, F_GETFD));
	say("F_SETFD", fcntl(client, F_SETFD, FD_CLOEXEC));
	say("O_NONBLOCK before", (fcntl(client, F_GETFL) & O_NONBLOCK) != 0);
	say("F_SETFL", fcntl(client, F_SETFL, O_NONBLOCK));
	say("O_NONBLOCK after", (fcntl(client, F_GETFL) & O_NONBLOCK) != 0);
	int copy = say_descriptor("F_DUPFD_CLOEXEC", fcntl(client, F_DUPFD_CLOEXEC, 30));
	say("FIONBIO", ioctl(server, FIONBIO, &on));
	say("send", send(client, "four", 4, 0));
	wait_for(server, POLLIN);
	say("FIONREAD", ioctl(server, FIONREAD, &count));
	printf("%d bytes\n", count);
	say("SIOCOUTQ", ioctl(server, SIOCOUTQ, &count));
	printf("%d bytes\n", count);
	say("SIOCATMARK", ioctl(server, SIOCATMARK, &count));
	struct ifreq interface = { .ifr_name = "lo" };
	say("SIOCGIFFLAGS", ioctl(server, SIOCGIFFLAGS, &interface));
	close(copy);
	close(client);
	close(server);
}

int main(void)
{
	print_at_once();
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		show_number(fd, &numbers[i]);
	structures(fd);
	mistakes(fd);
	close(fd);
	datagram_options();
	control_calls();
	return 0;
}
