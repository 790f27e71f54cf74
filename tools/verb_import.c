#include "acquire/acquire.h"
#include "cli/say.h"
#include "record/record.h"
#include "verbs.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#define SENSORS_MOST 16
#define SHARE_FRAMES 256 /* frames between two reports of progress */
#define ENDING       ".h5"

/* What --sensor asks for. */
static unsigned wanted_sensor = 1;

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The same export has the same id, whenever it is imported. */
static void name_session(struct session_about *about, const struct export_about *export)
{
    static const unsigned char space[16] = {0x2e, 0x91, 0xd4, 0x6b, 0x08, 0x1f, 0x4c, 0x7a,
                                            0xb3, 0x5d, 0x60, 0xea, 0x97, 0x23, 0xc8, 0x14};
    char named[EXPORT_DIGEST_SIZE + sizeof export->sensor];
    uuid_t id;
    memcpy(named, export->digest, EXPORT_DIGEST_SIZE);
    memcpy(named + EXPORT_DIGEST_SIZE, &export->sensor, sizeof export->sensor);
    uuid_generate_sha1(id, space, named, sizeof named);
    uuid_unparse_lower(id, about->session_id);
}

static void describe(struct session_about *about, const char *path,
                     const struct export_about *export)
{
    time_t now = time(NULL);
    struct tm utc;
    *about = (struct session_about){.mat = export->mat, .calibrated = export->calibrated};
    snprintf(about->title, sizeof about->title, "Imported: %.200s", name_of(path));
    snprintf(about->software, sizeof about->software, "rollscope %s", ROLLSCOPE_VERSION);
    snprintf(about->source, sizeof about->source, "rollscope import --sensor %u %.200s",
             export->sensor, name_of(path));
    snprintf(about->notes, sizeof about->notes,
             "sensor %u of %u, in %s%s%s; times count from the first frame", export->sensor,
             export->sensors, export->unit,
             *export->recorded ? "; recorded, in its program's words: " : "", export->recorded);
    strftime(about->created, sizeof about->created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    name_session(about, export);
}

static int copy_frames(struct export_reader *reader, struct recorder *recorder,
                       struct failure *failure)
{
    const double count = (double)export_about(reader)->frames;
    struct frame frame;
    int status;
    while ((status = export_read(reader, &frame, failure)) == 1) {
        status = recorder_frame(recorder, &frame, failure);
        if (status < 0)
            break;
        if (frame.number % SHARE_FRAMES == 0)
            progress_show("importing", (double)frame.number / count);
    }
    progress_end();
    return status == STATUS_END ? STATUS_OK : status;
}

/* A file that could not be written to its end is taken away again. */
static int write_session(struct export_reader *reader, const char *path, const char *output,
                         struct failure *failure)
{
    struct session_about about;
    struct recorder *recorder;
    struct failure closing = {0};
    describe(&about, path, export_about(reader));
    int status = recorder_open(&recorder, output, &about, NULL, NULL, failure);
    if (status < 0)
        return status;
    status = copy_frames(reader, recorder, failure);
    int closed = recorder_close(recorder, &closing);
    if (!status && closed < 0) {
        *failure = closing;
        status = closed;
    }
    if (status < 0)
        unlink(output);
    return status;
}

static void say_imported(const char *output, const struct export_about *export)
{
    const struct geometry *geometry = &export->mat.geometry;
    char others[96] = "";
    if (export->sensors > 1)
        snprintf(others, sizeof others, "; sensor %u of %u, --sensor takes another", export->sensor,
                 export->sensors);
    say("%s: %llu frames of %u x %u cells%s; try: rollscope analyze --save import %s", output,
        (unsigned long long)export->frames, geometry->rows, geometry->cols, others, output);
}

/* NAME.h5 in the current folder for .../NAME.asc. */
static bool output_name(char *output, size_t size, const char *path)
{
    const char *name = name_of(path), *point = strrchr(name, '.');
    int length = point && point > name ? (int)(point - name) : (int)strlen(name);
    return snprintf(output, size, "%.*s" ENDING, length, name) < (int)size;
}

static int import(const struct options *options, const char *path, struct failure *failure)
{
    char output[OPTION_TEXT_SIZE];
    struct export_reader *reader;
    if (*options->output)
        snprintf(output, sizeof output, "%s", options->output);
    else if (!output_name(output, sizeof output, path))
        return failure_set(failure, STATUS_ARGUMENT, "%s: the name is too long", path);
    int status = export_open(&reader, path, wanted_sensor, failure);
    if (status)
        return status;
    status = write_session(reader, path, output, failure);
    if (!status)
        say_imported(output, export_about(reader));
    export_close(reader);
    return status;
}

static int run(const struct options *options)
{
    int code = EXIT_DONE;
    if (*options->output && options->file_count > 1) {
        say_error("import: --output is for one file");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < options->file_count; i++) {
        struct failure failure = {0};
        if (import(options, options->files[i], &failure))
            code = say_failure(&failure);
    }
    return code;
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    double number = 0;
    (void)key;
    int status = option_number(&number, "--sensor", value, 1, SENSORS_MOST, failure);
    *(unsigned *)storage = (unsigned)number;
    return status;
}

static const struct argp_option own[] = {
    {"sensor", OPTION_OWN, "N", 0, "which one, where there are several (default 1)", 0}, {0}};

const struct verb verb_import = {
    .name = "import",
    .arguments = "EXPORT...",
    .text = "make sessions of what novel, Tekscan and XSENSOR export as text",
    .options = {.shared = OPTION_OUTPUT,
                .files_least = 1,
                .files_most = UINT_MAX,
                .own = own,
                .take = take,
                .storage = &wanted_sensor},
    .run = run,
};
