/* What the parts of the scenario parser share: scenario.c has lines and texts,
 * scenario_steps.c what a line says of a program, scenario_moments.c what is waited for,
 * scenario_network.c what is done to the network. */
#pragma once

#include "scenario.h"

/*
 * The file is parsed in a copy of its own, line by line; names and texts point into it.
 * What continues on later lines is moved down to its beginning: it only gets shorter.
 */
struct parser {
	struct scenario *scenario;
	struct scenario_error *error;
	unsigned line;
	/* Who takes an indented line: a text, or the program just started; both NULL: nobody. */
	char *text;
	struct step *started;
	char *input_end; /* where more input of `started` goes, NULL: it has none yet */
};

/* Fill in the error with the line being parsed, and return -EINVAL. A word of the file in a
 * message is escaped, since a terminal will show it, and cut. */
int parser_refuse(const struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int parser_refuse_word(const struct parser *parser, const char *what, const char *word);

char *parser_skip_blanks(char *text);
void parser_strip_end(char *text);
/* Cuts the first word off *rest; an empty word if there is none. */
char *parser_take_word(char **rest);

/* The program that a statement speaks of: started above, else NULL with the error filled in. */
struct step *parser_take_started(struct parser *parser, char **rest);
/* NULL: too many, with the error filled in. */
struct step *parser_add_step(struct parser *parser, enum step_kind kind, const char *name);

/* What stands behind the word of a statement, without the blanks. */
int parser_start(struct parser *parser, char *rest);
int parser_when(struct parser *parser, char *rest);
int parser_stop(struct parser *parser, char *rest);
int parser_expect(struct parser *parser, char *rest);
int parser_type(struct parser *parser, char *rest);
int parser_end(struct parser *parser, char *rest);
int parser_sysctl(struct parser *parser, char *rest);
int parser_link(struct parser *parser, char *rest);
/* The same of a line below a `start`. */
int parser_input(struct parser *parser, char *rest);
int parser_python(struct parser *parser, char *rest);
