#include "formatters/pcapng/pcapng.h"

#include "formatters/pcapng/block.h"
#include "formatters/pcapng/comments.h"
#include "formatters/time.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINKTYPE_RAW = 101,      /* begins with the IP header, of either version */
	LONGEST_PACKET = 262144, /* Wireshark reads none that is longer */
	BYTE_ORDER_MAGIC = 0x1A2B3C4D,
	VERSION = 1,
	NANOSECONDS = 9, /* 10^-9 seconds */
	MOST_COMMANDS = 32,
	/* Packets that wait for the end of their call; beyond that they do not any longer. */
	MOST_HELD = 512,
	MOST_HELD_BYTES = 4 << 20,
};

/* A packet that waits, or whose turn has not come: they keep their order. */
struct held {
	struct held *next;
	uint64_t time, cause;
	size_t captured, length;
	char bytes[];
};

struct formatter {
	FILE *file;
	struct format_options options;
	struct format_clock clock;
	struct block block;
	struct line line;
	struct comments comments;
	/* The section begins with its first packet: before that nobody knows whether there will be
	 * one. Until then what it says of the run waits. */
	bool begun, has_header, has_wire;
	struct block section;
	struct held *first, **last;
	size_t held, held_bytes;
	uint64_t written, without_bytes, lost;
};

struct formatter *pcapng_open(FILE *file, const struct format_options *options)
{
	struct formatter *pcapng = calloc(1, sizeof *pcapng);
	if (!pcapng)
		return NULL;
	pcapng->file = file;
	pcapng->options = *options;
	if (pcapng->options.show_bytes > COMMENT_SIZE)
		pcapng->options.show_bytes = COMMENT_SIZE;
	pcapng->last = &pcapng->first;
	return pcapng;
}

/* --- the section ----------------------------------------------------------------------------- */

static void begin_section(struct formatter *pcapng)
{
	struct block *section = &pcapng->section;
	block_begin(section, BLOCK_SECTION);
	block_put32(section, BYTE_ORDER_MAGIC);
	block_put16(section, VERSION);
	block_put16(section, 0);
	block_put32(section, UINT32_MAX); /* how long it will be nobody knows */
	block_put32(section, UINT32_MAX);
}

/* Two words of strangers as one text. */
static void put_names(struct formatter *pcapng, enum block_option option, const char *first,
		      const char *second)
{
	struct line *line = &pcapng->line;
	line_rewind(line, (struct line_mark){ 0 });
	line_names(line, "%s%s", first, second ? second : "");
	block_put_text(&pcapng->section, option, comment_string(line));
}

static void put_command(struct formatter *pcapng, const char *const *argv)
{
	struct line *line = &pcapng->line;
	line_rewind(line, (struct line_mark){ 0 });
	for (size_t i = 0; argv[i]; i++)
		line_names(line, i ? " %s" : "%s", argv[i]);
	block_put_text(&pcapng->section, OPTION_COMMENT, comment_string(line));
}

static void learn_header(struct formatter *pcapng, const struct record_header *header)
{
	if (pcapng->has_header || pcapng->begun)
		return;
	pcapng->has_header = true;
	format_clock_start(&pcapng->clock, header->started);
	for (const char *const *witness = header->witnesses; witness && *witness; witness++)
		pcapng->has_wire |= witness_named(*witness) == WITNESS_WIRE;
	begin_section(pcapng);
	put_names(pcapng, OPTION_SECTION_OS, "Linux ", header->kernel);
	put_names(pcapng, OPTION_SECTION_APPLICATION, "socktrace ", header->version);
	for (size_t i = 0; header->commands && header->commands[i] && i < MOST_COMMANDS; i++)
		put_command(pcapng, header->commands[i]);
}

static void write_interface(struct formatter *pcapng)
{
	static const uint8_t resolution = NANOSECONDS;
	struct block *block = &pcapng->block;
	block_begin(block, BLOCK_INTERFACE);
	block_put16(block, LINKTYPE_RAW);
	block_put16(block, 0);
	block_put32(block, LONGEST_PACKET);
	block_put_text(block, OPTION_INTERFACE_DESCRIPTION,
		       "all interfaces of the network, from the IP header on");
	block_put_option(block, OPTION_INTERFACE_RESOLUTION, &resolution, sizeof resolution);
	block_end(block, pcapng->file);
}

/* `why`: there will be no packets; NULL: here comes the first. */
static void write_section(struct formatter *pcapng, const char *why)
{
	if (pcapng->begun)
		return;
	if (!pcapng->has_header)
		begin_section(pcapng);
	block_put_text(&pcapng->section, OPTION_COMMENT, why);
	block_end(&pcapng->section, pcapng->file);
	block_done(&pcapng->section);
	pcapng->begun = true;
	write_interface(pcapng);
}

/* --- packets --------------------------------------------------------------------------------- */

static void write_packet(struct formatter *pcapng, const struct held *packet)
{
	struct block *block = &pcapng->block;
	uint64_t time = (uint64_t)format_clock_wall(&pcapng->clock, packet->time);
	const char *comment = comments_find(&pcapng->comments, packet->cause);
	char number[32];
	snprintf(number, sizeof number, "#%" PRIu64, packet->cause);
	write_section(pcapng, NULL);
	block_begin(block, BLOCK_PACKET);
	block_put32(block, 0); /* the number of its interface */
	block_put32(block, (uint32_t)(time >> 32));
	block_put32(block, (uint32_t)time);
	block_put32(block, (uint32_t)packet->captured);
	block_put32(block, (uint32_t)packet->length);
	block_put_bytes(block, packet->bytes, packet->captured);
	if (packet->cause)
		block_put_text(block, OPTION_COMMENT, comment ? comment : number);
	block_end(block, pcapng->file);
	pcapng->written++;
}

static void write_first(struct formatter *pcapng)
{
	struct held *packet = pcapng->first;
	write_packet(pcapng, packet);
	pcapng->first = packet->next;
	if (!pcapng->first)
		pcapng->last = &pcapng->first;
	pcapng->held--;
	pcapng->held_bytes -= packet->captured;
	free(packet);
}

static bool must_wait(const struct formatter *pcapng, const struct held *packet)
{
	return packet->cause && !comments_complete(&pcapng->comments, packet->cause) &&
	       pcapng->held <= MOST_HELD && pcapng->held_bytes <= MOST_HELD_BYTES;
}

static void write_those_complete(struct formatter *pcapng)
{
	while (pcapng->first && !must_wait(pcapng, pcapng->first))
		write_first(pcapng);
}

static void add_packet(struct formatter *pcapng, const struct record *record)
{
	const struct value_bytes *bytes = &record->segment.segment->packet;
	size_t captured = bytes->captured < LONGEST_PACKET ? bytes->captured : LONGEST_PACKET;
	struct held *packet = captured ? malloc(sizeof *packet + captured) : NULL;
	if (!packet) {
		pcapng->without_bytes++;
		return;
	}
	*packet =
		(struct held){ .time = record->time,
			       .cause = record->segment.cause,
			       .captured = captured,
			       .length = bytes->length < UINT32_MAX ? bytes->length : UINT32_MAX };
	memcpy(packet->bytes, bytes->data, captured);
	*pcapng->last = packet;
	pcapng->last = &packet->next;
	pcapng->held++;
	pcapng->held_bytes += captured;
}

void pcapng_write(struct formatter *pcapng, const struct record *record)
{
	switch (record->type) {
	case RECORD_HEADER:
		learn_header(pcapng, record->header);
		break;
	case RECORD_SEGMENT:
		add_packet(pcapng, record);
		break;
	case RECORD_ENTER:
	case RECORD_CALL:
	case RECORD_UNFINISHED:
	case RECORD_STATE:
		/* Without a wire there is nothing on which to comment. */
		if (pcapng->has_wire || pcapng->first || pcapng->written)
			comments_learn(&pcapng->comments, record, pcapng->options.show_bytes);
		break;
	case RECORD_END:
		pcapng->lost = record->end.lost;
		break;
	case RECORD_PROCESS:
	case RECORD_OUTPUT:
	case RECORD_CONNECTION:
	case RECORD_SOCKETS:
	case RECORD_LISTING:
		break;
	}
	write_those_complete(pcapng);
}

/* --- the end --------------------------------------------------------------------------------- */

static const char *why_empty(const struct formatter *pcapng)
{
	if (pcapng->without_bytes)
		return _("no packets: the recording has their headers, but not their bytes");
	if (pcapng->has_wire)
		return _("no packets: nothing of the traced sockets passed the wire");
	return _("no packets: nobody looked at the wire; --isolate shows it, or --wire as root");
}

static void write_end(struct formatter *pcapng, const char *missing)
{
	struct block *block = &pcapng->block;
	struct line *line = &pcapng->line;
	uint64_t lost = pcapng->lost;
	if (!missing && !lost)
		return;
	block_begin(block, BLOCK_STATISTICS);
	block_put32(block, 0); /* the number of its interface */
	block_put32(block, 0); /* of no particular time */
	block_put32(block, 0);
	block_put_text(block, OPTION_COMMENT, missing);
	line_rewind(line, (struct line_mark){ 0 });
	if (lost)
		line_format(line,
			    P_("%" PRIu64 " segment or change of state was lost",
			       "%" PRIu64 " segments or changes of state were lost", lost),
			    lost);
	block_put_text(block, OPTION_COMMENT, line_string(line));
	block_end(block, pcapng->file);
}

void pcapng_close(struct formatter *pcapng)
{
	const struct format_options *options = &pcapng->options;
	char missing[200] = "";
	while (pcapng->first)
		write_first(pcapng);
	const char *why = pcapng->begun ? NULL : why_empty(pcapng);
	write_section(pcapng, why);
	uint64_t count = pcapng->without_bytes;
	if (!why && count)
		snprintf(missing, sizeof missing,
			 P_("%" PRIu64 " packet is missing: the recording does not have its bytes",
			    "%" PRIu64 " packets are missing: the recording does not have their "
			    "bytes",
			    count),
			 count);
	write_end(pcapng, *missing ? missing : NULL);
	if (options->tell && (why || *missing))
		options->tell(options->listener, why ? why : missing);
	comments_done(&pcapng->comments);
	block_done(&pcapng->block);
	block_done(&pcapng->section);
	line_done(&pcapng->line);
	free(pcapng);
}
