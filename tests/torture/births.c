/*
 * Tortures the ways a process or thread can come to be (clone(2)): another parent, untraced, with
 * shared or unshared descriptors, memory, signal handlers, in namespaces of its own, from a
 * thread, after its leader has gone. Each works with sockets, and says how it went.
 */
#include "scenes.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sys/prctl.h>

enum { STACK = 65536 };

static char stack[STACK] __attribute__((aligned(16)));

/* As fork() with these flags. The new one has a copy of the memory. */
static pid_t raw_clone(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

static pid_t raw_clone3(uint64_t flags)
{
	struct clone_args arguments = { .flags = flags, .exit_signal = SIGCHLD };
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

/* What a child says: the errno of the first call that failed, or 100. */
static int errno_of_work(void)
{
	int ends[2];
	char byte;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || send(ends[0], "x", 1, 0) < 0 ||
	    read(ends[1], &byte, 1) < 0 || close(ends[0]) < 0 || close(ends[1]) < 0)
		return errno;
	return 100;
}

static void say_child(const char *name, pid_t child)
{
	if (child == 0)
		_exit(errno_of_work());
	if (child < 0)
		printf("  %s: %s\n", name, strerrorname_np(errno));
	else
		say_status(name, status_of(child));
}

static void of_another_parent(void)
{
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		pid_t sister = raw_clone(CLONE_PARENT);
		if (sister == 0)
			_exit(errno_of_work());
		/* Hers is not ours to wait for. */
		int none = waitpid(sister, NULL, 0) < 0 && errno == ECHILD;
		_exit(none ? errno_of_work() : 1);
	}
	for (int i = 0; i < 2; i++) {
		int status;
		need(waitpid(-1, &status, 0), "waitpid");
		say_status("  one of two", status);
	}
	say("  and no more", waitpid(-1, NULL, 0));
}

static void untraced(void)
{
	say_child("  clone", raw_clone(CLONE_UNTRACED));
	say_child("  clone3", raw_clone3(CLONE_UNTRACED));
	say_child("  with shared descriptors", raw_clone(CLONE_UNTRACED | CLONE_FILES));
	say_child("  and one as always", fork());
}

static int untraced_vfork_main(void *argument)
{
	(void)argument;
	_exit(errno_of_work());
}

static void untraced_vfork(void)
{
	say_child("  vfork", clone(untraced_vfork_main, stack + STACK,
				   CLONE_VM | CLONE_VFORK | CLONE_UNTRACED | SIGCHLD, NULL));
}

/* Each makes sockets that the other uses by their numbers. */
static void shared_descriptors(void)
{
	int ends[2], report[2];
	char byte;
	stream_pair(report);
	pid_t child = need(raw_clone(CLONE_FILES), "clone");
	if (child == 0) {
		stream_pair(ends);
		need((int)send(report[0], ends, sizeof ends, 0), "send");
		_exit(recv(ends[1], &byte, 1, 0) == 1 && close(ends[1]) == 0 ? 100 : 1);
	}
	need((int)recv(report[1], ends, sizeof ends, 0), "recv");
	say("  send to the child's", send(ends[0], "x", 1, 0));
	say_status("  child", status_of(child));
	say("  its end is closed", write(ends[1], "x", 1));
	say("  and this one reads", read(ends[0], &byte, 1));
	work();
}

/* The same number means another socket in each, and is closed in one only. */
static void unshared_descriptors(void)
{
	int ends[2], other[2];
	char byte;
	stream_pair(ends);
	pid_t child = need(raw_clone(CLONE_FILES), "clone");
	if (child == 0) {
		need(unshare(CLONE_FILES), "unshare");
		close(ends[1]);
		stream_pair(other);
		int wrong = other[0] != ends[1] || write(other[0], "o", 1) != 1 ||
			    read(other[1], &byte, 1) != 1 || byte != 'o';
		_exit(wrong ? 1 : 100);
	}
	say_status("  child", status_of(child));
	say("  write", write(ends[1], "p", 1));
	say("  read", read(ends[0], &byte, 1));
	work();
}

static int common[2];

static void *unshare_and_close(void *argument)
{
	int other[2];
	if (argument)
		need((int)syscall(SYS_close_range, common[1], common[1], CLOSE_RANGE_UNSHARE),
		     "close_range");
	else
		need(unshare(CLONE_FILES), "unshare");
	close(common[1]);
	stream_pair(other);
	work_on(other);
	say("  in the thread: write", write(common[1], "t", 1));
	return NULL;
}

static void unsharing_thread(void *how)
{
	pthread_t thread;
	char data[4];
	stream_pair(common);
	pthread_create(&thread, NULL, unshare_and_close, how);
	pthread_join(thread, NULL);
	say("  in the process: write", write(common[1], "p", 1));
	say("  read", recv(common[0], data, sizeof data, MSG_DONTWAIT));
	work();
}

static void thread_unshares(void)
{
	unsharing_thread(NULL);
}

static void thread_unshares_by_close_range(void)
{
	unsharing_thread(common);
}

/* --- namespaces ---------------------------------------------------------------------------------
 */

static int first_of_namespace(void)
{
	printf("  its number there: %d\n", (int)getpid());
	pid_t child = fork();
	if (child == 0)
		_exit(errno_of_work());
	int status = status_of(child);
	printf("  its child's: %d, status %d\n", (int)child, WEXITSTATUS(status));
	return errno_of_work();
}

static void in_namespace(const char *name, uint64_t flags)
{
	pid_t child = raw_clone3(flags);
	if (child == 0)
		exit(first_of_namespace());
	if (child < 0)
		printf("  %s: %s\n", name, strerrorname_np(errno));
	else
		say_status(name, status_of(child));
}

static void pid_namespace(void)
{
	in_namespace("  first", CLONE_NEWPID);
	if (unshare(CLONE_NEWPID) < 0)
		printf("  unshare: %s\n", strerrorname_np(errno));
	say_child("  of an unshared one", fork());
}

static void user_namespace(void)
{
	in_namespace("  user", CLONE_NEWUSER | CLONE_NEWPID);
	in_namespace("  with a network", CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET);
}

/* All die with the first of their namespace. */
static void dying_namespace(void)
{
	int ends[2];
	char data[8];
	stream_pair(ends);
	pid_t child = raw_clone3(CLONE_NEWPID);
	if (child == 0) {
		for (int i = 0; i < 5; i++)
			if (fork() == 0) {
				need((int)send(ends[1], "x", 1, 0), "send");
				for (;;)
					recv(ends[0], data, 0, MSG_PEEK | MSG_WAITALL);
			}
		for (int i = 0; i < 5; i++)
			need((int)recv(ends[0], data, 1, 0), "recv");
		_exit(100);
	}
	if (child < 0)
		printf("  clone3: %s\n", strerrorname_np(errno));
	else
		say_status("  first", status_of(child));
	close(ends[1]);
	say("  nobody holds the other end", read(ends[0], data, sizeof data));
}

/* --- others
 * ------------------------------------------------------------------------------------------ */

static void with_pidfd(void)
{
	int pidfd = -1;
	struct clone_args arguments = { .flags = CLONE_PIDFD,
					.pidfd = (uint64_t)(uintptr_t)&pidfd,
					.exit_signal = SIGCHLD };
	pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
	if (child == 0)
		_exit(errno_of_work());
	struct pollfd wanted = { .fd = pidfd, .events = POLLIN };
	say("  poll of the pidfd", poll(&wanted, 1, 60000));
	say_status("  child", status_of(child));
}

static int in_shared_memory(void *argument)
{
	*(volatile int *)argument = errno_of_work();
	_exit(0);
}

static void shared_memory(void)
{
	static volatile int answer;
	static const int flags[] = { CLONE_VM, CLONE_VM | CLONE_SIGHAND,
				     CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_FS };
	for (int i = 0; i < 3; i++) {
		answer = 0;
		pid_t child = clone(in_shared_memory, stack + STACK, flags[i] | SIGCHLD,
				    (void *)(uintptr_t)&answer);
		say_status("  child", status_of(need(child, "clone")));
		printf("  its answer: %d\n", answer);
	}
}

/* No signal at its end: only __WALL or __WCLONE sees it. */
static void without_signal(void)
{
	pid_t child = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (child == 0)
		_exit(errno_of_work());
	say("  waitpid", waitpid(child, NULL, 0));
	say_status("  with __WALL", status_of(child));
}

static void *fork_here(void *argument)
{
	(void)argument;
	say_child("  child of a thread", fork());
	say_child("  clone3 of a thread", raw_clone3(0));
	return NULL;
}

static void from_a_thread(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, fork_here, NULL);
	pthread_join(thread, NULL);
}

static pthread_t leader;

static void *outlive_the_leader(void *argument)
{
	(void)argument;
	pthread_join(leader, NULL);
	work();
	say_child("  child", fork());
	printf("  the process is still here\n");
	exit(7);
}

static void leader_goes_first(void)
{
	pthread_t thread;
	leader = pthread_self();
	pthread_create(&thread, NULL, outlive_the_leader, NULL);
	pthread_exit(NULL);
}

/* Its parent ends first; then it is ours. */
static void orphan(void)
{
	need(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "PR_SET_CHILD_SUBREAPER");
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		pid_t parent = getpid();
		if (fork() == 0) {
			while (getppid() == parent)
				usleep(100);
			_exit(errno_of_work());
		}
		_exit(3);
	}
	say_status("  child", status_of(child));
	say_status("  grandchild", status_of(-1));
}

static const struct scene scenes[] = {
	{ "parent", of_another_parent },
	{ "untraced", untraced },
	{ "untraced-vfork", untraced_vfork },
	{ "files", shared_descriptors },
	{ "unshare-files", unshared_descriptors },
	{ "thread-unshares", thread_unshares },
	{ "thread-close-range", thread_unshares_by_close_range },
	{ "pid-namespace", pid_namespace },
	{ "user-namespace", user_namespace },
	{ "dying-namespace", dying_namespace },
	{ "pidfd", with_pidfd },
	{ "memory", shared_memory },
	{ "no-signal", without_signal },
	{ "thread", from_a_thread },
	{ "leader", leader_goes_first },
	{ "orphan", orphan },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return scenes_play(scenes, argc, argv);
}
