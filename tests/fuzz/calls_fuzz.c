/*
 * Calls of a hostile program (call_input.h), on the whole way from its registers and memory to what
 * a reader sees: decoded, followed as sockets, explained, looked at by the rules, written,
 * replayed. A filter of the program's own, or whoever answers for it (SECCOMP_RET_USER_NOTIF), may
 * make any call return any number: results are hostile too.
 */
#include "call_input.h"
#include "fuzz.h"
#include "shown.h"

#include "replay/replay.h"
#include "sockets/sockets.h"
#include "support/arena.h"
#include "support/endpoint.h"
#include "teach/rules.h"
#include "teach/teach.h"

#include <errno.h>
#include <netinet/in.h>

enum {
	CAPTURE = 4096,
	/* The most that a single look at the memory may ask for: the control messages of one
	 * message. */
	MOST_READ = 64 * 1024,
	DEPTH = 16,
};

/* --- what is decoded is whole ------------------------------------------------------------------
 */

static void check_value(const struct value *value, unsigned depth)
{
	assert(depth < DEPTH);
	if (value->raw) {
		assert(value->raw->captured <= value->raw->length);
		assert(!value->raw->captured || value->raw->data);
	}
	switch (value->kind) {
	case VALUE_BYTES:
		assert(value->bytes.captured <= value->bytes.length);
		assert(!value->bytes.captured || value->bytes.data[value->bytes.captured] == '\0');
		break;
	case VALUE_FLAGS:
		for (size_t i = 0; i < value->flags.count; i++)
			assert(*value->flags.names[i]);
		break;
	case VALUE_ENDPOINT:
		assert(strlen(value->endpoint) < ENDPOINT_SIZE);
		assert(utf8_valid(value->endpoint, strlen(value->endpoint)));
		break;
	case VALUE_STRUCT:
	case VALUE_ARRAY:
		for (size_t i = 0; i < value->list.count; i++)
			check_value(&value->list.items[i], depth + 1);
		break;
	case VALUE_INTEGER:
	case VALUE_DESCRIPTOR:
	case VALUE_CONSTANT:
	case VALUE_ADDRESS:
		break;
	}
}

static void check_event(const struct event *event)
{
	assert(event->arg_count <= EVENT_ARGS && event->beside_count <= EVENT_ARGS);
	assert(event->passed_count <= EVENT_MAX_PASSED);
	for (size_t i = 0; i < event->arg_count; i++)
		check_value(&event->args[i], 0);
	for (size_t i = 0; event->given && i < event->arg_count; i++)
		check_value(&event->given[i], 0);
	for (size_t i = 0; i < event->beside_count; i++)
		check_value(&event->beside[i], 0);
}

/* --- the kernel, as far as it is asked ---------------------------------------------------------
 */

/* Descriptors 3 to 10 are sockets, each of another kind. */
static int identify(const struct identifier *identifier, const struct process *process, int fd,
		    unsigned asked, struct identity *identity)
{
	static const int domains[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };
	(void)identifier;
	(void)process;
	if (fd < 3 || fd > 10)
		return -ENOTSOCK;
	if (asked & ASK_COOKIE)
		identity->cookie = (uint64_t)fd;
	if (asked & ASK_KIND) {
		identity->domain = domains[(fd - 3) / 2];
		identity->type = fd & 1 ? SOCK_STREAM : SOCK_DGRAM;
	}
	if (asked & ASK_PROTOCOL)
		identity->protocol = fd & 1 ? IPPROTO_TCP : IPPROTO_UDP;
	if (asked & ASK_LISTENING)
		identity->listening = fd == 5;
	if (asked & ASK_LOCAL)
		snprintf(identity->local, sizeof identity->local, "127.0.0.1:%d", 8000 + fd);
	if (asked & ASK_REMOTE)
		snprintf(identity->remote, sizeof identity->remote, "127.0.0.1:%d", 8009 - fd);
	return 0;
}

static void name_socket(const struct identifier *identifier, struct socket *socket)
{
	(void)identifier;
	socket->domain_name = "AF_INET";
	socket->type_name = socket->type == SOCK_DGRAM ? "SOCK_DGRAM" : "SOCK_STREAM";
}

/* Nobody can be asked there. */
static int no_holders(const struct evidence *evidence, uint64_t network, int protocol,
		      uint16_t port, struct port_holders *ret_holders)
{
	(void)evidence, (void)network, (void)protocol, (void)port, (void)ret_holders;
	return -ENOTSUP;
}

static int no_inode(const struct evidence *evidence, const struct socket *socket,
		    uint64_t *ret_inode)
{
	(void)evidence, (void)socket, (void)ret_inode;
	return -ENOTSUP;
}

static int no_owners(const struct evidence *evidence, const uint64_t *inodes, size_t count,
		     struct owners *ret_owners)
{
	(void)evidence, (void)inodes, (void)count, (void)ret_owners;
	return -ENOTSUP;
}

static int no_sysctl(const struct evidence *evidence, uint64_t network, const char *name,
		     int64_t *ret_values, size_t room)
{
	(void)evidence, (void)network, (void)name, (void)ret_values, (void)room;
	return -ENOTSUP;
}

static int is_own_address(const struct evidence *evidence, uint64_t network, const char *endpoint)
{
	(void)evidence, (void)network;
	struct sockaddr_storage address;
	return endpoint_parse(endpoint, &address);
}

static int no_addresses(const struct evidence *evidence, uint64_t network,
			struct own_addresses *ret_addresses)
{
	(void)evidence, (void)network, (void)ret_addresses;
	return -ENOTSUP;
}

static int no_counters(const struct evidence *evidence, uint64_t network,
		       struct listen_counters *ret_counters)
{
	(void)evidence, (void)network, (void)ret_counters;
	return -ENOTSUP;
}

static int no_process(const struct evidence *evidence, pid_t pid, struct process_facts *ret_facts)
{
	(void)evidence, (void)pid, (void)ret_facts;
	return -EACCES;
}

static int asleep(const struct evidence *evidence, pid_t pid, pid_t tid,
		  struct thread_facts *ret_facts)
{
	(void)evidence, (void)pid, (void)tid;
	*ret_facts = (struct thread_facts){ .asleep = true, .threads = 1 };
	return 0;
}

static int no_sight(const struct evidence *evidence, const struct socket *socket,
		    struct sight *ret_sight)
{
	(void)evidence, (void)socket, (void)ret_sight;
	return -ENOENT;
}

static int no_time_limits(const struct evidence *evidence, const struct socket *socket,
			  struct time_limits *ret_limits)
{
	(void)evidence, (void)socket, (void)ret_limits;
	return -ESTALE;
}

static const struct socket *no_socket(const struct evidence *evidence, uint64_t cookie)
{
	(void)evidence, (void)cookie;
	return NULL;
}

static const struct evidence evidence = {
	.holders = no_holders,
	.clients = no_holders,
	.inode = no_inode,
	.owners = no_owners,
	.sysctl = no_sysctl,
	.is_own_address = is_own_address,
	.addresses = no_addresses,
	.listen_counters = no_counters,
	.process = no_process,
	.thread = asleep,
	.sight = no_sight,
	.time_limits = no_time_limits,
	.socket = no_socket,
};

/* --- a session without a tracee ----------------------------------------------------------------
 */

struct session {
	struct call_input input;
	struct sockets *sockets;
	struct process process;
	struct rules *rules;
	struct shown text, recording;
	uint64_t calls;
};

static void write_record(struct session *session, enum record_type type, struct event *event,
			 struct socket *socket)
{
	struct arena *arena = arena_new();
	struct python python = { 0 };
	struct note note;
	assert(arena);
	python_equivalent(event, socket, &python);
	struct record record = record_blank(type, event->entered);
	record.number = session->calls;
	record.pid = record.tid = session->process.pid;
	record.lane = session->process.lane;
	record.event = event;
	record.python = &python;
	record.socket = socket;
	record.resumed = type == RECORD_CALL;
	record.note_count = type == RECORD_CALL ? errno_meaning(event, socket, &note) : 0;
	record.notes = &note;
	rules_look(session->rules, &record, socket, arena);
	shown_write(&session->text, &record);
	shown_write(&session->recording, &record);
	arena_free(arena);
}

static void make_call(struct session *session, size_t n)
{
	static const struct decode_limits limits = { .capture = CAPTURE };
	struct call_input *input = &session->input;
	struct stop stop;
	int64_t result = 0;
	const struct call *call = input_call(input, n, &stop, &result);
	if (!call)
		return;
	assert(call_descriptor(call, &stop) >= INT_MIN);
	struct event *event = decode_entry(call, &stop, &input->memory, &limits);
	assert(event);
	check_event(event);
	event->entered = ++session->calls * 1000;
	struct socket *socket = sockets_enter(session->sockets, &session->process, event);
	write_record(session, RECORD_ENTER, event, socket);
	stop = (struct stop){ .kind = STOP_EXIT, .abi = input->abi, .result = result };
	decode_return(event, &stop, &input->memory, &limits);
	check_event(event);
	event->returned = event->entered + 500;
	socket = sockets_return(session->sockets, &session->process, event);
	write_record(session, RECORD_CALL, event, socket);
	event_free(event);
}

static int write_again(void *context, const struct record *record)
{
	shown_write(context, record);
	return 0;
}

/* What the recording gives is what the reader of the trace saw. */
static void replay(const struct shown *recording, const struct shown *text)
{
	struct replay_error error;
	struct shown again;
	FILE *file = recording->size ? fmemopen(recording->text, recording->size, "r") : NULL;
	if (!file)
		return;
	shown_open(&again, text->format);
	assert(replay_run(file, write_again, &again, &error) == 0);
	shown_close(&again);
	fclose(file);
	assert(again.size == text->size && memcmp(again.text, text->text, text->size) == 0);
	free(again.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct identifier identifier = { identify, name_socket };
	static char lane[] = "server";
	struct session session = { .process = { .pid = 100, .pidfd = -1, .lane = lane } };
	if (!input_init(&session.input, data, size))
		return 0;
	session.sockets = sockets_new(&identifier);
	session.rules = rules_new(&evidence, LESSONS_ALWAYS);
	assert(session.sockets && session.rules);
	assert(sockets_process_init(session.sockets, &session.process) == 0);
	for (int fd = 3; fd <= 10; fd++)
		sockets_recognise(session.sockets, &session.process, fd);
	shown_open(&session.text, format_named("text"));
	shown_open(&session.recording, format_named("jsonl"));
	for (size_t i = 0; i < session.input.count; i++)
		make_call(&session, i);
	shown_close(&session.text);
	shown_close(&session.recording);
	shown_check(&session.text);
	shown_check(&session.recording);
	replay(&session.recording, &session.text);
	assert(session.input.most <= MOST_READ);
	sockets_process_exit(session.sockets, &session.process, true, NULL, NULL);
	sockets_free(session.sockets);
	rules_free(session.rules);
	input_done(&session.input);
	free(session.text.text);
	free(session.recording.text);
	return 0;
}
