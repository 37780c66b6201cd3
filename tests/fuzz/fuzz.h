/* What every fuzzed room offers; libFuzzer's name, so that it can drive it too. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
