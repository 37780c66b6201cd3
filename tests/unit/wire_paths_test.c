/* What a running kernel sends in each situation, and what is made of it. */
#include "wire_fixture.h"

#include "witnesses/track.h"

#include <netinet/tcp.h>

/* What was told of one connection, so far. */
struct told {
	struct track *track;
	char server[ENDPOINT_SIZE]; /* the listening end's address */
	char client_path[256], server_path[256];
	unsigned remarks[SEGMENT_REMARKS];
	struct segment last;
};

static struct told told;

static void open_all(void)
{
	open_network();
	memset(&told, 0, sizeof told);
	ck_assert_int_eq(track_new(&told.track, 0), 0);
}

static void close_all(void)
{
	track_free(told.track);
	close_network();
}

/* Each state once, where it changes. */
static void add_state(char path[256], enum tcp_state state)
{
	const char *name_of_state = tcp_state_name(state);
	size_t used = strlen(path), length = name_of_state ? strlen(name_of_state) : 0;
	if (!length || (used >= length && strcmp(path + used - length, name_of_state) == 0))
		return;
	snprintf(path + used, 256 - used, "%s%s", used ? " " : "", name_of_state);
}

static const struct segment *follow(void)
{
	struct path_states states;
	told.last = next_segment();
	ck_assert_int_eq(track_segment(told.track, &told.last, &states), 0);
	if (!*told.server) /* the first to speak is the client */
		memcpy(told.server, told.last.to, sizeof told.server);
	bool to_server = strcmp(told.last.to, told.server) == 0;
	add_state(to_server ? told.client_path : told.server_path, states.sender);
	add_state(to_server ? told.server_path : told.client_path, states.receiver);
	told.remarks[told.last.remark]++;
	return &told.last;
}

static void follow_until_remark(enum segment_remark remark)
{
	for (int i = 0; i < 1000 && !told.remarks[remark]; i++)
		follow();
	ck_assert_uint_gt(told.remarks[remark], 0);
}

/* Until a segment with these flags from that end has passed. */
static void follow_until(bool from_server, unsigned flags)
{
	for (int i = 0; i < 1000; i++) {
		const struct segment *segment = follow();
		if ((segment->flags & flags) == flags &&
		    (strcmp(segment->from, told.server) == 0) == from_server)
			return;
	}
	ck_abort_msg("it did not pass");
}

/* The handshake's three segments have passed. */
static struct connection opened(void)
{
	struct connection it = connection_new();
	for (int i = 0; i < 3; i++)
		follow();
	ck_assert_str_eq(told.client_path, "SYN_SENT ESTABLISHED");
	ck_assert_str_eq(told.server_path, "SYN_RCVD ESTABLISHED");
	return it;
}

static void check_paths(const char *client, const char *server)
{
	ck_assert_str_eq(told.client_path, client);
	ck_assert_str_eq(told.server_path, server);
}

/* --- closing -------------------------------------------------------------------------- */

START_TEST(a_close_that_is_answered_late_passes_every_state)
{
	if (refused < 0)
		return;
	struct connection it = opened();
	close(it.client);
	follow_until(true, SEGMENT_ACK);
	close(it.server);
	follow_until(false, SEGMENT_ACK);
	check_paths("SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
		    "SYN_RCVD ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED");
}
END_TEST

START_TEST(a_half_close_lets_the_other_half_speak)
{
	if (refused < 0)
		return;
	struct connection it = opened();
	shutdown(it.client, SHUT_WR);
	follow_until(false, SEGMENT_FIN);
	ck_assert_int_eq(send(it.server, "late", 4, 0), 4);
	follow_until(true, SEGMENT_PSH);
	close(it.server);
	follow_until(true, SEGMENT_FIN);
	follow_until(false, SEGMENT_ACK);
	check_paths("SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
		    "SYN_RCVD ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED");
}
END_TEST

/* --- RST ------------------------------------------------------------------------------ */

START_TEST(a_refused_connection_was_never_open)
{
	if (refused < 0)
		return;
	struct sockaddr_in nobody = { .sin_family = AF_INET, .sin_port = htons(9) };
	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&nobody, sizeof nobody), -1);
	follow_until(true, SEGMENT_RST);
	ck_assert(told.last.relative_ack_alone && told.last.relative_ack == 1);
	check_paths("SYN_SENT CLOSED", "CLOSED");
}
END_TEST

START_TEST(unread_bytes_are_answered_with_a_rst)
{
	if (refused < 0)
		return;
	struct connection it = opened();
	ck_assert_int_eq(send(it.client, "unread", 6, 0), 6);
	close(it.server);
	follow_until(true, SEGMENT_RST);
	check_paths("SYN_SENT ESTABLISHED CLOSED", "SYN_RCVD ESTABLISHED CLOSED");
}
END_TEST

START_TEST(linger_zero_is_a_rst)
{
	const struct linger none = { .l_onoff = 1 };
	if (refused < 0)
		return;
	struct connection it = opened();
	setsockopt(it.client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	close(it.client);
	follow_until(false, SEGMENT_RST);
	check_paths("SYN_SENT ESTABLISHED CLOSED", "SYN_RCVD ESTABLISHED CLOSED");
}
END_TEST

START_TEST(bytes_for_a_closed_end_are_answered_with_a_rst)
{
	if (refused < 0)
		return;
	struct connection it = opened();
	close(it.client);
	follow_until(true, SEGMENT_ACK);
	ck_assert_int_eq(send(it.server, "too late", 8, 0), 8);
	follow_until(false, SEGMENT_RST);
	check_paths("SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSED",
		    "SYN_RCVD ESTABLISHED CLOSE_WAIT CLOSED");
}
END_TEST

/* --- waiting --------------------------------------------------------------------------- */

START_TEST(a_full_queue_answers_nothing_and_the_syn_is_sent_again)
{
	if (refused < 0)
		return;
	int listener = listener_on("127.0.0.1:0", 0);
	client_of(listener);
	for (int i = 0; i < 3; i++)
		next_segment();
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port_of(listener)) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), -1);
	follow_until_remark(SEGMENT_RETRANSMISSION);
	ck_assert_uint_eq(told.last.flags, SEGMENT_SYN);
	check_paths("SYN_SENT", "");
}
END_TEST

START_TEST(an_idle_connection_is_asked_and_answers)
{
	const int on = 1, seconds = 1;
	if (refused < 0)
		return;
	struct connection it = opened();
	setsockopt(it.client, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
	setsockopt(it.client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	follow_until_remark(SEGMENT_KEEPALIVE);
	ck_assert_uint_eq(told.last.length, 0);
	follow();
	ck_assert_str_eq(told.last.from, told.server);
	ck_assert_uint_eq(told.last.flags, SEGMENT_ACK);
	ck_assert_int_eq(told.last.remark, SEGMENT_KEEPALIVE_ACK);
}
END_TEST

START_TEST(a_window_closes_is_probed_and_opens)
{
	static char bytes[65536];
	if (refused < 0)
		return;
	struct connection it = opened();
	ssize_t sent = 0;
	for (int i = 0; i < 1000 && sent >= 0; i++)
		sent = send(it.client, bytes, sizeof bytes, MSG_DONTWAIT);
	ck_assert_int_eq(sent, -1);
	follow_until_remark(SEGMENT_ZERO_WINDOW);
	follow_until_remark(SEGMENT_WINDOW_PROBE);
	for (int i = 0; i < 1000; i++)
		if (recv(it.server, bytes, sizeof bytes, MSG_DONTWAIT) < 0)
			break;
	follow_until_remark(SEGMENT_WINDOW_UPDATE);
	ck_assert_uint_eq(told.remarks[SEGMENT_KEEPALIVE], 0);
	check_paths("SYN_SENT ESTABLISHED", "SYN_RCVD ESTABLISHED");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_close_that_is_answered_late_passes_every_state,
		a_half_close_lets_the_other_half_speak,
		a_refused_connection_was_never_open,
		unread_bytes_are_answered_with_a_rst,
		linger_zero_is_a_rst,
		bytes_for_a_closed_end_are_answered_with_a_rst,
		a_full_queue_answers_nothing_and_the_syn_is_sent_again,
		an_idle_connection_is_asked_and_answers,
		a_window_closes_is_probed_and_opens,
		NULL,
	};
	return suite_on_the_wire("wire_paths", tests, open_all, close_all);
}
