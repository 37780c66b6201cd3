#include "ptrace/localhost.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Where the files are made, hidden from everybody else, until each is in its place. */
#define WORKSHOP "/tmp"

static const char blanks[] = " \t\r\n";

/* Whether a line of /etc/hosts gives localhost that address. */
static bool names_localhost(const char *line, const char *address)
{
	autofree char *copy = strndup(line, strcspn(line, "#"));
	char *rest = NULL;
	char *word = copy ? strtok_r(copy, blanks, &rest) : NULL;
	if (!word || strcmp(word, address) != 0)
		return false;
	while ((word = strtok_r(NULL, blanks, &rest)))
		if (strcasecmp(word, "localhost") == 0)
			return true;
	return false;
}

/* The machine's file with what it lacks; NULL: it lacks nothing. */
static char *own_hosts(FILE *machine)
{
	autofree char *line = NULL;
	size_t room = 0, size = 0;
	char *text = NULL;
	bool ipv4 = false, ipv6 = false;
	while (getline(&line, &room, machine) > 0) {
		ipv4 |= names_localhost(line, "127.0.0.1");
		ipv6 |= names_localhost(line, "::1");
	}
	FILE *own = ipv4 && ipv6 ? NULL : open_memstream(&text, &size);
	if (!own)
		return NULL;
	/* First: the machine's may have put it elsewhere. */
	if (!ipv4)
		fputs("127.0.0.1\tlocalhost\n", own);
	if (!ipv6)
		fputs("::1\tlocalhost ip6-localhost ip6-loopback\n", own);
	rewind(machine);
	while (getline(&line, &room, machine) > 0)
		fputs(line, own);
	fclose(own);
	return text;
}

static bool is_remote_server(const char *line)
{
	char address[64];
	return sscanf(line, "nameserver %63s", address) == 1 && strncmp(address, "127.", 4) != 0 &&
	       strcmp(address, "::1") != 0;
}

/* NULL: only servers on this machine are asked, and they may be traced ones. */
static char *own_resolver(FILE *machine)
{
	autofree char *line = NULL;
	size_t room = 0;
	while (getline(&line, &room, machine) > 0)
		if (is_remote_server(line))
			return strdup("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
	return NULL;
}

static const struct {
	const char *path, *made;
	char *(*own)(FILE *machine);
} files[] = {
	{ "/etc/hosts", WORKSHOP "/hosts", own_hosts },
	{ "/etc/resolv.conf", WORKSHOP "/resolv.conf", own_resolver },
};
enum { FILES = sizeof files / sizeof *files };

/* A half-written file is not put into place. */
static bool make_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	size_t size = strlen(text);
	return fd >= 0 && write(fd, text, size) == (ssize_t)size && fchmod(fd, 0444) == 0;
}

static void put_into_place(char *const *texts)
{
	/* Where a filter forbids it we could not uncover the workshop: better known before. */
	if (umount2("", MNT_DETACH) == 0 || errno != ENOENT)
		return;
	/* What the machine mounts later is seen here, too, but nothing of ours there. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
	    mount("tmpfs", WORKSHOP, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") < 0)
		return;
	for (size_t i = 0; i < FILES; i++)
		if (texts[i] && make_file(files[i].made, texts[i]))
			mount(files[i].made, files[i].path, NULL, MS_BIND, NULL);
	/* The files live on where they are mounted. */
	umount2(WORKSHOP, MNT_DETACH);
}

void localhost_provide(void)
{
	char *texts[FILES] = { NULL };
	bool any = false;
	for (size_t i = 0; i < FILES; i++) {
		autofclose FILE *machine = fopen(files[i].path, "re");
		texts[i] = machine ? files[i].own(machine) : NULL;
		any |= texts[i] != NULL;
	}
	if (any)
		put_into_place(texts);
	for (size_t i = 0; i < FILES; i++)
		free(texts[i]);
}
