/*
 * Proves that the ways in which a connection ends are told apart: FIN from either side, half of
 * it only, RST for unread data, RST by SO_LINGER, and the kernel's close when a process is
 * killed (tcp(7), socket(7)).
 */
#include "helpers.h"

#include <signal.h>
#include <sys/wait.h>

/* What the end that did not close sees, until there is nothing more to see. */
static void other_end(int fd)
{
	char data[16];
	wait_for(fd, POLLIN);
	say("recv", recv(fd, data, sizeof data, 0));
	say("send", send(fd, "x", 1, MSG_NOSIGNAL));
	wait_for(fd, 0); /* POLLERR and POLLHUP come unasked: the answer to that was a RST */
	say("send again", send(fd, "x", 1, MSG_NOSIGNAL));
	say("close", close(fd));
}

static void client_first(void)
{
	int client, server;
	tcp_pair(&client, &server);
	say("close", close(client));
	other_end(server);
}

static void server_first(void)
{
	int client, server;
	tcp_pair(&client, &server);
	say("close", close(server));
	other_end(client);
}

static void both_orderly(void)
{
	int client, server;
	char byte;
	tcp_pair(&client, &server);
	say("close", close(client));
	wait_for(server, POLLIN);
	say("recv", recv(server, &byte, 1, 0));
	say("close", close(server));
}

static void half(void)
{
	int client, server;
	char data[16];
	tcp_pair(&client, &server);
	say("shutdown(SHUT_WR)", shutdown(client, SHUT_WR));
	wait_for(server, POLLIN);
	say("recv", recv(server, data, sizeof data, 0));
	say("send the other way", send(server, "late", 4, 0));
	wait_for(client, POLLIN);
	say("recv", recv(client, data, sizeof data, 0));
	say("send after shutdown", send(client, "x", 1, MSG_NOSIGNAL));
	say("close", close(server));
	wait_for(client, POLLIN);
	say("recv", recv(client, data, sizeof data, 0));
	say("close", close(client));
}

static void unread_data(void)
{
	int client, server;
	tcp_pair(&client, &server);
	say("send", send(server, "unread", 6, 0));
	wait_for(client, POLLIN);
	say("close", close(client));
	other_end(server);
}

static void linger(void)
{
	int client, server;
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	tcp_pair(&client, &server);
	say("SO_LINGER", setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
	say("close", close(client));
	other_end(server);
}

static void killed(void)
{
	int client, server, status;
	tcp_pair(&client, &server);
	pid_t holder = need(fork(), "fork");
	if (holder == 0) {
		close(server);
		for (;;)
			pause();
	}
	close(client);
	kill(holder, SIGKILL);
	need(waitpid(holder, &status, 0), "waitpid");
	other_end(server);
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{ "both close in order", both_orderly },
	{ "the client closes, the server writes on", client_first },
	{ "the server closes, the client writes on", server_first },
	{ "half close", half },
	{ "closed with unread data", unread_data },
	{ "closed with SO_LINGER {1, 0}", linger },
	{ "killed", killed },
};

int main(void)
{
	print_at_once();
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		printf("-- %s\n", ways[i].name);
		ways[i].run();
	}
	return 0;
}
