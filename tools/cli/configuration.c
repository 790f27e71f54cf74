#include "configuration.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

struct reading {
    FILE *stream;
    const char *path;
    unsigned line;
    const struct configuration_sink *sink;
    struct failure *failure;
    int status;
};

void configuration_folder(char *path, size_t size)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (base && *base)
        snprintf(path, size, "%s/rollscope", base);
    else
        snprintf(path, size, "%s/.config/rollscope", home ? home : "");
}

int configuration_default(char *path, size_t size)
{
    char folder[PATH_MAX];
    configuration_folder(folder, sizeof folder);
    snprintf(path, size, "%s/rollscope.conf", folder);
    if (access(path, F_OK) == 0)
        return 1;
    snprintf(path, size, "/etc/rollscope.conf");
    return access(path, F_OK) == 0;
}

static void refuse(struct reading *reading, int status, const char *text)
{
    if (!reading->status)
        reading->status =
            failure_set(reading->failure, status, "%s:%u: %s", reading->path, reading->line, text);
}

static char *next_line(char *line, int size, void *context)
{
    struct reading *reading = context;
    if (reading->status || !fgets(line, size, reading->stream))
        return NULL;
    reading->line++;
    if (strlen(line) == (size_t)size - 1 && line[size - 2] != '\n' && !feof(reading->stream))
        refuse(reading, STATUS_FORMAT, "the line is too long");
    return line;
}

static int entry(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    struct failure failure = {0};
    int status = reading->sink->take(reading->sink->context, section, name, value, &failure);
    if (status < 0)
        refuse(reading, status, failure.text);
    return 1;
}

int configuration_read(const char *path, const struct configuration_sink *sink,
                       struct failure *failure)
{
    struct reading reading = {.path = path, .sink = sink, .failure = failure};
    reading.stream = fopen(path, "re");
    if (!reading.stream)
        return failure_system(failure, errno, "%s", path);
    int bad_line = ini_parse_stream(next_line, &reading, entry, &reading);
    int error = ferror(reading.stream) ? errno : 0;
    fclose(reading.stream);
    if (error)
        return failure_system(failure, error, "%s", path);
    if (!reading.status && bad_line > 0)
        reading.status = failure_set(failure, STATUS_FORMAT,
                                     "%s:%d: neither [section] nor name = value", path, bad_line);
    return reading.status;
}
