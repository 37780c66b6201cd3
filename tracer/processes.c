#include "processes.h"

#include "director.h"

#include "ptrace/attach.h"
#include "ptrace/status.h"
#include "ptrace/stops.h"
#include "support/auto.h"
#include "support/language.h"
#include "support/names.h"
#include "support/scarce.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- records ------------------------------------------------------------------------------------
 */

void process_write(struct session *session, const struct thread *thread,
		   const struct record_process *process)
{
	struct record record = record_blank(RECORD_PROCESS, session_now(session));
	record.pid = thread->process->pid;
	record.tid = thread->tid;
	record.lane = thread->lane;
	record.process = process;
	bool shown = session->options->selection.classes & CLASS_PROCESS;
	if (shown)
		calls_show_waiting(session, record.time);
	teach_record(session, &record, NULL);
	if (shown)
		session_write(session, &record);
}

/* --- birth --------------------------------------------------------------------------------------
 */

struct process *process_new(struct session *session, pid_t pid)
{
	struct process *process = calloc(1, sizeof *process);
	if (!process || map_put(&session->processes, (uint64_t)pid, process) < 0) {
		free(process);
		return NULL;
	}
	process->pid = pid;
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool none = process->pidfd < 0 && (errno == EMFILE || errno == ENFILE);
	if (none || descriptor_is_scarce(process->pidfd)) {
		auto_close(&process->pidfd);
		process->pidfd = -1;
		session_lost(session, -EMFILE);
	}
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

void process_thread(struct session *session, struct process *process, struct thread *thread,
		    pid_t maker)
{
	struct record_process born = record_process_blank(PROCESS_THREAD);
	thread->process = process;
	process->threads++;
	/* The main thread is the first; so the first one made is t2. */
	thread->lane = lane_of_thread(&session->lanes, process->lane, ++process->threads_named + 1);
	born.parent = maker;
	process_write(session, thread, &born);
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

/* Whether another thread is in a call that changes the table of descriptors: nobody knows
 * whether the child has got it as it was before, or after. */
static bool table_changes(const struct session *session, const struct thread *maker)
{
	static const bool changes[CALL_COUNT] = {
		[CALL_SOCKET] = true,  [CALL_SOCKETPAIR] = true,  [CALL_ACCEPT] = true,
		[CALL_ACCEPT4] = true, [CALL_CLOSE] = true,       [CALL_CLOSE_RANGE] = true,
		[CALL_DUP] = true,     [CALL_DUP2] = true,        [CALL_DUP3] = true,
		[CALL_FCNTL] = true,   [CALL_RECVMSG] = true,     [CALL_RECVMMSG] = true,
		[CALL_UNSHARE] = true, [CALL_PIDFD_GETFD] = true,
	};
	size_t position = 0;
	if (maker->process->threads == 1)
		return false;
	for (const struct thread *thread;
	     (thread = map_next(&session->tracees.threads, &position));)
		if (thread != maker && thread->process == maker->process && thread->pending &&
		    changes[thread->pending->event->call])
			return true;
	return false;
}

static int start_process(struct session *session, const struct stop *stop, struct thread *thread)
{
	const struct process *parent = stop->thread->process;
	struct record_process born = record_process_blank(PROCESS_FORK);
	struct process *process = process_new(session, thread->tid);
	autofree char *base = base_of(session, parent->lane);

	if (!process || !base ||
	    sockets_process_fork(session->sockets, process, parent, stop->child_shares_files) < 0)
		return -ENOMEM;
	process->program = parent->program;
	process->attached = parent->attached;
	process->own_mask = parent->own_mask;
	process->own_filter = parent->own_filter;
	process->ring = parent->ring;
	process->threads = 1;
	watching_born(session, stop, process);
	sourcing_forked(session, parent, process);
	process->lane = lane_new(&session->lanes, base);
	thread->process = process;
	thread->lane = process->lane;
	if (table_changes(session, stop->thread)) {
		sockets_verify(session->sockets, process);
		process_recognise(session, process);
	}
	born.parent = parent->pid;
	process_write(session, thread, &born);
	return 0;
}

void process_let_run(struct session *session, struct thread *thread)
{
	struct stop first = { .kind = STOP_BORN, .thread = thread, .tid = thread->tid };
	thread->held = false;
	session->held--;
	watching_appeared(session, &first);
	stop_resume(&first, RESUME);
}

void process_forked(struct session *session, const struct stop *stop)
{
	struct thread *thread = tracees_find(&session->tracees, stop->child);
	if (!thread)
		thread = tracees_add(&session->tracees, stop->child);
	if (!thread)
		session->error = -ENOMEM;
	/* One that was adopted meanwhile is known. */
	if (!thread || thread->process)
		return;
	colocation_born(stop->thread, stop->child);
	thread->strict = stop->thread->strict;
	if (stop->child_is_thread)
		process_thread(session, stop->thread->process, thread, stop->tid);
	else if ((session->error = start_process(session, stop, thread)) < 0)
		return;
	thread->stop_each = thread->process->watch.stop_each;
	if (thread->held)
		process_let_run(session, thread);
}

/* --- exec
 * ----------------------------------------------------------------------------------------- */

void process_name(struct session *session, struct process *process, const struct image *image)
{
	autofree char *base = lane_base(image->name, image->argv);
	autofree char *old = process->lane ? base_of(session, process->lane) : NULL;
	/* The same program again keeps its lane; another one gets its own. */
	if (process->lane && (!base || (old && strcmp(base, old) == 0)))
		return;
	process->lane = base ? lane_new(&session->lanes, base) : "?";
	process->threads_named = 0;
}

/* execve(2): a set-user-ID program gets nothing by it while it is traced, unless the tracer may
 * have it too; nor with no_new_privs. */
static void tell_privilege(struct session *session, const struct process *process,
			   const struct image *image)
{
	struct stat file;
	struct statvfs system;
	struct status status;
	uint64_t effective;
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/exe", process->pid);
	if (session->privilege_told || stat(path, &file) < 0 || !(file.st_mode & S_ISUID) ||
	    statvfs(path, &system) < 0 || system.f_flag & ST_NOSUID ||
	    !status_read(process->pid, &status) || !status_effective_user(&status, &effective) ||
	    effective == file.st_uid)
		return;
	outputs_flush(session->outputs);
	fprintf(stderr,
		_("socktrace: %s (pid %d): is set-user-ID, and runs without that privilege\n"
		  "  a traced program gets none that its tracer has not: run socktrace as root\n"),
		image->program, process->pid);
	session->privilege_told = true;
}

void process_execed(struct session *session, const struct stop *stop)
{
	struct thread *thread = stop->thread;
	struct process *process = thread->process;
	struct thread *former = tracees_find(&session->tracees, stop->child);
	bool first = process->lane == NULL;
	struct image image;

	call_abandon(session, thread, "exec");
	process->exiting = 0;
	all_sockets_exited(session, thread);
	if (former && former != thread) {
		/* The thread that called execve now has the leader's tid (see the manual page of
		 * ptrace). */
		call_abandon(session, former, "exec");
		all_sockets_exited(session, former);
		colocation_gone(&session->colocation, former);
		tracees_remove(&session->tracees, former);
		process->threads--;
	}
	image_read(&image, process->pid);
	sourcing_execed(session, process);
	if (first)
		process_recognise(session, process);
	else if (sockets_process_exec(session->sockets, process) < 0)
		session_lost(session, -ENOMEM);
	connections_collect(session);
	process_name(session, process, &image);
	thread->lane = process->lane;
	tell_privilege(session, process, &image);

	struct record_process record = record_process_blank(first ? PROCESS_START : PROCESS_EXEC);
	record.program = image.program;
	record.argv = image.argv;
	process_write(session, thread, &record);
	director_execed(session->director, session, process);
	image_done(&image);
}

/* --- signals and death
 * ------------------------------------------------------------------------------- */

void process_signalled(struct session *session, const struct stop *stop)
{
	struct record_process record = record_process_blank(PROCESS_SIGNAL);
	record.signal = signal_name(stop->signal);
	record.parent = stop->sender;
	record.cause = &stop->cause;
	if (stop->thread->lane)
		process_write(session, stop->thread, &record);
}

/* A namespace of which nothing is left but what we opened to look into it may end, too. */
static void leave_networks(struct session *session)
{
	size_t position = 0;
	for (uint64_t network; (network = witnesses_next_network(session->witnesses, &position));)
		if (!sockets_in_network(session->sockets, network))
			witnesses_forget_network(session->witnesses, network);
}

static void process_gone(struct session *session, struct thread *thread, int status)
{
	struct process *process = thread->process;
	struct record_process record = record_process_blank(PROCESS_EXIT);
	if (WIFEXITED(status))
		record.status = WEXITSTATUS(status);
	else
		record.signal = signal_name(WTERMSIG(status));
	record.dumped = WIFSIGNALED(status) && WCOREDUMP(status);
	if (process->lane)
		process_write(session, thread, &record);

	map_remove(&session->processes, (uint64_t)process->pid);
	sourcing_gone(session, process);
	/* exit(2) closes as close(2) does. */
	sockets_process_exit(session->sockets, process, !WIFEXITED(status), connection_lost,
			     session);
	director_gone(session->director, session, process, status);
	leave_networks(session);
	auto_close(&process->pidfd);
	free(process);
}

void thread_gone(struct session *session, const struct stop *stop)
{
	struct thread *thread = stop->thread;
	struct process *process = thread->process;

	call_abandon(session, thread, WIFSIGNALED(stop->status) ? "killed" : "exit");
	sourcing_thread_gone(session, thread);
	session->held -= thread->held;
	if (process) {
		process->threads--;
		process->exiting -= thread->exiting;
	}
	all_sockets_exited(session, thread);
	/* The kernel tells of the leader's end when the last thread is gone; but not us, if we
	 * have let the leader go before. */
	if (process && process->pid == thread->tid)
		process_gone(session, thread, stop->status);
	else if (process && process->threads == 0)
		process_detached(session, thread);
	colocation_gone(&session->colocation, thread);
	tracees_remove(&session->tracees, thread);
}
