/* Random records, made of the pieces with which formats have been broken. */
#pragma once

#include "records.h"
#include "support/arena.h"

#include <errno.h>
#include <inttypes.h>

struct random {
	uint64_t state;
	struct arena *arena; /* of the record that is being made */
	unsigned waiting;    /* bit n: call n of this run has been shown as waiting */
};

/* xorshift64*: the same numbers on every machine. */
static inline uint64_t random_number(struct random *random, uint64_t below)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (random->state * UINT64_C(0x2545F4914F6CDD1D) >> 16) % below;
}

static inline bool random_chance(struct random *random)
{
	return random_number(random, 2) == 1;
}

/* Pieces that formats have been broken with. */
static const char *random_piece(struct random *random, size_t *ret_size)
{
	static const struct {
		const char *bytes;
		size_t size;
	} pieces[] = {
		{ "\0", 1 },
		{ "\xe2\x80\xae", 3 },
		{ "\xff", 1 },
		{ "\x1b[2J", 4 },
		{ "\xe4\xbd", 2 },
		{ "\xc2\x9b", 2 },
		{ "\"", 1 },
		{ "\\", 1 },
		{ "'", 1 },
		{ "  # ", 4 },
		{ "\n", 1 },
		{ "\r\t", 2 },
		{ "你好", 6 },
		{ "\xf0\x9f\x98\x80", 4 },
		{ "hello ", 6 },
		{ "e\xcc\x81", 3 },
		{ "\xed\xa0\x80", 3 },
		{ "\xc0\x80", 2 },
		{ "\xef\xbf\xbd", 3 },
		{ "\x7f", 1 },
	};
	size_t i = random_number(random, sizeof pieces / sizeof *pieces);
	*ret_size = pieces[i].size;
	return pieces[i].bytes;
}

static const char *random_bytes(struct random *random, size_t *ret_size)
{
	char bytes[256];
	size_t size = 0;
	for (uint64_t left = random_number(random, 20); left; left--) {
		size_t length = 0;
		const char *piece = random_piece(random, &length);
		memcpy(bytes + size, piece, length);
		size += length;
	}
	*ret_size = size;
	return arena_copy_bytes(random->arena, bytes, size);
}

/* A C string, so it ends at a NUL; never empty, since a record has no empty fields. */
static const char *random_text(struct random *random)
{
	size_t size = 0;
	return arena_printf(random->arena, "x%s", random_bytes(random, &size));
}

static const char *random_id(struct random *random)
{
	return arena_printf(random->arena, "%" PRIu64, random_number(random, 8) + 1);
}

static inline enum tcp_state random_state(struct random *random)
{
	return (enum tcp_state)random_number(random, STATE_COUNT);
}

static const char *const *random_list(struct random *random)
{
	size_t count = random_number(random, 4);
	const char **list = arena_zero(random->arena, (count + 1) * sizeof *list);
	for (size_t i = 0; i < count; i++)
		list[i] = random_text(random);
	return list;
}

static inline struct value random_value(struct random *random, const char *name, int depth);

static inline struct value_list random_values(struct random *random, bool named, int depth)
{
	struct value_list list = { .count = random_number(random, 4) };
	list.items = arena_zero(random->arena, (list.count + 1) * sizeof *list.items);
	for (size_t i = 0; i < list.count; i++)
		list.items[i] = random_value(random, named ? random_text(random) : NULL, depth);
	return list;
}

static inline struct value_flags random_flags(struct random *random)
{
	static const char *names[] = { "MSG_PEEK", "MSG_OOB" };
	return (struct value_flags){ .value = random_number(random, UINT64_MAX),
				     .names = names,
				     .count = random_number(random, 3),
				     .unknown = random_number(random, 3) };
}

static void random_memory(struct random *random, struct value *value)
{
	value->size = random_number(random, 4) ? 0 : random_number(random, 200);
	value->room = random_number(random, 4) ? 0 : random_number(random, 200);
	if (random_number(random, 4))
		return;
	struct value_bytes *raw = arena_zero(random->arena, sizeof *raw);
	raw->data = random_bytes(random, &raw->captured);
	raw->length = raw->captured + random_number(random, 3);
	value->raw = raw;
}

static inline struct value random_value(struct random *random, const char *name, int depth)
{
	/* Structures and arrays, which stand before the last kind, end at some depth. */
	enum value_kind kind = (enum value_kind)random_number(random, VALUE_ADDRESS + 1);
	if (depth == 0 && (kind == VALUE_STRUCT || kind == VALUE_ARRAY))
		kind = VALUE_ADDRESS;
	struct value value = { .kind = kind, .name = name };
	switch (kind) {
	case VALUE_INTEGER:
		value.integer = (int64_t)random_number(random, UINT64_MAX);
		break;
	case VALUE_DESCRIPTOR:
		value.descriptor.fd = (int)random_number(random, 6) - 1;
		value.descriptor.socket = random_chance(random) ? random_id(random) : NULL;
		break;
	case VALUE_CONSTANT:
		value.constant.value = (int64_t)random_number(random, 100) - 50;
		value.constant.name = random_chance(random) ? "AF_INET" : NULL;
		break;
	case VALUE_FLAGS:
		value.flags = random_flags(random);
		break;
	case VALUE_BYTES:
		value.bytes.data = random_bytes(random, &value.bytes.captured);
		value.bytes.length = value.bytes.captured + random_number(random, 3);
		break;
	case VALUE_ENDPOINT:
		value.endpoint = random_text(random);
		break;
	case VALUE_STRUCT:
	case VALUE_ARRAY:
		value.list = random_values(random, kind == VALUE_STRUCT, depth - 1);
		break;
	case VALUE_ADDRESS:
		value.address = random_chance(random) ? random_number(random, UINT64_MAX) : 0;
		break;
	}
	random_memory(random, &value);
	return value;
}

/* What a number or a set of descriptors was before the call changed it. */
static const struct value *random_given(struct random *random, const struct event *event)
{
	struct value *given = arena_zero(random->arena, EVENT_ARGS * sizeof *given);
	memcpy(given, event->args, sizeof event->args);
	for (size_t i = 0; i < event->arg_count; i++)
		if (given[i].kind == VALUE_INTEGER)
			given[i].integer -= random_chance(random);
	return given;
}

static const struct event *random_event(struct random *random, const struct record *record)
{
	static const struct {
		int error;
		const char *name;
	} errors[] = { { EPIPE, "EPIPE" }, { EINVAL, "EINVAL" }, { 524, "ERRNO_524" } };
	static const char *const names[EVENT_ARGS] = { "sockfd", "buf",  "len",
						       "flags",  "addr", "addrlen" };
	struct event *event = arena_zero(random->arena, sizeof *event);
	size_t first = random_number(random, EVENT_ARGS);
	event->name = random_chance(random) ? "recv" : random_text(random);
	event->arg_count = random_number(random, EVENT_ARGS + 1);
	for (size_t i = 0; i < event->arg_count; i++)
		event->args[i] = random_value(random, names[(first + i) % EVENT_ARGS], 3);
	event->syscall = random_chance(random) ? random_text(random) : NULL;
	event->left_out = random_number(random, 2);
	event->fd = (int)random_number(random, 5) - 1;
	event->entered = record->time;
	if (record->type == RECORD_ENTER)
		return event;
	event->returned = record->time + random_number(random, 5000000);
	event->result = (int64_t)random_number(random, 6) - 1;
	event->restarted = random_number(random, 10) == 0;
	event->error_name = event->restarted ? "ERESTARTSYS" : NULL;
	event->beside_count = random_number(random, 3);
	for (size_t i = 0; i < event->beside_count; i++)
		event->beside[i] =
			random_value(random, random_chance(random) ? "timeout" : "iov", 2);
	event->given = random_chance(random) ? random_given(random, event) : NULL;
	event->new_sockets[0] = random_chance(random) ? random_id(random) : NULL;
	if (random_chance(random) && !event->restarted) {
		size_t i = random_number(random, sizeof errors / sizeof *errors);
		event->error = errors[i].error;
		event->error_name = errors[i].name;
		event->result = -1;
	}
	return event;
}

static const struct socket *random_socket(struct random *random)
{
	struct socket socket = made_socket(random_id(random),
					   (enum socket_role)random_number(random, ROLE_PAIR + 1),
					   random_text(random), random_text(random));
	struct socket *copy = arena_zero(random->arena, sizeof socket);
	*copy = socket;
	return copy;
}

static const struct python *random_python(struct random *random)
{
	static const char *const names[] = { "sock", "conn", "conn2" };
	struct python *python = arena_zero(random->arena, sizeof *python);
	python->code = random_number(random, 5) ? random_text(random) : NULL;
	python->comment = random_chance(random) ? random_text(random) : NULL;
	python->raises = random_chance(random) ? random_text(random) : NULL;
	python->variable_count = random_number(random, 4);
	for (size_t i = 0; i < python->variable_count; i++)
		python->variables[i] =
			(struct python_variable){ .name = names[i], .socket = random_id(random) };
	return python;
}

/* As found: a line only in a file, a column only in a line. */
static const struct source *random_source(struct random *random)
{
	struct source *source = arena_zero(random->arena, sizeof *source);
	source->language = (enum source_language)random_number(random, SOURCE_NATIVE + 1);
	source->file = random_chance(random) ? random_text(random) : NULL;
	source->line = source->file ? (unsigned)random_number(random, 3) : 0;
	source->column = source->line ? (unsigned)random_number(random, 3) : 0;
	source->end_column = source->column ? (unsigned)random_number(random, 3) : 0;
	source->function = source->file && random_chance(random) ? NULL : random_text(random);
	source->text = source->line && random_chance(random) ? random_text(random) : NULL;
	source->via = random_chance(random) ? random_text(random) : NULL;
	return source;
}

static const struct source_frame *random_stack(struct random *random, size_t count)
{
	struct source_frame *stack = arena_zero(random->arena, (count + 1) * sizeof *stack);
	for (size_t i = 0; i < count; i++)
		stack[i] = (struct source_frame){
			.module = random_chance(random) ? random_text(random) : NULL,
			.address = random_number(random, UINT64_MAX),
			.function = random_chance(random) ? random_text(random) : NULL,
			.offset = random_number(random, 3),
			.file = random_chance(random) ? random_text(random) : NULL,
			.line = (unsigned)random_number(random, 3),
		};
	return stack;
}

static const struct note_param *random_params(struct random *random, size_t *ret_count)
{
	static const char *const names[] = { "port", "pid", "command" };
	struct note_param *params = arena_zero(random->arena, 3 * sizeof *params);
	*ret_count = random_number(random, 4);
	for (size_t i = 0; i < *ret_count; i++)
		params[i] = (struct note_param){ names[i], random_text(random) };
	return params;
}

static struct note_evidence *random_evidence(struct random *random, size_t count)
{
	struct note_evidence *evidence = arena_zero(random->arena, (count + 1) * sizeof *evidence);
	for (size_t i = 0; i < count; i++) {
		evidence[i].id = random_chance(random) ? "sock_diag" : "proc";
		evidence[i].params = random_params(random, &evidence[i].param_count);
	}
	return evidence;
}

static const struct note *random_notes(struct random *random, size_t count)
{
	struct note *notes = arena_zero(random->arena, (count + 1) * sizeof *notes);
	for (size_t i = 0; i < count; i++) {
		notes[i] = (struct note){
			.id = random_chance(random) ? "errno" : "rule",
			.severity = random_chance(random) ? SEVERITY_MISTAKE : SEVERITY_NOTICE,
			.text = random_text(random),
			.fix = random_chance(random) ? random_text(random) : NULL,
			.check = random_chance(random) ? random_text(random) : NULL,
			.evidence_count = random_number(random, 3),
		};
		notes[i].params = random_params(random, &notes[i].param_count);
		notes[i].evidence = random_evidence(random, notes[i].evidence_count);
	}
	return notes;
}

/* -1 for one that does not apply; none of them is ever 0. */
static int64_t random_count(struct random *random)
{
	return random_chance(random) ? -1 : (int64_t)random_number(random, 4) + 1;
}

static struct record_queues random_queues(struct random *random)
{
	return (struct record_queues){
		.receive = (int64_t)random_number(random, 4) - 1,
		.send = (int64_t)random_number(random, 4) - 1,
		.accept = (int64_t)random_number(random, 4) - 1,
		.backlog = (int64_t)random_number(random, 4) - 1,
		.syn_rcvd = random_count(random),
		.copied = random_count(random),
		.taken = random_count(random),
	};
}

static const struct origin *random_origins(struct random *random, size_t count)
{
	struct origin *origins = arena_zero(random->arena, (count + 1) * sizeof *origins);
	for (size_t i = 0; i < count; i++) {
		struct origin *origin = &origins[i];
		bool returned = random_chance(random);
		origin->number = random_number(random, 3);
		origin->calls = random_number(random, 3) + 1;
		origin->last = origin->number + (origin->number ? origin->calls - 1 : 0);
		origin->call = random_chance(random) ? random_text(random) : NULL;
		origin->offset = random_number(random, 3);
		origin->length = random_number(random, 3);
		origin->returned = returned;
		origin->of =
			returned ? origin->offset + origin->length + random_number(random, 2) : 0;
	}
	return origins;
}

/* A call that was shown as waiting is resumed by its next line, whatever stands in that. */
static inline bool random_waited(struct random *random, const struct record *record)
{
	unsigned bit = 1U << record->number;
	bool waited = random->waiting & bit;
	random->waiting &= ~bit;
	if (record->type == RECORD_ENTER)
		random->waiting |= bit;
	return waited;
}

static inline void random_call(struct random *random, struct record *record)
{
	record->number = random_number(random, 6) + 1;
	bool waited = random_waited(random, record);
	record->event = random_event(random, record);
	record->python = random_chance(random) ? random_python(random) : NULL;
	/* From a sequence of its own, so that all else stays what it was. */
	struct random place = { .state = random->state + 1, .arena = random->arena };
	record->source = random_number(&place, 4) ? NULL : random_source(&place);
	record->stack_count = random_number(&place, 8) ? 0 : random_number(&place, 4);
	record->stack = random_stack(&place, record->stack_count);
	record->socket = random_chance(random) ? random_socket(random) : NULL;
	if (record->type == RECORD_ENTER)
		return;
	record->resumed = waited;
	record->state = (struct record_state){
		.before = random_state(random),
		.after = random_state(random),
		.witness = WITNESS_WIRE,
		.peer_lane = random_chance(random) ? random_text(random) : NULL,
		.peer_socket = random_chance(random) ? random_id(random) : NULL,
		.peer_before = random_state(random),
		.peer_after = random_state(random),
	};
	record->queues = random_queues(random);
	record->origin_count = random_number(random, MOST_ORIGINS + 1);
	record->origins = random_origins(random, record->origin_count);
}

static void random_address(struct random *random, char address[ENDPOINT_SIZE])
{
	static const char *const common[] = { "127.0.0.1:8000", "127.0.0.1:48008", "[::1]:53" };
	bool strange = random_number(random, 4) == 0;
	snprintf(address, ENDPOINT_SIZE, "%s",
		 strange ? random_text(random) : common[random_number(random, 3)]);
}

static struct segment_options random_options(struct random *random)
{
	struct segment_options options = {
		.has_mss = random_chance(random),
		.has_scale = random_chance(random),
		.has_timestamps = random_chance(random),
		.sack_permitted = random_chance(random),
		.sack_count = (unsigned)random_number(random, SEGMENT_MAX_SACKS + 1),
	};
	options.mss = options.has_mss ? (uint16_t)random_number(random, 65536) : 0;
	options.scale = options.has_scale ? (uint8_t)random_number(random, 256) : 0;
	options.timestamp =
		options.has_timestamps ? (uint32_t)random_number(random, UINT32_MAX) : 0;
	for (unsigned i = 0; i < options.sack_count; i++)
		options.sacks[i].left = (uint32_t)random_number(random, UINT32_MAX);
	return options;
}

static void random_tcp(struct random *random, struct segment *segment)
{
	segment->flags = random_chance(random) ? SEGMENT_ACK : (unsigned)random_number(random, 256);
	segment->seq = (uint32_t)random_number(random, UINT32_MAX);
	segment->ack = (uint32_t)random_number(random, UINT32_MAX);
	segment->window = (uint16_t)random_number(random, 65536);
	segment->window_bytes = (uint32_t)segment->window << random_number(random, 2) * 7;
	segment->urgent = (uint16_t)random_number(random, 2);
	segment->header_length = (uint8_t)(20 + 4 * random_number(random, 11));
	segment->options = random_options(random);
	segment->remark = random_chance(random)
				  ? SEGMENT_PLAIN
				  : (enum segment_remark)random_number(random, SEGMENT_REMARKS);
	segment->relative = random_chance(random);
	segment->from_opener = random_chance(random);
	segment->relative_seq = (uint32_t)random_number(random, 3);
	segment->relative_ack = (uint32_t)random_number(random, 3);
}

static struct record_segment random_segment(struct random *random, uint64_t time)
{
	struct segment *segment = arena_zero(random->arena, sizeof *segment);
	segment->time = time;
	segment->protocol = random_number(random, 4) ? SEGMENT_TCP : SEGMENT_UDP;
	random_address(random, segment->from);
	random_address(random, segment->to);
	segment->length = (uint32_t)random_number(random, 2);
	segment->checksum = (uint16_t)random_number(random, 3);
	segment->checksum_partial = random_chance(random);
	if (random_chance(random)) {
		segment->packet.data = random_bytes(random, &segment->packet.captured);
		segment->packet.length = segment->packet.captured + random_number(random, 3);
		segment->packet.length *= segment->packet.captured > 0;
	}
	if (segment->protocol == SEGMENT_TCP)
		random_tcp(random, segment);
	return (struct record_segment){
		.segment = segment,
		.from_lane = random_chance(random) ? "client" : NULL,
		.to_lane = random_number(random, 4) ? NULL : random_text(random),
		.cause = random_number(random, 7),
	};
}

static const struct signal_cause *random_cause(struct random *random)
{
	struct signal_cause *cause = arena_zero(random->arena, sizeof *cause);
	*cause = (struct signal_cause){ .code = (int)random_number(random, 140) - 10,
					.from_process = random_chance(random),
					.of_child = random_chance(random),
					.at_address = random_chance(random) };
	cause->pid = cause->from_process ? (pid_t)random_number(random, 3) : 0;
	cause->status = cause->of_child ? (int)random_number(random, 80) : 0;
	cause->address = cause->at_address ? random_number(random, UINT64_MAX) : 0;
	return cause;
}

static const struct record_process *random_process(struct random *random)
{
	struct record_process *process = arena_zero(random->arena, sizeof *process);
	*process = (struct record_process){
		.what = (enum process_what)random_number(random, PROCESS_DETACH + 1),
		.parent = (pid_t)random_number(random, 3),
		.program = random_chance(random) ? random_text(random) : NULL,
		.argv = random_chance(random) ? random_list(random) : NULL,
		.status = (int)random_number(random, 3) - 1,
		.signal = random_chance(random) ? "SIGTERM" : NULL,
		.dumped = random_chance(random),
		.cause = random_chance(random) ? random_cause(random) : NULL,
	};
	return process;
}

static const struct record_connection *random_connection(struct random *random)
{
	struct record_connection *connection = arena_zero(random->arena, sizeof *connection);
	connection->id = random_number(random, 100);
	connection->closed = (enum connection_closed)random_number(random, CLOSED_OPEN + 1);
	for (size_t i = 0; i < 2; i++) {
		struct record_end_of_connection *end = &connection->ends[i];
		end->socket = random_chance(random) ? random_id(random) : NULL;
		end->lane = random_chance(random) ? random_text(random) : NULL;
		end->address = random_text(random);
		end->bytes_sent = end->socket ? random_number(random, 1000) : 0;
		end->state_count = random_number(random, RECORD_MAX_STATES);
		for (size_t state = 0; state < end->state_count; state++)
			end->states[state] = (enum tcp_state)(state % (STATE_COUNT - 1) + 1);
	}
	return connection;
}

static struct record_words random_words(struct random *random)
{
	static const char *const names[] = { "en", "zh", "de", "fr" };
	struct record_words words = { .count = random_number(random, 5) };
	for (size_t i = 0; i < words.count; i++)
		words.in[i] = (struct record_translation){ names[i], random_text(random) };
	return words;
}

static const struct record_header *random_header(struct random *random)
{
	static const char *const argv[] = { "./server", "\xff", NULL };
	static const char *const *const commands[] = { argv, NULL };
	struct record_header *header = arena_zero(random->arena, sizeof *header);
	struct sysctl *sysctls = arena_zero(random->arena, 2 * sizeof *sysctls);
	sysctls[0] = (struct sysctl){ .name = "net.ipv4.tcp_rmem", .value = "1 2 3" };
	sysctls[1] = (struct sysctl){ .name = "net.b", .value = "\x1b[2J" };
	*header = (struct record_header){ .version = "0",
					  .kernel = random_text(random),
					  .started = "2024-05-01T12:34:56.123456789Z",
					  .commands = commands,
					  .lang = "en",
					  .witnesses = random_list(random),
					  .sysctls = sysctls,
					  .sysctl_count = random_number(random, 3),
					  .title = random_text(random),
					  .lesson = random_text(random),
					  .titles = random_words(random),
					  .lessons = random_words(random) };
	return header;
}

static const struct record_sockets *random_sockets(struct random *random)
{
	struct record_sockets *sockets = arena_zero(random->arena, sizeof *sockets);
	struct record_row *rows = arena_zero(random->arena, 60 * sizeof *rows);
	*sockets = (struct record_sockets){ .why = (enum sockets_why)random_number(random, 3),
					    .rows = rows,
					    .count = random_number(random, 60) };
	for (size_t i = 0; i < sockets->count; i++)
		rows[i] = (struct record_row){
			.lane = random_chance(random) ? random_text(random) : NULL,
			.fd = (int)random_number(random, 4) - 1,
			.socket = random_socket(random),
			.state = (enum tcp_state)random_number(random, STATE_COUNT),
			.witness = (enum witness)random_number(random, 3),
			.queues = random_queues(random),
			.expires =
				random_chance(random) ? (int64_t)random_number(random, 60000) : -1,
		};
	return sockets;
}

static inline struct record_listing random_listing(struct random *random)
{
	const char *lines = random_chance(random) ? "\n\tif (a < b)\r\n```\n\n" : "</script>";
	return (struct record_listing){
		.language = (enum source_language)random_number(random, SOURCE_NATIVE + 1),
		.file = random_text(random),
		.text = arena_printf(random->arena, "%s%s", random_text(random), lines),
	};
}

static inline struct record random_record(struct random *random)
{
	enum record_type type = (enum record_type)random_number(random, RECORD_END);
	struct record record = record_blank(type, random_number(random, 5000000000));
	bool timeless = type == RECORD_HEADER || type == RECORD_CONNECTION;
	record.time = timeless ? 0 : record.time;
	record.pid = (pid_t)random_number(random, 3);
	record.tid = (pid_t)random_number(random, 3);
	record.lane = random_chance(random) ? random_text(random) : "server";
	record.note_count = random_number(random, 3);
	record.notes = random_notes(random, record.note_count);
	switch (type) {
	case RECORD_HEADER:
		record.header = random_header(random);
		break;
	case RECORD_PROCESS:
		record.process = random_process(random);
		break;
	case RECORD_ENTER:
	case RECORD_CALL:
		random_call(random, &record);
		break;
	case RECORD_UNFINISHED:
		record.number = random_number(random, 6) + 1;
		random_waited(random, &record);
		record.why = random_chance(random) ? "exit" : random_text(random);
		break;
	case RECORD_OUTPUT:
		record.output.fd = 1;
		record.output.data.data = random_bytes(random, &record.output.data.captured);
		record.output.data.length = record.output.data.captured;
		break;
	case RECORD_STATE:
		record.socket = random_chance(random) ? random_socket(random) : NULL;
		record.transition = (struct record_transition){ .from = random_state(random),
								.to = random_state(random),
								.witness = WITNESS_INFERRED,
								.cause = random_number(random, 2) };
		break;
	case RECORD_SEGMENT:
		record.socket = random_chance(random) ? random_socket(random) : NULL;
		record.segment = random_segment(random, record.time);
		break;
	case RECORD_SOCKETS:
		record.sockets = random_sockets(random);
		break;
	case RECORD_LISTING:
		record.listing = random_listing(random);
		break;
	case RECORD_CONNECTION:
		record.connection = random_connection(random);
		break;
	case RECORD_END:
		break;
	}
	return record;
}
