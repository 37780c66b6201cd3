#include "selection.h"

#include "decode/decode.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned classes;
} class_names[] = {
	{ "setup", CLASS_SETUP },
	{ "data", CLASS_DATA },
	{ "options", CLASS_OPTIONS },
	{ "wait", CLASS_WAIT },
	{ "process", CLASS_PROCESS },
	{ "output", CLASS_OUTPUT },
	{ "all", CLASS_ALL },
	/* strace's words for what is near to these */
	{ "network", CLASS_SETUP | CLASS_DATA | CLASS_OPTIONS },
	{ "net", CLASS_SETUP | CLASS_DATA | CLASS_OPTIONS },
	{ "none", 0 },
};

/* How the C programmer calls what the kernel knows under another name. */
static const struct {
	const char *name;
	enum call_id call;
} other_names[] = {
	{ "send", CALL_SENDTO },
	{ "recv", CALL_RECVFROM },
};

static bool find_class(const char *word, size_t length, unsigned *ret_classes)
{
	for (size_t i = 0; i < sizeof class_names / sizeof *class_names; i++) {
		if (strlen(class_names[i].name) == length &&
		    strncmp(class_names[i].name, word, length) == 0) {
			*ret_classes = class_names[i].classes;
			return true;
		}
	}
	return false;
}

bool selection_call(const char *word, size_t length, enum call_id *ret_call)
{
	size_t position = 0;
	for (const struct call *call; (call = call_next(&position));) {
		if (call_class(call) != CLASS_NONE && strlen(call_name(call)) == length &&
		    strncmp(call_name(call), word, length) == 0) {
			*ret_call = call_id(call);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++) {
		if (strlen(other_names[i].name) == length &&
		    strncmp(other_names[i].name, word, length) == 0) {
			*ret_call = other_names[i].call;
			return true;
		}
	}
	return false;
}

/* One word of the set, without its `!`. */
static int apply(struct selection *selection, const char *word, size_t length, bool remove)
{
	unsigned classes;
	enum call_id call;

	if (length && *word == '%') {
		word++;
		length--;
	}
	if (find_class(word, length, &classes)) {
		selection->classes =
			remove ? selection->classes & ~classes : selection->classes | classes;
		return 0;
	}
	if (!selection_call(word, length, &call))
		return -EINVAL;
	selection->calls[call] = remove ? -1 : 1;
	return 0;
}

int selection_parse(struct selection *selection, const char *set, const char **ret_bad,
		    size_t *ret_bad_length)
{
	const char *word = set;
	if (strncmp(word, "trace=", 6) == 0)
		word += 6;
	/* A set that starts with `!` takes away from what is shown anyway: all its words, as
	 * strace reads it. */
	bool takes_away = *word == '!';
	if (!takes_away)
		*selection = (struct selection){ 0 };
	for (;;) {
		bool remove = takes_away || *word == '!';
		const char *name = *word == '!' ? word + 1 : word;
		size_t length = strcspn(name, ",");
		if (apply(selection, name, length, remove) < 0) {
			*ret_bad = name;
			*ret_bad_length = length;
			return -EINVAL;
		}
		if (!name[length])
			return 0;
		word = name + length + 1;
	}
}

void selection_add(struct selection *selection, const struct selection *more)
{
	selection->classes |= more->classes;
	for (size_t i = 0; i < CALL_COUNT; i++)
		if (more->calls[i])
			selection->calls[i] = more->calls[i];
}

bool selection_shows(const struct selection *selection, enum call_id call, enum call_class class)
{
	if (selection->calls[call])
		return selection->calls[call] > 0;
	return (selection->classes & class) != 0;
}

const char *selection_class_name(size_t n)
{
	return n < sizeof class_names / sizeof *class_names ? class_names[n].name : NULL;
}
