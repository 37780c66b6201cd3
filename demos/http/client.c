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

static void ask(int sock, const char *path, const char *host, const char *then)
{
	char data[1024];
	int size = snprintf(data, sizeof data,
			    "GET %.900s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n", path, host,
			    then);
	for (int sent = 0; sent < size;) {
		ssize_t more = send(sock, data + sent, (size_t)(size - sent), 0);
		if (more < 0)
			err(1, "send");
		sent += (int)more;
	}
	show("request line:", data);
}

/* Of a whole answer. Until the headers are there, nobody knows: as much as there is room for. */
static size_t size_of(const char *answer, size_t room)
{
	const char *body = strstr(answer, "\r\n\r\n");
	const char *length = strcasestr(answer, "\r\nContent-Length:");
	if (!body || !length)
		return room;
	return (size_t)(body + 4 - answer) + strtoul(strchr(length, ':') + 1, NULL, 10);
}

static void receive_answer(int sock)
{
	char answer[8192 + 1] = "";
	for (size_t size = 0; size < size_of(answer, sizeof answer - 1);) {
		ssize_t more = recv(sock, answer + size, sizeof answer - 1 - size, 0);
		if (more <= 0)
			err(1, "recv");
		size += (size_t)more;
		answer[size] = '\0';
	}
	show("status line:", answer);
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
	for (int i = 3; i < argc; i++) {
		ask(sock, argv[i], argv[1], i + 1 < argc ? "keep-alive" : "close");
		receive_answer(sock);
	}
	char byte;
	if (recv(sock, &byte, 1, 0) == 0)
		printf("the server has closed\n");
	close(sock);
	return 0;
}
