#include "director.h"

#include "scenario.h"

#include "ptrace/find.h"
#include "support/auto.h"
#include "support/words.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define SECOND UINT64_C(1000000000)

/* How long is waited, in nanoseconds. */
static const uint64_t IDLE = 1 * SECOND;	  /* a server without clients (INTERFACE 1) */
static const uint64_t GRACE = 2 * SECOND;	  /* between SIGTERM and SIGKILL */
static const uint64_t STUCK = 30 * SECOND; /* for a moment of a scenario */

enum {
	ANY_PROGRAM = -1,
	PROGRAM_ITSELF = 0, /* the first is the one whose status counts */
};

/* Beside the moments of scenarios: it listens, or, where nothing ever listens, a datagram
 * socket has its address. Then a client may come. */
enum { MOMENT_READY = MOMENT_ENDS + 1 };

struct program {
	const char *name;	/* for messages: "server" of a scenario, else as typed */
	char **argv;		/* NULL-terminated */
	char **words;		/* owned: argv, split from a client's command; else NULL */
	char *path;		/* as found */
	const struct step *start; /* of the scenario; NULL: none */
	bool reads_nothing;	/* /dev/null for standard input */
	pid_t pid;		/* 0: not started */
	int report;		/* of its launch, -1: none */
	bool execed, ended;
	bool stopped;		/* we sent it a signal: then that is its right end */
	int status;		/* as waitpid() gave it */
	unsigned happened;	/* bits of 1 << enum moment, or MOMENT_READY */
	unsigned sleeping;	/* its threads seen asleep in a call of interest */
};

enum action_kind { ACT_START, ACT_WHEN, ACT_STOP, ACT_FINISH };

struct act {
	enum action_kind kind;
	int program; /* index; ANY_PROGRAM */
	unsigned moment; /* enum moment, or MOMENT_READY */
	int signal;
	unsigned line; /* of the scenario, for messages */
};

struct director {
	const struct options *options;
	const struct scenario *scenario; /* NULL: PROGRAM and clients */
	const char *folder;
	struct program *programs;
	size_t program_count;
	struct act *acts;
	size_t act_count, next_act;
	const char *const **commands;
	char **environment;
	uint64_t last_progress; /* when the last act was done */
	uint64_t last_activity; /* of PROGRAM, or of a client's life */
	uint64_t kill_at;	/* SIGKILL for all then; 0: no */
	bool finishing;		/* the run is over, stragglers are being asked to end */
	bool failed;
	struct launch_failure failure;
	const char *failure_name;
};

/* --- made ------------------------------------------------------------------------------------- */

static struct program *add_program(struct director *director)
{
	struct program *longer =
		realloc(director->programs, (director->program_count + 1) * sizeof *longer);
	if (!longer)
		return NULL;
	director->programs = longer;
	longer[director->program_count] = (struct program){ .report = -1 };
	return &longer[director->program_count++];
}

static int add_act(struct director *director, struct act act)
{
	struct act *longer = realloc(director->acts, (director->act_count + 1) * sizeof *longer);
	if (!longer)
		return -ENOMEM;
	director->acts = longer;
	longer[director->act_count++] = act;
	return 0;
}

static int add_client(struct director *director, const char *command, bool last)
{
	bool waits = *command != '&';
	struct program *program = add_program(director);
	if (!program)
		return -ENOMEM;
	int index = (int)director->program_count - 1;
	program->reads_nothing = !last;
	int result = words_split(waits ? command : command + 1, &program->words);
	if (result < 0)
		return result;
	program->argv = program->words;
	if (!program->argv[0])
		return -EINVAL;
	program->name = program->argv[0];
	result = add_act(director, (struct act){ .kind = ACT_START, .program = index });
	if (result == 0 && waits)
		result = add_act(director, (struct act){ .kind = ACT_WHEN,
							 .program = index,
							 .moment = MOMENT_ENDS });
	return result;
}

static int add_clients(struct director *director, const struct options *options,
		       const char **ret_name)
{
	int result = add_act(director, (struct act){ .kind = ACT_WHEN,
						     .program = ANY_PROGRAM,
						     .moment = MOMENT_READY });
	for (size_t i = 0; i < options->client_count && result == 0; i++) {
		*ret_name = options->clients[i];
		result = add_client(director, options->clients[i], i + 1 == options->client_count);
	}
	return result == 0 ? add_act(director, (struct act){ .kind = ACT_FINISH }) : result;
}

/* Names of what --list and the header show: an array of argument arrays. */
static int collect_commands(struct director *director)
{
	director->commands = calloc(director->program_count + 1, sizeof *director->commands);
	if (!director->commands)
		return -ENOMEM;
	for (size_t i = 0; i < director->program_count; i++)
		director->commands[i] = (const char *const *)director->programs[i].argv;
	return 0;
}

/* All programs are looked for before any is started. */
static int find_programs(struct director *director, const char **ret_name)
{
	for (size_t i = 0; i < director->program_count; i++) {
		struct program *program = &director->programs[i];
		const char *name = program->argv[0];
		autofree char *joined = NULL;
		*ret_name = name;
		/* A scenario's own programs are in its folder, wherever it is read from. */
		if (director->folder && strchr(name, '/') && *name != '/') {
			if (asprintf(&joined, "%s/%s", director->folder, name) < 0)
				return -ENOMEM;
			name = joined;
		}
		int result = program_find(name, &program->path);
		if (result < 0)
			return result;
	}
	return 0;
}

/* The programs' environment: ours, changed by -E. */
static int make_environment(struct director *director)
{
	const struct options *options = director->options;
	size_t count = 0;
	while (environ[count])
		count++;
	char **made = calloc(count + options->environment_count + 1, sizeof *made);
	if (!made)
		return -ENOMEM;
	memcpy(made, environ, count * sizeof *made);
	for (size_t i = 0; i < options->environment_count; i++) {
		const char *setting = options->environment[i];
		size_t name = strcspn(setting, "=");
		size_t kept = 0;
		for (size_t k = 0; k < count; k++)
			if (strncmp(made[k], setting, name) != 0 || made[k][name] != '=')
				made[kept++] = made[k];
		if (setting[name])
			made[kept++] = (char *)(uintptr_t)setting;
		count = kept;
		made[count] = NULL;
	}
	director->environment = made;
	return 0;
}

static int complete(struct director *director, const char **ret_name)
{
	int result = collect_commands(director);
	if (result == 0)
		result = make_environment(director);
	return result == 0 ? find_programs(director, ret_name) : result;
}

int director_for_programs(struct director **ret_director, const struct options *options,
			  const char **ret_name)
{
	struct director *director = calloc(1, sizeof *director);
	struct program *program = director ? add_program(director) : NULL;
	int result = program ? 0 : -ENOMEM;
	if (result == 0) {
		director->options = options;
		program->argv = (char **)(uintptr_t)options->program;
		program->name = program->argv[0];
		program->reads_nothing = options->client_count > 0;
		result = add_act(director, (struct act){ .kind = ACT_START });
	}
	if (result == 0 && options->client_count)
		result = add_clients(director, options, ret_name);
	if (result == 0)
		result = complete(director, ret_name);
	if (result < 0) {
		director_free(director);
		return result;
	}
	*ret_director = director;
	return 0;
}

/* A name that is started again is another program; what follows speaks of the new one. */
static int program_named(const struct director *director, const char *name)
{
	for (size_t i = director->program_count; i-- > 0;)
		if (strcmp(director->programs[i].name, name) == 0)
			return (int)i;
	return ANY_PROGRAM;
}

static int add_step(struct director *director, const struct step *step)
{
	static const enum action_kind kinds[] = {
		[STEP_START] = ACT_START, [STEP_WHEN] = ACT_WHEN, [STEP_STOP] = ACT_STOP
	};
	if (step->kind == STEP_START) {
		struct program *program = add_program(director);
		if (!program)
			return -ENOMEM;
		program->name = step->name;
		program->argv = director->options->python ? step->python : step->argv;
		program->start = step;
	}
	return add_act(director, (struct act){ .kind = kinds[step->kind],
					       .program = program_named(director, step->name),
					       .moment = step->moment,
					       .signal = step->signal,
					       .line = step->line });
}

int director_for_scenario(struct director **ret_director, const struct options *options,
			  const struct scenario *scenario, const char *folder,
			  const char **ret_name)
{
	struct director *director = calloc(1, sizeof *director);
	int result = director ? 0 : -ENOMEM;
	if (result == 0) {
		director->options = options;
		director->scenario = scenario;
		director->folder = folder;
	}
	for (size_t i = 0; result == 0 && i < scenario->step_count; i++)
		result = add_step(director, &scenario->steps[i]);
	if (result == 0)
		result = add_act(director, (struct act){ .kind = ACT_FINISH });
	if (result == 0)
		result = complete(director, ret_name);
	if (result < 0) {
		director_free(director);
		return result;
	}
	*ret_director = director;
	return 0;
}

void director_free(struct director *director)
{
	if (!director)
		return;
	for (size_t i = 0; i < director->program_count; i++) {
		struct program *program = &director->programs[i];
		free(program->words);
		free(program->path);
		auto_close(&program->report);
	}
	free(director->programs);
	free(director->acts);
	free((void *)director->commands);
	free(director->environment);
	free(director);
}

const char *const *const *director_commands(const struct director *director)
{
	return director->commands;
}

const char *director_title(const struct director *director)
{
	return director->scenario ? director->scenario->title[SCENARIO_ENGLISH] : NULL;
}

const char *director_lesson(const struct director *director)
{
	return director->scenario ? director->scenario->lesson[SCENARIO_ENGLISH] : NULL;
}

/* --- starting a program ------------------------------------------------------------------------ */

/* What it reads: a file that ends, so that the program sees an end of input. */
static int open_input(const struct program *program)
{
	const struct step *start = program->start;
	if (!start)
		return program->reads_nothing ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
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
		.filter = options->no_follow ? NULL : &session->filter,
		.follow = !options->no_follow,
		.drop_capabilities = director->scenario != NULL,
		.inherited = &session->inherited,
	};
	const struct passwd *user = options->user ? getpwnam(options->user) : NULL;
	if (user) {
		launch.user = options->user;
		launch.uid = user->pw_uid;
		launch.gid = user->pw_gid;
	}
	struct launch_failure failure = { 0 };
	int result = launch_program(&launch, &program->pid, &program->report, &failure);
	if (result < 0) {
		start_failed(director, program, failure);
		return result;
	}
	return process_launched(session, program->pid, index) ? 0 : -ENOMEM;
}

/* --- the steps ----------------------------------------------------------------------------------- */

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

static bool has_happened(const struct director *director, const struct act *act)
{
	unsigned wanted = 1U << act->moment;
	if (act->program != ANY_PROGRAM)
		return director->programs[act->program].happened & wanted;
	for (size_t i = 0; i < director->program_count; i++)
		if (director->programs[i].happened & wanted)
			return true;
	return false;
}

/* Whoever was to bring it about is gone. */
static bool cannot_happen(const struct director *director, const struct act *act)
{
	if (act->program != ANY_PROGRAM)
		return director->programs[act->program].ended;
	return director->programs[PROGRAM_ITSELF].ended;
}

static bool all_ended(const struct director *director)
{
	for (size_t i = 0; i < director->program_count; i++)
		if (director->programs[i].pid && !director->programs[i].ended)
			return false;
	return true;
}

static void give_up(struct director *director, struct session *session, const struct act *act)
{
	director->next_act = director->act_count;
	director->finishing = true;
	director->failed = true;
	outputs_flush(session->outputs);
	if (director->scenario)
		fprintf(stderr, "socktrace: scenario: line %u: %s %s: did not happen\n", act->line,
			director->programs[act->program].name, moment_name((enum moment)act->moment));
	else
		fprintf(stderr, "socktrace: %s: ended without listening: client not started\n",
			director->programs[PROGRAM_ITSELF].name);
	if (!all_ended(director))
		terminate_all(director, session, SIGTERM);
}

/* Takes the step if its time has come. False: it has not. */
static bool take(struct director *director, struct session *session, const struct act *act)
{
	struct program *program =
		act->program == ANY_PROGRAM ? NULL : &director->programs[act->program];
	switch (act->kind) {
	case ACT_START:
		return start(director, session, (unsigned)act->program) == 0;
	case ACT_WHEN:
		if (has_happened(director, act))
			return true;
		if (cannot_happen(director, act))
			give_up(director, session, act);
		return false;
	case ACT_STOP:
		if (!program->ended) {
			program->stopped = true;
			kill(program->pid, act->signal);
		}
		return true;
	case ACT_FINISH:
		director->finishing = true;
		director->last_activity = session_now(session);
		return true;
	}
	return false;
}

static void go_on(struct director *director, struct session *session)
{
	while (director->next_act < director->act_count) {
		const struct act *act = &director->acts[director->next_act];
		if (!take(director, session, act))
			return;
		director->next_act++;
		director->last_progress = session_now(session);
	}
}

int director_begin(struct director *director, struct session *session)
{
	director->last_progress = session_now(session);
	go_on(director, session);
	return director->failure.error ? -director->failure.error : 0;
}

/* --- what happened --------------------------------------------------------------------------------- */

static void happened(struct director *director, struct session *session,
		     const struct process *process, unsigned moment)
{
	director->programs[process->program].happened |= 1U << moment;
	go_on(director, session);
}

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

static void listens_or_bound(struct director *director, struct session *session,
			     const struct pending *pending, enum moment moment)
{
	const struct process *process = pending->thread->process;
	const struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	unsigned *happened_so_far = &director->programs[process->program].happened;

	if (moment == MOMENT_LISTENS || (socket && socket->role == ROLE_DATAGRAM))
		*happened_so_far |= 1U << MOMENT_READY;
	happened(director, session, process, moment);
}

void director_returned(struct director *director, struct session *session,
		       const struct pending *pending)
{
	const struct event *event = pending->event;
	const struct process *process = pending->thread->process;
	bool timed_out = event->class == CLASS_WAIT && event->result == 0;

	if (!timed_out && process->program == PROGRAM_ITSELF)
		director->last_activity = session_now(session);
	if (event->error)
		return;
	switch (event->call) {
	case CALL_LISTEN:
		listens_or_bound(director, session, pending, MOMENT_LISTENS);
		break;
	case CALL_BIND:
		listens_or_bound(director, session, pending, MOMENT_BINDS);
		break;
	case CALL_CONNECT:
		happened(director, session, process, MOMENT_CONNECTS);
		break;
	case CALL_ACCEPT:
	case CALL_ACCEPT4:
		happened(director, session, process, MOMENT_ACCEPTS);
		break;
	default:
		break;
	}
}

void director_asleep(struct director *director, struct session *session,
		     const struct pending *pending)
{
	const struct process *process = pending->thread->process;
	director->programs[process->program].sleeping++;
	happened(director, session, process, MOMENT_WAITS);
}

void director_awake(struct director *director, const struct pending *pending)
{
	struct program *program = &director->programs[pending->thread->process->program];
	if (--program->sleeping == 0)
		program->happened &= ~(1U << MOMENT_WAITS);
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
		fprintf(stderr, "socktrace: scenario: line %u: %s: ended with %s %d\n",
			program->start->line, program->name,
			WIFEXITED(status) ? "status" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		director->failed = true;
	}
	director->last_activity = session_now(session);
	happened(director, session, process, MOMENT_ENDS);
}

/* --- time -------------------------------------------------------------------------------------------- */

bool director_waits(const struct director *director)
{
	return director->kill_at || director->program_count > 1 || director->scenario;
}

static bool clients_ended(const struct director *director)
{
	for (size_t i = 1; i < director->program_count; i++)
		if (!director->programs[i].ended)
			return false;
	return true;
}

static void kill_everybody(struct session *session)
{
	size_t position = 0;
	for (struct process *process; (process = map_next(&session->processes, &position));)
		kill(process->pid, SIGKILL);
}

void director_tick(struct director *director, struct session *session)
{
	uint64_t now = session_now(session);
	struct program *first = &director->programs[PROGRAM_ITSELF];
	bool more = director->next_act < director->act_count;

	if (director->kill_at && now >= director->kill_at) {
		director->kill_at = now + GRACE;
		kill_everybody(session);
	} else if (director->kill_at) {
		return;
	} else if (director->scenario) {
		if (more && now > director->last_progress + STUCK)
			give_up(director, session, &director->acts[director->next_act]);
		else if (!more && now > director->last_progress + GRACE && !all_ended(director))
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
		.status = first->stopped && !director->scenario ? 0 : first->status,
		.failed = director->failed || director->next_act < director->act_count,
		.failure = director->failure,
		.failure_name = director->failure_name,
	};
}
