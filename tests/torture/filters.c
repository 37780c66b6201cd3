/*
 * Tortures a tracer that uses seccomp: programs that install filters of their own after they
 * have made sockets, with every answer a filter can give (seccomp(2)), in one thread or in all, and
 * then go on with sockets.
 */
#include "scenes.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>

enum { MAX_RULES = 32 };

/* These calls get this answer, all others the other one. */
static void filter(const int *calls, size_t count, unsigned answer, unsigned other, unsigned flags)
{
	struct sock_filter code[MAX_RULES + 3];
	size_t length = 0;
	code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						      offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count; i++)
		code[length++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i],
						     (unsigned char)(count - i), 0);
	code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
	code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
	struct sock_fprog program = { .len = (unsigned short)length, .filter = code };
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	need((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program), "seccomp");
}

static void forbid(int call, unsigned answer)
{
	filter(&call, 1, answer, SECCOMP_RET_ALLOW, 0);
}

/* The call that filters forbid. */
static void ask_name(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	say("  getsockname", getsockname(fd, (struct sockaddr *)&address, &size));
}

/* Sockets, the filter, sockets; the forbidden call on an old one and a new one. */
static void around(int call, unsigned answer)
{
	int ends[2], later[2];
	stream_pair(ends);
	work_on(ends);
	forbid(call, answer);
	work_on(ends);
	stream_pair(later);
	ask_name(ends[0]);
	ask_name(later[0]);
	work();
}

static void answers_errno(void)
{
	around(SYS_getsockname, SECCOMP_RET_ERRNO | EXFULL);
}

static void answers_errno_to_write(void)
{
	int ends[2];
	char data[4];
	stream_pair(ends);
	forbid(SYS_recvfrom, SECCOMP_RET_ERRNO | EXFULL);
	say("  send", send(ends[0], "abc", 3, 0));
	say("  recv", recv(ends[1], data, sizeof data, 0));
	say("  read", read(ends[1], data, sizeof data));
	forbid(SYS_close, SECCOMP_RET_ERRNO | EXFULL);
	say("  close", close(ends[0]));
	say("  send after close", send(ends[1], "abc", 3, MSG_NOSIGNAL));
}

/* A result that is none: the call did not happen, yet it returns 0. */
static void answers_nothing(void)
{
	int ends[2] = { 77, 78 };
	forbid(SYS_socketpair, SECCOMP_RET_ERRNO | 0);
	say("  socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	printf("  numbers: %d %d\n", ends[0], ends[1]);
	say("  send", send(ends[0], "abc", 3, 0));
	forbid(SYS_socket, SECCOMP_RET_ERRNO | 0);
	say("  socket", socket(AF_UNIX, SOCK_STREAM, 0));
	say("  close", close(77));
}

static void answers_trace(void)
{
	around(SYS_getsockname, SECCOMP_RET_TRACE | 0x1234);
}

static void answers_trace_0(void)
{
	around(SYS_getsockname, SECCOMP_RET_TRACE);
}

static void answers_kill_process(void)
{
	around(SYS_getsockname, SECCOMP_RET_KILL_PROCESS);
}

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	printf("  SIGSYS: %s, data %d\n", info->si_syscall == SYS_getsockname ? "getsockname" : "?",
	       info->si_errno);
}

static void answers_trap(void)
{
	struct sigaction action = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	int ends[2];
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	need(sigaction(SIGSYS, &action, NULL), "sigaction");
	stream_pair(ends);
	forbid(SYS_getsockname, SECCOMP_RET_TRAP | 7);
	/* Its result is whatever lies in the register. */
	getsockname(ends[0], (struct sockaddr *)&address, &size);
	work_on(ends);
	getsockname(ends[1], (struct sockaddr *)&address, &size);
	work();
}

static void allow_list(void)
{
	static const int allowed[] = {
		SYS_read,     SYS_write,      SYS_close,      SYS_sendto,     SYS_recvfrom,
		SYS_socket,   SYS_socketpair, SYS_dup,        SYS_exit_group, SYS_rt_sigreturn,
		SYS_shutdown, SYS_brk,        SYS_newfstatat, SYS_munmap,
	};
	int ends[2];
	stream_pair(ends);
	work_on(ends);
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	filter(allowed, sizeof allowed / sizeof *allowed, SECCOMP_RET_ALLOW,
	       SECCOMP_RET_ERRNO | EXFULL, 0);
	work_on(ends);
	ask_name(ends[0]);
	say("  fork", fork());
	say("  ppoll", poll(NULL, 0, 0));
	work();
}

static void allow_list_that_kills(void)
{
	static const int allowed[] = { SYS_read,   SYS_write,      SYS_close,   SYS_sendto,
				       SYS_socket, SYS_exit_group, SYS_recvfrom };
	int ends[2];
	stream_pair(ends);
	filter(allowed, sizeof allowed / sizeof *allowed, SECCOMP_RET_ALLOW,
	       SECCOMP_RET_KILL_PROCESS, 0);
	work_on(ends);
	say_descriptor("  socket", socket(AF_INET, SOCK_STREAM, 0));
	say("  close", close(ends[0]));
	ask_name(ends[1]);
}

/* Eight sockets first and then filter over filter. */
static void many_filters(void)
{
	int ends[2];
	for (int i = 0; i < 8; i++)
		stream_pair(ends);
	for (unsigned i = 0; i < 8; i++) {
		forbid(SYS_getsockname, SECCOMP_RET_ERRNO | (EXFULL + i));
		ask_name(ends[0]);
		work_on(ends);
	}
}

/* read, write, _exit and sigreturn; nothing else, not even exit_group. */
static void strict(void)
{
	static const char text[] = "  strict: bytes went both ways\n";
	int ends[2];
	char data[8];
	stream_pair(ends);
	work_on(ends);
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), "PR_SET_SECCOMP");
	if (write(ends[0], "abc", 3) == 3 && read(ends[1], data, sizeof data) == 3 &&
	    write(1, text, sizeof text - 1) > 0)
		syscall(SYS_exit, 5);
	syscall(SYS_exit, 6);
}

static void strict_and_then_forbidden(void)
{
	int ends[2];
	stream_pair(ends);
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), "PR_SET_SECCOMP");
	if (write(ends[0], "abc", 3) == 3)
		send(ends[0], "abc", 3, 0);
	syscall(SYS_exit, 6);
}

static void with_prctl(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockname, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXFULL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = code };
	int ends[2];
	stream_pair(ends);
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "PR_SET_SECCOMP");
	say("  mode", prctl(PR_GET_SECCOMP));
	ask_name(ends[0]);
	work();
}

/* --- threads -------------------------------------------------------------------------------- */

static int shared[2];
static pthread_barrier_t step;

static void *forbid_here_only(void *argument)
{
	unsigned answer = *(const unsigned *)argument;
	forbid(SYS_getsockname, answer);
	work_on(shared);
	ask_name(shared[0]);
	work();
	return NULL;
}

static void in_one_thread(unsigned answer)
{
	pthread_t thread;
	stream_pair(shared);
	work_on(shared);
	pthread_create(&thread, NULL, forbid_here_only, &answer);
	pthread_join(thread, NULL);
	printf("  the thread is over\n");
	ask_name(shared[0]);
	work();
}

static void thread_answers_errno(void)
{
	in_one_thread(SECCOMP_RET_ERRNO | EXFULL);
}

static void thread_answers_kill_thread(void)
{
	in_one_thread(SECCOMP_RET_KILL_THREAD);
}

static void *wait_for_filter(void *argument)
{
	(void)argument;
	work_on(shared);
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	work_on(shared);
	ask_name(shared[0]);
	work();
	return NULL;
}

static void tsync(void)
{
	pthread_t thread;
	const int call = SYS_getsockname;
	stream_pair(shared);
	pthread_barrier_init(&step, NULL, 2);
	pthread_create(&thread, NULL, wait_for_filter, NULL);
	pthread_barrier_wait(&step);
	filter(&call, 1, SECCOMP_RET_ERRNO | EXFULL, SECCOMP_RET_ALLOW, SECCOMP_FILTER_FLAG_TSYNC);
	pthread_barrier_wait(&step);
	pthread_join(thread, NULL);
	ask_name(shared[0]);
	work();
}

/* A thread whose filters are not the caller's stands in the way: seccomp(2) says which. */
static void tsync_refused(void)
{
	pthread_t thread;
	unsigned answer = SECCOMP_RET_ERRNO | EXFULL;
	stream_pair(shared);
	in_one_thread(answer);
	pthread_create(&thread, NULL, forbid_here_only, &answer);
	pthread_join(thread, NULL);
	tsync();
}

static const struct scene scenes[] = {
	{ "errno", answers_errno },
	{ "errno-to-data", answers_errno_to_write },
	{ "errno-0", answers_nothing },
	{ "trace", answers_trace },
	{ "trace-0", answers_trace_0 },
	{ "kill-process", answers_kill_process },
	{ "trap", answers_trap },
	{ "allow-list", allow_list },
	{ "allow-list-that-kills", allow_list_that_kills },
	{ "many", many_filters },
	{ "strict", strict },
	{ "strict-forbidden", strict_and_then_forbidden },
	{ "prctl", with_prctl },
	{ "thread-errno", thread_answers_errno },
	{ "thread-kill", thread_answers_kill_thread },
	{ "tsync", tsync },
	{ "tsync-after-threads", tsync_refused },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return scenes_play(scenes, argc, argv);
}
