#include "ptrace/find.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char old_path[8192];

static void write_file(const char *name, const char *content, mode_t mode)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(content, file);
	fclose(file);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void set_up(void)
{
	char path[512];
	snprintf(folder, sizeof folder, "/tmp/socktrace-find-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(old_path, sizeof old_path, "%s", getenv("PATH"));
	snprintf(path, sizeof path, "/no/such/folder:%s:/usr/bin:/bin", folder);
	setenv("PATH", path, 1);
}

static void tear_down(void)
{
	char command[128];
	setenv("PATH", old_path, 1);
	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void finds(const char *name, int expected)
{
	char *path = NULL;
	ck_assert_int_eq(program_find(name, &path), expected);
	ck_assert_int_eq(path != NULL, expected == 0);
	free(path);
}

START_TEST(a_name_is_looked_for_in_path_in_order)
{
	char *path = NULL, expected[128];
	write_file("ls", "#!/bin/sh\n", 0755);
	snprintf(expected, sizeof expected, "%s/ls", folder);
	ck_assert_int_eq(program_find("ls", &path), 0);
	ck_assert_str_eq(path, expected);
	free(path);
	finds("no-such-program", -ENOENT);
	finds("", -ENOENT);
}
END_TEST

START_TEST(what_may_not_be_run_is_passed_over)
{
	char *path = NULL;
	write_file("true", "#!/bin/sh\n", 0644);
	ck_assert_int_eq(program_find("true", &path), 0);
	ck_assert_str_eq(path, "/usr/bin/true");
	free(path);
	write_file("only-here", "#!/bin/sh\n", 0644);
	finds("only-here", -EACCES);
}
END_TEST

START_TEST(a_script_is_told_from_a_program)
{
	char path[256];
	ck_assert(!program_is_script("/bin/sh"));
	ck_assert(!program_is_script("/no/such/program"));
	write_file("wrapper", "#!/bin/sh\n", 0755);
	snprintf(path, sizeof path, "%s/wrapper", folder);
	ck_assert(program_is_script(path));
	write_file("short", "#", 0755);
	snprintf(path, sizeof path, "%s/short", folder);
	ck_assert(!program_is_script(path));
}
END_TEST

START_TEST(a_path_is_taken_as_it_is)
{
	char path[256];
	finds("/bin/sh", 0);
	finds("/no/such/program", -ENOENT);
	finds("/tmp", -EISDIR);
	write_file("plain", "echo hello\n", 0755);
	snprintf(path, sizeof path, "%s/plain", folder);
	finds(path, -ENOEXEC);
	write_file("empty", "", 0755);
	write_file("script", "#!/bin/sh\necho\n", 0755);
	snprintf(path, sizeof path, "%s/script", folder);
	finds(path, 0);
}
END_TEST

START_TEST(an_empty_entry_of_path_is_the_current_directory)
{
	char here[4096];
	ck_assert_ptr_nonnull(getcwd(here, sizeof here));
	write_file("tool", "#!/bin/sh\n", 0755);
	ck_assert_int_eq(chdir(folder), 0);
	setenv("PATH", "/usr/bin:", 1);
	finds("tool", 0);
	unsetenv("PATH");
	finds("sh", 0);
	setenv("PATH", "/usr/bin:/bin", 1);
	ck_assert_int_eq(chdir(here), 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("find");
	TCase *tests = tcase_create("find");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_name_is_looked_for_in_path_in_order);
	tcase_add_test(tests, what_may_not_be_run_is_passed_over);
	tcase_add_test(tests, a_script_is_told_from_a_program);
	tcase_add_test(tests, a_path_is_taken_as_it_is);
	tcase_add_test(tests, an_empty_entry_of_path_is_the_current_directory);
	suite_add_tcase(suite, tests);
	return suite;
}
