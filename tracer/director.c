#include "director.h"

#include "director_parts.h"

#include "ptrace/isolate.h"
#include "support/auto.h"
#include "support/language.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)

/* pipe(7): each write may begin a page of its own, and none of 128 is longer than 64 KiB together.
 */
enum { ROOM_TO_TYPE = 1 << 20 };

/* How long is waited, in nanoseconds. */
static const uint64_t IDLE = 1 * SECOND;   /* a server without clients (INTERFACE 1) */
static const uint64_t GRACE = 2 * SECOND;  /* between SIGTERM and SIGKILL */
static const uint64_t STUCK = 30 * SECOND; /* for a moment of a scenario */

/* --- starting a program ------------------------------------------------------------------------
 */

/* False: there is nobody left to read it. */
static bool type(const struct program *program, const struct step *step)
{
	return program && program->keyboard >= 0 &&
	       write(program->keyboard, step->input, step->input_size) == (ssize_t)step->input_size;
}

/* What it reads. A file that ends, so that the program sees an end of input; or a pipe, if the
 * scenario types more: what it types fits into one, since the whole scenario does. */
static int open_input(struct program *program)
{
	const struct step *start = program->start;
	if (!start)
		return program->reads_nothing ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	if (start->input_later) {
		int ends[2];
		if (pipe2(ends, O_CLOEXEC) < 0)
			return -1;
		program->keyboard = ends[1];
		/* Only our end: a program must not meet EAGAIN. */
		fcntl(ends[1], F_SETFL, O_NONBLOCK);
		fcntl(ends[1], F_SETPIPE_SZ, ROOM_TO_TYPE);
		type(program, start);
		return ends[0];
	}
	autoclose int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || write(fd, start->input, start->input_size) != (ssize_t)start->input_size ||
	    lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	return TAKE_FD(fd);
}

static void start_failed(struct director *director, const struct program *program,
			 struct launch_failure failure)
{
	director->failed = true;
	director->failure = failure;
	director->failure_name = program->name;
}

static int start(struct director *director, struct session *session, unsigned index)
{
	const struct options *options = director->options;
	struct program *program = &director->programs[index];
	autoclose int input = open_input(program);
	/* What a demo's programs say is in the transcript. */
	autoclose int nowhere = program->start ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	struct launch launch = {
		.path = program->path,
		.argv = program->argv,
		.environment = director->environment,
		.directory = director->folder,
		.input = input,
		.output = nowhere,
		.error = nowhere,
		.follow = !options->no_follow,
		.drop_capabilities = director->scenario != NULL,
		.inherited = &session->inherited,
	};
	gid_t groups[NGROUPS_MAX];
	int group_count = NGROUPS_MAX;
	const struct passwd *user = options->user ? getpwnam(options->user) : NULL;
	if (user && getgrouplist(options->user, user->pw_gid, groups, &group_count) >= 0) {
		launch.other_user = true;
		launch.uid = user->pw_uid;
		launch.gid = user->pw_gid;
		launch.groups = groups;
		launch.group_count = (size_t)group_count;
	}
	struct launch_failure failure = { 0 };
	struct watch watch;
	watching_launch(session, &launch, &watch);
	int result = launch_program(&launch, &program->pid, &program->report, &failure);
	if (result < 0) {
		start_failed(director, program, failure);
		return result;
	}
	if (process_launched(session, program->pid, index, &watch))
		return 0;
	start_failed(director, program, (struct launch_failure){ LAUNCH_FORK, ENOMEM });
	return -ENOMEM;
}

/* --- the steps -----------------------------------------------------------------------------------
 */

static void terminate_all(struct director *director, struct session *session, int signal)
{
	for (size_t i = 0; i < director->program_count; i++) {
		struct program *program = &director->programs[i];
		if (!program->pid || program->ended)
			continue;
		program->stopped = true;
		kill(program->pid, signal);
	}
	if (!director->kill_at)
		director->kill_at = session_now(session) + GRACE;
}

static bool all_ended(const struct director *director)
{
	for (size_t i = 0; i < director->program_count; i++)
		if (director->programs[i].pid && !director->programs[i].ended)
			return false;
	return true;
}

static void give_up(struct director *director, struct session *session, const struct act *act,
		    const char *what)
{
	director->next_act = director->act_count;
	director->finishing = true;
	director->failed = true;
	outputs_flush(session->outputs);
	if (director->scenario)
		fprintf(stderr, _("socktrace: scenario: line %u: %s %s: did not happen\n"),
			act->line,
			act->program == ANY_PROGRAM ? "link"
						    : director->programs[act->program].name,
			what);
	else
		fprintf(stderr, _("socktrace: %s: ended without listening: client not started\n"),
			director->programs[PROGRAM_ITSELF].name);
	if (!all_ended(director))
		terminate_all(director, session, SIGTERM);
}

/* Who types no more has come to the end of file. */
static void stop_typing(struct director *director)
{
	for (size_t i = 0; i < director->program_count; i++)
		if (director->programs[i].keyboard >= 0)
			close(TAKE_FD(director->programs[i].keyboard));
}

/* Takes the step if its time has come. False: it has not. */
static bool take(struct director *director, struct session *session, const struct act *act)
{
	/* Of an act that is about none it means nothing. */
	size_t index = act->program == ANY_PROGRAM ? PROGRAM_ITSELF : (size_t)act->program;
	struct program *program = &director->programs[index];
	switch (act->kind) {
	case ACT_START:
		return start(director, session, (unsigned)act->program) == 0;
	case ACT_WHEN:
		if (moment_has_come(director, session, act))
			return true;
		if (moment_cannot_come(director, session, act))
			give_up(director, session, act, act->awaited.words);
		return false;
	case ACT_STOP:
		if (!program->ended) {
			program->stopped = true;
			kill(program->pid, act->signal);
		}
		return true;
	case ACT_TYPE:
		if (type(program, act->step))
			return true;
		give_up(director, session, act, _("reads what is typed"));
		return false;
	case ACT_END:
		if (program)
			close(TAKE_FD(program->keyboard));
		return true;
	case ACT_LINK:
		if (isolate_link(act->step->up) == 0)
			return true;
		give_up(director, session, act, act->step->up ? "up" : "down");
		return false;
	case ACT_FINISH:
		stop_typing(director);
		director->finishing = true;
		director->last_activity = session_now(session);
		return true;
	}
	return false;
}

void director_go_on(struct director *director, struct session *session)
{
	while (director->next_act < director->act_count) {
		const struct act *act = &director->acts[director->next_act];
		if (!take(director, session, act))
			return;
		director->next_act++;
		director->last_progress = session_now(session);
		for (size_t i = 0; i < director->program_count; i++)
			director->programs[i].states = 0;
	}
}

int director_begin(struct director *director, struct session *session)
{
	int result = director_attach(director, session);
	if (result < 0)
		return result;
	director_see_listeners(director, session);
	director->last_progress = session_now(session);
	director_go_on(director, session);
	return director->failure.error ? -director->failure.error : 0;
}

/* --- life and death ------------------------------------------------------------------------------
 */

void director_execed(struct director *director, struct session *session,
		     const struct process *process)
{
	struct program *program = &director->programs[process->program];
	(void)session;
	if (process->pid == program->pid) {
		program->execed = true;
		close(TAKE_FD(program->report));
	}
}

/* What a program leaves behind when we end it: a wrapper's real server. */
static void terminate_rest(struct session *session, unsigned program)
{
	size_t position = 0;
	for (struct process *process; (process = map_next(&session->processes, &position));)
		if (process->program == program && !process->attached)
			kill(process->pid, SIGTERM);
}

void director_gone(struct director *director, struct session *session,
		   const struct process *process, int status)
{
	struct program *program = &director->programs[process->program];
	if (process->pid != program->pid)
		return;
	program->ended = true;
	program->status = status;
	if (!program->execed && program->report >= 0) {
		struct launch_failure failure = launch_report(program->report);
		if (failure.error)
			start_failed(director, program, failure);
	}
	if (program->start && !scenario_ended_well(director->scenario, program->start, status)) {
		outputs_flush(session->outputs);
		fprintf(stderr,
			WIFEXITED(status)
				? _("socktrace: scenario: line %u: %s: ended with status %d\n")
				: _("socktrace: scenario: line %u: %s: ended with signal %d\n"),
			program->start->line, program->name,
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		director->failed = true;
	}
	if (program->stopped)
		terminate_rest(session, process->program);
	director->last_activity = session_now(session);
	program->happened[MOMENT_ENDS]++;
	director_go_on(director, session);
}

/* --- time
 * -------------------------------------------------------------------------------------------- */

bool director_waits(const struct director *director)
{
	return director->kill_at || director->program_count > 1 || director->scenario;
}

bool director_goes_on(const struct director *director)
{
	return director->scenario && director->next_act < director->act_count &&
	       !director->kill_at && !director->failure.error;
}

void director_held(struct director *director, uint64_t nanoseconds)
{
	director->last_progress += nanoseconds;
	director->last_activity += nanoseconds;
	if (director->kill_at)
		director->kill_at += nanoseconds;
}

static bool clients_ended(const struct director *director)
{
	for (size_t i = 1; i < director->program_count; i++)
		if (!director->programs[i].ended && !director->programs[i].attached)
			return false;
	return true;
}

static void kill_everybody(struct session *session)
{
	size_t position = 0;
	for (struct process *process; (process = map_next(&session->processes, &position));)
		if (!process->attached)
			kill(process->pid, SIGKILL);
}

void director_tick(struct director *director, struct session *session)
{
	uint64_t now = session_now(session);
	struct program *first = &director->programs[PROGRAM_ITSELF];
	bool more = director->next_act < director->act_count;

	if (director->options->attach_count && director->finishing && clients_ended(director) &&
	    director->options->client_count && !director->options->keep)
		session_detach(session);
	if (director->kill_at && now >= director->kill_at) {
		director->kill_at = now + GRACE;
		kill_everybody(session);
	} else if (director->kill_at) {
		return;
	} else if (director->scenario) {
		const struct act *next = more ? &director->acts[director->next_act] : NULL;
		if (more && now > director->last_progress + STUCK) {
			give_up(director, session, next, next->awaited.words);
		} else if (more && next->kind == ACT_WHEN && next->awaited.moment == MOMENT_STATE) {
			moment_look(director, session, next);
			director_go_on(director, session);
		} else if (!more && now > director->last_progress + GRACE && !all_ended(director))
			terminate_all(director, session, SIGTERM);
	} else if (first->ended && director->program_count > 1) {
		/* The run ends with PROGRAM; clients may say their last word. */
		if (now > director->last_activity + GRACE && !all_ended(director))
			terminate_all(director, session, SIGTERM);
	} else if (director->finishing && clients_ended(director) && !director->options->keep &&
		   first->sleeping && now > director->last_activity + IDLE) {
		terminate_all(director, session, SIGTERM);
	}
}

void director_terminate(struct director *director, struct session *session, int signal)
{
	bool first_time = director->kill_at == 0;
	terminate_all(director, session, signal);
	/* Somebody asked us to end, so the programs' death is what it is. */
	for (size_t i = 0; first_time && i < director->program_count; i++)
		director->programs[i].stopped = false;
}

void director_result(const struct director *director, struct session_result *ret_result)
{
	const struct program *first = &director->programs[PROGRAM_ITSELF];
	*ret_result = (struct session_result){
		.status = first->stopped && !director->scenario ? 0 : first->status, /* -p: 0 */
		.failed = director->failed || director->next_act < director->act_count,
		.failure = director->failure,
		.failure_name = director->failure_name,
	};
}
