/* Scenario files of anybody's: an error names its line in printable words, what is none is whole.
 */
#include "fuzz.h"

#include "scenario.h"
#include "support/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void check_step(const struct step *step)
{
	assert(step->kind == STEP_LINK || (step->name && *step->name));
	assert(!step->name || strlen(step->name) <= SCENARIO_MAX_NAME);
	assert(step->kind != STEP_START || (step->argv && step->argv[0]));
	assert(step->kind != STEP_WHEN ||
	       (step->awaited.moment < MOMENT_READY && step->awaited.count));
	assert(step->kind != STEP_STOP || step->signal > 0);
	assert(!step->input_size || step->input);
}

static void check_scenario(const struct scenario *scenario)
{
	for (unsigned i = 0; i < SCENARIO_LANGUAGES; i++)
		assert(scenario->title[i]);
	assert(scenario->step_count && scenario->step_count <= SCENARIO_MAX_STEPS);
	for (size_t i = 0; i < scenario->step_count; i++) {
		check_step(&scenario->steps[i]);
		if (scenario->steps[i].kind == STEP_START)
			for (int status = 0; status < 0x10000; status += 0x7f)
				scenario_ended_well(scenario, &scenario->steps[i], status);
	}
}

static void check_error(const struct scenario_error *error)
{
	size_t size = strnlen(error->message, sizeof error->message);
	assert(size && size < sizeof error->message);
	for (size_t i = 0, length; i < size; i += length) {
		uint32_t code = 0;
		length = utf8_length(error->message + i, size - i, &code);
		assert(length && text_printable(code));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario scenario = { 0 };
	struct scenario_error error = { 0 };
	/* Of exactly that size: a byte read too many is seen. */
	char *copy = malloc(size ? size : 1);
	assert(copy);
	memcpy(copy, data, size);
	int result = scenario_parse(&scenario, copy, size, &error);
	assert(result == 0 || result == -EINVAL);
	if (result < 0)
		check_error(&error);
	else
		check_scenario(&scenario);
	scenario_done(&scenario);
	free(copy);
	return 0;
}
