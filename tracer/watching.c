/* Where a process stops: where a socket is concerned (ptrace/watch.h), else at every call. */
#include "session.h"

#include "ptrace/attach.h"
#include "ptrace/inject.h"
#include "support/auto.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the rules ------------------------------------------------------------------------------ */

enum { MAX_RULES = 192 };

struct rules {
	struct filter_rule rows[MAX_RULES];
	size_t count;
};

static void add(struct rules *rules, struct filter_rule rule)
{
	if (rules->count < MAX_RULES)
		rules->rows[rules->count++] = rule;
}

/* Of calls that serve many purposes only these are of interest. */
static const struct filter_rule narrowed[] = {
	{ "prctl", 0, UINT32_MAX, PR_SET_SECCOMP },
	{ "prctl", 0, UINT32_MAX, PR_GET_SECCOMP },
	{ "clone", 0, CLONE_UNTRACED, CLONE_UNTRACED },
};

static void add_always(struct rules *rules, const char *name)
{
	bool found = false;
	for (size_t i = 0; i < sizeof narrowed / sizeof *narrowed; i++) {
		if (strcmp(narrowed[i].call, name) != 0)
			continue;
		add(rules, narrowed[i]);
		found = true;
	}
	if (!found)
		add(rules, (struct filter_rule){ .call = name });
}

/* What a program says is shown too: what it writes to descriptors 1 and 2. */
static void add_output(struct rules *rules)
{
	static const char *const calls[] = { "write", "writev" };
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		for (uint32_t fd = 1; fd <= 2; fd++)
			add(rules, (struct filter_rule){ calls[i], 0, UINT32_MAX, fd });
}

/* One for each argument that is a descriptor. */
static void add_watched(struct rules *rules, const struct call *call)
{
	int first = call_descriptor_argument(call), other = call_other_argument(call);
	if (first >= 0)
		add(rules, (struct filter_rule){ call_name(call), (unsigned)first, 0, 0 });
	if (other >= 0)
		add(rules, (struct filter_rule){ call_name(call), (unsigned)other, 0, 0 });
}

int watching_init(struct session *session)
{
	struct rules always = { .count = 0 }, watched = { .count = 0 };
	size_t position = 0;
	for (const struct call *call; (call = call_next(&position));)
		if (call_only_watched(call))
			add_watched(&watched, call);
		else
			add_always(&always, call_name(call));
	if (selection_shows(&session->options->selection, CALL_COUNT, CLASS_OUTPUT))
		add_output(&always);
	/* Whoever reads the terminal takes the keys of --step. */
	if (session->options->step) {
		add_always(&always, "read");
		add_always(&always, "readv");
	}
	int result = watcher_init(&session->watcher, watched.rows, watched.count);
	return result == 0 ? filter_build(always.rows, always.count, &session->filter) : result;
}

/* --- a launch -------------------------------------------------------------------------------- */

static bool is_socket(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

static size_t inherited_sockets(const struct launch *launch, int *fds, size_t room)
{
	const int replaced[] = { launch->input, launch->output, launch->error };
	size_t count = 0;
	for (int fd = 0; fd < 3; fd++)
		if (is_socket(replaced[fd] >= 0 ? replaced[fd] : fd))
			fds[count++] = fd;
	autoclosedir DIR *directory = opendir("/proc/self/fd");
	for (struct dirent *entry; directory && (entry = readdir(directory)) && count < room;) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		int flags = isdigit((unsigned char)*entry->d_name) ? fcntl(fd, F_GETFD) : -1;
		if (fd > 2 && flags >= 0 && !(flags & FD_CLOEXEC) && is_socket(fd))
			fds[count++] = fd;
	}
	return count;
}

void watching_launch(struct session *session, struct launch *launch, struct watch *ret_watch)
{
	enum { MAX_INHERITED = 1024 };
	static const struct watch none;
	int fds[MAX_INHERITED];
	size_t count = 0;
	*ret_watch = none;
	launch->filters[0] = &session->filter;
	if (launch->follow && watch_plan(&session->watcher, ret_watch, fds,
					 inherited_sockets(launch, fds, MAX_INHERITED),
					 launch->filters + 1, &count) == 0)
		launch->filter_count = 1 + count;
	ret_watch->stop_each = launch->filter_count == 0;
}

/* --- at every call instead ------------------------------------------------------------------- */

/* A filter cannot be put in, or would not be enough. Its other threads are interrupted: where
 * they run now, they do not stop at each call. */
void watching_fall_back(struct session *session, struct process *process,
			const struct thread *stopped)
{
	size_t position = 0;
	if (process->watch.stop_each)
		return;
	process->watch.stop_each = true;
	for (struct thread *thread; (thread = map_next(&session->tracees.threads, &position));) {
		if (thread->process != process || thread->stop_each)
			continue;
		thread->stop_each = true;
		if (thread == stopped)
			continue;
		thread->interrupted = true;
		attach_interrupt(thread->tid);
	}
}

/* --- descriptors ------------------------------------------------------------------------------ */

static void watch(struct session *session, const struct stop *stop, const int *fds, size_t count)
{
	struct process *process = stop->thread->process;
	if (!process->watch.stop_each &&
	    watch_install(&session->watcher, &session->tracees, stop, fds, count) < 0 &&
	    !stop->thread->kept)
		watching_fall_back(session, process, stop->thread);
}

void watching_appeared(struct session *session, const struct stop *stop)
{
	enum { AT_ONCE = 64 };
	struct process *process = stop->thread->process;
	int fds[AT_ONCE], fd;
	size_t count = 0;
	while ((fd = sockets_next_appeared(process)) >= 0) {
		if (watch_covers(&process->watch, fd))
			continue;
		fds[count++] = fd;
		if (count < AT_ONCE)
			continue;
		watch(session, stop, fds, count);
		count = 0;
	}
	if (count)
		watch(session, stop, fds, count);
}

bool watching_before(struct session *session, const struct call *call, const struct stop *stop)
{
	struct process *process = stop->thread->process;
	int to = call_other_descriptor(call, stop);
	if ((call_id(call) != CALL_DUP2 && call_id(call) != CALL_DUP3) || to < 0 ||
	    process->watch.stop_each || watch_covers(&process->watch, to) ||
	    !sockets_find(session->sockets, process, call_descriptor(call, stop)))
		return false;
	watch(session, stop, &to, 1);
	return !process->watch.stop_each;
}

void watching_born(struct session *session, const struct stop *stop, struct process *child)
{
	const struct process *maker = stop->thread->process;
	int expected = watch_expected_filters(&session->watcher, &maker->watch);
	child->watch = maker->watch;
	if (stop->child_shares_files) {
		watching_fall_back(session, stop->thread->process, stop->thread);
		child->watch.stop_each = true;
		return;
	}
	if (child->watch.stop_each || stop->child_filters < 0 || stop->child_filters == expected)
		return;
	/* It was born before the last of them came: which it has, it does not say. */
	child->watch =
		(struct watch){ .filters = maker->watch.filters + stop->child_filters - expected };
	sockets_all_appeared(child);
}
