/* The python format: what a recording says becomes a program, or is refused. */
#include "records.h"
#include "unit.h"

static const struct format_options options = { .show_bytes = 64 };

static char *generated(const struct record *records, size_t count)
{
	struct transcript transcript;
	transcript_open(&transcript, "python", &options);
	for (size_t i = 0; i < count; i++)
		transcript_write(&transcript, &records[i]);
	return transcript_close(&transcript);
}

/* Which calls of a program are told by those lines of Python, each fine and done. */
static char *of_codes(const char *const *codes, size_t count)
{
	struct event event = CALL("call", 0, INTEGER("argument", 1));
	struct python pythons[16] = { 0 };
	struct record records[16];
	ck_assert_uint_le(count, 16);
	for (size_t i = 0; i < count; i++) {
		pythons[i].code = codes[i];
		records[i] = call_record(RECORD_CALL, i + 1, "server", &event);
		records[i].python = &pythons[i];
	}
	return generated(records, count);
}

#define OF_CODES(...)                             \
	of_codes((const char *[]){ __VA_ARGS__ }, \
		 sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *))

static void expect_in(char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in:\n%s", part, text);
	free(text);
}

static void expect_not_in(char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in:\n%s", part, text);
	free(text);
}

START_TEST(a_listener_is_called_server_also_before_it_listens)
{
	struct socket socket = made_socket("7", ROLE_LISTENER, "127.0.0.1:8000", "");
	struct python first = { .code = "sock = socket.socket(socket.AF_INET)",
				.variables = { { "sock", "7" } },
				.variable_count = 1 };
	struct python second = first;
	second.code = "sock.listen(5)";
	struct event made = CALL("socket", 3, INTEGER("domain", 2));
	struct event listens = CALL("listen", 0, DESCRIPTOR("sockfd", 3, "7"));
	struct record records[] = { call_record(RECORD_CALL, 1, "server", &made),
				    call_record(RECORD_CALL, 2, "server", &listens) };
	records[0].python = &first;
	records[1].python = &second;
	records[1].socket = &socket;
	char *text = generated(records, 2);
	ck_assert_ptr_nonnull(strstr(text, "\nserver = socket.socket(socket.AF_INET)\n"));
	expect_in(text, "\nserver.listen(5)\n");
}
END_TEST

START_TEST(what_raised_is_expected_to_raise)
{
	struct event event = CALL("socket", -1, INTEGER("domain", 2));
	event.error = 13;
	event.error_name = "EACCES";
	struct python python = { .code = "sock = socket.socket(socket.AF_INET)",
				 .raises = "PermissionError: [Errno 13] Permission denied" };
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.python = &python;
	expect_in(generated(&record, 1),
		  "with suppress(OSError):  # PermissionError: [Errno 13] Permission denied\n"
		  "    socket.socket(socket.AF_INET)\n");
}
END_TEST

START_TEST(each_form_of_a_call_is_known)
{
	static const char *const forms[] = {
		"sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, -1))",
		"sock.setsockopt(0, 1, socket.inet_aton('224.0.0.1') + "
		"socket.inet_aton('0.0.0.0'))",
		"sock.sendmsg([b'x', 'é'.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, "
		"array.array('i', [5, sock.fileno()]))])",
		"for message in [([b'a'],), ([b'b'], [], 0, ('::1', 9),)]: sock.sendmsg(*message)",
		"messages = [sock.recvmsg(1) for _ in range(3)]",
		"os.splice(sock.fileno(), 5, 9, flags=os.SPLICE_F_MOVE)",
		"poller = select.poll(); poller.register(sock, select.POLLIN | 0x2000); "
		"poller.poll(1500.25)",
		"select.select([sock, 0], [1], [], 1.5)",
		"data, ancdata, flags, addr = sock.recvmsg(1024, socket.CMSG_SPACE(4))",
		"fcntl.ioctl(sock, termios.FIONREAD, bytes(4))",
		"sock2 = socket.socket(fileno=fcntl.fcntl(sock, fcntl.F_DUPFD, 10))",
		"sock.bind('\\0x\\udcff')",
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		char *text = OF_CODES("sock = socket.socket(socket.AF_INET)", forms[i]);
		ck_assert_msg(!strstr(text, "SystemExit"), "%s: refused:\n%s", forms[i], text);
		expect_not_in(text, "does not run");
	}
}
END_TEST

START_TEST(nothing_else_gets_into_a_program)
{
	static const char *const foreign[] = {
		"os.system('reboot')",
		"__import__('os').abort()",
		"sock.close(); os.abort()",
		"open('/etc/passwd')",
		"sock.close()\nos.abort()",
		"exec(sock)",
		"sock.__class__",
		"(lambda: 0)()",
		"sock.send(b'\\xg')",
		"sock.send(b'a' b'b')",
		"sock.send('\\N{DEGREE SIGN}')",
		"sock.send(b'\x1b')",
		"sock.send(b'\xff')",
		"sock.send(b'",
		"sock.send(007)",
		"sock.send(1if 1else 2)",
		"sock.send(flags=1, 2)",
		"sock.send(flags=1, flags=2)",
		"sock.send(",
		"sock.send))",
		"socket.None",
		"5.close()",
		"sock = None; os = sock",
		"sock = sock",
		"",
		";",
		"((((((((((((((((((((0))))))))))))))))))))",
	};
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		char *text = OF_CODES("sock = socket.socket(socket.AF_INET)", foreign[i]);
		ck_assert_msg(strstr(text, "raise SystemExit(\"call 2, call: "),
			      "%s: not refused:\n%s", foreign[i], text);
		/* Where it would stand there is nothing. */
		expect_in(text, "# 2: call(1) = 0\n\nos._exit(0)");
	}
}
END_TEST

START_TEST(a_program_does_not_work_on_what_it_does_not_have)
{
	expect_in(OF_CODES("sock.close()"),
		  "call 1, call: it works on what the record does not have (sock)");
	expect_in(OF_CODES("os.write(socket.socket(fileno=5), b'')"), "(fileno)");
	expect_in(OF_CODES("poller.poll(5)"), "(poller)");
	expect_in(OF_CODES("sock99999999 = socket.socket()", "sock99999999.close()"), "SystemExit");
}
END_TEST

static struct record send_of(struct event *event, struct python *python, struct value payload)
{
	*event = CALL("send", 5, INTEGER("sockfd", 3), payload);
	*python = (struct python){ .code = "sock.send(data)" };
	struct record record = call_record(RECORD_CALL, 2, "server", event);
	record.python = python;
	return record;
}

START_TEST(a_long_payload_stands_above_its_call_if_it_was_captured_whole)
{
	struct event made = CALL("socket", 3, INTEGER("domain", 2));
	struct python python = { .code = "sock = socket.socket(socket.AF_INET)" };
	struct event event;
	struct python code;
	struct value payload = PAYLOAD("buf", "a\\'\xff\n");
	struct record records[2] = { call_record(RECORD_CALL, 1, "server", &made),
				     send_of(&event, &code, payload) };
	records[0].python = &python;
	expect_in(generated(records, 2), "data = (\n    b'a\\\\\\'\\xff\\n'\n)\nsock.send(data)\n");
	payload.bytes.length = 1000;
	records[1] = send_of(&event, &code, payload);
	char *text = generated(records, 2);
	ck_assert_ptr_nonnull(strstr(text, "only 5 of its 1000 bytes were captured"));
	expect_not_in(text, "sock.send(");
}
END_TEST

START_TEST(a_call_that_begins_anew_is_one_call)
{
	struct event event = CALL("accept", -1, INTEGER("sockfd", 3));
	struct python python = { .code = "os.close(1)" };
	struct record records[3];
	for (size_t i = 0; i < 3; i++) {
		records[i] = call_record(RECORD_CALL, i + 1, "server", &event);
		records[i].python = &python;
	}
	struct event again = event;
	again.restarted = true;
	records[0].event = records[1].event = &again;
	expect_not_in(generated(records, 3), "# 2");
	expect_in(generated(records, 2), "# 2: accept(3) = ?\nos.close(1)\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("generated");
	TCase *programs = tcase_create("programs");
	tcase_add_test(programs, a_listener_is_called_server_also_before_it_listens);
	tcase_add_test(programs, what_raised_is_expected_to_raise);
	tcase_add_test(programs, each_form_of_a_call_is_known);
	tcase_add_test(programs, nothing_else_gets_into_a_program);
	tcase_add_test(programs, a_program_does_not_work_on_what_it_does_not_have);
	tcase_add_test(programs, a_long_payload_stands_above_its_call_if_it_was_captured_whole);
	tcase_add_test(programs, a_call_that_begins_anew_is_one_call);
	suite_add_tcase(suite, programs);
	return suite;
}
