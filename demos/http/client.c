/*
 * Asks a web server for one page after another on one connection, and labels what comes.
 *
 * Watch: a request is a request line, headers and an empty line; an answer is a status line,
 * headers, an empty line and a body. With its last request the client says "Connection: close":
 * the server closes after it, and recv() returns 0.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000 / /missing
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Prints a message line by line; takes it apart on the way. */
static void show(const char *label, char *message)
{
	char *body = strstr(message, "\r\n\r\n");
	body[2] = '\0';
	for (char *line; (line = strsep(&message, "\n")) && *line; label = "header:")
		printf("%-13s %.*s\n", label, (int)strcspn(line, "\r"), line);
	printf("empty line\n%-13s %s\n", "body:", body[4] ? body + 4 : "(none)");
}

/* How long an answer is, nobody knows until its headers are there. */
static void receive_answer(int sock)
{
	char data[8192 + 1] = "";
	for (size_t size = 0, all = sizeof data - 1; size < all;) {
		ssize_t more = recv(sock, data + size, sizeof data - 1 - size, 0);
		if (more <= 0)
			err(1, "recv");
		size += (size_t)more;
		char *end = strstr(data, "\r\n\r\n");
		char *field = strcasestr(data, "\r\nContent-Length:");
		if (end && field)
			all = (size_t)(end - data) + 4 + strtoul(strchr(field, ':') + 1, NULL, 10);
	}
	show("status line:", data);
}

static void get(int sock, const char *path, const char *host, const char *then)
{
	static const char FORM[] = "GET %.900s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n";
	char data[1024];
	int size = snprintf(data, sizeof data, FORM, path, host, then);
	for (ssize_t sent = 0, more; sent < size; sent += more) {
		more = send(sock, data + sent, (size_t)(size - sent), 0);
		if (more < 0)
			err(1, "send");
	}
	show("request line:", data);
	receive_answer(sock);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	struct sockaddr_in server = { .sin_family = AF_INET };
	if (argc < 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: %s ADDRESS PORT PATH...", argv[0]);
	server.sin_port = htons((in_port_t)strtoul(argv[2], NULL, 10));

	int sock = socket(AF_INET, SOCK_STREAM, 0);
	if (sock < 0)
		err(1, "socket");
	if (connect(sock, (struct sockaddr *)&server, sizeof server) < 0)
		err(1, "connect");
	for (int i = 3; i < argc; i++)
		get(sock, argv[i], argv[1], i + 1 < argc ? "keep-alive" : "close");
	if (recv(sock, &(char){ 0 }, 1, 0) == 0)
		printf("the server has closed\n");
	close(sock);
	return 0;
}
