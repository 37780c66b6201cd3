/* A unit test file defines one suite; main.c runs it. */
#pragma once

#include <check.h>

Suite *unit_suite(void);
