/* Sets up an io_uring and says whether that worked: socktrace must give a notice of it. */
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct io_uring_params params;
	memset(&params, 0, sizeof params);
	long fd = syscall(SYS_io_uring_setup, 4, &params);
	printf("io_uring: %s\n", fd < 0 ? "no" : "yes");
	return 0;
}
