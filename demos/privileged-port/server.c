/*
 * Binds a socket to a port, says which address it has now, and ends.
 *
 * Watch: an ordinary program may not bind a port below 1024: EACCES. The limit is the sysctl
 * net.ipv4.ip_unprivileged_port_start, the right to go below it the capability
 * CAP_NET_BIND_SERVICE, which root has. Port 0 is no number below the limit but a question:
 * the kernel chooses a free port, and getsockname() tells which.
 *
 * By hand:    ./server 80        ./server 1024        ./server 0
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	socklen_t size = sizeof address;
	if (bind(sock, (struct sockaddr *)&address, size) < 0) {
		warn("bind to port %s", argv[1]);
		close(sock);
		return 1;
	}
	if (getsockname(sock, (struct sockaddr *)&address, &size) < 0)
		err(1, "getsockname");
	printf("bound to %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
	close(sock);
	return 0;
}
