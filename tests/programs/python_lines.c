/*
 * python_lines PID [ROUNDS]: stops each thread of a process and tells its Python line, one thread
 * a line: tid, file, line, column, end column, function, via, text, with tabs between; "-" is
 * what is not known. With ROUNDS, asks that often and tells, on standard error, how much of the
 * processor's time one took.
 */
#include "ptrace/memory.h"
#include "ptrace/registers.h"
#include "source/python.h"
#include "support/auto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

static bool stop(pid_t tid)
{
	int status;
	return ptrace(PTRACE_SEIZE, tid, 0, 0) == 0 && ptrace(PTRACE_INTERRUPT, tid, 0, 0) == 0 &&
	       waitpid(tid, &status, __WALL) == tid && WIFSTOPPED(status);
}

static int thread_pointer(const struct source_thread *thread, uint64_t *ret_pointer)
{
	return registers_thread_pointer(thread->tid, ret_pointer);
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void tell(struct pythons *pythons, pid_t pid, pid_t tid, unsigned long rounds)
{
	struct live_memory memory;
	struct source source;
	live_memory_init(&memory, tid);
	const struct source_thread thread = { .pid = pid,
					      .tid = tid,
					      .abi = ABI_NATIVE,
					      .memory = &memory.memory,
					      .pointer = thread_pointer };
	bool found = pythons_line(pythons, &thread, &source);
	double start = now();
	for (unsigned long i = 0; i < rounds; i++)
		found = pythons_line(pythons, &thread, &source);
	if (rounds)
		fprintf(stderr, "%.2f us a look-up\n", (now() - start) / (double)rounds);
	if (!found) {
		printf("%d\t-\n", (int)tid);
		return;
	}
	printf("%d\t%s\t%u\t%u\t%u\t%s\t%s\t%s\n", (int)tid, source.file, source.line,
	       source.column, source.end_column, or_dash(source.function), or_dash(source.via),
	       or_dash(source.text));
}

int main(int argc, char **argv)
{
	pid_t pid = argc > 1 ? (pid_t)strtol(argv[1], NULL, 10) : 0;
	unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	autoclosedir DIR *tasks = opendir(path);
	struct pythons *pythons = pythons_new();
	if (!tasks || !pythons) {
		fprintf(stderr, "python_lines: %s: %s\n", path, strerror(errno));
		return EXIT_FAILURE;
	}
	for (const struct dirent *task; (task = readdir(tasks));) {
		pid_t tid = (pid_t)strtol(task->d_name, NULL, 10);
		if (!tid || !stop(tid))
			continue;
		tell(pythons, pid, tid, rounds);
		ptrace(PTRACE_DETACH, tid, 0, 0);
	}
	unsigned unknown = pythons_unknown_version(pythons);
	if (unknown)
		fprintf(stderr, "CPython 3.%u is not known\n", unknown);
	pythons_free(pythons);
	return EXIT_SUCCESS;
}
