#include "unit.h"

#include "support/arena.h"
#include "teach/python_names.h"
#include "teach/teach.h"
#include "teach_events.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define SOCK SOCKET(3, "sock")

static void expect(struct event *event, const char *code, const char *comment, const char *raises)
{
	struct python python;
	python_equivalent(event, NULL, &python);
	ck_assert_pstr_eq(python.code, code);
	ck_assert_pstr_eq(python.comment, comment);
	ck_assert_pstr_eq(python.raises, raises);
	event_free(event);
}

/* The variables as "conn=id-conn sock=id-sock". */
static void expect_variables(struct event *event, const char *variables)
{
	struct python python;
	char text[256] = "";
	python_equivalent(event, NULL, &python);
	for (size_t i = 0; i < python.variable_count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s=%s", i ? " " : "",
			 python.variables[i].name, python.variables[i].socket);
	ck_assert_str_eq(text, variables);
	event_free(event);
}

static struct event *with_new(struct event *event, const char *name, const char *id)
{
	event->new_variables[event->new_variables[0] != NULL] = name;
	event->new_sockets[event->new_sockets[0] != NULL] = id;
	return event;
}

/* --- literals ------------------------------------------------------------------------------- */

static void expect_bytes(const char *bytes, size_t size, size_t show, const char *literal)
{
	struct arena *arena = arena_new();
	ck_assert_str_eq(python_bytes(arena, bytes, size, show), literal);
	arena_free(arena);
}

#define EXPECT_BYTES(bytes, literal) expect_bytes((bytes), sizeof(bytes) - 1, SIZE_MAX, (literal))

START_TEST(ascii_is_a_bytes_literal)
{
	EXPECT_BYTES("", "b''");
	EXPECT_BYTES("hello\r\n\t", "b'hello\\r\\n\\t'");
}
END_TEST

START_TEST(quotes_are_those_of_repr)
{
	EXPECT_BYTES("it's", "b\"it's\"");
	EXPECT_BYTES("it's \"so\"", "b'it\\'s \"so\"'");
	EXPECT_BYTES("back\\slash", "b'back\\\\slash'");
}
END_TEST

START_TEST(binary_data_is_hex)
{
	EXPECT_BYTES("\0\xff\x7f"
		     "1",
		     "b'\\x00\\xff\\x7f1'");
}
END_TEST

START_TEST(text_that_is_not_ascii_is_encoded)
{
	EXPECT_BYTES("你好", "'你好'.encode()");
	EXPECT_BYTES("é\n", "'é\\n'.encode()");
}
END_TEST

START_TEST(text_with_a_control_character_is_data)
{
	EXPECT_BYTES("é\x01", "b'\\xc3\\xa9\\x01'");
	EXPECT_BYTES("é\x7f", "b'\\xc3\\xa9\\x7f'");
	EXPECT_BYTES("é\x1b[2J", "b'\\xc3\\xa9\\x1b[2J'");
}
END_TEST

START_TEST(a_cut_character_is_data)
{
	EXPECT_BYTES("你\xe5\xa5", "b'\\xe4\\xbd\\xa0\\xe5\\xa5'");
}
END_TEST

START_TEST(what_changes_direction_is_escaped)
{
	EXPECT_BYTES("好\u202e", "'好\\u202e'.encode()");
	EXPECT_BYTES("好\xc2\x85\u00a0", "'好\\x85\\xa0'.encode()");
	EXPECT_BYTES("好\U000e0041", "'好\\U000e0041'.encode()");
}
END_TEST

START_TEST(what_is_cut_ends_in_dots_outside_the_literal)
{
	expect_bytes("hello", 5, 5, "b'hello'");
	expect_bytes("hello", 5, 4, "b'hell'...");
	expect_bytes("hello", 5, 0, "b''...");
}
END_TEST

START_TEST(a_cut_never_splits_a_character)
{
	expect_bytes("你好", 6, 5, "'你'.encode()...");
	expect_bytes("你好", 6, 2, "''.encode()...");
}
END_TEST

START_TEST(a_string_is_what_repr_gives)
{
	struct arena *arena = arena_new();
	ck_assert_str_eq(python_string(arena, "/tmp/a b"), "'/tmp/a b'");
	ck_assert_str_eq(python_string(arena, "/tmp/it's"), "\"/tmp/it's\"");
	ck_assert_str_eq(python_string(arena, "/tmp/\x1b\u202e"), "'/tmp/\\x1b\\u202e'");
	/* What is no UTF-8 becomes what os.fsdecode() makes of it. */
	ck_assert_str_eq(python_string(arena, "/tmp/\xff"), "'/tmp/\\udcff'");
	arena_free(arena);
}
END_TEST

/* --- addresses ------------------------------------------------------------------------------ */

static void expect_address(const char *endpoint, const char *expected)
{
	struct arena *arena = arena_new();
	ck_assert_pstr_eq(python_address(arena, endpoint), expected);
	arena_free(arena);
}

START_TEST(ipv4_is_a_pair)
{
	expect_address("127.0.0.1:8000", "('127.0.0.1', 8000)");
	expect_address("0.0.0.0:0", "('0.0.0.0', 0)");
}
END_TEST

START_TEST(ipv6_is_a_pair_or_has_a_scope)
{
	expect_address("[::1]:8000", "('::1', 8000)");
	expect_address("[::ffff:127.0.0.1]:80", "('::ffff:127.0.0.1', 80)");
	expect_address("[fe80::1%2]:80", "('fe80::1', 80, 0, 2)");
}
END_TEST

START_TEST(unix_is_a_string)
{
	expect_address("unix:/run/a b", "'/run/a b'");
	expect_address("unix:", "''");
	expect_address("unix:/run/\\\"x\\\\\\n", "'/run/\"x\\\\\\n'");
	expect_address("unix:\\100at", "'@at'");
	expect_address("unix:/\\u202e好", "'/\\u202e好'");
}
END_TEST

START_TEST(abstract_begins_with_nul)
{
	expect_address("unix:@name", "'\\0name'");
	expect_address("unix:@0000a", "'\\x000000a'");
	expect_address("unix:@7", "'\\x007'");
	expect_address("unix:@9", "'\\09'");
	expect_address("unix:@a\\x00b\\xff", "'\\0a\\x00b\\udcff'");
}
END_TEST

START_TEST(an_address_python_cannot_be_given_has_no_form)
{
	expect_address("AF_INET 0x1f90", NULL);
	expect_address("AF_77 0x0102", NULL);
	expect_address("", NULL);
	expect_address("256.0.0.1:80", NULL);
	expect_address("127.0.0.1:80'); print('", NULL);
}
END_TEST

START_TEST(netlink_and_packet_addresses_are_pairs)
{
	expect_address("netlink:pid=0,groups=0x11", "(0, 17)");
	expect_address("packet:ifindex=1,protocol=0x0003", "(socket.if_indextoname(1), 3)");
}
END_TEST

/* --- making connections ---------------------------------------------------------------------- */

START_TEST(socket_leaves_out_what_python_does_by_itself)
{
	struct value family = CONSTANT(AF_INET);
	struct value stream = FLAGS(SOCK_STREAM, 0, "SOCK_STREAM");
	struct value both = FLAGS(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, "SOCK_STREAM",
				  "SOCK_NONBLOCK", "SOCK_CLOEXEC");
	expect(with_new(RETURNED(CALL_SOCKET, 3, family, stream, INTEGER(0)), "sock2", "7"),
	       "sock2 = socket.socket(socket.AF_INET, socket.SOCK_STREAM)", NULL, NULL);
	expect(RETURNED(CALL_SOCKET, 3, family, both, INTEGER(0)),
	       "sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)",
	       NULL, NULL);
	expect(RETURNED(CALL_SOCKET, 3, family, stream, CONSTANT(IPPROTO_TCP)),
	       "sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)", NULL,
	       NULL);
}
END_TEST

START_TEST(a_failed_socket_call_raises_and_keeps_its_left_side)
{
	struct value domain = UNNAMED(77), type = FLAGS(13, 13);
	expect(FAILED(CALL_SOCKET, EAFNOSUPPORT, domain, type, INTEGER(0)),
	       "sock = socket.socket(77, 0xd)", NULL,
	       "OSError: [Errno 97] Address family not supported by protocol");
}
END_TEST

START_TEST(a_constant_python_lacks_is_a_number_with_its_name)
{
	enum { SO_PEEK_OFF_ = 42 };
	struct value option = { .kind = VALUE_CONSTANT,
				.constant = { SO_PEEK_OFF_, "SO_PEEK_OFF" } };
	expect(RETURNED(CALL_SETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), option, INTEGER(1),
			INTEGER(4)),
	       "sock.setsockopt(socket.SOL_SOCKET, 42, 1)", "42 is SO_PEEK_OFF", NULL);
}
END_TEST

START_TEST(socketpair_makes_two)
{
	struct event *event = RETURNED(CALL_SOCKETPAIR, 0, CONSTANT(AF_UNIX),
				       FLAGS(SOCK_STREAM, 0, "SOCK_STREAM"), INTEGER(0),
				       ARRAY(DESCRIPTOR(3), DESCRIPTOR(4)));
	with_new(with_new(event, "sock", "7"), "sock2", "8");
	expect(event, "sock, sock2 = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)", NULL,
	       NULL);
}
END_TEST

START_TEST(bind_listen_connect_and_shutdown_are_methods)
{
	expect(RETURNED(CALL_BIND, 0, SOCK, ENDPOINT("127.0.0.1:8000"), INTEGER(16)),
	       "sock.bind(('127.0.0.1', 8000))", NULL, NULL);
	expect(RETURNED(CALL_LISTEN, 0, SOCK, INTEGER(5)), "sock.listen(5)", NULL, NULL);
	expect(RETURNED(CALL_CONNECT, 0, SOCK, ENDPOINT("unix:@x"), INTEGER(4)),
	       "sock.connect('\\0x')", NULL, NULL);
	expect(RETURNED(CALL_SHUTDOWN, 0, SOCK, CONSTANT(SHUT_WR)), "sock.shutdown(socket.SHUT_WR)",
	       NULL, NULL);
}
END_TEST

START_TEST(an_address_python_cannot_be_given_leaves_no_code)
{
	expect(FAILED(CALL_BIND, EINVAL, SOCK, ENDPOINT("AF_INET 0x1f90"), INTEGER(4)), NULL, NULL,
	       NULL);
	expect(FAILED(CALL_CONNECT, EFAULT, SOCK, ADDRESS(1), INTEGER(16)), NULL, NULL, NULL);
}
END_TEST

START_TEST(a_failed_call_says_what_python_raises)
{
	struct value address = ENDPOINT("127.0.0.1:8000");
	expect(FAILED(CALL_BIND, EADDRINUSE, SOCK, address, INTEGER(16)),
	       "sock.bind(('127.0.0.1', 8000))", NULL,
	       "OSError: [Errno 98] Address already in use");
	expect(FAILED(CALL_CONNECT, ECONNREFUSED, SOCK, address, INTEGER(16)),
	       "sock.connect(('127.0.0.1', 8000))", NULL,
	       "ConnectionRefusedError: [Errno 111] Connection refused");
	expect(FAILED(CALL_CONNECT, EINPROGRESS, SOCK, address, INTEGER(16)),
	       "sock.connect(('127.0.0.1', 8000))", NULL,
	       "BlockingIOError: [Errno 115] Operation now in progress");
}
END_TEST

START_TEST(python_calls_again_after_a_signal)
{
	expect(FAILED(CALL_ACCEPT, EINTR, SOCK, ADDRESS(0), ADDRESS(0)),
	       "conn, addr = sock.accept()", NULL, NULL);
}
END_TEST

START_TEST(a_restarted_call_raises_nothing)
{
	struct event *event = RETURNED(CALL_ACCEPT, -1, SOCK, ADDRESS(0), ADDRESS(0));
	event->restarted = true;
	expect(event, "conn, addr = sock.accept()", NULL, NULL);
}
END_TEST

START_TEST(accept_names_the_new_connection_once_it_is_there)
{
	expect(ENTERED(CALL_ACCEPT, SOCK, ADDRESS(1), ADDRESS(2)), "conn, addr = sock.accept()",
	       NULL, NULL);
	expect(with_new(RETURNED(CALL_ACCEPT, 5, SOCK, ENDPOINT("127.0.0.1:9"), INTEGER(16)),
			"conn2", "8"),
	       "conn2, addr = sock.accept()", NULL, NULL);
	expect_variables(with_new(RETURNED(CALL_ACCEPT, 5, SOCK, ADDRESS(0)), "conn2", "8"),
			 "conn2=8 sock=id-sock");
	expect_variables(ENTERED(CALL_ACCEPT, SOCK, ADDRESS(0)), "sock=id-sock");
}
END_TEST

START_TEST(accept4_sets_what_python_would_not)
{
	struct value flags =
		FLAGS(SOCK_NONBLOCK | SOCK_CLOEXEC, 0, "SOCK_NONBLOCK", "SOCK_CLOEXEC");
	expect(with_new(RETURNED(CALL_ACCEPT4, 5, SOCK, ADDRESS(0), ADDRESS(0), flags), "conn2",
			"8"),
	       "conn2, addr = sock.accept(); conn2.setblocking(False)", NULL, NULL);
}
END_TEST

START_TEST(a_number_without_variable_is_made_an_object)
{
	expect(RETURNED(CALL_LISTEN, 0, DESCRIPTOR(5), INTEGER(1)),
	       "socket.socket(fileno=5).listen(1)", NULL, NULL);
	expect(FAILED(CALL_LISTEN, EBADF, DESCRIPTOR(-1), INTEGER(1)), "sock.listen(1)",
	       "sock.fileno() is -1", "OSError: [Errno 9] Bad file descriptor");
}
END_TEST

START_TEST(names_come_back_as_python_has_them)
{
	expect(RETURNED(CALL_GETSOCKNAME, 0, SOCK, ENDPOINT("127.0.0.1:80"), INTEGER(16)),
	       "addr = sock.getsockname()", "('127.0.0.1', 80)", NULL);
	expect(FAILED(CALL_GETPEERNAME, ENOTCONN, SOCK, ADDRESS(1), ADDRESS(2)),
	       "addr = sock.getpeername()", NULL,
	       "OSError: [Errno 107] Transport endpoint is not connected");
}
END_TEST

/* --- data ----------------------------------------------------------------------------------- */

START_TEST(send_says_how_many_bytes_were_taken)
{
	expect(RETURNED(CALL_SENDTO, 6, SOCK, BYTES("你好"), INTEGER(6), NO_FLAGS),
	       "sock.send('你好'.encode())", "6 bytes", NULL);
	expect(RETURNED(CALL_SENDTO, 3, SOCK, BYTES("hello!"), INTEGER(6), NO_FLAGS),
	       "sock.send(b'hello!')", "3 of 6 bytes", NULL);
	expect(RETURNED(CALL_SENDTO, 1, SOCK, BYTES("x"), INTEGER(1), NO_FLAGS), "sock.send(b'x')",
	       "1 byte", NULL);
	expect(ENTERED(CALL_SENDTO, SOCK, BYTES("x"), INTEGER(1), NO_FLAGS), "sock.send(b'x')",
	       NULL, NULL);
}
END_TEST

START_TEST(flags_and_destination_follow_the_data)
{
	struct value flags = FLAGS(MSG_NOSIGNAL | 0x800000, 0x800000, "MSG_NOSIGNAL");
	expect(RETURNED(CALL_SENDTO, 1, SOCK, BYTES("x"), INTEGER(1), flags),
	       "sock.send(b'x', socket.MSG_NOSIGNAL | 0x800000)", "1 byte", NULL);
	expect(RETURNED(CALL_SENDTO, 2, SOCK, BYTES(".."), INTEGER(2), NO_FLAGS,
			ENDPOINT("127.0.0.1:9"), INTEGER(16)),
	       "sock.sendto(b'..', ('127.0.0.1', 9))", "2 bytes", NULL);
}
END_TEST

START_TEST(write_on_a_socket_is_send)
{
	expect(RETURNED(CALL_WRITE, 2, SOCK, BYTES("hi"), INTEGER(2)), "sock.send(b'hi')",
	       "2 bytes", NULL);
	expect(RETURNED(CALL_WRITE, 2, DESCRIPTOR(1), BYTES("hi"), INTEGER(2)),
	       "os.write(1, b'hi')", "2 bytes", NULL);
}
END_TEST

START_TEST(a_payload_not_captured_whole_is_called_data)
{
	static char big[1025];
	struct value cut = { .kind = VALUE_BYTES, .bytes = { "hello", 5, 2000 } };
	struct value whole = { .kind = VALUE_BYTES, .bytes = { big, sizeof big, sizeof big } };
	expect(RETURNED(CALL_SENDTO, 1000, SOCK, cut, INTEGER(2000), NO_FLAGS), "sock.send(data)",
	       "1000 of 2000 bytes", NULL);
	expect(RETURNED(CALL_SENDTO, 1025, SOCK, whole, INTEGER(1025), NO_FLAGS), "sock.send(data)",
	       "1025 bytes", NULL);
	expect(FAILED(CALL_SENDTO, EFAULT, SOCK, ADDRESS(1), INTEGER(8), NO_FLAGS),
	       "sock.send(data)", "data has 8 bytes", "OSError: [Errno 14] Bad address");
}
END_TEST

START_TEST(a_payload_of_1024_bytes_is_written_whole)
{
	char big[1024];
	char code[1100];
	memset(big, 'x', sizeof big);
	struct value value = { .kind = VALUE_BYTES, .bytes = { big, sizeof big, sizeof big } };
	snprintf(code, sizeof code, "sock.send(b'%.*s')", (int)sizeof big, big);
	expect(RETURNED(CALL_SENDTO, 1024, SOCK, value, INTEGER(1024), NO_FLAGS), code,
	       "1024 bytes", NULL);
}
END_TEST

START_TEST(recv_shows_what_came)
{
	expect(RETURNED(CALL_RECVFROM, 0, SOCK, BYTES(""), INTEGER(1024), NO_FLAGS),
	       "data = sock.recv(1024)", "b''", NULL);
	expect(RETURNED(CALL_RECVFROM, 2, SOCK, BYTES("hi"), INTEGER(1024),
			FLAGS(MSG_PEEK, 0, "MSG_PEEK")),
	       "data = sock.recv(1024, socket.MSG_PEEK)", "b'hi'", NULL);
	expect(ENTERED(CALL_RECVFROM, SOCK, ADDRESS(9), INTEGER(1024), NO_FLAGS),
	       "data = sock.recv(1024)", NULL, NULL);
	expect(FAILED(CALL_RECVFROM, EAGAIN, SOCK, ADDRESS(9), INTEGER(1024), NO_FLAGS),
	       "data = sock.recv(1024)", NULL,
	       "BlockingIOError: [Errno 11] Resource temporarily unavailable");
}
END_TEST

START_TEST(recvfrom_shows_the_sender)
{
	expect(RETURNED(CALL_RECVFROM, 2, SOCK, BYTES("hi"), INTEGER(64), NO_FLAGS,
			ENDPOINT("127.0.0.1:9"), INTEGER(16)),
	       "data, addr = sock.recvfrom(64)", "b'hi', ('127.0.0.1', 9)", NULL);
}
END_TEST

START_TEST(a_long_answer_is_cut_and_counted)
{
	char big[4000];
	char comment[100];
	memset(big, 'x', sizeof big);
	struct value value = { .kind = VALUE_BYTES, .bytes = { big, sizeof big, 5000 } };
	snprintf(comment, sizeof comment, "b'%.64s'... 5000 bytes", big);
	expect(RETURNED(CALL_RECVFROM, 5000, SOCK, value, INTEGER(8192), NO_FLAGS),
	       "data = sock.recv(8192)", comment, NULL);
}
END_TEST

START_TEST(read_on_a_socket_is_recv)
{
	expect(RETURNED(CALL_READ, 2, SOCK, BYTES("hi"), INTEGER(10)), "data = sock.recv(10)",
	       "b'hi'", NULL);
	expect(RETURNED(CALL_READ, 2, DESCRIPTOR(0), BYTES("hi"), INTEGER(10)),
	       "data = os.read(0, 10)", "b'hi'", NULL);
}
END_TEST

START_TEST(several_buffers_are_a_list)
{
	struct value parts = ARRAY(BYTES("a"), BYTES("é"));
	expect(RETURNED(CALL_WRITEV, 3, SOCK, parts, INTEGER(2)),
	       "sock.sendmsg([b'a', 'é'.encode()])", "3 bytes", NULL);
	struct value filled = ARRAY({ .kind = VALUE_BYTES, .bytes = { "ab", 2, 2 }, .room = 10 },
				    { .kind = VALUE_BYTES, .bytes = { "", 0, 0 }, .room = 4 });
	expect(RETURNED(CALL_READV, 2, SOCK, filled, INTEGER(2)),
	       "n, ancdata, flags, addr = sock.recvmsg_into([bytearray(10), bytearray(4)])",
	       "b'ab'", NULL);
	expect(ENTERED(CALL_READV, SOCK, ADDRESS(5), INTEGER(2)),
	       "n, ancdata, flags, addr = sock.recvmsg_into(buffers)", NULL, NULL);
}
END_TEST

START_TEST(sendmsg_passes_descriptors)
{
	struct value rights =
		STRUCT(FIELD_CONSTANT("level", SOL_SOCKET), FIELD_CONSTANT("type", SCM_RIGHTS),
		       FIELD_ARRAY("data", DESCRIPTOR(5), SOCKET(4, "conn")));
	struct value message =
		STRUCT(FIELD_ADDRESS("name", 0), FIELD_ARRAY("iov", BYTES("x"), BYTES("y")),
		       FIELD_ARRAY("control", rights));
	expect(RETURNED(CALL_SENDMSG, 2, SOCK, message, NO_FLAGS),
	       "sock.sendmsg([b'x', b'y'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, "
	       "array.array('i', [5, conn.fileno()]))])",
	       "2 bytes", NULL);
}
END_TEST

START_TEST(sendmsg_with_a_destination_gives_all_that_precede_it)
{
	struct value message = STRUCT(FIELD_ENDPOINT("name", "127.0.0.1:9"),
				      FIELD_ARRAY("iov", BYTES("x")), FIELD_ADDRESS("control", 0));
	expect(RETURNED(CALL_SENDMSG, 1, SOCK, message, NO_FLAGS),
	       "sock.sendmsg([b'x'], [], 0, ('127.0.0.1', 9))", "1 byte", NULL);
}
END_TEST

START_TEST(recvmsg_asks_for_what_there_was_room_for)
{
	struct value rights =
		STRUCT(FIELD_CONSTANT("level", SOL_SOCKET), FIELD_CONSTANT("type", SCM_RIGHTS),
		       FIELD_ARRAY("data", DESCRIPTOR(5)));
	struct value part = { .kind = VALUE_BYTES, .bytes = { "x", 1, 1 }, .room = 1024 };
	struct value message = STRUCT(FIELD_ADDRESS("name", 0), FIELD_ARRAY("iov", part),
				      FIELD_ARRAY("control", rights));
	expect(RETURNED(CALL_RECVMSG, 1, SOCK, message, FLAGS(MSG_PEEK, 0, "MSG_PEEK")),
	       "data, ancdata, flags, addr = "
	       "sock.recvmsg(1024, socket.CMSG_SPACE(4), socket.MSG_PEEK)",
	       "b'x'", NULL);
}
END_TEST

START_TEST(many_messages_are_a_loop)
{
	struct value one = STRUCT(FIELD_ADDRESS("name", 0), FIELD_ARRAY("iov", BYTES("a")),
				  FIELD_ADDRESS("control", 0), FIELD_INTEGER("len", 1));
	struct value two = STRUCT(FIELD_ENDPOINT("name", "127.0.0.1:9"),
				  FIELD_ARRAY("iov", BYTES("b")), FIELD_ADDRESS("control", 0));
	expect(RETURNED(CALL_SENDMMSG, 1, SOCK, ARRAY(one, two), INTEGER(2), NO_FLAGS),
	       "for message in [([b'a'],), ([b'b'], [], 0, ('127.0.0.1', 9),)]: "
	       "sock.sendmsg(*message)",
	       "1 of 2 messages in one call", NULL);
	expect(RETURNED(CALL_RECVMMSG, 1, SOCK, ARRAY(one), INTEGER(2), NO_FLAGS, ADDRESS(0)),
	       "messages = [sock.recvmsg(1) for _ in range(1)]", "1 of 2 messages in one call",
	       NULL);
}
END_TEST

START_TEST(sendfile_and_splice_are_in_os)
{
	expect(RETURNED(CALL_SENDFILE, 100, SOCK, DESCRIPTOR(5), INTEGER(0), INTEGER(4096)),
	       "os.sendfile(sock.fileno(), 5, 0, 4096)", "100 of 4096 bytes", NULL);
	expect(RETURNED(CALL_SENDFILE, 9, SOCK, DESCRIPTOR(5), ADDRESS(0), INTEGER(9)),
	       "os.sendfile(sock.fileno(), 5, None, 9)", "9 bytes", NULL);
	expect(RETURNED(CALL_SPLICE, 9, SOCK, ADDRESS(0), DESCRIPTOR(5), ADDRESS(0), INTEGER(9),
			FLAGS(1, 0, "SPLICE_F_MOVE")),
	       "os.splice(sock.fileno(), 5, 9, flags=os.SPLICE_F_MOVE)", "9 bytes", NULL);
}
END_TEST

/* --- options -------------------------------------------------------------------------------- */

START_TEST(setsockopt_packs_structures)
{
	struct value linger = STRUCT(FIELD_INTEGER("onoff", 1), FIELD_INTEGER("linger", 0));
	struct value time = STRUCT(FIELD_INTEGER("sec", 5), FIELD_INTEGER("usec", 0));
	struct value group = STRUCT(FIELD_ENDPOINT("multiaddr", "224.0.0.1"),
				    FIELD_ENDPOINT("interface", "0.0.0.0"));
	expect(RETURNED(CALL_SETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_REUSEADDR),
			INTEGER(1), INTEGER(4)),
	       "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)", NULL, NULL);
	expect(RETURNED(CALL_SETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_LINGER), linger,
			INTEGER(8)),
	       "sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
	       NULL, NULL);
	expect(RETURNED(CALL_SETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_RCVTIMEO), time,
			INTEGER(16)),
	       "sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 5, 0))",
	       NULL, NULL);
	expect(RETURNED(CALL_SETSOCKOPT, 0, SOCK, CONSTANT(IPPROTO_IP), CONSTANT(IP_ADD_MEMBERSHIP),
			group, INTEGER(8)),
	       "sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, "
	       "socket.inet_aton('224.0.0.1') + socket.inet_aton('0.0.0.0'))",
	       NULL, NULL);
}
END_TEST

START_TEST(a_structure_not_decoded_in_full_is_called_value)
{
	struct value linger = STRUCT(FIELD_INTEGER("onoff", 1), FIELD_INTEGER("linger", 0));
	expect(RETURNED(CALL_SETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_LINGER), linger,
			INTEGER(12)),
	       "sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, value)", NULL, NULL);
}
END_TEST

START_TEST(getsockopt_shows_the_value)
{
	struct value error = { .kind = VALUE_CONSTANT, .constant = { 111, "ECONNREFUSED" } };
	struct value linger = STRUCT(FIELD_INTEGER("onoff", 0), FIELD_INTEGER("linger", 0));
	struct value name = BYTES("cubic\0");
	expect(RETURNED(CALL_GETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_ERROR),
			INTEGER(0), INTEGER(4)),
	       "value = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)", "0", NULL);
	expect(RETURNED(CALL_GETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_ERROR), error,
			INTEGER(4)),
	       "value = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)", "111, ECONNREFUSED",
	       NULL);
	expect(RETURNED(CALL_GETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_LINGER), linger,
			INTEGER(8)),
	       "value = sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)",
	       "struct.pack('ii', 0, 0)", NULL);
	expect(RETURNED(CALL_GETSOCKOPT, 0, SOCK, CONSTANT(SOL_SOCKET), CONSTANT(SO_BINDTODEVICE),
			name, INTEGER(6)),
	       "value = sock.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 6)",
	       "b'cubic\\x00'", NULL);
}
END_TEST

/* --- descriptors ---------------------------------------------------------------------------- */

START_TEST(fcntl_that_changes_blocking_is_setblocking)
{
	struct value set = FLAGS(O_RDWR | O_NONBLOCK, 0, "O_RDWR", "O_NONBLOCK");
	expect(RETURNED(CALL_FCNTL, 0, SOCK, CONSTANT(F_SETFL), set), "sock.setblocking(False)",
	       NULL, NULL);
	expect(RETURNED(CALL_FCNTL, 0, SOCK, CONSTANT(F_SETFL), FLAGS(O_RDWR, 0, "O_RDWR")),
	       "sock.setblocking(True)", NULL, NULL);
	expect(RETURNED(CALL_FCNTL, 0, SOCK, CONSTANT(F_SETFL),
			FLAGS(O_ASYNC | O_NONBLOCK, 0, "O_ASYNC", "O_NONBLOCK")),
	       "fcntl.fcntl(sock, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)", NULL, NULL);
	expect(RETURNED(CALL_IOCTL, 0, SOCK, CONSTANT(FIONBIO), INTEGER(1)),
	       "sock.setblocking(False)", NULL, NULL);
}
END_TEST

START_TEST(fcntl_shows_the_flags_it_got)
{
	struct value flags = FLAGS(O_RDWR | O_NONBLOCK, 0, "O_RDWR", "O_NONBLOCK");
	struct event *event =
		RETURNED(CALL_FCNTL, O_RDWR | O_NONBLOCK, SOCK, CONSTANT(F_GETFL), INTEGER(0));
	event->result_flags = &flags;
	expect(event, "fcntl.fcntl(sock, fcntl.F_GETFL)", "os.O_RDWR | os.O_NONBLOCK", NULL);
	expect(RETURNED(CALL_FCNTL, FD_CLOEXEC, SOCK, CONSTANT(F_GETFD), INTEGER(0)),
	       "sock.get_inheritable()", "False", NULL);
}
END_TEST

START_TEST(close_on_exec_is_inheritable_in_python)
{
	expect(RETURNED(CALL_FCNTL, 0, SOCK, CONSTANT(F_SETFD), FLAGS(1, 0, "FD_CLOEXEC")),
	       "sock.set_inheritable(False)", NULL, NULL);
	expect(RETURNED(CALL_FCNTL, 0, SOCK, CONSTANT(F_SETFD), NO_FLAGS),
	       "sock.set_inheritable(True)", NULL, NULL);
	expect(RETURNED(CALL_IOCTL, 0, SOCK, CONSTANT(FIOCLEX), ADDRESS(0)),
	       "sock.set_inheritable(False)", NULL, NULL);
}
END_TEST

START_TEST(duplicates_have_variables_of_their_own)
{
	expect(with_new(RETURNED(CALL_DUP, 4, SOCK), "sock2", "7"), "sock2 = sock.dup()", NULL,
	       NULL);
	expect_variables(with_new(RETURNED(CALL_DUP, 4, SOCK), "sock2", "7"),
			 "sock2=7 sock=id-sock");
	expect(with_new(RETURNED(CALL_FCNTL, 4, SOCK, CONSTANT(F_DUPFD_CLOEXEC), INTEGER(0)),
			"sock2", "7"),
	       "sock2 = sock.dup()", NULL, NULL);
	expect(with_new(RETURNED(CALL_FCNTL, 10, SOCK, CONSTANT(F_DUPFD), INTEGER(10)), "sock2",
			"7"),
	       "sock2 = socket.socket(fileno=fcntl.fcntl(sock, fcntl.F_DUPFD, 10))", NULL, NULL);
	expect(RETURNED(CALL_DUP2, 7, SOCK, DESCRIPTOR(7)), "os.dup2(sock.fileno(), 7)", NULL,
	       NULL);
	expect(RETURNED(CALL_DUP3, 7, SOCK, DESCRIPTOR(7), FLAGS(O_CLOEXEC, 0, "O_CLOEXEC")),
	       "os.dup2(sock.fileno(), 7, inheritable=False)", NULL, NULL);
}
END_TEST

START_TEST(close_is_a_method_only_of_sockets)
{
	expect(RETURNED(CALL_CLOSE, 0, SOCK), "sock.close()", NULL, NULL);
	expect(FAILED(CALL_CLOSE, EBADF, DESCRIPTOR(7)), "os.close(7)", NULL,
	       "OSError: [Errno 9] Bad file descriptor");
	/* Modules/socketmodule.c ignores it. */
	expect(FAILED(CALL_CLOSE, ECONNRESET, SOCK), "sock.close()", NULL, NULL);
}
END_TEST

START_TEST(closerange_excludes_its_end)
{
	expect(RETURNED(CALL_CLOSE_RANGE, 0, INTEGER(3), INTEGER(9), NO_FLAGS),
	       "os.closerange(3, 10)", NULL, NULL);
	expect(RETURNED(CALL_CLOSE_RANGE, 0, INTEGER(3), INTEGER(0xFFFFFFFF), NO_FLAGS),
	       "os.closerange(3, 2147483647)", NULL, NULL);
	expect(RETURNED(CALL_CLOSE_RANGE, 0, INTEGER(3), INTEGER(9),
			FLAGS(4, 0, "CLOSE_RANGE_CLOEXEC")),
	       NULL, NULL, NULL);
}
END_TEST

START_TEST(ioctl_gives_bytes_back)
{
	expect(RETURNED(CALL_IOCTL, 0, SOCK, CONSTANT(FIONREAD), INTEGER(6)),
	       "fcntl.ioctl(sock, termios.FIONREAD, bytes(4))", "b'\\x06\\x00\\x00\\x00': 6", NULL);
	expect(RETURNED(CALL_IOCTL, 0, SOCK, CONSTANT(FIOASYNC), INTEGER(1)),
	       "fcntl.ioctl(sock, termios.FIOASYNC, struct.pack('i', 1))", NULL, NULL);
}
END_TEST

/* --- waiting -------------------------------------------------------------------------------- */

START_TEST(poll_registers_and_shows_who_was_ready)
{
	struct value set =
		ARRAY(STRUCT(FIELD_SOCKET("fd", 3, "sock"), FIELD_FLAGS("events", POLLIN, "POLLIN"),
			     FIELD_FLAGS("revents", POLLIN | POLLHUP, "POLLIN", "POLLHUP")),
		      STRUCT({ .name = "fd", .kind = VALUE_DESCRIPTOR, .descriptor = { .fd = 0 } },
			     FIELD_FLAGS("events", POLLIN, "POLLIN"),
			     { .name = "revents", .kind = VALUE_FLAGS }));
	expect(RETURNED(CALL_POLL, 1, set, INTEGER(2), INTEGER(1000)),
	       "poller = select.poll(); poller.register(sock, select.POLLIN); "
	       "poller.register(0, select.POLLIN); poller.poll(1000)",
	       "[(3, select.POLLIN | select.POLLHUP)]", NULL);
	expect(ENTERED(CALL_POLL, set, INTEGER(2), INTEGER(-1)),
	       "poller = select.poll(); poller.register(sock, select.POLLIN); "
	       "poller.register(0, select.POLLIN); poller.poll()",
	       NULL, NULL);
}
END_TEST

START_TEST(ppoll_waits_milliseconds_too)
{
	struct value set = ARRAY(
		STRUCT(FIELD_SOCKET("fd", 3, "sock"), FIELD_FLAGS("events", POLLIN, "POLLIN")));
	struct value time = STRUCT(FIELD_INTEGER("sec", 1), FIELD_INTEGER("nsec", 500250000));
	expect(RETURNED(CALL_PPOLL, 0, set, INTEGER(1), time, ADDRESS(0)),
	       "poller = select.poll(); poller.register(sock, select.POLLIN); poller.poll(1500.25)",
	       "[]", NULL);
}
END_TEST

START_TEST(select_shows_the_sets_that_were_given_and_those_left)
{
	struct value time = STRUCT(FIELD_INTEGER("sec", 1), FIELD_INTEGER("usec", 500000));
	struct event *event = RETURNED(CALL_SELECT, 1, INTEGER(5), ARRAY(SOCKET(4, "conn")),
				       ADDRESS(0), ADDRESS(0), time);
	struct value given[EVENT_ARGS] = { INTEGER(5), ARRAY(SOCK, SOCKET(4, "conn")), ADDRESS(0),
					   ADDRESS(0), time };
	event->given = given;
	expect(event, "select.select([sock, conn], [], [], 1.5)", "([conn], [], [])", NULL);
	expect(ENTERED(CALL_SELECT, INTEGER(5), ARRAY(SOCK), ARRAY(DESCRIPTOR(1)), ADDRESS(0),
		       ADDRESS(0)),
	       "select.select([sock], [1], [])", NULL, NULL);
}
END_TEST

START_TEST(epoll_is_an_object)
{
	struct value event =
		STRUCT(FIELD_FLAGS("events", EPOLLIN, "EPOLLIN"), FIELD_INTEGER("data", 4));
	expect(RETURNED(CALL_EPOLL_CREATE1, 5, NO_FLAGS), "epoll = select.epoll()", NULL, NULL);
	expect(RETURNED(CALL_EPOLL_CTL, 0, DESCRIPTOR(5), CONSTANT(EPOLL_CTL_ADD),
			SOCKET(4, "conn"), event),
	       "epoll.register(conn, select.EPOLLIN)", NULL, NULL);
	expect(FAILED(CALL_EPOLL_CTL, ENOENT, DESCRIPTOR(5), CONSTANT(EPOLL_CTL_DEL),
		      SOCKET(4, "conn"), ADDRESS(0)),
	       "epoll.unregister(conn)", NULL,
	       "FileNotFoundError: [Errno 2] No such file or directory");
	expect(RETURNED(CALL_EPOLL_WAIT, 1, DESCRIPTOR(5), ARRAY(event), INTEGER(64),
			INTEGER(1500)),
	       "epoll.poll(1.5, 64)", "[(4, select.EPOLLIN)]", NULL);
	expect(RETURNED(CALL_EPOLL_PWAIT, 1, DESCRIPTOR(5), ARRAY(event), INTEGER(64), INTEGER(-1)),
	       "epoll.poll(maxevents=64)", "[(4, select.EPOLLIN)]", NULL);
}
END_TEST

START_TEST(a_call_python_cannot_make_has_no_code)
{
	expect(RETURNED(CALL_UNSHARE, 0, NO_FLAGS), NULL, NULL, NULL);
	expect(FAILED(CALL_PIDFD_GETFD, EPERM, DESCRIPTOR(5), INTEGER(3), INTEGER(0)), NULL, NULL,
	       NULL);
}
END_TEST

/* --- tables --------------------------------------------------------------------------------- */

START_TEST(names_are_sorted_so_that_they_can_be_searched)
{
	for (size_t i = 1; i < python_names_count; i++)
		ck_assert_msg(strcmp(python_names[i - 1].name, python_names[i].name) < 0, "%s",
			      python_names[i].name);
	ck_assert_str_eq(python_name_find("SIOCOUTQ")->constant, "TIOCOUTQ");
	ck_assert_ptr_null(python_name_find("SO_NO_SUCH_OPTION"));
}
END_TEST

START_TEST(errors_have_the_classes_of_pep_3151)
{
	ck_assert_str_eq(python_exception(ECONNRESET), "ConnectionResetError");
	ck_assert_str_eq(python_exception(ESHUTDOWN), "BrokenPipeError");
	ck_assert_str_eq(python_exception(EALREADY), "BlockingIOError");
	ck_assert_str_eq(python_exception(EADDRINUSE), "OSError");
}
END_TEST

START_TEST(an_event_without_arguments_does_no_harm)
{
	for (enum call_id call = 0; call < CALL_COUNT; call++) {
		struct python python;
		struct event *event = event_new();
		event->call = call;
		python_equivalent(event, NULL, &python);
		event_free(event);
	}
}
END_TEST

static void add_literals(Suite *suite)
{
	TCase *tcase = tcase_create("literals");
	tcase_add_test(tcase, ascii_is_a_bytes_literal);
	tcase_add_test(tcase, quotes_are_those_of_repr);
	tcase_add_test(tcase, binary_data_is_hex);
	tcase_add_test(tcase, text_that_is_not_ascii_is_encoded);
	tcase_add_test(tcase, text_with_a_control_character_is_data);
	tcase_add_test(tcase, a_cut_character_is_data);
	tcase_add_test(tcase, what_changes_direction_is_escaped);
	tcase_add_test(tcase, what_is_cut_ends_in_dots_outside_the_literal);
	tcase_add_test(tcase, a_cut_never_splits_a_character);
	tcase_add_test(tcase, a_string_is_what_repr_gives);
	tcase_add_test(tcase, ipv4_is_a_pair);
	tcase_add_test(tcase, ipv6_is_a_pair_or_has_a_scope);
	tcase_add_test(tcase, unix_is_a_string);
	tcase_add_test(tcase, abstract_begins_with_nul);
	tcase_add_test(tcase, an_address_python_cannot_be_given_has_no_form);
	tcase_add_test(tcase, netlink_and_packet_addresses_are_pairs);
	suite_add_tcase(suite, tcase);
}

static void add_connections(Suite *suite)
{
	TCase *tcase = tcase_create("connections");
	tcase_add_test(tcase, socket_leaves_out_what_python_does_by_itself);
	tcase_add_test(tcase, a_failed_socket_call_raises_and_keeps_its_left_side);
	tcase_add_test(tcase, a_constant_python_lacks_is_a_number_with_its_name);
	tcase_add_test(tcase, socketpair_makes_two);
	tcase_add_test(tcase, bind_listen_connect_and_shutdown_are_methods);
	tcase_add_test(tcase, an_address_python_cannot_be_given_leaves_no_code);
	tcase_add_test(tcase, a_failed_call_says_what_python_raises);
	tcase_add_test(tcase, python_calls_again_after_a_signal);
	tcase_add_test(tcase, a_restarted_call_raises_nothing);
	tcase_add_test(tcase, accept_names_the_new_connection_once_it_is_there);
	tcase_add_test(tcase, accept4_sets_what_python_would_not);
	tcase_add_test(tcase, a_number_without_variable_is_made_an_object);
	tcase_add_test(tcase, names_come_back_as_python_has_them);
	suite_add_tcase(suite, tcase);
}

static void add_data(Suite *suite)
{
	TCase *tcase = tcase_create("data");
	tcase_add_test(tcase, send_says_how_many_bytes_were_taken);
	tcase_add_test(tcase, flags_and_destination_follow_the_data);
	tcase_add_test(tcase, write_on_a_socket_is_send);
	tcase_add_test(tcase, a_payload_not_captured_whole_is_called_data);
	tcase_add_test(tcase, a_payload_of_1024_bytes_is_written_whole);
	tcase_add_test(tcase, recv_shows_what_came);
	tcase_add_test(tcase, recvfrom_shows_the_sender);
	tcase_add_test(tcase, a_long_answer_is_cut_and_counted);
	tcase_add_test(tcase, read_on_a_socket_is_recv);
	tcase_add_test(tcase, several_buffers_are_a_list);
	tcase_add_test(tcase, sendmsg_passes_descriptors);
	tcase_add_test(tcase, sendmsg_with_a_destination_gives_all_that_precede_it);
	tcase_add_test(tcase, recvmsg_asks_for_what_there_was_room_for);
	tcase_add_test(tcase, many_messages_are_a_loop);
	tcase_add_test(tcase, sendfile_and_splice_are_in_os);
	suite_add_tcase(suite, tcase);
}

static void add_others(Suite *suite)
{
	TCase *tcase = tcase_create("others");
	tcase_add_test(tcase, setsockopt_packs_structures);
	tcase_add_test(tcase, a_structure_not_decoded_in_full_is_called_value);
	tcase_add_test(tcase, getsockopt_shows_the_value);
	tcase_add_test(tcase, fcntl_that_changes_blocking_is_setblocking);
	tcase_add_test(tcase, fcntl_shows_the_flags_it_got);
	tcase_add_test(tcase, close_on_exec_is_inheritable_in_python);
	tcase_add_test(tcase, duplicates_have_variables_of_their_own);
	tcase_add_test(tcase, close_is_a_method_only_of_sockets);
	tcase_add_test(tcase, closerange_excludes_its_end);
	tcase_add_test(tcase, ioctl_gives_bytes_back);
	tcase_add_test(tcase, poll_registers_and_shows_who_was_ready);
	tcase_add_test(tcase, ppoll_waits_milliseconds_too);
	tcase_add_test(tcase, select_shows_the_sets_that_were_given_and_those_left);
	tcase_add_test(tcase, epoll_is_an_object);
	tcase_add_test(tcase, a_call_python_cannot_make_has_no_code);
	tcase_add_test(tcase, names_are_sorted_so_that_they_can_be_searched);
	tcase_add_test(tcase, errors_have_the_classes_of_pep_3151);
	tcase_add_test(tcase, an_event_without_arguments_does_no_harm);
	suite_add_tcase(suite, tcase);
}

Suite *unit_suite(void)
{
	Suite *suite = suite_create("python");
	add_literals(suite);
	add_connections(suite);
	add_data(suite);
	add_others(suite);
	return suite;
}
