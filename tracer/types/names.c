#include "types/record.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const states[] = {
	[STATE_ESTABLISHED] = "ESTABLISHED", [STATE_SYN_SENT] = "SYN_SENT",
	[STATE_SYN_RCVD] = "SYN_RCVD",       [STATE_FIN_WAIT_1] = "FIN_WAIT_1",
	[STATE_FIN_WAIT_2] = "FIN_WAIT_2",   [STATE_TIME_WAIT] = "TIME_WAIT",
	[STATE_CLOSED] = "CLOSED",           [STATE_CLOSE_WAIT] = "CLOSE_WAIT",
	[STATE_LAST_ACK] = "LAST_ACK",       [STATE_LISTEN] = "LISTEN",
	[STATE_CLOSING] = "CLOSING",
};

static const char *const roles[] = {
	[ROLE_LISTENER] = "listener", [ROLE_ACCEPTED] = "accepted", [ROLE_CONNECTOR] = "connector",
	[ROLE_DATAGRAM] = "datagram", [ROLE_PAIR] = "pair",
};

static const char *const witnesses[] = {
	[WITNESS_TCP_INFO] = "tcp_info",     [WITNESS_SOCK_DIAG] = "sock_diag",
	[WITNESS_TRACEPOINT] = "tracepoint", [WITNESS_WIRE] = "wire",
	[WITNESS_INFERRED] = "inferred",
};

static const char *const whats[] = {
	[PROCESS_START] = "start",   [PROCESS_ATTACH] = "attach", [PROCESS_FORK] = "fork",
	[PROCESS_THREAD] = "thread", [PROCESS_EXEC] = "exec",     [PROCESS_EXIT] = "exit",
	[PROCESS_SIGNAL] = "signal", [PROCESS_STOP] = "stop",     [PROCESS_DETACH] = "detach",
};

static const char *const whys[] = {
	[SOCKETS_END] = "end",
	[SOCKETS_ASKED] = "signal",
	[SOCKETS_LINGER] = "linger",
};

static const char *const closings[] = {
	[CLOSED_FIN] = "fin",       [CLOSED_RESET] = "reset", [CLOSED_KILLED] = "killed",
	[CLOSED_CLOSED] = "closed", [CLOSED_OPEN] = "open",
};

static const char *const protocols[] = {
	[SEGMENT_TCP] = "tcp",
	[SEGMENT_UDP] = "udp",
};

static const struct {
	enum segment_flag flag;
	const char *name;
} flags[] = {
	{ SEGMENT_FIN, "FIN" }, { SEGMENT_SYN, "SYN" }, { SEGMENT_RST, "RST" },
	{ SEGMENT_PSH, "PSH" }, { SEGMENT_ACK, "ACK" }, { SEGMENT_URG, "URG" },
	{ SEGMENT_ECE, "ECE" }, { SEGMENT_CWR, "CWR" },
};

static const char *const remarks[] = {
	[SEGMENT_RETRANSMISSION] = "retransmission", [SEGMENT_DUPLICATE_ACK] = "duplicate_ack",
	[SEGMENT_ZERO_WINDOW] = "zero_window",       [SEGMENT_WINDOW_UPDATE] = "window_update",
	[SEGMENT_WINDOW_PROBE] = "window_probe",     [SEGMENT_KEEPALIVE] = "keepalive",
	[SEGMENT_KEEPALIVE_ACK] = "keepalive_ack",
};
_Static_assert(COUNT(remarks) == SEGMENT_REMARKS, "a remark has no name");

/* -1 if there is no such name */
static int find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *tcp_state_name(enum tcp_state state)
{
	return states[state];
}

enum tcp_state tcp_state_named(const char *name)
{
	int i = find(states, COUNT(states), name);
	return i < 0 ? STATE_UNKNOWN : (enum tcp_state)i;
}

const char *socket_role_name(enum socket_role role)
{
	return roles[role];
}

enum socket_role socket_role_named(const char *name)
{
	int i = find(roles, COUNT(roles), name);
	return i < 0 ? ROLE_NONE : (enum socket_role)i;
}

const char *witness_name(enum witness witness)
{
	return witnesses[witness];
}

enum witness witness_named(const char *name)
{
	int i = find(witnesses, COUNT(witnesses), name);
	return i < 0 ? WITNESS_NONE : (enum witness)i;
}

const char *process_what_name(enum process_what what)
{
	return whats[what];
}

int process_what_named(const char *name)
{
	return find(whats, COUNT(whats), name);
}

const char *connection_closed_name(enum connection_closed closed)
{
	return closings[closed];
}

const char *sockets_why_name(enum sockets_why why)
{
	return whys[why];
}

int sockets_why_named(const char *name)
{
	return find(whys, COUNT(whys), name);
}

int connection_closed_named(const char *name)
{
	return find(closings, COUNT(closings), name);
}

const char *segment_protocol_name(enum segment_protocol protocol)
{
	return protocols[protocol];
}

int segment_protocol_named(const char *name)
{
	return find(protocols, COUNT(protocols), name);
}

const char *segment_flag_name(unsigned flag)
{
	for (size_t i = 0; i < COUNT(flags); i++)
		if (flags[i].flag == flag)
			return flags[i].name;
	return NULL;
}

unsigned segment_flag_named(const char *name)
{
	for (size_t i = 0; i < COUNT(flags); i++)
		if (strcmp(flags[i].name, name) == 0)
			return flags[i].flag;
	return 0;
}

const char *segment_remark_name(enum segment_remark remark)
{
	return remarks[remark];
}

enum segment_remark segment_remark_named(const char *name)
{
	int i = find(remarks, COUNT(remarks), name);
	return i < 0 ? SEGMENT_PLAIN : (enum segment_remark)i;
}
