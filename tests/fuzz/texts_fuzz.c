/*
 * Small texts and names that strangers choose: escapes, endpoints, literals of Python, words of a
 * command line, Base64, and what stands below /proc, where a program's name and command line are
 * its own. The first byte is how much room there is for the answer.
 */
#include "fuzz.h"

#include "support/arena.h"
#include "support/base64.h"
#include "support/endpoint.h"
#include "support/text.h"
#include "support/words.h"
#include "teach/python_literal.h"
#include "teach/teach.h"
#include "types/python.h"
#include "types/socket.h"
#include "witnesses/proc_text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_printable(const char *text)
{
	size_t size = strlen(text);
	for (size_t i = 0, length; i < size; i += length) {
		uint32_t code = 0;
		length = utf8_length(text + i, size - i, &code);
		assert(length && text_printable(code));
	}
}

/* Whatever the room, no half escape; with room for all, the bytes can be had back. */
static void escapes(const char *bytes, size_t size, size_t room)
{
	char *out = malloc(room ? room : 1), *all = malloc(10 * size + 1);
	char *back = malloc(10 * size + 1);
	assert(out && all && back);
	if (room) {
		assert(text_escape(out, room, bytes, size) < room);
		check_printable(out);
	}
	size_t length = text_escape(all, 10 * size + 1, bytes, size);
	assert(length == strlen(all));
	check_printable(all);
	assert(text_width(all) <= 2 * length);
	assert(literal_unescape(back, all) == size && memcmp(back, bytes, size) == 0);
	free(out);
	free(all);
	free(back);
}

static void endpoints(const char *bytes, size_t size, const char *text, size_t room)
{
	char all[ENDPOINT_SIZE];
	char *out = malloc(room ? room : 1);
	struct sockaddr_storage address;
	assert(out);
	if (room) {
		endpoint_text(out, room, bytes, size);
		assert(strlen(out) < room);
	}
	endpoint_text(all, sizeof all, bytes, size);
	check_printable(all);
	/* What it says of an address of IP means that address. */
	if (endpoint_parse(all, &address))
		assert(memcmp(&address.ss_family, bytes, sizeof address.ss_family) == 0);
	if (endpoint_parse(text, &address)) {
		endpoint_text(all, sizeof all, &address, sizeof address);
		assert(endpoint_parse(all, &address));
	}
	free(out);
}

static void literals(const char *bytes, size_t size, const char *text, size_t show)
{
	struct arena *arena = arena_new();
	assert(arena);
	const char *all[] = {
		python_bytes(arena, bytes, size, show),
		python_string(arena, text),
		python_address(arena, text),
	};
	assert(all[0] && all[1]);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (!all[i])
			continue;
		check_printable(all[i]);
		assert(python_code_length(all[i]) <= strlen(all[i]));
	}
	python_code_length(text);
	arena_free(arena);
}

static void words(const char *bytes, size_t size, const char *text)
{
	char **argv = NULL;
	char *encoded = malloc(base64_length(size) + 1);
	char *decoded = malloc(base64_length(size) + 3);
	char *other = malloc(size + 3);
	size_t length = 0;
	assert(encoded && decoded && other);
	if (words_split(text, &argv) == 0)
		free(argv);
	base64_encode(encoded, bytes, size);
	assert(base64_decode(decoded, &length, encoded, strlen(encoded)));
	assert(length == size && memcmp(decoded, bytes, size) == 0);
	assert(!base64_decode(other, &length, text, strlen(text)) || length <= size);
	free(encoded);
	free(decoded);
	free(other);
}

static void proc_texts(const char *bytes, size_t size, const char *text)
{
	char program[NAME_SIZE], command[COMMAND_SIZE];
	int64_t values[4], limit = 0;
	uint64_t number = 0;
	pid_t parent = 0;
	bool zombie = false;
	proc_pid(text);
	proc_socket_inode(text);
	proc_number(text, "Uid:", 10, 1, &number);
	proc_limit(text, "Max open files", &limit);
	proc_stat(text, &parent, &zombie);
	proc_netstat(text, "TcpExt:", "ListenDrops", &number);
	assert(proc_integers(text, values, 4) <= (int)size);
	proc_program(bytes, size, program, sizeof program);
	proc_command(bytes, size, command, sizeof command);
	assert(memchr(program, '\0', sizeof program) && memchr(command, '\0', sizeof command));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	size_t room = *data++;
	size--;
	/* Of exactly that size: a byte read too many is seen. */
	char *bytes = malloc(size ? size : 1), *text = malloc(size + 1);
	assert(bytes && text);
	memcpy(bytes, data, size);
	memcpy(text, data, size);
	text[size] = '\0';
	escapes(bytes, size, room);
	endpoints(bytes, size, text, room);
	literals(bytes, size, text, room);
	words(bytes, size, text);
	proc_texts(bytes, size, text);
	free(bytes);
	free(text);
	return 0;
}
