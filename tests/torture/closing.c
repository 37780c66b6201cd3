/*
 * Tortures the end of a socket: one thread sleeps in a call on it while another closes it, shuts
 * it down, puts a file in its place, or closes a range. What happens is the kernel's business
 * (close(2): the sleeper keeps the socket, the number is free at once); a tracer must not add to
 * it.
 */
#include "torture.h"

#include <fcntl.h>
#include <pthread.h>

static int rounds;

struct sleeper {
	const char *name;
	long (*sleep)(int fd);
	int fd;
	volatile pid_t tid;
	long result;
	int error;
};

static long sleep_in_recv(int fd)
{
	char data[8];
	return recv(fd, data, sizeof data, 0);
}

static long sleep_in_read(int fd)
{
	char data[8];
	return read(fd, data, sizeof data);
}

static long sleep_in_accept(int fd)
{
	int accepted = accept(fd, NULL, NULL);
	if (accepted >= 0)
		close(accepted);
	return accepted < 0 ? accepted : 0;
}

static long sleep_in_poll(int fd)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	return poll(&wanted, 1, 60000);
}

static void *sleeper_main(void *argument)
{
	struct sleeper *sleeper = argument;
	sleeper->tid = (pid_t)syscall(SYS_gettid);
	sleeper->result = sleeper->sleep(sleeper->fd);
	sleeper->error = errno;
	return NULL;
}

static void say_result(const struct sleeper *sleeper, const char *how)
{
	if (sleeper->result < 0)
		printf("%s, %s: %s\n", sleeper->name, how, strerrorname_np(sleeper->error));
	else
		printf("%s, %s: %ld\n", sleeper->name, how, sleeper->result);
}

/* --- what is done to it ------------------------------------------------------------------------
 */

static void do_close(int fd)
{
	close(fd);
}

static void do_shutdown(int fd)
{
	shutdown(fd, SHUT_RDWR);
}

static void do_shutdown_then_close(int fd)
{
	shutdown(fd, SHUT_RDWR);
	close(fd);
}

/* The number goes on as a file while the sleeper sleeps on the socket. */
static void do_replace(int fd)
{
	char data[4];
	int file = need(open("/dev/zero", O_RDONLY | O_CLOEXEC), "open");
	dup2(file, fd);
	close(file);
	if (read(fd, data, 4) != 4)
		errx(1, "the file is no file");
}

static void do_close_range(int fd)
{
	syscall(SYS_close_range, fd, fd, 0);
}

static const struct way {
	const char *name;
	void (*end)(int fd);
	bool wakes; /* the sleeper, whatever it sleeps in */
} ways[] = {
	{ "close", do_close, false },
	{ "shutdown", do_shutdown, true },
	{ "shutdown, close", do_shutdown_then_close, true },
	{ "dup2 of a file", do_replace, false },
	{ "close_range", do_close_range, false },
};

/* A call, what it sleeps on, and what ends it where the way did not. */
struct scene {
	const char *name;
	long (*sleep)(int fd);
	void (*open)(int *ret_fd, int *ret_peer);
	void (*finish)(int peer);
};

static void open_pair(int *ret_fd, int *ret_peer)
{
	int ends[2];
	stream_pair(ends);
	*ret_fd = ends[0];
	*ret_peer = ends[1];
}

static void open_connection(int *ret_fd, int *ret_peer)
{
	tcp_pair(ret_fd, ret_peer);
}

/* Its peer is a copy, by which it can be woken when the number is gone. */
static void open_listener(int *ret_fd, int *ret_peer)
{
	*ret_fd = tcp_listener();
	*ret_peer = need(dup(*ret_fd), "dup");
}

static void finish_pair(int peer)
{
	send(peer, "late", 4, MSG_NOSIGNAL);
}

static void finish_listener(int peer)
{
	struct sockaddr_in address = local_address(peer);
	int visitor = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int refused = connect(visitor, (struct sockaddr *)&address, sizeof address);
	(void)refused; /* where it was shut down */
	close(visitor);
}

static const struct scene scenes[] = {
	{ "recv", sleep_in_recv, open_pair, finish_pair },
	{ "read", sleep_in_read, open_pair, finish_pair },
	{ "poll", sleep_in_poll, open_pair, finish_pair },
	{ "recv, TCP", sleep_in_recv, open_connection, finish_pair },
	{ "accept", sleep_in_accept, open_listener, finish_listener },
};

static void play(const struct scene *scene, const struct way *way)
{
	pthread_t thread;
	int fd, peer;
	scene->open(&fd, &peer);
	struct sleeper sleeper = { .name = scene->name, .sleep = scene->sleep, .fd = fd };
	pthread_create(&thread, NULL, sleeper_main, &sleeper);
	while (!sleeper.tid)
		usleep(100);
	wait_until_asleep(getpid(), sleeper.tid);
	way->end(fd);
	if (!way->wakes)
		scene->finish(peer);
	pthread_join(thread, NULL);
	say_result(&sleeper, way->name);
	close(fd);
	close(peer);
}

/* --- without waiting for it to fall asleep: any moment will do ----------------------------------
 */

static void at_any_moment(void)
{
	uint64_t random = 1;
	int ended = 0;
	for (int i = 0; i < rounds; i++) {
		pthread_t thread;
		int fd, peer;
		open_pair(&fd, &peer);
		struct sleeper sleeper = { .sleep = sleep_in_recv, .fd = fd };
		pthread_create(&thread, NULL, sleeper_main, &sleeper);
		for (unsigned j = chance(&random, 400); j; j--)
			__asm__ volatile("" ::: "memory");
		/* Closed before, it is EBADF; in it, what the peer sends; and never for ever. */
		close(fd);
		send(peer, "late", 4, MSG_NOSIGNAL);
		close(peer);
		pthread_join(thread, NULL);
		ended += sleeper.result >= 0 || sleeper.error == EBADF ||
			 sleeper.error == ECONNRESET;
	}
	printf("closed at any moment: %d of %d ended\n", ended, rounds);
}

int main(int argc, char **argv)
{
	print_at_once();
	rounds = count_of(argc, argv, 500);
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
		for (size_t j = 0; j < sizeof ways / sizeof *ways; j++)
			play(&scenes[i], &ways[j]);
	at_any_moment();
	return 0;
}
