#include "support/scarce.h"

#include <sys/resource.h>

enum { SPARE = 8 };

bool descriptor_is_scarce(int fd)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && fd >= 0 &&
	       (rlim_t)fd + SPARE >= limit.rlim_cur;
}
