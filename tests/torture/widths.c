/*
 * Tortures the knowledge of a program's architecture: a 64-bit program execs its 32-bit sister,
 * that one execs it back, and so on, each with sockets that live on, new ones, and children; and
 * one exec comes from a thread that is not the leader.
 *
 *     widths OTHER [HOW_OFTEN [SOCKET SOCKET]]
 */
#include "torture.h"

#include <pthread.h>

static char **next;

static void *exec_next(void *argument)
{
	(void)argument;
	execv(next[0], next);
	err(1, "%s", next[0]);
}

static void work_here(int depth, const int ends[2])
{
	char data[16];
	int client, server;
	printf("%d: %zu bits\n", depth, 8 * sizeof(long));
	say("  write", write(ends[0], "abc", 3));
	say("  recv", recv(ends[1], data, sizeof data, 0));
	tcp_pair(&client, &server);
	say("  send", send(client, "de", 2, 0));
	say("  read", read(server, data, sizeof data));
	say("  close", close(client) + close(server));
	pid_t child = need(fork(), "fork");
	if (child == 0)
		_exit(send(ends[1], "f", 1, 0) == 1 ? 8 * (int)sizeof(long) : 1);
	say_status("  child", status_of(child));
	say("  recv", recv(ends[0], data, sizeof data, 0));
}

int main(int argc, char **argv)
{
	int ends[2];
	char depth_word[16], words[2][16];
	if (argc < 2)
		errx(2, "usage: widths OTHER [HOW_OFTEN]");
	print_at_once();
	int depth = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 6;
	if (argc > 4) {
		ends[0] = (int)strtol(argv[3], NULL, 10);
		ends[1] = (int)strtol(argv[4], NULL, 10);
	} else {
		need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	}
	work_here(depth, ends);
	if (depth == 0)
		return 0;
	snprintf(depth_word, sizeof depth_word, "%d", depth - 1);
	for (int i = 0; i < 2; i++)
		snprintf(words[i], sizeof words[i], "%d", ends[i]);
	next = (char *[]){ argv[1], argv[0], depth_word, words[0], words[1], NULL };
	if (depth % 3 == 0) {
		pthread_t thread;
		pthread_create(&thread, NULL, exec_next, NULL);
		pthread_join(thread, NULL);
	}
	exec_next(NULL);
}
