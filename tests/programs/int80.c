/*
 * Proves that a 64-bit program's `int $0x80` is seen for what it is: a call by i386's numbers
 * and with i386's structures, between calls by x86_64's own (entry_64_compat.S). Pointers
 * have 32 bits there, so all data lies in memory mapped below 4 GiB. socketcall(2), which
 * hides many calls behind one number, is used for some.
 */
#include "helpers.h"

#ifndef __x86_64__

int main(void)
{
	printf("there is no int $0x80 on this machine\n");
	return 0;
}

#else

#include <linux/net.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

/* asm/unistd_32.h, which cannot be included beside the 64-bit one. */
enum {
	I386_READ = 3,
	I386_WRITE = 4,
	I386_CLOSE = 6,
	I386_SOCKETCALL = 102,
	I386_SOCKET = 359,
	I386_SOCKETPAIR = 360,
	I386_BIND = 361,
	I386_CONNECT = 362,
	I386_LISTEN = 363,
	I386_ACCEPT4 = 364,
	I386_GETSOCKNAME = 367,
	I386_SENDTO = 369,
	I386_SENDMSG = 370,
	I386_RECVFROM = 371,
};

/* As a 32-bit program has them (include/net/compat.h). */
struct iovec32 {
	uint32_t base, length;
};

struct msghdr32 {
	uint32_t name;
	int32_t name_length;
	uint32_t vectors, vector_count, control, control_length, flags;
};

/* What the kernel reads and writes, in low memory. */
struct low {
	int32_t pair[2];
	uint32_t args[6];
	int32_t address_size;
	struct sockaddr_in address;
	struct iovec32 vectors[2];
	struct msghdr32 message;
	char data[64];
};

static uint32_t low_address(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

/* The sixth argument would go into ebp; no call here has one. r8 to r11 are lost. */
static long call(int number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e)
{
	long result;
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"((long)number), "b"((long)a), "c"((long)b), "d"((long)c),
			   "S"((long)d), "D"((long)e)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	/* The kernel answers with 32 bits; errors are small negative numbers, as everywhere. */
	int32_t value = (int32_t)result;
	if (value >= 0 || value < -4095)
		return value;
	errno = -value;
	return -1;
}

static long socketcall(struct low *low, int which, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	low->args[0] = a;
	low->args[1] = b;
	low->args[2] = c;
	low->args[3] = d;
	return call(I386_SOCKETCALL, (uint32_t)which, low_address(low->args), 0, 0, 0);
}

static void on_segv(int signal)
{
	static const char text[] = "this kernel has no 32-bit calls\n";
	(void)signal;
	_exit(write(1, text, sizeof text - 1) < 0);
}

static void pair(struct low *low)
{
	say("socketpair",
	    call(I386_SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, low_address(low->pair), 0));
	uint32_t one = (uint32_t)low->pair[0], two = (uint32_t)low->pair[1];
	uint32_t data = low_address(low->data);
	memcpy(low->data, "int80", 5);
	say("sendto", call(I386_SENDTO, one, data, 5, MSG_NOSIGNAL, 0));
	say("recvfrom", call(I386_RECVFROM, two, data, sizeof low->data, 0, 0));
	say("write", call(I386_WRITE, two, data, 5, 0, 0));
	say("read", call(I386_READ, one, data, sizeof low->data, 0, 0));
	low->vectors[0] = (struct iovec32){ data, 2 };
	low->vectors[1] = (struct iovec32){ data + 2, 3 };
	low->message = (struct msghdr32){ .vectors = low_address(low->vectors), .vector_count = 2 };
	say("sendmsg", call(I386_SENDMSG, one, low_address(&low->message), 0, 0, 0));
	say("socketcall recv", socketcall(low, SYS_RECV, two, data, sizeof low->data, 0));
	say("64-bit send", send(low->pair[0], "64", 2, 0));
	say("read", call(I386_READ, two, data, sizeof low->data, 0, 0));
	say("close", call(I386_CLOSE, one, 0, 0, 0, 0));
	say("close", call(I386_CLOSE, two, 0, 0, 0, 0));
}

static void connection(struct low *low)
{
	uint32_t address = low_address(&low->address);
	low->address = loopback();
	low->address_size = sizeof low->address;
	int listener =
		say_descriptor("socket", (int)call(I386_SOCKET, AF_INET, SOCK_STREAM, 0, 0, 0));
	say("bind", call(I386_BIND, (uint32_t)listener, address, sizeof low->address, 0, 0));
	say("listen", call(I386_LISTEN, (uint32_t)listener, 5, 0, 0, 0));
	say("getsockname", call(I386_GETSOCKNAME, (uint32_t)listener, address,
				low_address(&low->address_size), 0, 0));
	int client = say_descriptor("socketcall socket",
				    (int)socketcall(low, SYS_SOCKET, AF_INET, SOCK_STREAM, 0, 0));
	say("connect", call(I386_CONNECT, (uint32_t)client, address, sizeof low->address, 0, 0));
	int server = say_descriptor(
		"accept4", (int)call(I386_ACCEPT4, (uint32_t)listener, 0, 0, SOCK_CLOEXEC, 0));
	say("socketcall bind again",
	    socketcall(low, SYS_BIND, (uint32_t)client, address, sizeof low->address, 0));
	close(client);
	close(server);
	close(listener);
}

int main(void)
{
	print_at_once();
	struct low *low = mmap(NULL, sizeof *low, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		err(1, "mmap");
	signal(SIGSEGV, on_segv);
	pair(low);
	connection(low);
	say("socketcall of nothing", socketcall(low, 99, 0, 0, 0, 0));
	munmap(low, sizeof *low);
	return 0;
}

#endif
