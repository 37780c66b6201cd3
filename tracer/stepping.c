#include "stepping.h"

#include "director.h"
#include "session.h"
#include "signals.h"
#include "terminal.h"

#include "formatters/formatter.h"
#include "support/auto.h"
#include "support/language.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum {
	LOOK_AROUND = 20, /* milliseconds: so often what has begun to wait is shown */
	MAX_CALLS = 1000000,
	BACKSPACE = '\b',
	DELETE = 0x7F,
};

struct stepping {
	struct terminal terminal;
	unsigned pass; /* calls that are let go before the next question */
	bool over;     /* all of them are */
	const char *reader;
};

int stepping_open(struct stepping **ret_stepping)
{
	struct stepping *stepping = calloc(1, sizeof *stepping);
	if (!stepping)
		return -ENOMEM;
	int result = terminal_open(&stepping->terminal);
	if (result < 0) {
		free(stepping);
		return result;
	}
	*ret_stepping = stepping;
	return 0;
}

void stepping_free(struct stepping *stepping)
{
	if (!stepping)
		return;
	terminal_close(&stepping->terminal);
	free(stepping);
}

/* --- who reads the terminal ------------------------------------------------------------------ */

static void quit(struct session *session)
{
	session->stepping->over = true;
	session_detach(session);
	director_terminate(session->director, session, SIGTERM);
}

void stepping_watch(struct session *session, const struct stop *stop)
{
	struct stepping *stepping = session->stepping;
	const struct call *call = call_find(stop->abi, stop->number);
	if (stepping->over || !call ||
	    (call_id(call) != CALL_READ && call_id(call) != CALL_READV) ||
	    !terminal_is(&stepping->terminal, stop->tid, call_descriptor(call, stop)))
		return;
	stepping->reader = stop->thread->lane;
	quit(session);
}

const char *stepping_reader(const struct stepping *stepping)
{
	return stepping ? stepping->reader : NULL;
}

/* --- what is asked --------------------------------------------------------------------------- */

/* A record as text, as the transcript would have it: the caller's to free. */
static char *make_text(const struct session *session, const struct record *record)
{
	const struct format *format = format_named("text");
	const struct format_options how = {
		.width = terminal_columns(&session->stepping->terminal),
		.show_bytes = session->options->show_bytes,
		.wire = WIRE_OFF,
	};
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	struct formatter *formatter = file ? format->open(file, &how) : NULL;
	if (formatter)
		format->write(formatter, record);
	size_t end = file && fflush(file) == 0 ? size : 0;
	if (formatter)
		format->close(formatter);
	if (file)
		fclose(file);
	if (text)
		text[end] = '\0';
	return text;
}

static void ask(struct session *session, struct pending *pending, unsigned number)
{
	struct python python = { 0 };
	struct record record = call_entered(session, pending, &python);
	autofree char *text = make_text(session, &record);
	char below[256];
	snprintf(below, sizeof below, "%s   ",
		 _("Enter: this call   N Enter: N calls   c: to the end   l: list   q: quit"));
	if (number)
		snprintf(below + strlen(below), sizeof below - strlen(below), "%u", number);
	/* What is below the call says what it waits for: it does not yet. */
	if (text)
		text[strcspn(text, "\n")] = '\0';
	terminal_ask(&session->stepping->terminal, text ? text : "", below);
}

/* --- l: the lanes and sockets ---------------------------------------------------------------- */

static void put_activity(struct session *session, const struct thread *thread,
			 const struct pending *held)
{
	int fd = session->stepping->terminal.fd;
	const char *call = thread->pending ? thread->pending->event->name : "";
	if (!thread->pending) {
		dprintf(fd, _("runs, or is held before its next call"));
		return;
	}
	if (thread->pending == held) {
		dprintf(fd, _("is held before %s"), call);
		return;
	}
	switch (thread_activity(&session->tracees, thread)) {
	case ACTIVITY_SLEEPS:
		dprintf(fd, _("waits in %s"), call);
		return;
	case ACTIVITY_RUNS:
		dprintf(fd, _("is in %s"), call);
		return;
	case ACTIVITY_STOPPED:
		dprintf(fd, _("is held after %s"), call);
		return;
	}
}

/* The one with the next number, which mostly is the next younger one; NULL: there is none. */
static const struct thread *next_thread(const struct session *session, const struct thread *last)
{
	const struct thread *next = NULL;
	size_t position = 0;
	for (struct thread *thread; (thread = map_next(&session->tracees.threads, &position));)
		if ((!last || thread->tid > last->tid) && (!next || thread->tid < next->tid))
			next = thread;
	return next;
}

static void list(struct session *session, const struct pending *held)
{
	const struct terminal *terminal = &session->stepping->terminal;
	const struct thread *thread = NULL;
	while ((thread = next_thread(session, thread))) {
		if (!thread->lane)
			continue;
		dprintf(terminal->fd, "%-10s ", thread->lane);
		put_activity(session, thread, held);
		terminal_write(terminal, "\n", 1);
	}
	struct record_sockets sockets;
	if (!all_sockets_make(session, SOCKETS_ASKED, &sockets))
		return;
	struct record record = record_blank(RECORD_SOCKETS, session_now(session));
	record.sockets = &sockets;
	autofree char *text = make_text(session, &record);
	if (text)
		terminal_write(terminal, text, strlen(text));
	free((void *)(uintptr_t)sockets.rows);
}

/* --- the answer ------------------------------------------------------------------------------ */

enum answer {
	ANSWER_NONE,
	ANSWER_SHOWN, /* something was written above: the question is asked anew */
	ANSWER_GO,
};

/* A number is echoed as it is typed: the question stays. */
static void type_number(const struct terminal *terminal, int key, unsigned *number)
{
	unsigned longer = *number * 10 + (unsigned)(key - '0');
	bool digit = key >= '0' && key <= '9';
	if (!digit && *number) {
		terminal_write(terminal, "\b \b", 3);
		*number /= 10;
	} else if (digit && longer && longer <= MAX_CALLS) {
		dprintf(terminal->fd, "%c", key);
		*number = longer;
	}
}

static enum answer answer(struct session *session, const struct pending *pending, int key,
			  unsigned *number)
{
	struct stepping *stepping = session->stepping;
	const struct terminal *terminal = &stepping->terminal;
	if ((key >= '0' && key <= '9') || key == BACKSPACE || key == DELETE) {
		type_number(terminal, key, number);
		return ANSWER_NONE;
	}
	switch (key) {
	case '\r':
	case '\n':
		stepping->pass = *number ? *number - 1 : 0;
		return ANSWER_GO;
	case 'c':
	case KEY_GONE:
		stepping->over = true;
		return ANSWER_GO;
	case 'l':
		terminal_forget(terminal);
		list(session, pending);
		return ANSWER_SHOWN;
	case 'q':
		quit(session);
		return ANSWER_GO;
	}
	return ANSWER_NONE;
}

/* Somebody killed it meanwhile: what it tells of that is not taken from the session. */
static bool is_out(const struct pending *pending)
{
	siginfo_t info = { 0 };
	int result = waitid(P_PID, (id_t)pending->thread->tid, &info,
			    WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL);
	return result < 0 || info.si_pid;
}

/* What has begun to wait stands above the question. */
static bool show_waiting(struct session *session, bool asked)
{
	calls_show_waiting(session, UINT64_MAX);
	if (!outputs_dirty(session->outputs))
		return false;
	if (asked)
		terminal_forget(&session->stepping->terminal);
	outputs_flush(session->outputs);
	return true;
}

static void ask_until_answered(struct session *session, struct pending *pending)
{
	const struct terminal *terminal = &session->stepping->terminal;
	enum answer given = ANSWER_NONE;
	unsigned number = 0;
	show_waiting(session, false);
	ask(session, pending, number);
	while (given != ANSWER_GO) {
		int key = terminal_key(terminal, LOOK_AROUND);
		if (signals_ending())
			session->stepping->over = true;
		if (signals_ending() || (key == KEY_NONE && is_out(pending)))
			break;
		given = answer(session, pending, key, &number);
		if (given != ANSWER_GO && (given == ANSWER_SHOWN || show_waiting(session, true)))
			ask(session, pending, number);
	}
	terminal_forget(terminal);
}

void stepping_hold(struct session *session, struct pending *pending)
{
	struct stepping *stepping = session->stepping;
	uint64_t since = session_now(session);
	if (stepping->over)
		return;
	if (stepping->pass) {
		stepping->pass--;
		return;
	}
	signals_hold(session->options, true);
	if (terminal_take(&stepping->terminal) == 0)
		ask_until_answered(session, pending);
	else
		stepping->over = true;
	terminal_give_back(&stepping->terminal);
	signals_hold(session->options, false);
	/* What was seen to happen meanwhile was before this call. */
	tracing_catch_up(session);
	pending->event->entered = session_now(session);
	session_held(session, pending->event->entered - since);
}
