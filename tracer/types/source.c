#include "types/source.h"

#include <string.h>

static const char *const languages[] = {
	[SOURCE_C] = "c",           [SOURCE_PYTHON] = "python", [SOURCE_CXX] = "c++",
	[SOURCE_RUST] = "rust",     [SOURCE_GO] = "go",         [SOURCE_ASSEMBLER] = "assembler",
	[SOURCE_NATIVE] = "native",
};

const char *source_language_name(enum source_language language)
{
	return languages[language];
}

enum source_language source_language_named(const char *name)
{
	size_t i = 0;
	while (i < SOURCE_NATIVE && strcmp(languages[i], name) != 0)
		i++;
	return (enum source_language)i;
}
