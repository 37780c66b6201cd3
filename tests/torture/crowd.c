/*
 * Tortures threads: hundreds of them open and close sockets while others fork, vfork and exec, and
 * at the end one that is not the leader execs the program anew: all others die in the kernel,
 * and it gets the leader's number (execve(2)).
 *
 *     crowd [THREADS]
 */
#include "torture.h"

#include <pthread.h>

enum { FORKERS = 4, CHILDREN_OF_EACH = 10, WORKS_OF_EACH = 20, STACK = 65536 };

static int threads;
static char *program;
static pthread_barrier_t start;

static void *work_with_sockets(void *argument)
{
	intptr_t wrong = 0;
	(void)argument;
	pthread_barrier_wait(&start);
	for (int i = 0; i < WORKS_OF_EACH; i++) {
		int ends[2];
		char byte = 0;
		stream_pair(ends);
		wrong += write(ends[0], "w", 1) != 1;
		wrong += recv(ends[1], &byte, 1, 0) != 1 || byte != 'w';
		wrong += close(ends[0]) != 0;
		wrong += read(ends[1], &byte, 1) != 0;
		wrong += close(ends[1]) != 0;
	}
	return (void *)wrong;
}

static int exec_self(void *argument)
{
	char *const words[] = { program, argument, NULL };
	execv(program, words);
	_exit(9);
}

/* Every third child is a fork's, a vfork's that execs, a fork's that execs. */
static void *make_children(void *argument)
{
	intptr_t wrong = 0;
	(void)argument;
	char *stack = malloc(STACK);
	if (!stack)
		err(1, "malloc");
	pthread_barrier_wait(&start);
	for (int i = 0; i < CHILDREN_OF_EACH; i++) {
		pid_t child;
		int ends[2];
		if (i % 3 == 1) {
			child = clone(exec_self, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD,
				      (void *)(uintptr_t) "child");
		} else {
			child = fork();
			if (child == 0 && i % 3 == 2)
				exec_self((void *)(uintptr_t) "child");
			if (child == 0)
				_exit(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? 4 : 1);
		}
		int status = status_of(need(child, "child"));
		wrong += !WIFEXITED(status) || WEXITSTATUS(status) != 4;
	}
	free(stack);
	return (void *)wrong;
}

static void run_crowd(void)
{
	pthread_t *all = calloc((size_t)threads, sizeof *all);
	pthread_attr_t attributes;
	intptr_t wrong = 0;
	if (!all)
		err(1, "calloc");
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_barrier_init(&start, NULL, (unsigned)threads);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&all[i], &attributes,
				   i < FORKERS ? make_children : work_with_sockets, NULL) != 0)
			errx(1, "pthread_create");
	for (int i = 0; i < threads; i++) {
		void *result;
		pthread_join(all[i], &result);
		wrong += (intptr_t)result;
	}
	free(all);
	printf("%d threads, of these %d with children: %d went wrong\n", threads, FORKERS,
	       (int)wrong);
}

/* --- exec by another than the leader --------------------------------------------------------- */

static int inherited[2];

static void *exec_anew(void *argument)
{
	char number[16];
	char *const words[] = { program, argument, number, NULL };
	snprintf(number, sizeof number, "%d", inherited[0]);
	usleep(2000);
	execv(program, words);
	err(1, "execv");
}

static void *sleep_in_recv(void *argument)
{
	char byte;
	recv(*(const int *)argument, &byte, 1, 0);
	return NULL;
}

static void *work_until_exec(void *argument)
{
	int ends[2];
	(void)argument;
	for (;;) {
		stream_pair(ends);
		close(ends[0]);
		close(ends[1]);
	}
	return NULL;
}

static void exec_from_a_thread(void)
{
	pthread_t thread;
	int closed_on_exec[2];
	fflush(stdout);
	stream_pair(closed_on_exec);
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, inherited), "socketpair");
	need((int)write(inherited[1], "i", 1), "write");
	for (int i = 0; i < 8; i++)
		if (pthread_create(&thread, NULL, i % 2 ? sleep_in_recv : work_until_exec,
				   &closed_on_exec[0]) != 0)
			errx(1, "pthread_create");
	pthread_create(&thread, NULL, exec_anew, (void *)(uintptr_t) "anew");
	sleep_in_recv(&closed_on_exec[1]);
	errx(1, "nobody may come here");
}

/* After the exec: what was inherited works, and this thread is the leader. */
static int begin_anew(const char *number)
{
	char byte = 0;
	int fd = (int)strtol(number, NULL, 10);
	say("anew: read", read(fd, &byte, 1));
	printf("anew: is the leader: %s\n",
	       (pid_t)syscall(SYS_gettid) == getpid() && byte == 'i' ? "yes" : "no");
	say("anew: write", write(fd, "x", 1));
	int next = need(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	say("anew: close", close(next));
	return 3;
}

int main(int argc, char **argv)
{
	print_at_once();
	program = argv[0];
	if (argc > 1 && strcmp(argv[1], "child") == 0) {
		int ends[2];
		stream_pair(ends);
		return write(ends[0], "x", 1) == 1 ? 4 : 1;
	}
	if (argc > 2 && strcmp(argv[1], "anew") == 0)
		return begin_anew(argv[2]);
	threads = count_of(argc, argv, 200);
	run_crowd();
	exec_from_a_thread();
	return 0;
}
