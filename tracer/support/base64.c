#include "support/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_length(size_t size)
{
	return (size + 2) / 3 * 4;
}

void base64_encode(char *out, const void *bytes, size_t size)
{
	const unsigned char *in = bytes;
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t group = (uint32_t)in[i] << 16;
		group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		group |= left > 2 ? in[i + 2] : 0U;
		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[group & 63] : '=';
	}
	*out = '\0';
}

static int digit_value(char character)
{
	const char *digit = character ? strchr(digits, character) : NULL;
	return digit ? (int)(digit - digits) : -1;
}

/* Four characters, the last `padding` of which are '='. */
static bool decode_group(unsigned char *out, const char *text, size_t padding)
{
	uint32_t group = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - padding ? digit_value(text[i]) : 0;
		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
	}
	for (size_t i = 0; i < 3 - padding; i++)
		out[i] = (unsigned char)(group >> (16 - 8 * i));
	return true;
}

bool base64_decode(void *out, size_t *ret_size, const char *text, size_t length)
{
	unsigned char *to = out;
	if (length % 4)
		return false;
	size_t padding = 0;
	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < length; i += 4) {
		if (!decode_group(to, text + i, i + 4 == length ? padding : 0))
			return false;
		to += 3;
	}
	*ret_size = length / 4 * 3 - padding;
	return true;
}
