/* The isolated network as the command line asks for it, and what to say where it cannot be. */
#pragma once

#include "options.h"

/* Enters it and sets its --sysctl. Returns 0, or -errno with a line in ret_error. */
int isolation_enter(const struct options *options, struct options_error *ret_error);
