#include "source/python_lines.h"

#include <limits.h>

static bool set_line(int64_t line, struct python_position *ret_position)
{
	if (line <= 0 || line > INT_MAX)
		return false;
	*ret_position = (struct python_position){ .line = (unsigned)line };
	return true;
}

/* 3.8, 3.9: pairs of an address delta and a line delta (Objects/lnotab_notes.txt). */
static bool line_of_lnotab(const uint8_t *table, size_t size, int64_t line, uint64_t address,
			   struct python_position *ret_position)
{
	uint64_t start = 0;
	for (size_t i = 0; i + 1 < size; i += 2) {
		start += table[i];
		if (start > address)
			break;
		line += (int8_t)table[i + 1];
	}
	return set_line(line, ret_position);
}

/* 3.10: pairs of a length and a line delta; the delta -128 says that there is no line. */
static bool line_of_pairs(const uint8_t *table, size_t size, int64_t line, uint64_t address,
			  struct python_position *ret_position)
{
	uint64_t end = 0;
	for (size_t i = 0; i + 1 < size; i += 2) {
		bool none = (int8_t)table[i + 1] == -128;
		end += table[i];
		line += none ? 0 : (int8_t)table[i + 1];
		if (address >= end)
			continue;
		if (!none)
			return set_line(line, ret_position);
		*ret_position = (struct python_position){ 0 };
		return true;
	}
	return false;
}

/* --- from 3.11 on (Objects/locations.md) ------------------------------------------------- */

struct reader {
	const uint8_t *next, *end;
	bool failed;
};

static unsigned read_byte(struct reader *reader)
{
	if (reader->next == reader->end) {
		reader->failed = true;
		return 0;
	}
	return *reader->next++;
}

/* Six bits a byte, the least significant first; bit 6 says that more follow. */
static unsigned read_number(struct reader *reader)
{
	unsigned number = 0, byte = 0x40;
	for (unsigned shift = 0; byte & 0x40; shift += 6) {
		if (shift > 24)
			reader->failed = true;
		if (reader->failed)
			return 0;
		byte = read_byte(reader);
		number |= (byte & 0x3f) << shift;
	}
	return number;
}

/* Bit 0 is the sign. */
static int read_signed(struct reader *reader)
{
	unsigned number = read_number(reader);
	return number & 1 ? -(int)(number >> 1) : (int)(number >> 1);
}

/* The kinds of an entry: 0 to 9 are short forms, 10 to 12 those with a line delta. */
enum { KIND_ONE_LINE = 10, KIND_NO_COLUMNS = 13, KIND_LONG, KIND_NONE };

struct entry {
	bool none;
	int line_delta;
	unsigned line_span; /* how many lines further it ends */
	unsigned column, end_column;
};

static void read_entry(struct reader *reader, unsigned kind, struct entry *ret_entry)
{
	struct entry entry = { 0 };
	if (kind == KIND_NONE) {
		entry.none = true;
	} else if (kind == KIND_LONG) {
		entry.line_delta = read_signed(reader);
		entry.line_span = read_number(reader);
		/* Stored one up, 0 being none: so are ours. */
		entry.column = read_number(reader);
		entry.end_column = read_number(reader);
	} else if (kind == KIND_NO_COLUMNS) {
		entry.line_delta = read_signed(reader);
	} else if (kind >= KIND_ONE_LINE) {
		entry.line_delta = (int)(kind - KIND_ONE_LINE);
		entry.column = read_byte(reader) + 1;
		entry.end_column = read_byte(reader) + 1;
	} else {
		unsigned byte = read_byte(reader);
		entry.column = kind * 8 + (byte >> 4) + 1;
		entry.end_column = entry.column + (byte & 15);
	}
	*ret_entry = entry;
}

static bool line_of_entries(const uint8_t *table, size_t size, int64_t line, uint64_t address,
			    struct python_position *ret_position)
{
	struct reader reader = { .next = table, .end = table + size };
	uint64_t end = 0;
	while (reader.next < reader.end) {
		unsigned head = read_byte(&reader);
		struct entry entry;
		if (!(head & 0x80))
			return false;
		read_entry(&reader, head >> 3 & 15, &entry);
		if (reader.failed)
			return false;
		end += 2 * ((uint64_t)(head & 7) + 1);
		line += entry.line_delta;
		if (address >= end)
			continue;
		if (entry.none) {
			*ret_position = (struct python_position){ 0 };
			return true;
		}
		if (!set_line(line, ret_position))
			return false;
		ret_position->column = entry.column;
		ret_position->end_column = entry.line_span ? 0 : entry.end_column;
		return true;
	}
	return false;
}

bool python_line(unsigned minor, const uint8_t *table, size_t size, unsigned first_line,
		 uint64_t address, struct python_position *ret_position)
{
	if (minor <= 9)
		return line_of_lnotab(table, size, first_line, address, ret_position);
	if (minor == 10)
		return line_of_pairs(table, size, first_line, address, ret_position);
	return line_of_entries(table, size, first_line, address, ret_position);
}
