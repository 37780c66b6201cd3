#include "formatters/python/code.h"

#include "formatters/python/reader.h"

#include <string.h>

enum { DEEPEST = 8 /* brackets in brackets; the deepest of ours has four */ };

static const char *const modules[] = { "array",  "fcntl",  "os",      "select",
				       "socket", "struct", "termios", NULL };

const char *code_module(unsigned n)
{
	return modules[n];
}

unsigned code_module_bit(const char *name)
{
	for (unsigned i = 0; modules[i]; i++)
		if (strcmp(modules[i], name) == 0)
			return 1U << i;
	return 0;
}

/* --- names ---------------------------------------------------------------------------------- */

/* What may stand behind a dot, beside constants, which begin with a capital. */
static const char *const members[] = {
	"accept",         "array",           "bind",        "close",
	"closerange",     "connect",         "dup",         "dup2",
	"encode",         "epoll",           "fcntl",       "fileno",
	"getpeername",    "getsockname",     "getsockopt",  "get_inheritable",
	"if_indextoname", "inet_aton",       "inet_pton",   "ioctl",
	"listen",         "modify",          "pack",        "poll",
	"read",           "readv",           "recv",        "recvfrom",
	"recvmsg",        "recvmsg_into",    "register",    "select",
	"send",           "sendfile",        "sendmsg",     "sendto",
	"set_blocking",   "set_inheritable", "setblocking", "setsockopt",
	"shutdown",       "socket",          "socketpair",  "splice",
	"unregister",     "write",           "writev",      NULL,
};

static bool read_module(struct reader *reader, struct word word)
{
	for (unsigned i = 0; modules[i]; i++)
		if (is_word(word, modules[i])) {
			reader->code->modules |= 1U << i;
			reader_take_word(reader, word);
			/* By itself a module is nothing that a call takes. */
			return reader_peek(reader) == '.' || reader_fail(reader);
		}
	return false;
}

/* A variable of the program's, or one that the line itself has made. */
static bool is_known(struct reader *reader, struct word word)
{
	static const char *const builtins[] = { "True",      "False", "None", "bytes",
						"bytearray", "range", NULL };
	if (is_among(word, builtins))
		return true;
	if (is_word(word, "data"))
		return reader->code->data = true;
	if (is_word(word, "epoll"))
		return reader->code->needs_epoll = true;
	return (is_word(word, "poller") && reader->poller) ||
	       (is_word(word, "message") && reader->message);
}

static bool read_name(struct reader *reader)
{
	static const char *const variables[] = {
		"poller", "offset", "value", "buffers", "bufsize", "messages", NULL,
	};
	struct word word = word_at(reader->at, reader->end);
	enum name_kind kind;
	unsigned number;
	if (is_socket_name(word, &kind, &number)) {
		if (!names_has(reader->code->names, kind, number))
			return reader_miss(reader, word.at, word.size);
		reader_put_mark(reader, kind, number);
		reader->at = word.at + word.size;
		return true;
	}
	if (read_module(reader, word))
		return true;
	if (reader->verdict != CODE_FINE)
		return false;
	if (is_known(reader, word)) {
		reader_take_word(reader, word);
		return true;
	}
	return is_among(word, variables) ? reader_miss(reader, word.at, word.size)
					 : reader_fail(reader);
}

/* --- expressions ----------------------------------------------------------------------------- */

static bool read_expression(struct reader *reader);

/* The only names that our lines give arguments by, each once and behind those without a name. */
static bool read_keyword(struct reader *reader, unsigned *seen)
{
	static const char *const keywords[] = { "fileno",    "flags",      "inheritable",
						"maxevents", "offset_src", "offset_dst" };
	struct word word = word_at(reader->at, reader->end);
	bool named = word.at + word.size < reader->end && word.at[word.size] == '=';
	if (!named)
		return !*seen || reader_fail(reader);
	unsigned i = 0;
	while (i < sizeof keywords / sizeof *keywords && !is_word(word, keywords[i]))
		i++;
	if (i == sizeof keywords / sizeof *keywords || *seen & 1U << i)
		return reader_fail(reader);
	*seen |= 1U << i;
	reader_take_word(reader, word);
	reader_expect(reader, "=");
	/* A number means another file in every process. */
	bool descriptor = is_word(word, "fileno") && is_digit(reader_peek(reader));
	return descriptor ? reader_miss(reader, word.at, word.size) : true;
}

/* What stands between brackets, and what closes them. In a list one may be made by a loop. */
static bool read_items(struct reader *reader, const char *closing, bool arguments)
{
	unsigned seen = 0;
	while (!reader_take(reader, closing)) {
		if (arguments && !reader_take(reader, "*") && !read_keyword(reader, &seen))
			return false;
		if (!read_expression(reader))
			return false;
		if (reader_take(reader, closing))
			return true;
		if (!reader_expect(reader, ","))
			return false;
		/* (x,) and no more: a tuple of one. */
		if (reader_peek(reader) != *closing && !reader_expect(reader, " "))
			return false;
	}
	return true;
}

/* [sock.recvmsg(10) for _ in range(3)]: the item needs no name of the loop's. */
static bool read_list(struct reader *reader)
{
	static const char alone[] = "[data]";
	size_t size = sizeof alone - 1;
	if ((size_t)(reader->end - reader->at) >= size && memcmp(reader->at, alone, size) == 0) {
		reader->code->data = reader->code->parts = true;
		reader->at += size;
		reader_put(reader, "data", 4);
		return true;
	}
	if (!reader_expect(reader, "[") || reader_take(reader, "]"))
		return reader->verdict == CODE_FINE;
	if (!read_expression(reader))
		return false;
	if (reader_take(reader, " for _ in "))
		return read_expression(reader) && reader_expect(reader, "]");
	if (reader_take(reader, "]"))
		return true;
	return reader_expect(reader, ", ") && read_items(reader, "]", false);
}

static bool read_atom(struct reader *reader)
{
	char first = reader_peek(reader);
	char second = reader->end - reader->at > 1 ? reader->at[1] : '\0';
	if (first == '\'' || first == '"' || (first == 'b' && (second == '\'' || second == '"')))
		return reader_string(reader);
	if (first == '(')
		return reader_expect(reader, "(") && read_items(reader, ")", false);
	return is_letter(first) ? read_name(reader) : reader_fail(reader);
}

static bool read_member(struct reader *reader)
{
	struct word word = word_at(reader->at, reader->end);
	static const char *const reserved[] = { "True", "False", "None", NULL };
	bool constant = word.size && *word.at >= 'A' && *word.at <= 'Z';
	if (constant ? is_among(word, reserved) : !is_among(word, members))
		return reader_fail(reader);
	reader_take_word(reader, word);
	return true;
}

static bool read_term(struct reader *reader)
{
	char first = reader_peek(reader);
	if (first == '[')
		return read_list(reader);
	if (is_digit(first) || first == '-')
		return (first != '-' || reader_expect(reader, "-")) && reader_number(reader);
	if (!read_atom(reader))
		return false;
	for (;;) {
		if (reader_take(reader, ".")) {
			if (!read_member(reader))
				return false;
		} else if (reader_take(reader, "(")) {
			if (!read_items(reader, ")", true))
				return false;
		} else {
			return true;
		}
	}
}

static bool read_expression(struct reader *reader)
{
	if (++reader->depth > DEEPEST)
		return reader_fail(reader);
	bool fine = read_term(reader);
	while (fine && (reader_take(reader, " | ") || reader_take(reader, " + ")))
		fine = read_term(reader);
	reader->depth--;
	return fine;
}

/* --- statements ------------------------------------------------------------------------------- */

enum { MOST_TARGETS = 4 };

struct targets {
	const char *end; /* behind " = " */
	struct word words[MOST_TARGETS];
	size_t count; /* 0: nothing is assigned */
	bool sockets; /* one of them at least is a socket's name */
};

/* "conn, addr = ": looks ahead, takes nothing. */
static struct targets find_targets(const struct reader *reader)
{
	struct targets targets = { 0 };
	const char *at = reader->at;
	while (targets.count < MOST_TARGETS) {
		struct word word = word_at(at, reader->end);
		enum name_kind kind;
		unsigned number;
		if (!word.size)
			break;
		targets.words[targets.count++] = word;
		targets.sockets |= is_socket_name(word, &kind, &number);
		at = word.at + word.size;
		size_t left = (size_t)(reader->end - at);
		if (left >= 3 && memcmp(at, " = ", 3) == 0) {
			targets.end = at + 3;
			return targets;
		}
		if (left < 2 || memcmp(at, ", ", 2) != 0)
			break;
		at += 2;
	}
	return (struct targets){ 0 };
}

/* A call that failed gives nothing a name, nor does one that never returned. */
static bool is_dropped(const struct reader *reader, const struct targets *targets)
{
	return targets->sockets && !reader->code->succeeded;
}

static bool put_target(struct reader *reader, struct word word)
{
	static const char *const plain[] = { "addr", "ancdata",  "data",   "epoll", "flags",
					     "n",    "messages", "poller", "value", NULL };
	enum name_kind kind;
	unsigned number;
	if (is_socket_name(word, &kind, &number)) {
		reader_put_mark(reader, kind, number);
		return true;
	}
	if (!is_among(word, plain))
		return reader_fail(reader);
	reader_put(reader, word.at, word.size);
	reader->poller |= is_word(word, "poller");
	return true;
}

/* Once for each, and before its first use in the function: it gets its name once. */
static void put_global(struct reader *reader, struct word word)
{
	enum name_kind kind;
	unsigned number;
	bool socket = is_socket_name(word, &kind, &number);
	if (!reader->code->function || (!socket && !is_word(word, "epoll")))
		return;
	reader_put(reader, "global ", 7);
	if (socket)
		reader_put_mark(reader, kind, number);
	else
		reader_put(reader, word.at, word.size);
	line_break(&reader->code->text);
}

static bool put_targets(struct reader *reader, const struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		put_global(reader, targets->words[i]);
	for (size_t i = 0; i < targets->count; i++) {
		reader_put(reader, ", ", i ? 2 : 0);
		if (!put_target(reader, targets->words[i]))
			return false;
	}
	reader_put(reader, " = ", targets->count ? 3 : 0);
	return true;
}

/* From the next statement on the names are known. */
static bool add_targets(struct reader *reader, const struct targets *targets)
{
	struct code *code = reader->code;
	for (size_t i = 0; i < targets->count; i++) {
		struct word word = targets->words[i];
		enum name_kind kind;
		unsigned number;
		if (is_socket_name(word, &kind, &number)) {
			if (!names_add(code->names, kind, number))
				return reader_fail(reader);
			code->made++;
		} else if (is_word(word, "epoll")) {
			/* Which of two a later call means is not told. */
			if (*code->epoll)
				return reader_miss(reader, word.at, word.size);
			*code->epoll = true;
		}
	}
	return true;
}

static bool read_statement(struct reader *reader, bool *ret_last)
{
	struct targets targets = find_targets(reader);
	if (targets.count)
		reader->at = targets.end;
	*ret_last = is_dropped(reader, &targets);
	if (*ret_last)
		return read_expression(reader);
	return put_targets(reader, &targets) && read_expression(reader) &&
	       add_targets(reader, &targets);
}

/* for message in [...]: sock.sendmsg(*message) */
static bool read_loop(struct reader *reader)
{
	if (!read_expression(reader) || !reader_expect(reader, ": "))
		return false;
	reader->message = true;
	return read_expression(reader);
}

static bool read_statements(struct reader *reader)
{
	bool last = false;
	if (reader_take(reader, "for message in "))
		return read_loop(reader);
	while (!last) {
		if (!read_statement(reader, &last))
			return false;
		if (reader->end - reader->at < 2 || memcmp(reader->at, "; ", 2) != 0)
			break;
		reader->at += 2;
		if (!last)
			line_break(&reader->code->text);
	}
	if (last)
		reader->at = reader->end;
	return true;
}

enum code_verdict code_read(struct code *code, const char *python, size_t size)
{
	struct reader reader = { .code = code, .at = python, .end = python + size };
	code->text.size = 0;
	code->modules = code->made = 0;
	code->data = code->parts = code->needs_epoll = false;
	if (!read_statements(&reader))
		return reader.verdict;
	return reader.at == reader.end ? CODE_FINE : CODE_STRANGE;
}
