/*
 * Runs the commands of one client and sends back what they print, errors too.
 *
 * Watch: each command is a process of its own: popen() forks and executes a shell, whose output
 * comes back through a pipe. The server sends exactly that, and so nothing for a command that
 * prints nothing. It listens on the loopback address only: whoever connects may do anything.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A command ends with its line. False at the end of the connection. */
static bool recv_command(int fd, char *command, size_t limit)
{
	size_t size = 0;
	do {
		ssize_t more = recv(fd, command + size, limit - 1 - size, 0);
		if (more < 0)
			err(1, "recv");
		if (more == 0)
			return false;
		size += (size_t)more;
	} while (command[size - 1] != '\n' && size < limit - 1);
	command[size - 1] = '\0'; /* the line's end */
	return true;
}

/* Sends what the command prints, all at once. */
static void answer(int fd, const char *command)
{
	char line[1100], output[65536];
	snprintf(line, sizeof line, "exec 2>&1; %s", command);
	FILE *shell = popen(line, "r");
	if (!shell)
		err(1, "popen");
	size_t size = fread(output, 1, sizeof output, shell);
	pclose(shell);
	for (size_t sent = 0; sent < size;) {
		ssize_t more = send(fd, output + sent, size - sent, 0);
		if (more < 0)
			err(1, "send");
		sent += (size_t)more;
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10));
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");
	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");

	char command[1024];
	while (recv_command(conn, command, sizeof command))
		answer(conn, command);
	printf("the client has closed\n");
	close(conn);
	close(sock);
	return 0;
}
