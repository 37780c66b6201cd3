/*
 * Tortures a tracer's rights: when sockets exist already, the program becomes another user,
 * gives up its capabilities, may no longer be looked into, or sees another root; then it goes on
 * with old and new sockets and children. Where it has not the right to, it says so.
 */
#include "scenes.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>

enum { NOBODY = 65534 };

static void go_on(const int ends[2])
{
	int client, server;
	work_on(ends);
	tcp_pair(&client, &server);
	work_on((int[]){ client, server });
	work();
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		work_on(ends);
		exit(0);
	}
	say_status("  child", status_of(child));
}

static void become_nobody(void)
{
	say("  setgroups", setgroups(0, NULL));
	say("  setresgid", setresgid(NOBODY, NOBODY, NOBODY));
	say("  setresuid", setresuid(NOBODY, NOBODY, NOBODY));
	printf("  dumpable: %d\n", prctl(PR_GET_DUMPABLE));
}

static void another_user(void)
{
	int ends[2];
	stream_pair(ends);
	work_on(ends);
	become_nobody();
	go_on(ends);
}

static void another_user_and_back(void)
{
	int ends[2];
	stream_pair(ends);
	say("  seteuid", seteuid(NOBODY));
	go_on(ends);
	say("  seteuid", seteuid(getuid()));
	go_on(ends);
}

static void not_dumpable(void)
{
	int ends[2];
	stream_pair(ends);
	work_on(ends);
	say("  PR_SET_DUMPABLE", prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	go_on(ends);
	say("  PR_SET_DUMPABLE", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	go_on(ends);
}

static void not_dumpable_before_sockets(void)
{
	int ends[2];
	say("  PR_SET_DUMPABLE", prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	stream_pair(ends);
	go_on(ends);
}

static void without_new_privileges(void)
{
	int ends[2];
	stream_pair(ends);
	say("  PR_SET_NO_NEW_PRIVS", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	go_on(ends);
}

static void another_root(void)
{
	char folder[] = "/tmp/torture-root-XXXXXX";
	int ends[2];
	if (!mkdtemp(folder))
		err(1, "mkdtemp");
	stream_pair(ends);
	int before = need(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), "open");
	long result = say("  chroot", chroot(folder));
	if (result == 0)
		need(chdir("/"), "chdir");
	say("  there is no /proc", access("/proc", F_OK));
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		if (result == 0)
			become_nobody();
		go_on(ends);
		exit(0);
	}
	say_status("  child", status_of(child));
	go_on(ends);
	need(unlinkat(before, folder + 1, AT_REMOVEDIR), "rmdir");
}

static const struct scene scenes[] = {
	{ "setuid", another_user },
	{ "seteuid", another_user_and_back },
	{ "not-dumpable", not_dumpable },
	{ "never-dumpable", not_dumpable_before_sockets },
	{ "no-new-privs", without_new_privileges },
	{ "chroot", another_root },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return scenes_play(scenes, argc, argv);
}
