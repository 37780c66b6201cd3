/* Processes that were there before us: those of -p, and one whose maker cannot tell of it. */
#include "processes.h"

#include "ptrace/attach.h"
#include "ptrace/status.h"
#include "support/auto.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* --- their sockets ---------------------------------------------------------------------------- */

/* Of a connection that was there before us: where somebody here listens on its address, the
 * other end has connected. */
static void give_roles(struct session *session)
{
	size_t position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));) {
		if (socket->role != ROLE_NONE || !is_tcp(socket) || !*socket->remote)
			continue;
		bool accepted = sockets_listener_for(session->sockets, socket->network,
						     socket->local) != NULL;
		socket->role = accepted ? ROLE_ACCEPTED : ROLE_CONNECTOR;
	}
}

static void recognise(struct session *session, struct process *process, int fd)
{
	struct socket *socket = sockets_recognise(session->sockets, process, fd);
	if (socket)
		unix_recognise(session, socket);
}

/* What it was started with and holds already: inetd's way of starting servers. */
void process_recognise(struct session *session, struct process *process)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/fd", process->pid);
	autoclosedir DIR *directory = opendir(path);
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		if (isdigit((unsigned char)*entry->d_name))
			recognise(session, process, (int)strtol(entry->d_name, NULL, 10));
	give_roles(session);
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
	struct record_process record = record_process_blank(PROCESS_ATTACH);
	struct image image;
	struct process *process = process_new(session, pid);
	struct attachment attachment = { session, process };

	if (!process || sockets_process_init(session->sockets, process) < 0)
		return -ENOMEM;
	process->attached = true;
	process->watch.stop_each = true; /* a filter could not be taken out again */
	process->program = program;
	image_read(&image, pid);
	process_name(session, process, &image);
	int result = process->lane ? attach_process(pid, thread_attached, &attachment) : -ESRCH;
	struct thread *thread = tracees_find(&session->tracees, pid);
	if (result > 0 && thread) {
		process_recognise(session, process);
		record.program = image.program;
		record.argv = image.argv;
		process_write(session, thread, &record);
	}
	image_done(&image);
	return result < 0 ? result : 0;
}

void process_detached(struct session *session, const struct thread *thread)
{
	struct record_process record = record_process_blank(PROCESS_DETACH);
	process_write(session, thread, &record);
}

int thread_detach(struct session *session, const struct stop *stop)
{
	struct thread *thread = stop->thread;
	struct process *process = thread->process;

	if (stop->kind == STOP_BORN)
		attach_restart_call(stop->tid);
	call_abandon(session, thread, "detach");
	int result = attach_detach(stop);
	if (--process->threads == 0)
		process_detached(session, thread);
	/* The process stays known: at the end its connections are looked at once more. */
	tracees_remove(&session->tracees, thread);
	return result;
}

/* --- newborns whose maker is dead --------------------------------------------------------------
 */

/* In ticks: so long a newborn waits for its maker's word, and where somebody lives who may be its
 * maker. */
enum { PATIENCE = 2, LONG_PATIENCE = 50 };

static int adopt_process(struct session *session, struct thread *thread,
			 const struct process *parent, const struct status *status)
{
	struct record_process born = record_process_blank(PROCESS_FORK);
	struct image image;
	uint64_t number = 0;
	struct process *process = process_new(session, thread->tid);
	if (!process || sockets_process_init(session->sockets, process) < 0)
		return session->error = -ENOMEM;
	process->threads = 1;
	process->program = parent ? parent->program : 0;
	/* Which of our filters it was born with, it does not say. */
	process->watch.stop_each = !status_number(status, "Seccomp_filters:", 10, &number);
	process->watch.filters =
		(int)number - watch_expected_filters(&session->watcher, &process->watch);
	image_read(&image, process->pid);
	process_name(session, process, &image);
	image_done(&image);
	thread->process = process;
	thread->lane = process->lane;
	process_recognise(session, process);
	born.parent = status_number(status, "PPid:", 10, &number) ? (pid_t)number : 0;
	process_write(session, thread, &born);
	return 0;
}

/* False: it has to wait still. */
static bool adopt(struct session *session, struct thread *thread)
{
	struct status status;
	uint64_t pid = 0, parent_pid = 0;
	if (!status_read(thread->tid, &status) || !status_number(&status, "Tgid:", 10, &pid) ||
	    !status_number(&status, "PPid:", 10, &parent_pid))
		return false;
	struct process *process = map_get(&session->processes, pid);
	const struct process *parent = map_get(&session->processes, parent_pid);
	if (process)
		process_thread(session, process, thread, process->pid);
	else if (pid != (uint64_t)thread->tid || (parent && thread->waited < LONG_PATIENCE) ||
		 adopt_process(session, thread, parent, &status) < 0)
		return false;
	thread->stop_each = thread->process->watch.stop_each;
	return true;
}

void processes_adopt(struct session *session)
{
	size_t position = 0;
	if (!session->held)
		return;
	for (struct thread *thread; (thread = map_next(&session->tracees.threads, &position));)
		if (thread->held && thread->waited++ >= PATIENCE && adopt(session, thread))
			process_let_run(session, thread);
}
