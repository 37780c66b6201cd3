/*
 * Tortures what a tracer could break without noticing: restartable sequences, robust futexes,
 * stacks that are nearly full, no memory to map, very high descriptors, SIGTRAP, an attempt to be
 * traced, time and identity; each around calls on sockets.
 */
#include "scenes.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

enum { ROUNDS = 300 };

/* --- rseq(2) -----------------------------------------------------------------------------------
 */

#if __has_include(<sys/rseq.h>)

/* The kernel writes the CPU at each return to the program; getcpu(2) says which it is. */
static void restartable(void)
{
	int good = 0, ends[2];
	const char *own = __builtin_thread_pointer();
	const volatile struct rseq *area = (const volatile struct rseq *)(own + __rseq_offset);
	if (__rseq_size == 0) {
		printf("  no rseq here\n");
		return;
	}
	stream_pair(ends);
	tick_begin(SA_RESTART);
	for (int i = 0; i < ROUNDS; i++) {
		char byte;
		tick_goes_on();
		if (write(ends[0], "x", 1) != 1 || read(ends[1], &byte, 1) != 1)
			continue;
		/* It may move between the two looks; not every time. */
		for (int tries = 0; tries < 100; tries++) {
			unsigned before = area->cpu_id, cpu = 0;
			syscall(SYS_getcpu, &cpu, NULL, NULL);
			if (before == cpu && area->cpu_id_start == cpu) {
				good++;
				break;
			}
		}
	}
	tick_end();
	printf("  rseq knows the CPU: %d of %d\n", good, ROUNDS);
	say("  registering another", syscall(SYS_rseq, &ends, 32, 0, 0));
}

#else

static void restartable(void)
{
	printf("  no rseq in this C library\n");
}

#endif

/* --- robust futexes ------------------------------------------------------------------------------
 */

/* Its holder is killed in a call on a socket: set_robust_list(2) is the kernel's to honour. */
static void robust(void)
{
	int ends[2];
	char byte;
	pthread_mutexattr_t attributes;
	pthread_mutex_t *mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mutex == MAP_FAILED)
		err(1, "mmap");
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(mutex, &attributes);
	stream_pair(ends);
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		pthread_mutex_lock(mutex);
		need((int)send(ends[1], "l", 1, 0), "send");
		for (;;)
			recv(ends[1], &byte, 1, 0);
	}
	say("  locked", recv(ends[0], &byte, 1, 0));
	kill(child, SIGKILL);
	say_status("  holder", status_of(child));
	printf("  lock: %s\n", strerrorname_np(pthread_mutex_lock(mutex)));
	printf("  consistent: %d\n", pthread_mutex_consistent(mutex));
	printf("  unlock: %d\n", pthread_mutex_unlock(mutex));
}

/* --- stacks
 * ----------------------------------------------------------------------------------------- */

static const size_t SMALL = 65536, LEFT = 256;

/* The stack pointer is close above memory that is not there. */
static __attribute__((noinline)) void work_at_edge(const char *edge)
{
	int ends[2];
	char byte;
	volatile char *low =
		__builtin_alloca((size_t)((char *)__builtin_frame_address(0) - edge) - LEFT);
	low[0] = 1;
	long made = syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
	long sent = syscall(SYS_sendto, ends[0], "x", 1, 0, NULL, 0);
	long received = syscall(SYS_read, ends[1], &byte, 1);
	long closed = syscall(SYS_close, ends[0]) + syscall(SYS_close, ends[1]);
	ends[0] = (int)(made * 1000 + sent * 100 + received * 10 + closed);
	__atomic_store_n((int *)(uintptr_t)(edge + 64), ends[0], __ATOMIC_SEQ_CST);
}

static void *thread_at_edge(void *edge)
{
	work_at_edge(edge);
	return NULL;
}

static void low_stack(void)
{
	pthread_t thread;
	pthread_attr_t attributes;
	/* Found by the dynamic linker now: later there is no stack for that. */
	syscall(SYS_getpid);
	char *memory = mmap(NULL, 2 * SMALL, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || mprotect(memory + SMALL, SMALL, PROT_READ | PROT_WRITE) < 0)
		err(1, "mmap");
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, memory + SMALL, SMALL);
	if (pthread_create(&thread, &attributes, thread_at_edge, memory + SMALL) != 0)
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
	printf("  at the edge: %d\n", *(const int *)(memory + SMALL + 64));
}

static sigjmp_buf back;

static void on_overflow(int signal)
{
	int ends[2];
	(void)signal;
	stream_pair(ends);
	work_on(ends);
	siglongjmp(back, 1);
}

static __attribute__((noinline)) int recurse(volatile int *deeper)
{
	volatile int here[1024];
	here[0] = *deeper + 1;
	if (here[0] < 0)
		return 0; /* not within this stack */
	return recurse(here) + here[0];
}

/* SIGSEGV on a stack of its own, for the first one is full. */
static void overflow(void)
{
	static char other[65536];
	stack_t stack = { .ss_sp = other, .ss_size = sizeof other };
	struct sigaction action = { .sa_handler = on_overflow, .sa_flags = SA_ONSTACK };
	volatile int start = 0;
	setrlimit(RLIMIT_STACK, &(struct rlimit){ 1 << 20, 1 << 20 });
	need(sigaltstack(&stack, NULL), "sigaltstack");
	need(sigaction(SIGSEGV, &action, NULL), "sigaction");
	if (sigsetjmp(back, 1) == 0)
		printf("  %d\n", recurse(&start));
	printf("  back from the overflow\n");
	work();
}

/* --- limits
 * ------------------------------------------------------------------------------------------- */

static void no_memory(void)
{
	printf("  before\n");
	need(setrlimit(RLIMIT_AS, &(struct rlimit){ 1, 1 }), "setrlimit");
	printf("  mmap: %s\n",
	       mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		       ? strerrorname_np(errno)
		       : "done");
	work();
}

static void high_descriptors(void)
{
	static const int numbers[] = { 63, 64, 255, 256, 1000, 4000, 65000 };
	int ends[2];
	char byte;
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
	setrlimit(RLIMIT_NOFILE, &limit);
	stream_pair(ends);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		printf("  %d\n", numbers[i]);
		say("  dup2", dup2(ends[0], numbers[i]));
		say("  write", write(numbers[i], "x", 1));
		say("  read", recv(ends[1], &byte, 1, MSG_DONTWAIT));
		say("  close", close(numbers[i]));
	}
}

static void few_descriptors(void)
{
	int ends[2];
	need(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 5, 5 }), "setrlimit");
	say("  socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	say("  socket", socket(AF_INET, SOCK_STREAM, 0));
	say("  write", write(ends[0], "x", 1));
	say("  dup", dup(ends[0]));
}

/* --- SIGTRAP, and another tracer
 * ------------------------------------------------------------------------ */

static volatile sig_atomic_t traps;
static int wire[2];

static void on_trap(int signal)
{
	(void)signal;
	traps += (int)send(wire[0], "t", 1, 0);
}

static void sigtrap(void)
{
	char data[8];
	signal(SIGTRAP, on_trap);
	stream_pair(wire);
	raise(SIGTRAP);
#ifdef __x86_64__
	__asm__ volatile("int3");
#endif
	kill(getpid(), SIGTRAP);
	printf("  handled and received the same: %s\n",
	       recv(wire[1], data, sizeof data, 0) == traps ? "yes" : "no");
	signal(SIGTRAP, SIG_IGN);
	raise(SIGTRAP);
	work();
	signal(SIGTRAP, SIG_DFL);
	raise(SIGTRAP);
}

/* Whether it works is the one thing that must differ under a tracer. */
static void traced(void)
{
	pid_t child = need(fork(), "fork");
	if (child == 0)
		exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0);
	printf("  PTRACE_TRACEME: %s\n",
	       WEXITSTATUS(status_of(child)) == 0 ? "works" : "is refused");
	work();
}

/* --- what it can look at
 * --------------------------------------------------------------------------------- */

static void say_line(const char *path, const char *start)
{
	char line[256];
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, start, strlen(start)) == 0)
			printf("  %s", line);
	if (file)
		fclose(file);
}

static void looks_at_itself(void)
{
	static const char *const starts[] = { "SigBlk",  "SigIgn", "SigCgt", "SigPnd",
					      "Threads", "FDSize", "CapEff" };
	char name[16] = "";
	work();
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		say_line("/proc/self/status", starts[i]);
	prctl(PR_GET_NAME, name);
	printf("  name: %s, nice: %d\n", name, getpriority(PRIO_PROCESS, 0));
	printf("  policy: %d, slack: %d\n", sched_getscheduler(0), prctl(PR_GET_TIMERSLACK));
	printf("  own group: %s, session: %s\n", getpgrp() == getpid() ? "yes" : "no",
	       getsid(0) == getpid() ? "yes" : "no");
}

static const struct scene scenes[] = {
	{ "rseq", restartable },
	{ "robust", robust },
	{ "low-stack", low_stack },
	{ "overflow", overflow },
	{ "no-memory", no_memory },
	{ "high-descriptors", high_descriptors },
	{ "few-descriptors", few_descriptors },
	{ "sigtrap", sigtrap },
	{ "traceme", traced },
	{ "itself", looks_at_itself },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return scenes_play(scenes, argc, argv);
}
