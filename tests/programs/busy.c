/*
 * Children, threads and sockets all at once, in rounds (the first argument, 10): in each a child
 * connects and says a word, a thread answers it, and another child becomes this program anew. All
 * the time one thread sleeps in accept(). To be killed, or to kill its tracer, at any moment: it
 * leaves nobody behind, since every child dies with its parent.
 */
#include "helpers.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static pid_t child_of_ours(void)
{
	pid_t parent = getpid();
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return child;
}

static void *answer(void *listener)
{
	char word[8];
	int fd = accept(*(const int *)listener, NULL, NULL);
	ssize_t size = fd < 0 ? -1 : recv(fd, word, sizeof word, 0);
	if (size > 0)
		send(fd, word, (size_t)size, MSG_NOSIGNAL);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static int ask(int listener)
{
	char word[8];
	int fd = tcp_connect(listener);
	ssize_t size = send(fd, "word", 4, MSG_NOSIGNAL) == 4 ? recv(fd, word, sizeof word, 0) : -1;
	close(fd);
	return size == 4 ? 7 : 1;
}

static int ended(pid_t child)
{
	int status = 0;
	need(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Whether both children did what they had to: not if somebody killed one. */
static int play_round(const char *path)
{
	pthread_t thread;
	int listener = tcp_listener();
	int result = pthread_create(&thread, NULL, answer, &listener);
	pid_t asking = child_of_ours();
	if (asking == 0)
		_exit(ask(listener));
	pid_t other = child_of_ours();
	if (other == 0) {
		execl("/proc/self/exe", path, "0", (char *)NULL);
		_exit(1);
	}
	int good = (ended(asking) == 7) + (ended(other) == 0);
	/* Who was killed has not connected. */
	shutdown(listener, SHUT_RDWR);
	if (result == 0)
		pthread_join(thread, NULL);
	close(listener);
	return good == 2;
}

int main(int argc, char **argv)
{
	pthread_t sleeper;
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10, good = 0;
	int idle = tcp_listener();
	print_at_once();
	if (pthread_create(&sleeper, NULL, answer, &idle) != 0)
		errx(1, "pthread_create");
	for (int i = 0; i < rounds; i++)
		good += play_round(argv[0]);
	if (rounds)
		printf("%d of %d\n", good, rounds);
	return 0;
}
