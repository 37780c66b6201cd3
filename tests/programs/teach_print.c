/*
 * Prints what teach/ writes, for a test in Python to hold against Python itself:
 *
 *	teach_print names                constants, as module.NAME
 *	teach_print classes              errno and the exception's class
 *	teach_print literals SEED COUNT  random bytes in hex, and their literal
 *	teach_print strings SEED COUNT   random text in hex, and its literal
 *	teach_print addresses SEED COUNT a random abstract Unix name in hex, and its literal
 *	teach_print lines SEED COUNT     equivalents of random calls with random arguments
 */
#include "support/arena.h"
#include "support/endpoint.h"
#include "teach/python_names.h"
#include "teach/teach.h"

#include <errno.h>
#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { LAST_ERRNO = 133, MOST_BYTES = 40, MOST_ITEMS = 3, MOST_DEPTH = 4 };

/* --- chance --------------------------------------------------------------------------------- */

static unsigned below(unsigned limit)
{
	return (unsigned)random() % limit;
}

/* Pieces that are hard to quote, or hard on a terminal, beside arbitrary bytes. */
static size_t random_bytes(char bytes[MOST_BYTES], bool nul)
{
	static const char *const pieces[] = { "'",  "\"", "\\",     "\n",   "\t",       "  # ",
					      "你", "é",  "\u202e", "🙂", "\xe4\xbd", "0" };
	size_t size = 0;
	for (unsigned left = below(9); left; left--) {
		char byte = (char)below(256);
		const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
		if (below(3) || (!nul && !byte)) {
			memcpy(bytes + size, piece, strlen(piece));
			size += strlen(piece);
		} else {
			bytes[size++] = byte;
		}
	}
	bytes[size] = '\0';
	return size;
}

static char *random_text(struct arena *arena)
{
	char bytes[MOST_BYTES];
	return arena_copy_bytes(arena, bytes, random_bytes(bytes, false));
}

static const char *random_name(struct arena *arena)
{
	if (below(8) == 0)
		return NULL;
	if (below(8) == 0)
		return arena_copy(arena, "XYZ_UNKNOWN");
	return python_names[below((unsigned)python_names_count)].name;
}

static const char *random_endpoint(struct arena *arena)
{
	static const char *const fixed[] = {
		"127.0.0.1:80", "[fe80::1%2]:80",          "AF_77 0x01", "unix:", "224.0.0.1",
		"ff02::1",      "netlink:pid=1,groups=0x1"
	};
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char text[ENDPOINT_SIZE];
	if (below(2))
		return fixed[below(sizeof fixed / sizeof *fixed)];
	size_t size = random_bytes(name.sun_path, true);
	endpoint_text(text, sizeof text, &name, offsetof(struct sockaddr_un, sun_path) + size);
	return arena_copy(arena, text);
}

/* --- random calls --------------------------------------------------------------------------- */

static struct value random_value(struct arena *arena, unsigned depth);

static void random_list(struct arena *arena, unsigned depth, struct value *value)
{
	static const char *const fields[] = { "name",   "iov",     "control", "level", "type",
					      "data",   "fd",      "sec",     "usec",  "nsec",
					      "events", "revents", "hdr",     "pid" };
	value->list.count = below(MOST_ITEMS + 1);
	value->list.items = arena_zero(arena, (MOST_ITEMS + 1) * sizeof *value->list.items);
	for (size_t i = 0; i < value->list.count; i++) {
		value->list.items[i] = random_value(arena, depth + 1);
		value->list.items[i].name = fields[below(sizeof fields / sizeof *fields)];
	}
}

static struct value random_value(struct arena *arena, unsigned depth)
{
	static const int64_t numbers[] = {
		0, 1, -1, 2, 4, 6, 1024, 77, 4096, INT64_MIN, INT64_MAX
	};
	struct value value = { .name = "argument",
			       .kind = (enum value_kind)below(VALUE_ADDRESS + 1) };
	char bytes[MOST_BYTES];
	if (depth >= MOST_DEPTH && (value.kind == VALUE_STRUCT || value.kind == VALUE_ARRAY))
		value.kind = VALUE_INTEGER;

	switch (value.kind) {
	case VALUE_INTEGER:
		value.integer = numbers[below(sizeof numbers / sizeof *numbers)];
		break;
	case VALUE_DESCRIPTOR:
		value.descriptor.fd = (int)below(6) - 1;
		value.descriptor.variable = below(2) ? "sock" : NULL;
		value.descriptor.socket = "7";
		break;
	case VALUE_CONSTANT:
		value.constant.value = numbers[below(sizeof numbers / sizeof *numbers)];
		value.constant.name = random_name(arena);
		break;
	case VALUE_FLAGS:
		value.flags.value = below(1u << 20);
		value.flags.names = arena_zero(arena, sizeof *value.flags.names);
		value.flags.names[0] = random_name(arena);
		value.flags.count = value.flags.names[0] != NULL;
		value.flags.unknown = below(2) ? below(1u << 20) : 0;
		break;
	case VALUE_BYTES:
		value.bytes.captured = random_bytes(bytes, true);
		value.bytes.length = value.bytes.captured + (below(3) ? 0 : below(2000));
		value.bytes.data = arena_copy_bytes(arena, bytes, value.bytes.captured);
		break;
	case VALUE_ENDPOINT:
		value.endpoint = random_endpoint(arena);
		break;
	case VALUE_STRUCT:
	case VALUE_ARRAY:
		random_list(arena, depth, &value);
		break;
	case VALUE_ADDRESS:
		value.address = below(2) ? 0 : 0xDEADBEEF;
		break;
	}
	return value;
}

/* Mostly a descriptor first and a number in the fcntl's place, so that it is often sensible. */
static struct event *random_event(void)
{
	struct event *event = event_new();
	if (!event)
		abort();
	event->call = (enum call_id)below(CALL_COUNT);
	event->name = "call";
	event->abi = ABI_NATIVE;
	event->arg_count = below(EVENT_ARGS + 1);
	for (size_t i = 0; i < event->arg_count; i++)
		event->args[i] = random_value(event->arena, 0);
	if (event->call == CALL_FCNTL)
		event->args[1] = (struct value){ .kind = VALUE_CONSTANT,
						 .constant = { below(10), "F_GETFL" } };
	if (event->call == CALL_EPOLL_CTL)
		event->args[1] =
			(struct value){ .kind = VALUE_CONSTANT, .constant = { below(5), NULL } };
	event->returned = below(4);
	event->error = event->returned && below(3) == 0 ? 1 + (int)below(LAST_ERRNO) : 0;
	event->result = event->error ? -1 : (int64_t)below(100);
	event->new_variables[0] = below(2) ? "sock7" : NULL;
	event->new_sockets[0] = "8";
	return event;
}

/* --- what is printed ------------------------------------------------------------------------ */

static void print_hex(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", (unsigned char)bytes[i]);
	putchar(' ');
}

static void print_names(void)
{
	for (size_t i = 0; i < python_names_count; i++)
		printf("%s.%s\n", python_names[i].module, python_names[i].constant);
}

static void print_classes(void)
{
	for (int error = 1; error <= LAST_ERRNO; error++)
		printf("%d %s\n", error, python_exception(error));
}

static void print_literal(struct arena *arena)
{
	char bytes[MOST_BYTES];
	size_t size = random_bytes(bytes, true);
	print_hex(bytes, size);
	puts(python_bytes(arena, bytes, size, SIZE_MAX));
}

static void print_string(struct arena *arena)
{
	const char *text = random_text(arena);
	print_hex(text, strlen(text));
	puts(python_string(arena, text));
}

static void print_address(struct arena *arena)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char text[ENDPOINT_SIZE];
	size_t size = 1 + random_bytes(name.sun_path + 1, true);
	endpoint_text(text, sizeof text, &name, offsetof(struct sockaddr_un, sun_path) + size);
	print_hex(name.sun_path, size);
	puts(python_address(arena, text));
}

/* A line and its comment as the record joins them, and where the code ends. */
static void print_line(struct arena *arena)
{
	struct event *event = random_event();
	struct python python;
	(void)arena;
	python_equivalent(event, NULL, &python);
	if (python.code)
		printf("%d %zu %s%s%s\n", (int)event->call, strlen(python.code), python.code,
		       python.comment ? "  # " : "", python.comment ? python.comment : "");
	if (python.code && strlen(python.code) != python_code_length(python.code))
		abort();
	event_free(event);
}

static int print_random(void (*print)(struct arena *arena), const char *seed, const char *count)
{
	srandom((unsigned)strtoul(seed, NULL, 10));
	for (unsigned long left = strtoul(count, NULL, 10); left; left--) {
		struct arena *arena = arena_new();
		print(arena);
		arena_free(arena);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(struct arena *arena);
	} randoms[] = {
		{ "literals", print_literal },
		{ "strings", print_string },
		{ "addresses", print_address },
		{ "lines", print_line },
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	const char *what = argc > 1 ? argv[1] : "";
	for (size_t i = 0; argc == 4 && i < sizeof randoms / sizeof *randoms; i++)
		if (strcmp(what, randoms[i].name) == 0)
			return print_random(randoms[i].print, argv[2], argv[3]);
	if (strcmp(what, "names") == 0)
		print_names();
	else if (strcmp(what, "classes") == 0)
		print_classes();
	else
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
