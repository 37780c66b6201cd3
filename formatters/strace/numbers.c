/* Numbers whose names in strace are not those of the man pages, or which it shows otherwise. */
#include "formatters/strace/parts.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/ioctl.h>
#include <string.h>

/* --- socket() ------------------------------------------------------------------------------- */

static const char *domain_of(const struct event *event)
{
	const struct value *domain = event_arg(event, "domain");
	bool named = domain && domain->kind == VALUE_CONSTANT && domain->constant.name;
	return named ? domain->constant.name : "";
}

void spell_protocol(const struct spelling *spelling, const struct value *value)
{
	const char *domain = domain_of(spelling->event);
	struct spelling named = *spelling;
	bool inet = strcmp(domain, "AF_INET") == 0 || strcmp(domain, "AF_INET6") == 0;
	bool packet = strcmp(domain, "AF_PACKET") == 0;
	named.unknown = inet ? "IPPROTO_???" : packet ? "ETH_P_???" : "NETLINK_???";
	if (packet)
		line_put(spelling->line, "htons(");
	if (inet && value->kind == VALUE_INTEGER && value->integer == 0)
		line_put(spelling->line, "IPPROTO_IP");
	else if (value->kind == VALUE_CONSTANT &&
		 (value->constant.name || inet || packet || strcmp(domain, "AF_NETLINK") == 0))
		spell_constant(&named, value);
	else
		spell_unsigned(spelling, value);
	if (packet)
		line_put(spelling->line, ")");
}

/* SOCK_CLOEXEC comes first; of the type, which comes before both, there are no bits here. */
static void put_socket_flags(const struct spelling *spelling, const struct value *value,
			     size_t from)
{
	static const char *const order[] = { "SOCK_CLOEXEC", "SOCK_NONBLOCK" };
	const struct value_flags *flags = &value->flags;
	const char *bar = from ? "|" : "";
	for (size_t name = 0; name < sizeof order / sizeof *order; name++)
		for (size_t i = from; i < flags->count; i++)
			if (strcmp(flags->names[i], order[name]) == 0) {
				line_put(spelling->line, bar);
				line_put(spelling->line, order[name]);
				bar = "|";
			}
	if (!flags->unknown)
		return;
	line_format(spelling->line, "%s%#" PRIx64, bar, flags->unknown);
	if (flags->count == from)
		line_put(spelling->line, " /* SOCK_??? */");
}

void spell_socket_flags(const struct spelling *spelling, const struct value *value)
{
	if (value->kind == VALUE_FLAGS && value->flags.value)
		put_socket_flags(spelling, value, 0);
	else
		spell_any(spelling, value);
}

void spell_type(const struct spelling *spelling, const struct value *value)
{
	bool typed = value->kind == VALUE_FLAGS && value->flags.count &&
		     strcmp(value->flags.names[0], "SOCK_CLOEXEC") != 0 &&
		     strcmp(value->flags.names[0], "SOCK_NONBLOCK") != 0;
	if (!typed) {
		spell_socket_flags(spelling, value);
		return;
	}
	spell_word(spelling->line, value->flags.names[0]);
	put_socket_flags(spelling, value, 1);
}

/* --- options -------------------------------------------------------------------------------- */

struct renamed {
	const char *ours, *strace;
};

static void put_renamed(struct line *line, const char *name, const struct renamed *names,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i].ours, name) == 0)
			name = names[i].strace;
	spell_word(line, name);
}

static bool is_named(const struct value *value)
{
	return value && value->kind == VALUE_CONSTANT && value->constant.name;
}

void spell_level(const struct spelling *spelling, const struct value *value)
{
	static const struct renamed levels[] = {
		{ "IPPROTO_IP", "SOL_IP" },           { "IPPROTO_TCP", "SOL_TCP" },
		{ "IPPROTO_UDP", "SOL_UDP" },         { "IPPROTO_IPV6", "SOL_IPV6" },
		{ "IPPROTO_ICMPV6", "SOL_ICMPV6" },   { "IPPROTO_SCTP", "SOL_SCTP" },
		{ "IPPROTO_UDPLITE", "SOL_UDPLITE" }, { "IPPROTO_RAW", "SOL_RAW" },
	};
	if (is_named(value))
		put_renamed(spelling->line, value->constant.name, levels,
			    sizeof levels / sizeof *levels);
	else
		spell_constant(spelling, value);
}

static const char *unknown_option(const struct value *level)
{
	static const struct renamed options[] = {
		{ "SOL_SOCKET", "SO_???" },         { "IPPROTO_IP", "IP_???" },
		{ "IPPROTO_TCP", "TCP_???" },       { "IPPROTO_UDP", "UDP_???" },
		{ "IPPROTO_IPV6", "IPV6_???" },     { "IPPROTO_RAW", "RAW_???" },
		{ "SOL_PACKET", "PACKET_???" },     { "SOL_NETLINK", "NETLINK_???" },
		{ "IPPROTO_SCTP", "SCTP_???" },     { "SOL_TLS", "TLS_???" },
		{ "SOL_DCCP", "DCCP_SOCKOPT_???" }, { "SOL_TIPC", "TIPC_???" },
		{ "SOL_ALG", "ALG_???" },           { "SOL_KCM", "KCM_???" },
		{ "SOL_XDP", "XDP_???" },           { "SOL_RDS", "RDS_???" },
	};
	for (size_t i = 0; is_named(level) && i < sizeof options / sizeof *options; i++)
		if (strcmp(options[i].ours, level->constant.name) == 0)
			return options[i].strace;
	return NULL;
}

/* Of a level that it does not know either, strace shows the option as a plain number. */
void spell_option(const struct spelling *spelling, const struct value *value)
{
	static const struct renamed options[] = {
		{ "SO_RCVTIMEO", "SO_RCVTIMEO_OLD" },
		{ "SO_SNDTIMEO", "SO_SNDTIMEO_OLD" },
		{ "SO_TIMESTAMP", "SO_TIMESTAMP_OLD" },
		{ "SO_TIMESTAMPNS", "SO_TIMESTAMPNS_OLD" },
		{ "SO_TIMESTAMPING", "SO_TIMESTAMPING_OLD" },
		{ "SCM_TIMESTAMP", "SO_TIMESTAMP_OLD" },
		{ "SCM_TIMESTAMPNS", "SO_TIMESTAMPNS_OLD" },
		{ "SCM_TIMESTAMPING", "SO_TIMESTAMPING_OLD" },
	};
	struct spelling named = *spelling;
	named.unknown = unknown_option(event_arg(spelling->event, "level"));
	if (is_named(value))
		put_renamed(spelling->line, value->constant.name, options,
			    sizeof options / sizeof *options);
	else if (named.unknown)
		spell_constant(&named, value);
	else
		spell_unsigned(spelling, value);
}

/* --- fcntl and ioctl ------------------------------------------------------------------------ */

static bool is_command(const struct event *event, int command)
{
	const struct value *value = event_arg(event, "cmd");
	return value && value->kind == VALUE_CONSTANT && value->constant.value == command;
}

/* O_RDONLY is the absence of the others. */
void spell_file_flags(const struct spelling *spelling, const struct value *value)
{
	bool of_file = value->kind == VALUE_FLAGS && is_command(spelling->event, F_SETFL);
	if (of_file && (value->flags.value & O_ACCMODE) == O_RDONLY)
		line_put(spelling->line, value->flags.value ? "O_RDONLY|" : "O_RDONLY");
	if (!of_file || value->flags.value)
		spell_any(spelling, value);
}

bool spell_fcntl_result(struct line *line, const struct event *event)
{
	static const struct name names[] = {
		{ O_APPEND, "O_APPEND" },   { O_NONBLOCK, "O_NONBLOCK" },
		{ O_SYNC, "O_SYNC" },       { O_DSYNC, "O_DSYNC" },
		{ O_ASYNC, "O_ASYNC" },     { O_DIRECT, "O_DIRECT" },
		{ 0100000, "O_LARGEFILE" }, { O_NOATIME, "O_NOATIME" },
		{ O_PATH, "O_PATH" },       { 0, NULL },
	};
	static const char *const modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
	uint64_t bits = (uint64_t)event->result;
	if (is_command(event, F_GETFD) && bits == FD_CLOEXEC) {
		line_put(line, "0x1 (flags FD_CLOEXEC)");
		return true;
	}
	if (!is_command(event, F_GETFL))
		return false;
	line_format(line, bits ? "%#" PRIx64 " (flags %s" : "%" PRIx64 " (flags %s", bits,
		    modes[bits & O_ACCMODE]);
	bits &= ~(uint64_t)O_ACCMODE;
	for (const struct name *name = names; name->name; name++)
		if ((bits & (uint64_t)name->value) == (uint64_t)name->value) {
			line_format(line, "|%s", name->name);
			bits &= ~(uint64_t)name->value;
		}
	if (bits)
		line_format(line, "|%#" PRIx64, bits);
	line_put(line, ")");
	return true;
}

/* Of requests without a name strace shows what asm-generic/ioctl.h has packed into the number. */
void spell_request(const struct spelling *spelling, const struct value *value)
{
	static const char *const directions[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
						  "_IOC_READ|_IOC_WRITE" };
	static const struct renamed requests[] = { { "SIOCOUTQ", "TIOCOUTQ" } };
	if (is_named(value)) {
		put_renamed(spelling->line, value->constant.name, requests,
			    sizeof requests / sizeof *requests);
		return;
	}
	uint32_t request = (uint32_t)value_number(value);
	line_format(spelling->line, "_IOC(%s, %#x, %#x, %#x)", directions[_IOC_DIR(request)],
		    _IOC_TYPE(request), _IOC_NR(request), _IOC_SIZE(request));
}
