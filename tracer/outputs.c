#include "outputs.h"

#include "output_file.h"
#include "parts.h"
#include "speaking.h"

#include "support/arena.h"
#include "support/auto.h"
#include "support/language.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUFFER_SIZE = 65536, MAX_OUTPUTS = 64 };

struct output {
	const struct format *format;
	struct formatter *formatter;
	const char *name; /* for messages */
	int fd;
	FILE *file;
	char *buffer;
	pid_t reader; /* of a |COMMAND; 0: none */
	int error;    /* the first -errno; nothing is written after it */
	int refused;  /* the errno of the write that failed; 0: none has */
	struct parts parts;
};

struct outputs {
	size_t count;
	bool dirty;
	struct output items[];
};

unsigned output_width(int fd)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	if (!isatty(fd))
		return 0;
	if (columns && strtoul(columns, NULL, 10) > 0)
		return (unsigned)strtoul(columns, NULL, 10);
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return 0;
}

bool output_color(const struct options *options, int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	if (options->colors_always || options->colors_never)
		return options->colors_always;
	return !(no_color && *no_color) && isatty(fd) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

static struct format_options format_options(const struct options *options, int fd)
{
	struct format_options result = {
		.color = output_color(options, fd),
		.width = output_width(fd),
		.show_bytes = options->show_bytes,
		.duration = options->duration,
		.quiet = options->quiet,
		.notes = options->notes == NOTES_OPTION_ALL    ? NOTES_ALL
			 : options->notes == NOTES_OPTION_NONE ? NOTES_NONE
							       : NOTES_FIRST,
		.wire = options->wire == WIRE_HEADERS ? WIRE_FULL
			: options->wire == WIRE_NONE  ? WIRE_OFF
						      : WIRE_ON,
	};
	if (options->relative)
		result.time = TIME_RELATIVE;
	else if (options->time_letters)
		result.time = options->time_letters == 1   ? TIME_SECONDS
			      : options->time_letters == 2 ? TIME_MICROS
							   : TIME_EPOCH;
	return result;
}

/* A shell that reads the transcript; its standard output is ours. */
static int open_pipe(struct output *output, const char *command)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	output->reader = fork();
	if (output->reader == 0) {
		dup2(ends[0], STDIN_FILENO);
		language_in_environment(false);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	if (output->reader < 0) {
		int error = errno;
		close(ends[1]);
		return -error;
	}
	return ends[1];
}

/* A descriptor of its own for each output, never one the programs inherit. */
static int open_descriptor(struct output *output, const char *path)
{
	int fd = -1;
	if (!path)
		fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	else if (strcmp(path, "-") == 0)
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else if (*path == '|')
		return open_pipe(output, path + 1);
	else
		return output_file_open(path);
	return fd < 0 ? -errno : fd;
}

/* All of it, whatever interrupts: the session's timer comes while a slow reader lets us wait. */
static ssize_t write_all(void *cookie, const char *data, size_t size)
{
	struct output *output = cookie;
	size_t done = 0;
	while (done < size) {
		ssize_t written = write(output->fd, data + done, size - done);
		if (written < 0 && errno != EINTR) {
			output->refused = errno;
			return 0;
		}
		done += written > 0 ? (size_t)written : 0;
	}
	return (ssize_t)size;
}

static int close_descriptor(void *cookie)
{
	return close(((const struct output *)cookie)->fd);
}

static void tell(void *listener, const char *line)
{
	const struct output *output = listener;
	fprintf(stderr, "socktrace: %s: %s\n", output->name, line);
}

static int output_open(struct output *output, const struct output_option *option,
		       const struct options *options)
{
	*output = (struct output){
		.format = option->format,
		.name = !option->path                    ? _("standard error")
			: strcmp(option->path, "-") == 0 ? _("standard output")
							 : option->path,
	};
	int fd = open_descriptor(output, option->path);
	if (fd < 0)
		return fd;
	output->fd = fd;
	if (format_is_binary(option->format) && isatty(fd))
		return -EMEDIUMTYPE;
	output->file = fopencookie(
		output, "w",
		(cookie_io_functions_t){ .write = write_all, .close = close_descriptor });
	output->buffer = malloc(BUFFER_SIZE);
	if (!output->file || !output->buffer)
		return -ENOMEM;
	setvbuf(output->file, output->buffer, _IOFBF, BUFFER_SIZE);
	struct format_options how = format_options(options, fd);
	how.tell = tell;
	how.listener = output;
	if (option->path && *option->path != '|' && strcmp(option->path, "-") != 0) {
		parts_init(&output->parts, option->path, option->format->extension, options);
		how.parts = &output->parts.face;
	}
	output->formatter = output->format->open(output->file, &how);
	return output->formatter ? 0 : -ENOMEM;
}

/* Two transcripts in one file would destroy each other, and one in the recording both. */
static int check_distinct(const struct options *options, const char **ret_path)
{
	struct stat seen[MAX_OUTPUTS + 1];
	size_t count = 0;
	if (options->replay && stat(options->replay, &seen[count]) == 0)
		count++;
	for (size_t i = 0; i < options->output_count; i++) {
		const char *path = options->outputs[i].path;
		struct stat status;
		if (!path || *path == '|' || strcmp(path, "-") == 0)
			continue;
		for (size_t k = 0; k < i; k++)
			if (options->outputs[k].path && strcmp(options->outputs[k].path, path) == 0)
				return *ret_path = path, -EEXIST;
		if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
			continue;
		for (size_t k = 0; k < count; k++)
			if (seen[k].st_dev == status.st_dev && seen[k].st_ino == status.st_ino)
				return *ret_path = path, -EEXIST;
		seen[count++] = status;
	}
	return 0;
}

int outputs_open(struct outputs **ret_outputs, const struct options *options, const char **ret_path)
{
	int result = check_distinct(options, ret_path);
	if (result < 0)
		return result;
	struct outputs *outputs =
		calloc(1, sizeof *outputs + options->output_count * sizeof *outputs->items);
	if (!outputs)
		return -ENOMEM;
	for (size_t i = 0; i < options->output_count && result == 0; i++) {
		outputs->count++;
		result = output_open(&outputs->items[i], &options->outputs[i], options);
		if (result < 0)
			*ret_path = outputs->items[i].name;
	}
	if (result < 0) {
		outputs_close(outputs);
		return result;
	}
	*ret_outputs = outputs;
	return 0;
}

/* Told once; the program goes on, and so do the other transcripts. */
static void output_failed(struct output *output)
{
	if (output->error)
		return;
	/* errno may be that of a later call. */
	int error = output->refused ? output->refused : errno;
	output->error = error ? -error : -EIO;
	fprintf(stderr, "socktrace: %s: %s\n", output->name, strerror(-output->error));
}

static void output_flush(struct output *output)
{
	errno = 0;
	if (!output->error && (fflush(output->file) != 0 || ferror(output->file)))
		output_failed(output);
}

static void output_write(struct output *output, const struct record *record)
{
	if (output->error)
		return;
	errno = 0;
	output->format->write(output->formatter, record);
	/* malloc(3) leaves ENOMEM behind: then something of the record is missing, and what comes
	 * after a gap would be read as if there was none. */
	if (ferror(output->file) || errno == ENOMEM)
		output_failed(output);
	/* At the end of a record, so that whoever is killed leaves no half line. */
	else if (__fpending(output->file) > BUFFER_SIZE / 2)
		output_flush(output);
}

/* For the formats whose readers choose the language. */
static void write_translated(struct outputs *outputs, const struct record *record)
{
	struct arena *arena = record->note_count ? arena_new() : NULL;
	const struct record *all = arena ? speaking_all(arena, record) : record;
	for (size_t i = 0; i < outputs->count; i++)
		if (format_is_translated(outputs->items[i].format))
			output_write(&outputs->items[i], all);
	arena_free(arena);
}

void outputs_write(struct outputs *outputs, const struct record *record)
{
	bool translated = false;
	for (size_t i = 0; i < outputs->count; i++) {
		if (format_is_translated(outputs->items[i].format))
			translated = true;
		else
			output_write(&outputs->items[i], record);
	}
	if (translated)
		write_translated(outputs, record);
	outputs->dirty = true;
}

bool outputs_dirty(const struct outputs *outputs)
{
	return outputs->dirty;
}

void outputs_flush(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		output_flush(&outputs->items[i]);
	outputs->dirty = false;
}

static void output_close(struct output *output)
{
	errno = 0;
	if (output->formatter)
		output->format->close(output->formatter);
	if (errno == ENOMEM)
		output_failed(output);
	if (output->file && fclose(output->file) != 0)
		output_failed(output);
	output->error = output->error ? output->error : output->parts.error;
	/* Already gone and waited for: that is fine too. */
	if (output->reader > 0)
		waitpid(output->reader, NULL, 0);
	free(output->buffer);
}

bool outputs_failed(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (!outputs->items[i].error)
			return false;
	return outputs->count > 0;
}

bool outputs_on_terminal(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++) {
		const struct output *output = &outputs->items[i];
		if (isatty(output->reader ? STDOUT_FILENO : output->fd))
			return true;
	}
	return false;
}

int outputs_close(struct outputs *outputs)
{
	int result = 0;
	for (size_t i = 0; i < outputs->count; i++) {
		output_close(&outputs->items[i]);
		if (!result)
			result = outputs->items[i].error;
	}
	free(outputs);
	return result;
}
