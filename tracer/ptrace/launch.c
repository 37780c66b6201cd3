#include "ptrace/launch.h"

#include "ptrace/stops.h"
#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void inherited_save(struct inherited *inherited)
{
	sigprocmask(SIG_BLOCK, NULL, &inherited->mask);
	for (int signal = 1; signal <= 64; signal++)
		sigaction(signal, NULL, &inherited->actions[signal]);
	getrlimit(RLIMIT_NOFILE, &inherited->files);
}

static void inherited_restore(const struct inherited *inherited)
{
	/* Handlers end with execve anyway; what was ignored must be ignored again. */
	for (int signal = 1; signal <= 64; signal++)
		sigaction(signal, &inherited->actions[signal], NULL);
	sigprocmask(SIG_SETMASK, &inherited->mask, NULL);
	setrlimit(RLIMIT_NOFILE, &inherited->files);
}

/* Without NOROOT, execve() would give uid 0 everything back (capabilities(7)). */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (geteuid() == 0 && prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) < 0)
		return -errno;
	if (syscall(SYS_capset, &header, none) < 0)
		return -errno;
	/* Nothing could give it any back, and now it may install filters (ptrace/watch.h). */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int become_user(const struct launch *launch)
{
	if (launch->other_user && (setgroups(launch->group_count, launch->groups) < 0 ||
				   setgid(launch->gid) < 0 || setuid(launch->uid) < 0))
		return -errno;
	return launch->drop_capabilities ? drop_capabilities() : 0;
}

static int move_descriptor(int from, int to)
{
	if (from < 0 || from == to)
		return 0;
	return dup2(from, to) < 0 ? -errno : 0;
}

static int become(const struct launch *launch, enum launch_step *ret_step)
{
	int result = 0;
	*ret_step = LAUNCH_EXEC;
	if ((result = move_descriptor(launch->input, STDIN_FILENO)) < 0 ||
	    (result = move_descriptor(launch->output, STDOUT_FILENO)) < 0 ||
	    (result = move_descriptor(launch->error, STDERR_FILENO)) < 0)
		return result;
	*ret_step = LAUNCH_DIRECTORY;
	if (launch->directory && chdir(launch->directory) < 0)
		return -errno;
	/* Before the user changes: root needs no NO_NEW_PRIVS for it. */
	*ret_step = LAUNCH_FILTER;
	for (size_t i = 0; i < launch->filter_count; i++)
		if ((result = filter_install(launch->filters[i])) < 0)
			return result;
	*ret_step = LAUNCH_USER;
	if ((result = become_user(launch)) < 0)
		return result;
	*ret_step = LAUNCH_EXEC;
	inherited_restore(launch->inherited);
	execve(launch->path, launch->argv, launch->environment);
	return -errno;
}

__attribute__((noreturn)) static void child(const struct launch *launch, int go, int report)
{
	char byte;
	/* End of file: the tracer could not seize us, or is gone. */
	if (read(go, &byte, 1) != 1)
		_exit(127);
	struct launch_failure failure = { .step = LAUNCH_EXEC };
	failure.error = -become(launch, &failure.step);
	ssize_t ignored = write(report, &failure, sizeof failure);
	(void)ignored;
	_exit(127);
}

int launch_program(const struct launch *launch, pid_t *ret_pid, int *ret_report,
		   struct launch_failure *ret_failure)
{
	int go[2] = { -1, -1 }, report[2] = { -1, -1 };
	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) {
		*ret_failure = (struct launch_failure){ LAUNCH_FORK, errno };
		if (go[0] >= 0) {
			close(go[0]);
			close(go[1]);
		}
		return -ret_failure->error;
	}
	autoclose int go_read = go[0], go_write = go[1];
	autoclose int report_read = report[0], report_write = report[1];

	pid_t pid = fork();
	if (pid == 0) {
		close(go_write);
		child(launch, go_read, report_write);
	}
	if (pid < 0) {
		*ret_failure = (struct launch_failure){ LAUNCH_FORK, errno };
		return -ret_failure->error;
	}
	if (ptrace(PTRACE_SEIZE, pid, 0L, (void *)stop_options(launch->follow)) < 0) {
		int status = 0;
		*ret_failure = (struct launch_failure){ LAUNCH_SEIZE, errno };
		close(TAKE_FD(go_write));
		/* Of one that is dead the kernel says EPERM, too: without an order it ends by
		 * itself, so a signal came before we did. */
		if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
			ret_failure->error = ESRCH;
		return -ret_failure->error;
	}
	/* EPIPE: it was killed meanwhile, which waitpid() will tell. */
	if (write(go_write, "", 1) != 1 && errno != EPIPE) {
		*ret_failure = (struct launch_failure){ LAUNCH_FORK, errno };
		return -ret_failure->error;
	}
	*ret_pid = pid;
	*ret_report = TAKE_FD(report_read);
	return 0;
}

struct launch_failure launch_report(int report)
{
	struct launch_failure failure = { .step = LAUNCH_EXEC };
	if (read(report, &failure, sizeof failure) != sizeof failure)
		failure.error = 0;
	return failure;
}
