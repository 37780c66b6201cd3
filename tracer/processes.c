#include "session.h"

#include "director.h"

#include "ptrace/attach.h"
#include "ptrace/stops.h"
#include "support/auto.h"
#include "support/names.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 256, MAX_COMMAND_LINE = 65536 };

/* --- what the program is ---------------------------------------------------------------------- */

struct image {
	char program[4096]; /* the file, all links followed */
	char name[4096];    /* what it was called by: links and `#!` scripts keep theirs */
	char *words;        /* the command line, its words ended by NUL */
	const char *argv[MAX_ARGUMENTS + 1];
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* proc_pid_comm(5): the base name of what execve() was given, cut after 15 bytes. */
static void read_name(struct image *image, pid_t pid)
{
	char path[64];
	const char *program = base_name(image->program);
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	autofclose FILE *file = fopen(path, "re");
	if (!file || !fgets(image->name, 17, file))
		snprintf(image->name, sizeof image->name, "%s", program);
	image->name[strcspn(image->name, "\n")] = '\0';
	if (strncmp(program, image->name, 15) == 0)
		snprintf(image->name, sizeof image->name, "%s", program);
}

/* proc_pid_cmdline(5), proc_pid_exe(5) */
static void image_read(struct image *image, pid_t pid)
{
	char path[64];
	size_t count = 0;
	*image = (struct image){ .words = calloc(1, MAX_COMMAND_LINE + 1) };

	snprintf(path, sizeof path, "/proc/%d/exe", pid);
	ssize_t length = readlink(path, image->program, sizeof image->program - 1);
	if (length < 0)
		snprintf(image->program, sizeof image->program, "?");
	read_name(image, pid);
	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 || !image->words ? -1 : read(fd, image->words, MAX_COMMAND_LINE);
	for (ssize_t at = 0; at < size && count < MAX_ARGUMENTS;
	     at += (ssize_t)strlen(image->words + at) + 1)
		image->argv[count++] = image->words + at;
}

/* --- records ------------------------------------------------------------------------------------
 */

static struct record_process blank(enum process_what what)
{
	return (struct record_process){ .what = what, .status = -1 };
}

static void write_process(struct session *session, const struct thread *thread,
			  const struct record_process *process)
{
	if (!(session->options->selection.classes & CLASS_PROCESS))
		return;
	struct record record = record_blank(RECORD_PROCESS, session_now(session));
	record.pid = thread->process->pid;
	record.tid = thread->tid;
	record.lane = thread->lane;
	record.process = process;
	calls_show_waiting(session, record.time);
	session_write(session, &record);
}

/* --- birth --------------------------------------------------------------------------------------
 */

static struct process *process_new(struct session *session, pid_t pid)
{
	struct process *process = calloc(1, sizeof *process);
	if (!process || map_put(&session->processes, (uint64_t)pid, process) < 0) {
		free(process);
		return NULL;
	}
	process->pid = pid;
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return process;
}

struct thread *process_launched(struct session *session, pid_t pid, unsigned program,
				const struct watch *watch)
{
	struct process *process = process_new(session, pid);
	struct thread *thread = process ? tracees_add(&session->tracees, pid) : NULL;
	if (!thread || sockets_process_init(session->sockets, process) < 0)
		return NULL;
	process->program = program;
	process->threads = 1;
	process->watch = *watch;
	thread->process = process;
	thread->stop_each = watch->stop_each;
	return thread;
}

static void start_thread(struct session *session, const struct thread *maker, struct thread *thread)
{
	struct process *process = maker->process;
	struct record_process born = blank(PROCESS_THREAD);
	thread->process = process;
	process->threads++;
	/* The main thread is the first; so the first one made is t2. */
	thread->lane = lane_of_thread(&session->lanes, process->lane, ++process->threads_named + 1);
	born.parent = maker->tid;
	write_process(session, thread, &born);
}

/* "server-2" is a server too: its children are further ones. */
static char *base_of(struct session *session, const char *lane)
{
	char *base = strdup(lane);
	for (size_t i = 0; base && i < session->lanes.count; i++) {
		const char *name = session->lanes.names[i].base;
		size_t length = strlen(name);
		if (strncmp(lane, name, length) == 0 && lane[length] == '-' &&
		    isdigit((unsigned char)lane[length + 1]) &&
		    strspn(lane + length + 1, "0123456789") == strlen(lane + length + 1))
			base[length] = '\0';
	}
	return base;
}

static int start_process(struct session *session, const struct stop *stop, struct thread *thread)
{
	const struct process *parent = stop->thread->process;
	struct record_process born = blank(PROCESS_FORK);
	struct process *process = process_new(session, thread->tid);
	autofree char *base = base_of(session, parent->lane);

	if (!process || !base ||
	    sockets_process_fork(session->sockets, process, parent, stop->child_shares_files) < 0)
		return -1;
	process->program = parent->program;
	process->attached = parent->attached;
	process->own_mask = parent->own_mask;
	process->own_filter = parent->own_filter;
	process->threads = 1;
	watching_born(session, stop, process);
	process->lane = lane_new(&session->lanes, base);
	thread->process = process;
	thread->lane = process->lane;
	born.parent = parent->pid;
	write_process(session, thread, &born);
	return 0;
}

void process_forked(struct session *session, const struct stop *stop)
{
	struct thread *thread = tracees_find(&session->tracees, stop->child);
	bool waits = thread != NULL;

	if (!thread)
		thread = tracees_add(&session->tracees, stop->child);
	if (!thread)
		return;
	colocation_born(stop->thread, stop->child);
	thread->held = false;
	thread->strict = stop->thread->strict;
	if (stop->child_is_thread)
		start_thread(session, stop->thread, thread);
	else
		start_process(session, stop, thread);
	if (thread->process)
		thread->stop_each = thread->process->watch.stop_each;
	if (waits) {
		/* Its first stop came first: now it may go. */
		struct stop first = { .kind = STOP_BORN, .thread = thread, .tid = thread->tid };
		if (thread->process)
			watching_appeared(session, &first);
		stop_resume(&first, RESUME);
	}
}

/* --- exec
 * ----------------------------------------------------------------------------------------- */

/* Of a connection that was there before us: where somebody here listens on its address, the
 * other end has connected. */
static void give_roles(struct session *session)
{
	size_t position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));) {
		if (socket->role != ROLE_NONE || !is_tcp(socket) || !*socket->remote)
			continue;
		bool accepted = sockets_listener_for(session->sockets, socket->local) != NULL;
		socket->role = accepted ? ROLE_ACCEPTED : ROLE_CONNECTOR;
	}
}

/* What it was started with and holds already: inetd's way of starting servers. */
static void recognise_inherited(struct session *session, struct process *process)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/fd", process->pid);
	autoclosedir DIR *directory = opendir(path);
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		if (isdigit((unsigned char)*entry->d_name))
			sockets_recognise(session->sockets, process,
					  (int)strtol(entry->d_name, NULL, 10));
	give_roles(session);
}

static void name_program(struct session *session, struct process *process,
			 const struct image *image)
{
	autofree char *base = lane_base(image->name, image->argv);
	autofree char *old = process->lane ? base_of(session, process->lane) : NULL;
	/* The same program again keeps its lane; another one gets its own. */
	if (!base || (old && strcmp(base, old) == 0))
		return;
	process->lane = lane_new(&session->lanes, base);
	process->threads_named = 0;
}

void process_execed(struct session *session, const struct stop *stop)
{
	struct thread *thread = stop->thread;
	struct process *process = thread->process;
	struct thread *former = tracees_find(&session->tracees, stop->child);
	bool first = process->lane == NULL;
	struct image image;

	call_abandon(session, thread, "exec");
	if (former && former != thread) {
		/* The thread that called execve now has the leader's tid (see the manual page of
		 * ptrace). */
		call_abandon(session, former, "exec");
		colocation_gone(&session->colocation, former);
		tracees_remove(&session->tracees, former);
		process->threads--;
	}
	image_read(&image, process->pid);
	if (first)
		recognise_inherited(session, process);
	else
		sockets_process_exec(session->sockets, process);
	connections_collect(session);
	name_program(session, process, &image);
	thread->lane = process->lane;

	struct record_process record = blank(first ? PROCESS_START : PROCESS_EXEC);
	record.program = image.program;
	record.argv = image.argv;
	write_process(session, thread, &record);
	director_execed(session->director, session, process);
	free(image.words);
}

/* --- attach ----------------------------------------------------------------------------------- */

struct attachment {
	struct session *session;
	struct process *process;
};

static void thread_attached(void *context, pid_t tid)
{
	struct attachment *attachment = context;
	struct process *process = attachment->process;
	struct session *session = attachment->session;
	struct thread *thread = tracees_add(&session->tracees, tid);

	if (!thread)
		return;
	thread->process = process;
	thread->stop_each = true;
	thread->interrupted = true;
	process->threads++;
	thread->lane = tid == process->pid ? process->lane
					   : lane_of_thread(&session->lanes, process->lane,
							    ++process->threads_named + 1);
}

int process_attached(struct session *session, pid_t pid, unsigned program)
{
	struct record_process record = blank(PROCESS_ATTACH);
	struct image image;
	struct process *process = process_new(session, pid);
	struct attachment attachment = { session, process };

	if (!process || sockets_process_init(session->sockets, process) < 0)
		return -ENOMEM;
	process->attached = true;
	process->watch.stop_each = true; /* a filter could not be taken out again */
	process->program = program;
	image_read(&image, pid);
	name_program(session, process, &image);
	int result = process->lane ? attach_process(pid, thread_attached, &attachment) : -ESRCH;
	struct thread *thread = tracees_find(&session->tracees, pid);
	if (result > 0 && thread) {
		recognise_inherited(session, process);
		record.program = image.program;
		record.argv = image.argv;
		write_process(session, thread, &record);
	}
	free(image.words);
	return result < 0 ? result : 0;
}

/* --- signals and death
 * ------------------------------------------------------------------------------- */

void process_signalled(struct session *session, const struct stop *stop)
{
	struct record_process record = blank(PROCESS_SIGNAL);
	record.signal = signal_name(stop->signal);
	record.parent = stop->sender;
	if (stop->thread->lane)
		write_process(session, stop->thread, &record);
}

/* exit(2) closes as close(2) does. */
static void connection_left(void *context, struct socket *socket)
{
	socket->killed = false;
	connection_lost(context, socket);
}

static void process_gone(struct session *session, struct thread *thread, int status)
{
	struct process *process = thread->process;
	struct record_process record = blank(PROCESS_EXIT);
	if (WIFEXITED(status))
		record.status = WEXITSTATUS(status);
	else
		record.signal = signal_name(WTERMSIG(status));
	if (process->lane)
		write_process(session, thread, &record);

	map_remove(&session->processes, (uint64_t)process->pid);
	sockets_process_exit(session->sockets, process,
			     WIFEXITED(status) ? connection_left : connection_lost, session);
	director_gone(session->director, session, process, status);
	auto_close(&process->pidfd);
	free(process);
}

int thread_detach(struct session *session, const struct stop *stop)
{
	struct thread *thread = stop->thread;
	struct process *process = thread->process;
	struct record_process record = blank(PROCESS_DETACH);

	if (stop->kind == STOP_BORN)
		attach_restart_call(stop->tid);
	call_abandon(session, thread, "detach");
	int result = attach_detach(stop);
	if (--process->threads == 0)
		write_process(session, thread, &record);
	/* The process stays known: at the end its connections are looked at once more. */
	tracees_remove(&session->tracees, thread);
	return result;
}

void thread_gone(struct session *session, const struct stop *stop)
{
	struct thread *thread = stop->thread;
	struct process *process = thread->process;

	call_abandon(session, thread, WIFSIGNALED(stop->status) ? "killed" : "exit");
	if (process)
		process->threads--;
	/* The kernel tells of the leader's end when the last thread is gone. */
	if (process && process->pid == thread->tid)
		process_gone(session, thread, stop->status);
	colocation_gone(&session->colocation, thread);
	tracees_remove(&session->tracees, thread);
}
