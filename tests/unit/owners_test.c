/* Who has a socket open, in a folder made to look like /proc, and the texts that stand there. */
#include "unit.h"

#include "witnesses/owners.h"
#include "witnesses/proc_text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char proc[64];

static char *path_of(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", proc, name);
	return path;
}

/* The folder, and those above it. */
static void make_folder(const char *name)
{
	char *path = path_of(name);
	for (char *c = path + strlen(proc) + 1; *c; c++)
		if (*c == '/') {
			*c = '\0';
			mkdir(path, 0755);
			*c = '/';
		}
	ck_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
}

static void write_text(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(path_of(name), "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	fclose(file);
}

static void make_link(const char *name, const char *target)
{
	ck_assert_int_eq(symlink(target, path_of(name)), 0);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	(void)status, (void)kind, (void)ftw;
	return remove(path);
}

static void make(void)
{
	snprintf(proc, sizeof proc, "/tmp/socktrace-owners-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(proc));
	make_folder("1/fd");
	make_folder("net/fd"); /* no process */
	make_link("net/fd/3", "socket:[77]");
	make_folder("101/fd");
	make_link("101/fd/0", "/dev/null");
	make_link("101/fd/12", "socket:[77]");
	make_link("101/fd/5", "socket:[77]");
	make_link("101/fd/6", "socket:[78]");
	make_link("101/fd/7", "pipe:[77]");
	write_text("101/comm", "python3\n", 8);
	static const char cmdline[] = "/usr/bin/python3\0server.py\0008000";
	write_text("101/cmdline", cmdline, sizeof cmdline);
	static const char status[] = "Name:\tpython3\nUid:\t1000\t0\t1000\t1000\n";
	write_text("101/status", status, sizeof status - 1);
}

static void unmake(void)
{
	nftw(proc, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct owners find(uint64_t one, uint64_t two)
{
	const uint64_t inodes[] = { one, two };
	struct owners owners;
	ck_assert_int_eq(owners_find(proc, inodes, 2, &owners), 0);
	return owners;
}

/* --- who has it open ------------------------------------------------------------------------ */

START_TEST(a_process_is_told_with_its_lowest_descriptor_and_its_names)
{
	struct owners owners = find(77, 0);
	ck_assert_uint_eq(owners.count, 1);
	ck_assert_uint_eq(owners.total, 1);
	ck_assert_uint_eq(owners.unreadable, 0);
	const struct owner *owner = &owners.rows[0];
	ck_assert_int_eq(owner->pid, 101);
	ck_assert_int_eq(owner->fd, 5);
	ck_assert_uint_eq(owner->descriptors, 2);
	ck_assert_uint_eq(owner->inode, 77);
	ck_assert_str_eq(owner->comm, "python3");
	ck_assert_str_eq(owner->program, "python3");
	ck_assert_uint_eq(owner->uid, 0);
	ck_assert_str_eq(owner->user, "root");
}
END_TEST

START_TEST(several_sockets_are_looked_for_at_once)
{
	struct owners owners = find(77, 78);
	ck_assert_uint_eq(owners.count, 2);
	ck_assert_uint_eq(owners.rows[0].inode + owners.rows[1].inode, 77 + 78);
	ck_assert_uint_eq(find(7, 770).count, 0);
	ck_assert_uint_eq(find(0, 0).count, 0);
}
END_TEST

START_TEST(another_thread_shows_what_a_main_thread_that_ended_does_not)
{
	make_folder("102/fd");
	make_folder("102/task/102/fd");
	make_folder("102/task/103/fd");
	make_link("102/task/103/fd/3", "socket:[79]");
	struct owners owners = find(79, 0);
	ck_assert_uint_eq(owners.count, 1);
	ck_assert_int_eq(owners.rows[0].pid, 102);
	ck_assert_int_eq(owners.rows[0].fd, 3);
	ck_assert_str_eq(owners.rows[0].comm, "");
	ck_assert_str_eq(owners.rows[0].program, "");
}
END_TEST

START_TEST(those_without_a_row_are_counted)
{
	for (int i = 0; i < OWNERS + 3; i++) {
		char name[64];
		snprintf(name, sizeof name, "%d/fd", 200 + i);
		make_folder(name);
		snprintf(name, sizeof name, "%d/fd/3", 200 + i);
		make_link(name, "socket:[80]");
	}
	struct owners owners = find(80, 0);
	ck_assert_uint_eq(owners.count, OWNERS);
	ck_assert_uint_eq(owners.total, OWNERS + 3);
}
END_TEST

START_TEST(it_is_told_when_some_processes_may_not_be_seen)
{
	/* No ns/pid says that these are all. */
	ck_assert(find(77, 0).unlisted);
	uint64_t inode = 77;
	struct owners owners;
	ck_assert_int_eq(owners_find(path_of("none"), &inode, 1, &owners), -ENOENT);
	/* In the real one that depends on where the test runs; but not on which is asked. */
	struct stat status;
	ck_assert_int_eq(owners_find("/proc", &inode, 1, &owners), 0);
	bool first = stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == 0xEFFFFFFC;
	ck_assert(first || owners.unlisted);
}
END_TEST

START_TEST(a_user_without_a_name_is_a_number)
{
	char name[NAME_SIZE];
	static const char passwd[] = "root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\n";
	write_text("passwd", passwd, sizeof passwd - 1);
	user_name(path_of("passwd"), 1000, name);
	ck_assert_str_eq(name, "ann");
	user_name(path_of("passwd"), 1001, name);
	ck_assert_str_eq(name, "1001");
	user_name(path_of("none"), 0, name);
	ck_assert_str_eq(name, "0");
}
END_TEST

/* --- texts ---------------------------------------------------------------------------------- */

START_TEST(only_a_socket_has_a_sockets_inode)
{
	ck_assert_uint_eq(proc_socket_inode("socket:[4294967295]"), UINT32_MAX);
	static const char *const others[] = { "",
					      "socket:[]",
					      "socket:[-1]",
					      "socket:[7",
					      "pipe:[7]",
					      "sock:[7]",
					      "socket:[ 7]",
					      "/a/socket:[7]",
					      "socket:",
					      "socket:[0x7]",
					      "socket:[99999999999999999999]" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert_msg(!proc_socket_inode(others[i]), "%s", others[i]);
	ck_assert_int_eq(proc_pid("4711"), 4711);
	ck_assert_int_eq(proc_pid("self"), 0);
	ck_assert_int_eq(proc_pid("-1"), 0);
	ck_assert_int_eq(proc_pid("47a"), 0);
	ck_assert_int_eq(proc_pid("4294967297"), 0);
}
END_TEST

START_TEST(a_zombie_is_told_from_a_main_thread_that_ended_first)
{
	static const char *const stats[] = {
		"7 (a) b) Z 5 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 99 0",
		"7 (a) S (x) Z 5 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 3 0 99 0",
		"7 (a) S 5 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 99 0",
	};
	for (size_t i = 0; i < 3; i++) {
		pid_t parent;
		bool zombie;
		ck_assert(proc_stat(stats[i], &parent, &zombie));
		ck_assert_int_eq(parent, 5);
		ck_assert_int_eq(zombie, i == 0);
	}
	pid_t parent;
	bool zombie;
	ck_assert(!proc_stat("", &parent, &zombie));
	ck_assert(!proc_stat("7 (a) Z 5", &parent, &zombie));
}
END_TEST

START_TEST(a_command_is_its_words_and_a_program_their_first_without_folders)
{
	char text[16];
	static const char cmdline[] = "/usr/bin/nc\0-l\08000";
	proc_program(cmdline, sizeof cmdline, text, sizeof text);
	ck_assert_str_eq(text, "nc");
	proc_command(cmdline, sizeof cmdline, text, sizeof text);
	ck_assert_str_eq(text, "/usr/bin/nc -l ");
	proc_command("", 0, text, sizeof text);
	ck_assert_str_eq(text, "");
	proc_program("sshd: ann", 9, text, 5);
	ck_assert_str_eq(text, "sshd");
	proc_program("a/", 2, text, sizeof text);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_limit_may_be_unlimited)
{
	static const char limits[] =
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max core file size        0                    unlimited            bytes     \n"
		"Max open files            1024                 1048576              files     \n"
		"Max pending signals       unlimited            unlimited            signals   \n";
	int64_t limit;
	ck_assert(proc_limit(limits, "Max open files", &limit));
	ck_assert_int_eq(limit, 1024);
	ck_assert(proc_limit(limits, "Max pending signals", &limit));
	ck_assert_int_eq(limit, -1);
	ck_assert(!proc_limit(limits, "Max nice priority", &limit));
}
END_TEST

START_TEST(a_setting_has_one_number_or_several)
{
	int64_t values[2] = { -7, -7 };
	ck_assert_int_eq(proc_integers("32768\t60999\n", values, 2), 2);
	ck_assert_int_eq(values[0], 32768);
	ck_assert_int_eq(values[1], 60999);
	ck_assert_int_eq(proc_integers("-1\n", values, 2), 1);
	ck_assert_int_eq(values[0], -1);
	ck_assert_int_eq(proc_integers("1 2 3\n", values, 1), 3);
	ck_assert_int_eq(values[1], 60999);
	ck_assert_int_eq(proc_integers("cubic\n", values, 2), -EBADMSG);
	ck_assert_int_eq(proc_integers("8080,9148\n", values, 2), -EBADMSG);
	ck_assert_int_eq(proc_integers("99999999999999999999\n", values, 2), -EBADMSG);
	ck_assert_int_eq(proc_integers("\n", values, 2), -EBADMSG);
}
END_TEST

START_TEST(a_counter_is_found_by_its_name)
{
	static const char netstat[] = "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
				      "TcpExt: 1 22 18446744073709551615\n"
				      "IpExt: InNoRoutes ListenDrops\n"
				      "IpExt: 4 5\n";
	uint64_t number;
	ck_assert(proc_netstat(netstat, "TcpExt:", "ListenOverflows", &number));
	ck_assert_uint_eq(number, 22);
	ck_assert(proc_netstat(netstat, "TcpExt:", "ListenDrops", &number));
	ck_assert_uint_eq(number, UINT64_MAX);
	ck_assert(proc_netstat(netstat, "IpExt:", "ListenDrops", &number));
	ck_assert_uint_eq(number, 5);
	ck_assert(!proc_netstat(netstat, "TcpExt:", "Listen", &number));
	ck_assert(!proc_netstat(netstat, "MPTcpExt:", "ListenDrops", &number));
	ck_assert(!proc_netstat("TcpExt: A B\nTcpExt: 1\n", "TcpExt:", "B", &number));
	ck_assert(!proc_netstat("TcpExt: A", "TcpExt:", "A", &number));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("owners");
	TCase *group = tcase_create("owners");
	tcase_add_checked_fixture(group, make, unmake);
	tcase_add_test(group, a_process_is_told_with_its_lowest_descriptor_and_its_names);
	tcase_add_test(group, several_sockets_are_looked_for_at_once);
	tcase_add_test(group, another_thread_shows_what_a_main_thread_that_ended_does_not);
	tcase_add_test(group, those_without_a_row_are_counted);
	tcase_add_test(group, it_is_told_when_some_processes_may_not_be_seen);
	tcase_add_test(group, a_user_without_a_name_is_a_number);
	suite_add_tcase(suite, group);
	group = tcase_create("texts");
	tcase_add_test(group, only_a_socket_has_a_sockets_inode);
	tcase_add_test(group, a_zombie_is_told_from_a_main_thread_that_ended_first);
	tcase_add_test(group, a_command_is_its_words_and_a_program_their_first_without_folders);
	tcase_add_test(group, a_limit_may_be_unlimited);
	tcase_add_test(group, a_setting_has_one_number_or_several);
	tcase_add_test(group, a_counter_is_found_by_its_name);
	suite_add_tcase(suite, group);
	return suite;
}
