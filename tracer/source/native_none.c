#include "source/native.h"

/* Instead of native.c, where there is no libdw. */

bool natives_exist(void)
{
	return false;
}

struct natives *natives_new(struct source_texts *texts)
{
	(void)texts;
	return NULL;
}

void natives_free(struct natives *natives)
{
	(void)natives;
}

bool natives_line(struct natives *natives, const struct source_thread *thread,
		  struct source *ret_source)
{
	(void)natives;
	(void)thread;
	(void)ret_source;
	return false;
}

size_t natives_stack(struct natives *natives, const struct source_thread *thread,
		     struct source_frame ret_frames[SOURCE_MOST_FRAMES])
{
	(void)natives;
	(void)thread;
	(void)ret_frames;
	return 0;
}

void natives_forked(struct natives *natives, pid_t maker, pid_t child)
{
	(void)natives;
	(void)maker;
	(void)child;
}

void natives_forget(struct natives *natives, pid_t pid)
{
	(void)natives;
	(void)pid;
}
