/* What the transcript says about a call beyond the call: a rule that fired, a meaning. */
#pragma once

#include <stddef.h>

enum severity {
	SEVERITY_NOTICE,  /* true and worth knowing, may be intended */
	SEVERITY_MISTAKE, /* certain from the evidence */
};

struct note_param {
	const char *name;
	const char *value;
};

/* What a witness said. */
struct note_evidence {
	const char *id; /* "sock_diag", "proc", "sysctl", "tcp_info", "wire", "calls" */
	const struct note_param *params;
	size_t param_count;
};

/* A note's sentences in one language. */
struct note_translation {
	const char *lang; /* "en" */
	const char *text, *fix, *check;
};

/* Static, or in the event's arena. */
struct note {
	const char *id; /* a rule's id, or "errno" for the meaning of a failed call */
	enum severity severity;
	const struct note_param *params;
	size_t param_count;
	struct note_evidence *evidence; /* of a rule: what it rests on */
	size_t evidence_count;
	const char *text;  /* why it happened, one sentence */
	const char *fix;   /* what to do, NULL if there is nothing */
	const char *check; /* a shell command that shows it, NULL if there is none */
	/* In each language there is: for formats that ask for them, else none. */
	const struct note_translation *translations;
	size_t translation_count;
};
