/*
 * Tortures the knowledge of which number is a socket: thousands of operations by chance on
 * sockets and files whose numbers change hands all the time. Keeps a log of each call it made on
 * a socket (thread, call, descriptor, result, errno), in memory, and writes it at the end: a
 * trace must be equal to it.
 *
 *     mixed alone|timer|threads|threads-timer|vfork|files|filter|filters OPERATIONS SEED LOG
 */
#include "mixed_operations.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { WORKERS = 4, STACK = 256 * 1024, VFORKS_EVERY = 25, OPERATIONS_OF_A_CHILD = 12 };

struct run {
	int operations;
	uint64_t seed;
	bool ticking, filters;
	int logs;
	struct log *log[WORKERS];
};

/* Shared: children write it too. It takes no memory until it is written. */
static struct log *log_new(int operations)
{
	struct log *log =
		mmap(NULL, sizeof *log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t capacity = (size_t)operations * LINES_OF_AN_OPERATION + LINES_AROUND;
	struct line *lines = mmap(NULL, capacity * sizeof *lines, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (log == MAP_FAILED || lines == MAP_FAILED)
		err(1, "mmap");
	log->lines = lines;
	log->capacity = capacity;
	return log;
}

static void logs_write(const struct run *run, const char *path)
{
	FILE *file = fopen(path, "we");
	if (!file)
		err(1, "%s", path);
	for (int i = 0; i < run->logs; i++)
		for (size_t j = 0; j < run->log[i]->count; j++) {
			const struct line *line = &run->log[i]->lines[j];
			fprintf(file, "%d %s %d %d %s\n", line->tid, line->call, line->fd,
				line->result, line->error ? strerrorname_np(line->error) : "-");
		}
	if (fclose(file) != 0)
		err(1, "%s", path);
}

/* One of the program's own, when there are sockets already: getsockopt fails from now on. */
static void install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockopt, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXFULL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = code };
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	need((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

static void run_worker(const struct run *run, int index)
{
	struct worker worker;
	worker_init(&worker, run->log[index], index, run->seed + (uint64_t)index);
	for (int i = 0; i < run->operations; i++) {
		if (run->ticking)
			tick_goes_on();
		if (run->filters && (i == run->operations / 4 || i == run->operations / 2))
			install_filter();
		operate(&worker);
	}
	worker_done(&worker);
}

/* --- the ways to run ---------------------------------------------------------------------- */

static void alone(struct run *run)
{
	run_worker(run, 0);
	printf("results: %016" PRIx64 "\n", run->log[0]->digest);
}

static void timer(struct run *run)
{
	run->ticking = true;
	tick_begin(SA_RESTART);
	run_worker(run, 0);
	tick_end();
	printf("ticks: %s\n", ticks > 0 ? "some" : "none");
}

static void filter_alone(struct run *run)
{
	run->filters = true;
	run_worker(run, 0);
}

struct thread {
	const struct run *run;
	int index;
};

static void *thread_main(void *argument)
{
	const struct thread *thread = argument;
	run_worker(thread->run, thread->index);
	return NULL;
}

static void threads(struct run *run)
{
	pthread_t ids[WORKERS];
	struct thread arguments[WORKERS];
	run->operations /= WORKERS;
	for (int i = 0; i < WORKERS; i++) {
		arguments[i] = (struct thread){ run, i };
		if (pthread_create(&ids[i], NULL, thread_main, &arguments[i]) != 0)
			errx(1, "pthread_create");
	}
	for (int i = 0; i < WORKERS; i++)
		pthread_join(ids[i], NULL);
}

/* Each thread with filters that the others have not. */
static void filters(struct run *run)
{
	run->filters = true;
	threads(run);
}

static void threads_and_timer(struct run *run)
{
	run->ticking = true;
	tick_begin(SA_RESTART);
	threads(run);
	tick_end();
}

/* It has the parent's memory, and a copy of its descriptors. */
static int vforked(void *argument)
{
	struct worker *worker = argument;
	worker_moved(worker);
	for (int i = 0; i < OPERATIONS_OF_A_CHILD; i++)
		operate(worker);
	_exit(0);
}

static void vforks(struct run *run)
{
	static char stack[STACK] __attribute__((aligned(16)));
	struct worker worker;
	worker_init(&worker, run->log[0], 0, run->seed);
	for (int i = 0; i < run->operations; i += VFORKS_EVERY) {
		for (int j = 0; j < VFORKS_EVERY - OPERATIONS_OF_A_CHILD; j++)
			operate(&worker);
		struct worker copy = worker;
		pid_t child =
			need(clone(vforked, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, &copy),
			     "clone");
		worker.random = copy.random;
		if (status_of(child) != 0)
			errx(1, "a child failed");
	}
	worker_done(&worker);
}

/* Processes of their own with one table of descriptors. */
static void files(struct run *run)
{
	pid_t children[WORKERS];
	run->operations /= WORKERS;
	for (int i = 1; i < WORKERS; i++) {
		children[i] = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, 0);
		need(children[i], "clone");
		if (children[i] == 0) {
			run_worker(run, i);
			_exit(0);
		}
	}
	run_worker(run, 0);
	for (int i = 1; i < WORKERS; i++)
		say_status("child", status_of(children[i]));
}

static const struct mode {
	const char *name;
	void (*run)(struct run *run);
} modes[] = {
	{ "alone", alone },     { "timer", timer },
	{ "threads", threads }, { "vfork", vforks },
	{ "files", files },     { "filter", filter_alone },
	{ "filters", filters }, { "threads-timer", threads_and_timer },
};

int main(int argc, char **argv)
{
	if (argc != 5)
		errx(2, "usage: mixed MODE OPERATIONS SEED LOG");
	struct run run = {
		.operations = (int)strtol(argv[2], NULL, 10),
		.seed = strtoull(argv[3], NULL, 10),
		.logs = WORKERS,
	};
	print_at_once();
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < WORKERS; i++)
		run.log[i] = log_new(run.operations);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run(&run);
			logs_write(&run, argv[4]);
			printf("%s: done\n", argv[1]);
			return 0;
		}
	errx(2, "no such mode: %s", argv[1]);
}
