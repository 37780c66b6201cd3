/* States that witnesses saw pass, below the calls that caused them. */
#include "formatters/text/path.h"
#include "stories.h"
#include "unit.h"

/* What is written of a client that connects and closes, and of the server's end. */
struct scene {
	struct story story;
	struct socket client, server;
	struct event connect, close;
	struct python sock, conn;
};

static void scene_init(struct scene *scene)
{
	*scene = (struct scene){ .connect = connect_call(), .close = close_call() };
	scene->client = made_socket("20", ROLE_CONNECTOR, CLIENT_END, SERVER_END);
	scene->server = made_socket("11", ROLE_ACCEPTED, SERVER_END, CLIENT_END);
	scene->client.lane = "client";
	scene->server.lane = "server";
	scene->sock = (struct python){ .code = "sock.connect(('127.0.0.1', 8000))",
				       .variables = { { "sock", "20" } },
				       .variable_count = 1 };
}

static struct record *add_state(struct scene *scene, const struct socket *socket,
				enum tcp_state from, enum tcp_state to, uint64_t cause)
{
	struct record *record = add(&scene->story, record_blank(RECORD_STATE, cause * 1000 + 500));
	record->socket = socket;
	record->lane = socket->lane;
	record->transition = (struct record_transition){
		.from = from, .to = to, .witness = WITNESS_WIRE, .cause = cause
	};
	return record;
}

static struct record *add_connect(struct scene *scene)
{
	struct record *record =
		add(&scene->story, call_record(RECORD_CALL, 6, "client", &scene->connect));
	record->socket = &scene->client;
	record->python = &scene->sock;
	record->state = (struct record_state){ .before = STATE_CLOSED, .after = STATE_ESTABLISHED };
	return record;
}

static void add_both_ends(struct scene *scene)
{
	add_state(scene, &scene->client, STATE_CLOSED, STATE_SYN_SENT, 6);
	add_state(scene, &scene->server, STATE_UNKNOWN, STATE_SYN_RCVD, 6);
	add_state(scene, &scene->client, STATE_SYN_SENT, STATE_ESTABLISHED, 6);
	add_state(scene, &scene->server, STATE_SYN_RCVD, STATE_ESTABLISHED, 6);
}

START_TEST(states_passed_on_the_way_stand_in_one_path_for_each_end)
{
	struct scene scene;
	scene_init(&scene);
	add_both_ends(&scene);
	struct record *call = add_connect(&scene);
	call->state.peer_socket = "11";
	call->state.peer_lane = "server";
	call->state.peer_after = STATE_ESTABLISHED;
	call->queues.accept = 1;
	call->queues.backlog = 5;
	expect_story(
		&plain, &scene.story,
		"     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		"               python  sock.connect(('127.0.0.1', 8000))\n"
		"               state   client  sock  CLOSED -> SYN_SENT -> ESTABLISHED\n"
		"                       server  new   SYN_RCVD -> ESTABLISHED   waiting 1 of 6\n");
}
END_TEST

START_TEST(an_end_that_the_call_does_not_name_has_its_path_too)
{
	struct scene scene;
	scene_init(&scene);
	add_both_ends(&scene);
	add_connect(&scene);
	expect_story(&plain, &scene.story,
		     "     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		     "               python  sock.connect(('127.0.0.1', 8000))\n"
		     "               state   client  sock  CLOSED -> SYN_SENT -> ESTABLISHED\n"
		     "                       server  new   SYN_RCVD -> ESTABLISHED\n");
}
END_TEST

START_TEST(what_comes_after_its_call_was_told_has_a_line_of_its_own)
{
	struct scene scene;
	scene_init(&scene);
	add_connect(&scene);
	add_state(&scene, &scene.server, STATE_UNKNOWN, STATE_SYN_RCVD, 6);
	expect_story(&plain, &scene.story,
		     "     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		     "               python  sock.connect(('127.0.0.1', 8000))\n"
		     "               state   sock  CLOSED -> ESTABLISHED\n"
		     "       server  state   new   SYN_RCVD   (cause: call 6)\n");
}
END_TEST

START_TEST(what_a_waiting_call_leads_to_is_told_at_once)
{
	struct scene scene;
	scene_init(&scene);
	struct record *wait =
		add(&scene.story, call_record(RECORD_ENTER, 6, "client", &scene.connect));
	wait->socket = &scene.client;
	wait->python = &scene.sock;
	add_state(&scene, &scene.client, STATE_CLOSED, STATE_SYN_SENT, 6);
	add_state(&scene, &scene.client, STATE_SYN_SENT, STATE_ESTABLISHED, 6);
	add_connect(&scene)->resumed = true;
	expect_story(&plain, &scene.story,
		     "     6 client  connect(3, 127.0.0.1:8000 ...\n"
		     "               python  sock.connect(('127.0.0.1', 8000))\n"
		     "               waits   for the answer to its SYN\n"
		     "       client  state   sock  CLOSED -> SYN_SENT   (cause: call 6)\n"
		     "       client  state   sock  SYN_SENT -> ESTABLISHED   (cause: call 6)\n"
		     "     6 client  ... connect(3, 127.0.0.1:8000) = 0\n");
}
END_TEST

START_TEST(what_no_call_caused_stands_in_its_place)
{
	struct scene scene;
	scene_init(&scene);
	add_connect(&scene);
	add_state(&scene, &scene.client, STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, 0);
	expect_story(&plain, &scene.story,
		     "     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		     "               python  sock.connect(('127.0.0.1', 8000))\n"
		     "               state   sock  CLOSED -> ESTABLISHED\n"
		     "       client  state   sock  FIN_WAIT_1 -> FIN_WAIT_2\n");
}
END_TEST

START_TEST(what_follows_on_a_change_that_waits_for_its_call_waits_with_it)
{
	struct scene scene;
	scene_init(&scene);
	add_connect(&scene);
	add_state(&scene, &scene.server, STATE_CLOSE_WAIT, STATE_LAST_ACK, 7);
	/* On the back of a call that was told; on nobody's. */
	add_state(&scene, &scene.server, STATE_LAST_ACK, STATE_CLOSED, 6);
	add_state(&scene, &scene.client, STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, 7);
	add_state(&scene, &scene.client, STATE_FIN_WAIT_2, STATE_TIME_WAIT, 0);
	struct record *call =
		add(&scene.story, call_record(RECORD_CALL, 7, "server", &scene.close));
	call->socket = &scene.server;
	call->state = (struct record_state){ .before = STATE_CLOSE_WAIT, .after = STATE_CLOSED };
	expect_story(
		&plain, &scene.story,
		"     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		"               python  sock.connect(('127.0.0.1', 8000))\n"
		"               state   sock  CLOSED -> ESTABLISHED\n"
		"     7 server  close(3) = 0\n"
		"               state   server  socket  CLOSE_WAIT -> LAST_ACK -> CLOSED\n"
		"                       client  sock    FIN_WAIT_1 -> FIN_WAIT_2 -> TIME_WAIT\n");
}
END_TEST

START_TEST(what_a_call_did_that_is_never_told_stands_at_the_end)
{
	struct scene scene;
	scene_init(&scene);
	add_state(&scene, &scene.client, STATE_CLOSED, STATE_SYN_SENT, 7);
	add_state(&scene, &scene.server, STATE_UNKNOWN, STATE_SYN_RCVD, 5);
	add_state(&scene, &scene.server, STATE_SYN_RCVD, STATE_ESTABLISHED, 5);
	expect_story(&plain, &scene.story,
		     "       server  state   new   SYN_RCVD -> ESTABLISHED   (cause: call 5)\n"
		     "       client  state   new   CLOSED -> SYN_SENT   (cause: call 7)\n");
}
END_TEST

START_TEST(a_path_longer_than_the_line_goes_on_below)
{
	struct scene scene;
	struct format_options options = plain;
	scene_init(&scene);
	add_state(&scene, &scene.client, STATE_CLOSED, STATE_SYN_SENT, 8);
	add_state(&scene, &scene.client, STATE_SYN_SENT, STATE_SYN_RCVD, 8);
	add_state(&scene, &scene.client, STATE_SYN_RCVD, STATE_ESTABLISHED, 8);
	add_state(&scene, &scene.client, STATE_ESTABLISHED, STATE_FIN_WAIT_1, 8);
	add_state(&scene, &scene.client, STATE_FIN_WAIT_1, STATE_CLOSING, 8);
	add(&scene.story, call_record(RECORD_CALL, 8, "client", &scene.close))->socket =
		&scene.client;
	options.width = 80;
	expect_story(&options, &scene.story,
		     "     8 client  close(3) = 0\n"
		     "               state   fd 3  CLOSED -> SYN_SENT -> SYN_RCVD -> ESTABLISHED\n"
		     "                             -> FIN_WAIT_1 -> CLOSING\n");
}
END_TEST

START_TEST(a_call_that_changes_more_sockets_than_are_kept_tells_of_the_rest_at_once)
{
	struct scene scene;
	struct socket many[PATH_SOCKETS + 1];
	static const char row[] = "server  new   ESTABLISHED -> CLOSED\n";
	char *expected = NULL;
	size_t size = 0;
	FILE *lines = open_memstream(&expected, &size);
	scene_init(&scene);
	for (unsigned i = 0; i < PATH_SOCKETS + 1; i++) {
		char id[SOCKET_ID_SIZE];
		snprintf(id, sizeof id, "%u", 100 + i);
		many[i] = made_socket(id, ROLE_ACCEPTED, SERVER_END, CLIENT_END);
		many[i].lane = "server";
		add_state(&scene, &many[i], STATE_ESTABLISHED, STATE_CLOSED, 8);
	}
	add(&scene.story, call_record(RECORD_CALL, 8, "client", &scene.close));
	fprintf(lines,
		"       server  state   new   ESTABLISHED -> CLOSED   (cause: call 8)\n"
		"     8 client  close(3) = 0\n"
		"               state   %s",
		row);
	for (unsigned i = 1; i < PATH_SOCKETS; i++)
		fprintf(lines, "                       %s", row);
	fclose(lines);
	expect_story(&plain, &scene.story, expected);
	free(expected);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text path");
	TCase *tests = tcase_create("path");
	tcase_add_test(tests, states_passed_on_the_way_stand_in_one_path_for_each_end);
	tcase_add_test(tests, an_end_that_the_call_does_not_name_has_its_path_too);
	tcase_add_test(tests, what_comes_after_its_call_was_told_has_a_line_of_its_own);
	tcase_add_test(tests, what_a_waiting_call_leads_to_is_told_at_once);
	tcase_add_test(tests, what_no_call_caused_stands_in_its_place);
	tcase_add_test(tests, what_follows_on_a_change_that_waits_for_its_call_waits_with_it);
	tcase_add_test(tests, what_a_call_did_that_is_never_told_stands_at_the_end);
	tcase_add_test(tests, a_path_longer_than_the_line_goes_on_below);
	tcase_add_test(tests,
		       a_call_that_changes_more_sockets_than_are_kept_tells_of_the_rest_at_once);
	suite_add_tcase(suite, tests);
	return suite;
}
