/*
 * Proves that threads are followed: eight at once make sockets, pass numbers through them
 * and close them, with descriptors that are reused across threads all the time. A byte lost or
 * read twice changes the sum.
 */
#include "helpers.h"

#include <pthread.h>
#include <stdint.h>

enum { THREADS = 8, ROUNDS = 50 };

static uint64_t exchange(uint64_t number)
{
	int ends[2];
	uint64_t received = 0;
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	if (send(ends[0], &number, sizeof number, 0) != sizeof number)
		err(1, "send");
	if (recv(ends[1], &received, sizeof received, MSG_WAITALL) != sizeof received)
		err(1, "recv");
	close(ends[0]);
	close(ends[1]);
	return received;
}

static void *run(void *argument)
{
	uint64_t *sum = argument;
	uint64_t first = *sum;
	*sum = 0;
	for (uint64_t round = 0; round < ROUNDS; round++)
		*sum += exchange(first + round);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	uint64_t sums[THREADS];
	uint64_t total = 0;

	print_at_once();
	for (int i = 0; i < THREADS; i++) {
		sums[i] = (uint64_t)i * 1000;
		if (pthread_create(&threads[i], NULL, run, &sums[i]))
			errx(1, "pthread_create failed");
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		total += sums[i];
	}
	printf("%d threads, %d rounds, sum %llu\n", THREADS, ROUNDS, (unsigned long long)total);
	return 0;
}
