/*
 * What grows: sockets, calls, threads, connections. Each run prints the microseconds of a call,
 * the calls it counted, and the peak memory of its tracer (VmHWM) before and after them in KiB,
 * 0 without a tracer.
 *
 *     growth sockets N CALLS    N sockets are open, in turn each sends and receives; where a
 *                               process may not have so many, children have the others
 *     growth threads N CALLS    N threads, each with a pair of its own
 *     growth server N CALLS     N connections to a server process, all open, in turn each
 *                               asks and is answered; a wrong answer is an error
 *
 * Status 77: this user or machine allows no so many.
 */
#include "must.h"

#include <err.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_ALLOWED = 77, SPARE = 64, EVENTS = 256, STACK = 65536 };

static void *memory(size_t count, size_t size)
{
	void *room = calloc(count, size);
	if (!room)
		err(1, "calloc");
	return room;
}

/* Asks for room; says how many there may be beside the few that every program has. */
static long allowed_descriptors(long count)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)(count + SPARE);
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= wanted)
		return count;
	/* Root may go beyond the hard limit, if it has CAP_SYS_RESOURCE. */
	struct rlimit higher = { .rlim_cur = wanted,
				 .rlim_max = limit.rlim_max < wanted ? wanted : limit.rlim_max };
	if (setrlimit(RLIMIT_NOFILE, &higher) == 0)
		return count;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (long)limit.rlim_cur - SPARE;
}

static void allow_descriptors(long count)
{
	long most = allowed_descriptors(count);
	if (most < count) {
		warnx("%ld descriptors, no more than %ld", count, most);
		exit(NOT_ALLOWED);
	}
}

/* --- what is measured --------------------------------------------------------------------- */

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* The number after the label in /proc/PID/status, 0 if it has none. */
static long status_number(long pid, const char *label)
{
	char path[64], line[256];
	long number = 0;
	snprintf(path, sizeof path, "/proc/%ld/status", pid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, label, strlen(label)) == 0)
			number = strtol(line + strlen(label), NULL, 10);
	if (file)
		fclose(file);
	return number;
}

static long tracer_memory(void)
{
	long tracer = status_number(getpid(), "TracerPid:");
	return tracer ? status_number(tracer, "VmHWM:") : 0;
}

struct measure {
	double began;
	long memory;
};

static struct measure measure_begin(void)
{
	return (struct measure){ .memory = tracer_memory(), .began = now() };
}

static void measure_end(const struct measure *measure, long calls)
{
	double each = (now() - measure->began) / (double)calls;
	printf("%.3f %ld %ld %ld\n", each, calls, measure->memory, tracer_memory());
}

/* --- sockets ------------------------------------------------------------------------------ */

static void pass(int from, int to)
{
	char data[16] = "";
	must(send(from, data, sizeof data, 0), sizeof data, "send");
	must(recv(to, data, sizeof data, MSG_WAITALL), sizeof data, "recv");
}

struct pair {
	int ends[2];
};

static void open_pairs(struct pair *pairs, long count)
{
	for (long i = 0; i < count; i++)
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i].ends), 0, "socketpair");
}

/* Where one process may not have so many, a child has its share of them, until the end. */
static void open_elsewhere(struct pair *pairs, long count)
{
	int ready[2];
	char byte;
	must(pipe(ready), 0, "pipe");
	if (descriptor(fork(), "fork") > 0) {
		close(ready[1]);
		must(read(ready[0], &byte, 1), 1, "read from a child");
		close(ready[0]);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_pairs(pairs, count);
	must(write(ready[1], "", 1), 1, "write to the parent");
	for (;;)
		pause();
}

static void many_sockets(long count, long calls)
{
	long left = count / 2, share = allowed_descriptors(count) / 2;
	struct pair *pairs = memory((size_t)left, sizeof *pairs);
	for (; left > share; left -= share)
		open_elsewhere(pairs, share);
	open_pairs(pairs, left);
	struct measure measure = measure_begin();
	for (long i = 0; i < calls / 2; i++)
		pass(pairs[i % left].ends[0], pairs[i % left].ends[1]);
	measure_end(&measure, calls);
	free(pairs);
}

/* --- threads ------------------------------------------------------------------------------ */

struct work {
	pthread_barrier_t *start, *end;
	long rounds;
};

static void *work(void *argument)
{
	const struct work *work = argument;
	int ends[2];
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0, "socketpair");
	pthread_barrier_wait(work->start);
	for (long i = 0; i < work->rounds; i++)
		pass(ends[0], ends[1]);
	pthread_barrier_wait(work->end);
	return NULL;
}

static void many_threads(long count, long calls)
{
	pthread_t *threads = memory((size_t)count, sizeof *threads);
	pthread_barrier_t start, end;
	struct work shared = { &start, &end, calls / 2 / count };
	pthread_attr_t small;
	allow_descriptors(2 * count);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	pthread_barrier_init(&start, NULL, (unsigned)count + 1);
	pthread_barrier_init(&end, NULL, (unsigned)count + 1);
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], &small, work, &shared)) {
			warnx("no more than %ld threads", i);
			exit(NOT_ALLOWED);
		}
	pthread_barrier_wait(&start);
	struct measure measure = measure_begin();
	pthread_barrier_wait(&end);
	measure_end(&measure, 2 * shared.rounds * count);
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

/* --- a server ----------------------------------------------------------------------------- */

static int open_listener(struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int listener = descriptor(socket(AF_INET, SOCK_STREAM, 0), "socket");
	must(bind(listener, (struct sockaddr *)&address, size), 0, "bind");
	must(listen(listener, 1024), 0, "listen");
	must(getsockname(listener, (struct sockaddr *)&address, &size), 0, "getsockname");
	*ret_address = address;
	return listener;
}

static void watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0, "epoll_ctl");
}

/* Answers a number with its square; false at the end of the file. */
static int answer(int conn)
{
	uint64_t number;
	ssize_t size = recv(conn, &number, sizeof number, MSG_WAITALL);
	if (size == 0) {
		close(conn);
		return 0;
	}
	must(size, sizeof number, "recv of a question");
	number *= number;
	must(send(conn, &number, sizeof number, 0), sizeof number, "send of an answer");
	return 1;
}

static void serve(int listener, long count)
{
	struct epoll_event events[EVENTS];
	int epoll = descriptor(epoll_create1(0), "epoll_create1");
	watch(epoll, listener);
	while (count > 0) {
		int ready = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < ready; i++) {
			int fd = events[i].data.fd;
			if (fd == listener)
				watch(epoll, descriptor(accept(listener, NULL, NULL), "accept"));
			else if (!answer(fd))
				count--;
		}
	}
}

static void ask(int client, uint64_t number)
{
	uint64_t square = 0;
	must(send(client, &number, sizeof number, 0), sizeof number, "send of a question");
	must(recv(client, &square, sizeof square, MSG_WAITALL), sizeof square, "recv of an answer");
	if (square != number * number)
		errx(1, "a wrong answer: the square of %lu is not %lu", number, square);
}

static void many_connections(long count, long calls)
{
	struct sockaddr_in address;
	int status = 0, *clients = memory((size_t)count, sizeof *clients);
	allow_descriptors(count);
	int listener = open_listener(&address);
	pid_t server = descriptor(fork(), "fork");
	if (server == 0) {
		serve(listener, count);
		_exit(0);
	}
	close(listener);
	for (long i = 0; i < count; i++) {
		clients[i] = descriptor(socket(AF_INET, SOCK_STREAM, 0), "socket");
		must(connect(clients[i], (struct sockaddr *)&address, sizeof address), 0,
		     "connect");
		ask(clients[i], (uint64_t)i);
	}
	struct measure measure = measure_begin();
	/* Two calls here, and three there: epoll_wait, recv, send. */
	for (long i = 0; i < calls / 5; i++)
		ask(clients[i % count], (uint64_t)i);
	measure_end(&measure, calls);
	for (long i = 0; i < count; i++)
		close(clients[i]);
	must(waitpid(server, &status, 0), server, "waitpid");
	if (status)
		errx(1, "the server failed");
	free(clients);
}

static const struct {
	const char *name;
	void (*run)(long count, long calls);
} runs[] = {
	{ "sockets", many_sockets },
	{ "threads", many_threads },
	{ "server", many_connections },
};

int main(int argc, char **argv)
{
	long count = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	long calls = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	for (size_t i = 0; count > 0 && calls > 0 && i < sizeof runs / sizeof *runs; i++) {
		if (strcmp(runs[i].name, argv[1]) == 0) {
			runs[i].run(count, calls);
			return 0;
		}
	}
	errx(2, "usage: growth sockets|threads|server N CALLS");
}
