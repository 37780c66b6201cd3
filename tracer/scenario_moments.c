#include "scenario_parser.h"

#include "selection.h"
#include "support/arena.h"
#include "support/language.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COUNT = 100000 };

enum argument {
	NOTHING,
	MAYBE_COUNT, /* 1 if there is none */
	MAYBE_CALL,  /* any if there is none */
	ONE_CALL,
	ONE_STATE,
};

static const struct {
	const char *name; /* NULL: no scenario says it */
	enum argument argument;
} moments[MOMENT_COUNT] = {
	[MOMENT_LISTENS] = { "listens", MAYBE_COUNT },
	[MOMENT_BINDS] = { "binds", MAYBE_COUNT },
	[MOMENT_CONNECTS] = { "connects", MAYBE_COUNT },
	[MOMENT_ACCEPTS] = { "accepts", MAYBE_COUNT },
	[MOMENT_SENDS] = { "sends", MAYBE_COUNT },
	[MOMENT_RECEIVES] = { "receives", MAYBE_COUNT },
	[MOMENT_WAITS] = { "waits", MAYBE_CALL },
	[MOMENT_FAILS] = { "fails", ONE_CALL },
	[MOMENT_STATE] = { "state", ONE_STATE },
	[MOMENT_ENDS] = { "ends", NOTHING },
};

enum call_id call_sister(enum call_id call)
{
	switch ((int)call) {
	case CALL_ACCEPT4:
		return CALL_ACCEPT;
	case CALL_PPOLL:
		return CALL_POLL;
	case CALL_PSELECT6:
		return CALL_SELECT;
	case CALL_EPOLL_PWAIT:
	case CALL_EPOLL_PWAIT2:
		return CALL_EPOLL_WAIT;
	case CALL_EPOLL_CREATE1:
		return CALL_EPOLL_CREATE;
	}
	return call;
}

/* MOMENT_COUNT if there is none of that name. */
static enum moment find_moment(const char *name)
{
	size_t moment = 0;
	while (moment < MOMENT_COUNT &&
	       !(moments[moment].name && strcmp(moments[moment].name, name) == 0))
		moment++;
	return (enum moment)moment;
}

static int take_count(const struct parser *parser, const char *word, struct awaited *awaited)
{
	char *end;
	if (!*word)
		return 0;
	unsigned long count = strtoul(word, &end, 10);
	if (*word < '1' || *word > '9' || *end || count > MAX_COUNT)
		return parser_refuse_word(parser, _("not a number from 1 to 100000"), word);
	awaited->count = (unsigned)count;
	return 0;
}

static int take_call(const struct parser *parser, const char *word, struct awaited *awaited)
{
	if (!selection_call(word, strlen(word), &awaited->call))
		return parser_refuse_word(parser, _("no such call"), word);
	awaited->call = call_sister(awaited->call);
	return 0;
}

static int take_state(const struct parser *parser, const char *word, struct awaited *awaited)
{
	awaited->state = tcp_state_named(word);
	return awaited->state == STATE_UNKNOWN
		       ? parser_refuse_word(parser, _("no such state of TCP"), word)
		       : 0;
}

static int take_argument(const struct parser *parser, const char *word, struct awaited *awaited)
{
	switch (moments[awaited->moment].argument) {
	case NOTHING:
		return *word ? parser_refuse_word(parser, _("one word too many"), word) : 0;
	case MAYBE_COUNT:
		return take_count(parser, word, awaited);
	case MAYBE_CALL:
		return *word ? take_call(parser, word, awaited) : 0;
	case ONE_CALL:
		return take_call(parser, word, awaited);
	case ONE_STATE:
		return take_state(parser, word, awaited);
	}
	return 0;
}

int parser_when(struct parser *parser, char *rest)
{
	const struct step *start = parser_take_started(parser, &rest);
	if (!start)
		return -EINVAL;
	struct awaited awaited = { .count = 1, .call = CALL_COUNT };
	awaited.words = arena_copy(parser->scenario->arena, rest);
	if (!awaited.words)
		return -ENOMEM;
	const char *name = parser_take_word(&rest);
	awaited.moment = find_moment(name);
	if (awaited.moment == MOMENT_COUNT)
		return parser_refuse_word(parser, _("unknown moment"), name);
	int error = take_argument(parser, rest, &awaited);
	if (error)
		return error;
	struct step *step = parser_add_step(parser, STEP_WHEN, start->name);
	if (!step)
		return -EINVAL;
	step->awaited = awaited;
	return 0;
}
