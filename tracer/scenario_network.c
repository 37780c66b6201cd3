#include "scenario_parser.h"

#include "support/arena.h"
#include "support/language.h"

#include <errno.h>
#include <string.h>

int parser_sysctl(struct parser *parser, char *rest)
{
	struct scenario *scenario = parser->scenario;
	char *value = strchr(rest, '=');
	if (scenario->step_count)
		return parser_refuse(parser, _("stands above the first start"));
	if (!value)
		return parser_refuse(parser, _("the equals sign is missing: sysctl NAME = VALUE"));
	*value = '\0';
	parser_strip_end(rest);
	char *setting = arena_printf(scenario->arena, "%s=%s", rest, parser_skip_blanks(value + 1));
	if (!setting)
		return -ENOMEM;
	size_t before = scenario->sysctls.count;
	const char *why = sysctls_add(&scenario->sysctls, setting);
	if (why)
		return parser_refuse(parser, "%s", why);
	if (scenario->sysctls.count == before)
		return parser_refuse_word(parser, _("two values for one setting"), rest);
	scenario->sysctls.rows[before].line = parser->line;
	return 0;
}

int parser_link(struct parser *parser, char *rest)
{
	bool up = strcmp(rest, "up") == 0;
	if (!up && strcmp(rest, "down") != 0)
		return parser_refuse_word(parser, _("neither `link down` nor `link up`"), rest);
	struct step *step = parser_add_step(parser, STEP_LINK, NULL);
	if (!step)
		return -EINVAL;
	step->up = up;
	return 0;
}
