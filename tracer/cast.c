/* Who plays: from the command line or a scenario to programs and acts. */
#include "director_parts.h"

#include "ptrace/find.h"
#include "support/auto.h"
#include "support/language.h"
#include "support/words.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_PYTHON "/usr/bin/python3"

static struct program *add_program(struct director *director)
{
	struct program *longer =
		realloc(director->programs, (director->program_count + 1) * sizeof *longer);
	if (!longer)
		return NULL;
	director->programs = longer;
	longer[director->program_count] = (struct program){ .report = -1, .keyboard = -1 };
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
		result = add_act(director,
				 (struct act){ .kind = ACT_WHEN,
					       .program = index,
					       .awaited = { .moment = MOMENT_ENDS, .count = 1 } });
	return result;
}

static int add_clients(struct director *director, const struct options *options,
		       const char **ret_name)
{
	int result = add_act(director,
			     (struct act){ .kind = ACT_WHEN,
					   .program = ANY_PROGRAM,
					   .awaited = { .moment = MOMENT_READY, .count = 1 } });
	for (size_t i = 0; i < options->client_count && result == 0; i++) {
		*ret_name = options->clients[i];
		result = add_client(director, options->clients[i], i + 1 == options->client_count);
	}
	return result == 0 ? add_act(director, (struct act){ .kind = ACT_FINISH }) : result;
}

/* For the header: an array of argument arrays. */
static int collect_commands(struct director *director)
{
	director->commands = calloc(director->program_count + 1, sizeof *director->commands);
	if (!director->commands)
		return -ENOMEM;
	size_t count = 0;
	for (size_t i = 0; i < director->program_count; i++)
		if (!director->programs[i].attached)
			director->commands[count++] =
				(const char *const *)director->programs[i].argv;
	return 0;
}

/* A scenario's python3 is the first in PATH, unless that is a script: a version manager's wrapper,
 * which would fill the transcript with its own shells. */
static int find_python(char **ret_path)
{
	autofree char *path = NULL;
	int result = program_find("python3", &path);
	if ((result < 0 || program_is_script(path)) && access(SYSTEM_PYTHON, X_OK) == 0)
		return program_find(SYSTEM_PYTHON, ret_path);
	*ret_path = path;
	path = NULL;
	return result;
}

/* All programs are looked for before any is started. */
static int find_programs(struct director *director, const char **ret_name)
{
	for (size_t i = 0; i < director->program_count; i++) {
		struct program *program = &director->programs[i];
		if (program->attached)
			continue;
		const char *name = program->argv[0];
		autofree char *joined = NULL;
		*ret_name = name;
		/* A scenario's own programs are in its folder, wherever it is read from. */
		if (director->folder && strchr(name, '/') && *name != '/') {
			if (asprintf(&joined, "%s/%s", director->folder, name) < 0)
				return -ENOMEM;
			name = joined;
		}
		bool python = program->start && strcmp(name, "python3") == 0;
		int result =
			python ? find_python(&program->path) : program_find(name, &program->path);
		if (result < 0)
			return result;
	}
	return 0;
}

/* A copy of the list alone: setenv(3) leaves the strings where they are. */
static char **copy_environment(size_t more, size_t *ret_count)
{
	size_t count = 0;
	language_in_environment(false);
	while (environ[count])
		count++;
	char **made = calloc(count + more + 1, sizeof *made);
	if (made)
		memcpy(made, environ, count * sizeof *made);
	language_in_environment(true);
	*ret_count = count;
	return made;
}

/* The programs' environment: ours, changed by -E. */
static int make_environment(struct director *director)
{
	const struct options *options = director->options;
	size_t count = 0;
	char **made = copy_environment(options->environment_count, &count);
	if (!made)
		return -ENOMEM;
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

/* PROGRAM comes first; what -p attaches to counts as one more. */
static int add_programs(struct director *director)
{
	const struct options *options = director->options;
	if (options->program) {
		struct program *program = add_program(director);
		if (!program)
			return -ENOMEM;
		program->argv = (char **)(uintptr_t)options->program;
		program->name = program->argv[0];
		program->reads_nothing = options->client_count > 0;
		int result = add_act(director, (struct act){ .kind = ACT_START });
		if (result < 0)
			return result;
	}
	if (options->attach_count) {
		struct program *program = add_program(director);
		if (!program)
			return -ENOMEM;
		program->name = "-p";
		program->attached = true;
	}
	return 0;
}

int director_for_programs(struct director **ret_director, const struct options *options,
			  const char **ret_name)
{
	struct director *director = calloc(1, sizeof *director);
	*ret_director = director;
	if (!director)
		return -ENOMEM;
	director->options = options;
	int result = add_programs(director);
	if (result == 0 && options->client_count)
		result = add_clients(director, options, ret_name);
	return result == 0 ? complete(director, ret_name) : result;
}

/* A name that is started again is another program; what follows speaks of the new one. */
static int program_named(const struct director *director, const char *name)
{
	for (size_t i = name ? director->program_count : 0; i-- > 0;)
		if (strcmp(director->programs[i].name, name) == 0)
			return (int)i;
	return ANY_PROGRAM;
}

static int add_step(struct director *director, const struct step *step)
{
	static const enum action_kind kinds[] = {
		[STEP_START] = ACT_START, [STEP_WHEN] = ACT_WHEN, [STEP_STOP] = ACT_STOP,
		[STEP_TYPE] = ACT_TYPE,   [STEP_END] = ACT_END,   [STEP_LINK] = ACT_LINK,
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
					       .awaited = step->awaited,
					       .signal = step->signal,
					       .step = step,
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
	*ret_director = director;
	return result;
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
		auto_close(&program->keyboard);
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

const struct scenario *director_scenario(const struct director *director)
{
	return director->scenario;
}

/* --- what runs already ---------------------------------------------------------------------------
 */

/* The last of the programs stands for all that -p names. */
int director_attach(struct director *director, struct session *session)
{
	const struct options *options = director->options;
	unsigned program = (unsigned)director->program_count - 1;
	for (size_t i = 0; i < director->program_count; i++)
		if (director->programs[i].attached)
			program = (unsigned)i;
	for (size_t i = 0; i < options->attach_count; i++) {
		const char *word = options->attach[i];
		char *end;
		do {
			long pid = strtol(word, &end, 10);
			bool number = end != word && pid > 0 && (*end == ',' || !*end);
			int result =
				number ? process_attached(session, (pid_t)pid, program) : -EINVAL;
			if (result < 0) {
				director->failure =
					(struct launch_failure){ LAUNCH_ATTACH, -result };
				director->failure_name = word;
				return result;
			}
			word = end + 1;
		} while (*end);
	}
	return 0;
}

void director_see_listeners(struct director *director, const struct session *session)
{
	size_t position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));)
		if (socket->role == ROLE_LISTENER)
			for (size_t i = 0; i < director->program_count; i++)
				if (director->programs[i].attached)
					director->programs[i].happened[MOMENT_READY]++;
}
