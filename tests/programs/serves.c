/*
 * A server to be driven with load: serves PORT. Processes with threads each, all of which accept
 * from one socket, answer in capitals, each client with another pair of calls. SIGTERM ends it in
 * order; it prints how many of its processes ended well.
 */
#include "helpers.h"

#include <ctype.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { PROCESSES = 3, THREADS = 3, SIZE = 1000 };

struct way {
	ssize_t (*receive)(int fd, char *data, size_t size);
	ssize_t (*send)(int fd, char *data, size_t size);
};

static ssize_t receive(int fd, char *data, size_t size)
{
	return recv(fd, data, size, 0);
}

static ssize_t send_plain(int fd, char *data, size_t size)
{
	return send(fd, data, size, MSG_NOSIGNAL);
}

static ssize_t receive_read(int fd, char *data, size_t size)
{
	return read(fd, data, size);
}

static ssize_t send_write(int fd, char *data, size_t size)
{
	return write(fd, data, size);
}

static ssize_t receive_message(int fd, char *data, size_t size)
{
	struct iovec parts[] = { { data, size / 2 }, { data + size / 2, size - size / 2 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	return recvmsg(fd, &message, 0);
}

static ssize_t send_message(int fd, char *data, size_t size)
{
	struct iovec parts[] = { { data, size / 2 }, { data + size / 2, size - size / 2 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static ssize_t receive_vector(int fd, char *data, size_t size)
{
	struct iovec parts[] = { { data, 1 }, { data + 1, size - 1 } };
	return readv(fd, parts, 2);
}

static ssize_t send_vector(int fd, char *data, size_t size)
{
	struct iovec parts[] = { { data, 1 }, { data + 1, size - 1 } };
	return writev(fd, parts, 2);
}

static const struct way ways[] = {
	{ receive, send_plain },
	{ receive_read, send_write },
	{ receive_message, send_message },
	{ receive_vector, send_vector },
};

static void answer(int fd, const struct way *way)
{
	char data[SIZE];
	ssize_t size;
	while ((size = way->receive(fd, data, sizeof data)) > 0) {
		for (ssize_t i = 0; i < size; i++)
			data[i] = (char)toupper((unsigned char)data[i]);
		for (ssize_t sent = 0, once; sent < size; sent += once)
			if ((once = way->send(fd, data + sent, (size_t)(size - sent))) < 0)
				err(1, "send");
	}
	need((int)size, "receive");
}

static void *serve(void *argument)
{
	const int *listener = argument;
	for (unsigned n = 0;; n++) {
		int fd = need(accept(*listener, NULL, NULL), "accept");
		answer(fd, &ways[n % (sizeof ways / sizeof *ways)]);
		close(fd);
	}
	return NULL;
}

/* With SIGTERM blocked in all threads but the one that waits for it. */
static void serve_until_told(int *listener, const sigset_t *end)
{
	pthread_t thread;
	int signal;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, serve, listener))
			errx(1, "pthread_create failed");
	sigwait(end, &signal);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: %s PORT", argv[0]);
	struct sockaddr_in address = loopback();
	address.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10));
	int listener = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	need(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)),
	     "setsockopt");
	/* Its connections inherit it: an answer in pieces shall not wait for a delayed ACK. */
	need(setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)),
	     "setsockopt");
	/* With a timeout, far away, the kernel restarts none of its calls (signal(7)): whoever
	 * interrupts one of them shows as EINTR, which is an error here. */
	struct timeval far = { .tv_sec = 3600 };
	need(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &far, sizeof far), "setsockopt");
	need(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
	need(listen(listener, 100), "listen");

	sigset_t end;
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	pid_t children[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = need(fork(), "fork");
		if (children[i] == 0)
			serve_until_told(&listener, &end);
	}
	int signal, well = 0;
	sigwait(&end, &signal);
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		kill(children[i], SIGTERM);
		need(waitpid(children[i], &status, 0), "waitpid");
		well += status == 0;
	}
	printf("%d of %d ended well\n", well, PROCESSES);
	return 0;
}
