/*
 * Sorts words: reads until its client has nothing more to say, then answers, then closes.
 *
 * Watch: the zero of recv() is the client's FIN. It ends one direction only: this end is in
 * CLOSE_WAIT now, and what it sends still arrives. CLOSE_WAIT has no timer. It lasts until this
 * end closes too, so a server that forgets to close() collects sockets in it.
 *
 * By hand, in two terminals:    ./server 8000        ./client 127.0.0.1 8000
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* "b c a" -> "a b c " */
static void sort_words(char *text, char *sorted)
{
	char *words[512];
	size_t count = 0;
	for (char *word = strtok(text, " "); word && count < 512; word = strtok(NULL, " "))
		words[count++] = word;
	qsort(words, count, sizeof *words, compare);
	for (size_t i = 0; i < count; i++)
		sorted += sprintf(sorted, "%s ", words[i]);
}

static void serve(int conn)
{
	char text[1024] = "", sorted[sizeof text + 1] = "";
	size_t length = 0;
	ssize_t size;
	while ((size = recv(conn, text + length, sizeof text - 1 - length, 0)) > 0)
		length += (size_t)size;
	if (size < 0)
		err(1, "recv");

	printf("that was all, here is the answer\n");
	sort_words(text, sorted);
	length = strlen(sorted);
	for (size_t sent = 0; sent < length; sent += (size_t)size)
		if ((size = send(conn, sorted + sent, length - sent, 0)) < 0)
			err(1, "send");
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
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10)),
	};
	if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "bind");
	if (listen(sock, 5) < 0)
		err(1, "listen");

	int conn = accept(sock, NULL, NULL);
	if (conn < 0)
		err(1, "accept");
	serve(conn);
	close(conn);
	close(sock);
	return 0;
}
