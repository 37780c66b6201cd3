/*
 * A web server with one page: / is there (200), everything else is not (404).
 *
 * Watch: HTTP is text on a TCP connection. A request ends with an empty line, and nothing but
 * Content-Length says where the body of an answer ends. Connections stay open for more
 * requests (HTTP/1.1) until one says "Connection: close".
 *
 * By hand: ./server 8000, and then in a browser http://127.0.0.1:8000/
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Receives until the empty line; false if the client has gone before. */
static bool receive_request(int conn, char *request, size_t room)
{
	for (size_t size = 0; size < room;) {
		ssize_t more = recv(conn, request + size, room - size, 0);
		if (more <= 0)
			return false;
		size += (size_t)more;
		request[size] = '\0';
		if (strstr(request, "\r\n\r\n"))
			return true;
	}
	return false;
}

static bool answer(int conn, const char *request)
{
	bool found = strncmp(request, "GET / ", 6) == 0;
	bool stay = !strcasestr(request, "\r\nConnection: close\r\n");
	const char *body = found ? "<p>Hello</p>" : "<p>There is no such page</p>";
	char data[1024];
	int size = snprintf(data, sizeof data,
			    "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n%s",
			    found ? "200 OK" : "404 Not Found", strlen(body),
			    stay ? "keep-alive" : "close", body);
	ssize_t sent = 0, more = 0;
	while (sent < size && (more = send(conn, data + sent, (size_t)(size - sent), 0)) >= 0)
		sent += more;
	return stay && more >= 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	signal(SIGPIPE, SIG_IGN);

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0)
		err(1, "setsockopt");
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10));
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 128) < 0)
		err(1, "listen");

	for (int conn; (conn = accept(sock, NULL, NULL)) >= 0; close(conn)) {
		char request[8192 + 1];
		while (receive_request(conn, request, sizeof request - 1) && answer(conn, request))
			printf("the connection stays open\n");
	}
	err(1, "accept");
}
