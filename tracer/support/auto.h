/* Clean-up at the end of a scope: `autofree char *line`, `autoclose int fd`. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void auto_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void auto_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void auto_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define autofree     __attribute__((cleanup(auto_free)))
#define autoclose    __attribute__((cleanup(auto_close)))
#define autofclose   __attribute__((cleanup(auto_fclose)))
#define autoclosedir __attribute__((cleanup(auto_closedir)))

/* Moves an automatic pointer or descriptor out of its scope. */
#define TAKE_POINTER(pointer)                           \
	({                                              \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})
