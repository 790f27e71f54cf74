#include "output.h"

#include "bus/bus.h"

#include <errno.h>
#include <string.h>

static bool to_stdout(const struct options *options, int form)
{
    return !strcmp(options->forms[form], OPTION_STDOUT);
}

bool output_takes_stdout(const struct options *options)
{
    bool takes = false;
    for (int form = 0; form < OPTION_FORM_COUNT; form++)
        takes |= to_stdout(options, form);
    return takes;
}

static int stdout_check(const struct options *options, struct failure *failure)
{
    int count = 0;
    for (int form = 0; form < OPTION_FORM_COUNT; form++)
        count += to_stdout(options, form);
    if (count > 1)
        return failure_set(failure, STATUS_ARGUMENT,
                           "of --json, --csv and --kv one can have standard output: give the "
                           "others a file, as in --csv=FILE");
    return STATUS_OK;
}

static bool holds_hdf5(const char *name)
{
    static const char signature[8] = "\211HDF\r\n\032\n";
    char head[sizeof signature];
    FILE *stream = fopen(name, "re");
    bool held = stream && fread(head, 1, sizeof head, stream) == sizeof head &&
                !memcmp(head, signature, sizeof head);
    if (stream)
        fclose(stream);
    return held;
}

static int form_open(struct output *output, const struct options *options, int form,
                     const char *label, struct failure *failure)
{
    const char *name = options->forms[form];
    if (!*name)
        return STATUS_OK;
    bool shared = to_stdout(options, form);
    if (!shared && holds_hdf5(name))
        return failure_set(failure, STATUS_ARGUMENT, "%s: is a session, which is not written over",
                           name);
    output->names[form] = shared ? "standard output" : name;
    output->streams[form] = shared ? stdout : fopen(name, "we");
    if (!output->streams[form])
        return failure_system(failure, errno, "%s: cannot be written", name);
    if (form == FORM_CSV)
        rows_csv_head(&output->rows, output->streams[form], label);
    return STATUS_OK;
}

int output_open(struct output *output, const struct options *options, unsigned kinds,
                const char *label, struct failure *failure)
{
    memset(output, 0, sizeof *output);
    int status = stdout_check(options, failure);
    if (!status && *options->events)
        status = rows_kinds(&kinds, options->events, failure);
    if (options->metrics)
        kinds |= 1U << ROW_METRICS;
    rows_make(&output->rows, kinds);
    for (int form = 0; form < OPTION_FORM_COUNT && !status; form++)
        status = form_open(output, options, form, label, failure);
    if (status)
        output_close(output, NULL);
    return status;
}

static int json_write(FILE *stream, unsigned kind, const void *record)
{
    char text[METRICS_JSON_SIZE];
    int length = kind == ROW_METRICS ? metrics_encode(record, text, sizeof text)
                                     : event_encode(record, text, sizeof text);
    if (length < 0)
        return length;
    return fprintf(stream, "%s\n", text) < 0 ? STATUS_SYSTEM : STATUS_OK;
}

static int form_write(const struct output *output, int form, unsigned kind, const void *record,
                      struct failure *failure)
{
    FILE *stream = output->streams[form];
    int status = STATUS_OK;
    errno = 0;
    if (form == FORM_JSON)
        status = json_write(stream, kind, record);
    else if (form == FORM_CSV)
        rows_csv(&output->rows, stream, kind, record, output->label);
    else
        rows_kv(&output->rows, stream, kind, record, output->label);
    if (fflush(stream) || ferror(stream) || status)
        return failure_system(failure, errno, "%s: cannot be written", output->names[form]);
    return STATUS_OK;
}

static int write_all(const struct output *output, unsigned kind, const void *record,
                     struct failure *failure)
{
    int status = STATUS_OK;
    if (!(output->rows.kinds >> kind & 1))
        return status;
    for (int form = 0; form < OPTION_FORM_COUNT && !status; form++)
        if (output->streams[form])
            status = form_write(output, form, kind, record, failure);
    return status;
}

int output_event(const struct output *output, const struct event *event, struct failure *failure)
{
    return write_all(output, event->type, event, failure);
}

int output_metrics(const struct output *output, const struct metrics *metrics,
                   struct failure *failure)
{
    return write_all(output, ROW_METRICS, metrics, failure);
}

int output_close(struct output *output, struct failure *failure)
{
    int status = STATUS_OK;
    for (int form = 0; form < OPTION_FORM_COUNT; form++) {
        FILE *stream = output->streams[form];
        output->streams[form] = NULL;
        bool bad = stream && ferror(stream);
        if ((stream && stream != stdout && fclose(stream)) || bad)
            status = failure_system(failure, bad ? EIO : errno, "%s: cannot be written",
                                    output->names[form]);
    }
    return status;
}
