/* How a failure is told, and the exit status that says so. */
#pragma once

#include "ptrace/launch.h"

enum { STATUS_FAILED = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

/* Every failure is one line, and a second one where something can be done about it (hint; NULL or
 * empty: there is nothing). Always STATUS_FAILED. */
int complain(const char *hint, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Why a program could not be found or started; returns its status. errors: program_find()'s. */
int complain_program(const char *name, int error);
/* name: of the program; of LAUNCH_ATTACH what -p was given. */
int complain_launch(const char *name, struct launch_failure failure);
/* Why nothing can be written there. */
int complain_output(const char *name, int error);
/* Why the trace could not go on. */
int complain_session(int error);
