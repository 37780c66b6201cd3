/*
 * A program of several scenes: each in a process of its own, all of them or the one named by the
 * argument.
 */
#pragma once

#include "torture.h"

#include <sys/resource.h>

struct scene {
	const char *name;
	void (*run)(void);
};

static inline void scene_play(const struct scene *scene)
{
	pid_t child = need(fork(), "fork");
	if (child == 0) {
		scene->run();
		exit(0);
	}
	say_status(scene->name, status_of(child));
}

static inline int scenes_play(const struct scene *scenes, int argc, char **argv)
{
	bool found = argc < 2;
	print_at_once();
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	for (const struct scene *scene = scenes; scene->name; scene++)
		if (argc < 2 || strcmp(argv[1], scene->name) == 0) {
			scene_play(scene);
			found = true;
		}
	if (!found)
		errx(2, "no such scene: %s", argv[1]);
	return 0;
}

/* The same work in every scene: a pair, data both ways, a copy, an end. */
static inline void work_on(const int ends[2])
{
	char data[8];
	say("  send", send(ends[0], "abc", 3, 0));
	say("  read", read(ends[1], data, sizeof data));
	say("  write", write(ends[1], "de", 2));
	say("  recv", recv(ends[0], data, sizeof data, 0));
}

static inline void work(void)
{
	int ends[2];
	stream_pair(ends);
	work_on(ends);
	int copy = say_descriptor("  dup", dup(ends[0]));
	say("  close", close(ends[0]));
	say("  write to the copy", write(copy, "f", 1));
	say("  shutdown", shutdown(copy, SHUT_WR));
	close(copy);
	close(ends[1]);
}
