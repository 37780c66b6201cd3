#include "witnesses/process_facts.h"

#include "support/auto.h"
#include "witnesses/proc_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Entries of a folder, but for those that begin with a dot; -1: it may not be read. */
static int64_t count_entries(int folder, const char *name)
{
	autoclosedir DIR *dir = proc_folder(folder, name);
	int64_t count = 0;
	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		count += *entry->d_name != '.';
	return dir ? count : -1;
}

/* Its children are those who name it as their parent: /proc/PID/task/TID/children leaves some out
 * while others end, and not every kernel has it. */
static void find_zombies(int proc, pid_t pid, struct process_facts *facts)
{
	autoclosedir DIR *processes = proc_folder(proc, ".");
	for (const struct dirent *entry; processes && (entry = readdir(processes));) {
		char path[64], text[1024];
		pid_t one = proc_pid(entry->d_name), parent;
		bool zombie;
		snprintf(path, sizeof path, "%d/stat", one);
		if (!one || proc_read(proc, path, text, sizeof text) < 0 ||
		    !proc_stat(text, &parent, &zombie) || parent != pid || !zombie)
			continue;
		facts->zombies++;
		facts->zombie = one;
	}
}

/* A main thread that has ended shows no descriptors, whatever the others have open. */
static bool has_main_thread(const char *status)
{
	return !strstr(status, "\nState:\tZ");
}

static int read_status(int process, struct process_facts *facts)
{
	char text[8192];
	uint64_t uid;
	ssize_t size = proc_read(process, "status", text, sizeof text);
	if (size < 0)
		return (int)size;
	/* "Uid:" real, effective, saved, of the file system. */
	if (!proc_number(text, "Uid:", 10, 1, &uid) ||
	    !proc_number(text, "CapEff:", 16, 0, &facts->capabilities))
		return -EBADMSG;
	facts->uid = (uid_t)uid;
	facts->descriptors = has_main_thread(text) ? count_entries(process, "fd") : -1;
	return 0;
}

static void read_names(int process, struct process_facts *facts)
{
	char text[COMMAND_SIZE];
	proc_comm(process, facts->comm);
	ssize_t size = proc_read(process, "cmdline", text, sizeof text);
	proc_command(text, size > 0 ? (size_t)size : 0, facts->command, sizeof facts->command);
}

int process_facts_read(const char *proc, pid_t pid, struct process_facts *ret_facts)
{
	struct process_facts facts = { .open_files_limit = -1 };
	char name[16], text[4096];
	snprintf(name, sizeof name, "%d", pid);
	autoclose int folder = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int process = folder < 0 ? -1 : openat(folder, name, O_PATH | O_CLOEXEC);
	if (process < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	int result = read_status(process, &facts);
	if (result < 0)
		return result;
	read_names(process, &facts);
	if (proc_read(process, "limits", text, sizeof text) > 0)
		proc_limit(text, "Max open files", &facts.open_files_limit);
	find_zombies(folder, pid, &facts);
	*ret_facts = facts;
	return 0;
}
