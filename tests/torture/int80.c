/*
 * Tortures the look at a call's architecture: `int $0x80` and syscall by turns in one 64-bit
 * process, whose numbers mean different calls (3 is read there and close here), under a timer, in
 * threads, in children. Each byte must arrive, and each number be closed once.
 */
#include "torture.h"

#ifndef __x86_64__

int main(void)
{
	printf("there is no int $0x80 on this machine\n");
	return 0;
}

#else

#include <pthread.h>
#include <sys/mman.h>

enum { THREADS = 4, STEPS = 8 };

/* asm/unistd_32.h, which cannot be included beside the 64-bit one. */
enum {
	I386_READ = 3,
	I386_WRITE = 4,
	I386_CLOSE = 6,
	I386_DUP = 41,
	I386_SOCKETPAIR = 360,
	I386_SENDTO = 369,
	I386_RECVFROM = 371,
};

/* What the kernel reads and writes, below 4 GiB. */
struct low {
	int32_t pair[2];
	char data[8];
};

static int rounds;
static bool ticking;

static long call(int number, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	long result;
	/* r8 to r11 are lost. */
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"((long)number), "b"((long)a), "c"((long)b), "d"((long)c),
			   "S"((long)d), "D"(0L)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int32_t)result;
}

static uint32_t low_address(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

/* Each step by the one way or the other, by chance. How many steps went as they must. */
static int one_round(struct low *low, uint64_t *random)
{
	unsigned by = chance(random, 64);
	uint32_t data = low_address(low->data);
	int good = 0, *pair = low->pair;
	good += (by & 1 ? call(I386_SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, low_address(pair))
			: socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) == 0;
	memcpy(low->data, "int80", 5);
	good += (by & 2 ? call(I386_WRITE, (uint32_t)pair[0], data, 5, 0)
			: write(pair[0], low->data, 5)) == 5;
	good += (by & 4 ? call(I386_READ, (uint32_t)pair[1], data, 8, 0)
			: read(pair[1], low->data, 8)) == 5;
	good += (by & 8 ? call(I386_SENDTO, (uint32_t)pair[1], data, 3, 0)
			: send(pair[1], low->data, 3, 0)) == 3;
	int copy = (int)(by & 16 ? call(I386_DUP, (uint32_t)pair[0], 0, 0, 0) : dup(pair[0]));
	good += (by & 32 ? call(I386_RECVFROM, (uint32_t)copy, data, 8, 0)
			 : recv(copy, low->data, 8, 0)) == 3;
	good += (by & 1 ? close(copy) : call(I386_CLOSE, (uint32_t)copy, 0, 0, 0)) == 0;
	good += (by & 2 ? close(pair[0]) : call(I386_CLOSE, (uint32_t)pair[0], 0, 0, 0)) == 0;
	good += (by & 4 ? call(I386_CLOSE, (uint32_t)pair[1], 0, 0, 0) : close(pair[1])) == 0;
	return good;
}

static void *play(void *argument)
{
	uint64_t random = (uint64_t)(uintptr_t)argument;
	intptr_t good = 0;
	struct low *low = mmap(NULL, sizeof *low, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		err(1, "mmap");
	for (int i = 0; i < rounds; i++) {
		if (ticking)
			tick_goes_on();
		good += one_round(low, &random);
	}
	munmap(low, sizeof *low);
	return (void *)good;
}

static void on_segv(int signal)
{
	static const char text[] = "this kernel has no 32-bit calls\n";
	(void)signal;
	_exit(write(1, text, sizeof text - 1) < 0);
}

static void in_threads(void)
{
	pthread_t threads[THREADS];
	intptr_t good = 0;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, play, (void *)(uintptr_t)(i + 1));
	for (int i = 0; i < THREADS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		good += (intptr_t)result;
	}
	printf("in threads: %d of %d\n", (int)good, THREADS * rounds * STEPS);
}

static void *seed(uintptr_t number)
{
	return (void *)number;
}

int main(int argc, char **argv)
{
	print_at_once();
	rounds = count_of(argc, argv, 500);
	signal(SIGSEGV, on_segv);
	printf("alone: %d of %d\n", (int)(intptr_t)play(seed(1)), rounds * STEPS);
	ticking = true;
	tick_begin(SA_RESTART);
	int good = (int)(intptr_t)play(seed(2));
	tick_end();
	ticking = false;
	printf("under a timer: %d of %d\n", good, rounds * STEPS);
	in_threads();
	pid_t child = need(fork(), "fork");
	if (child == 0)
		_exit((intptr_t)play(seed(3)) == (intptr_t)rounds * STEPS ? 5 : 1);
	say_status("child", status_of(child));
	return 0;
}

#endif
