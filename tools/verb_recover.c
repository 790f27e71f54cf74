#include "cli/json_line.h"
#include "cli/say.h"
#include "record/record.h"
#include "verbs.h"

#include <limits.h>
#include <stdio.h>

static void print_words(const char *file, const struct recovery *recovery)
{
    if (recovery->was_closed)
        printf("%s: is whole, nothing was done\n", file);
    else
        printf("%s: recovered, %llu frames, %llu of them from after the last commit%s%s\n", file,
               (unsigned long long)recovery->frames, (unsigned long long)recovery->uncommitted,
               recovery->events_lost ? "; some events are lost, analyze finds them again" : "",
               recovery->markers_lost ? "; some of what people said of it is lost" : "");
}

static int print_json(const char *file, const struct recovery *recovery, struct failure *failure)
{
    json_t *object = json_pack("{s:s, s:b, s:I, s:I, s:b, s:b}", "file", file, "was_whole",
                               recovery->was_closed, "frames", (json_int_t)recovery->frames,
                               "uncommitted", (json_int_t)recovery->uncommitted, "events_lost",
                               recovery->events_lost, "markers_lost", recovery->markers_lost);
    return json_line(stdout, object, file, failure);
}

static int run(const struct options *options)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->file_count; i++) {
        struct recovery recovery;
        struct failure failure = {0};
        int status = session_recover(options->files[i], &recovery, &failure);
        if (status == STATUS_OK && options->json)
            status = print_json(options->files[i], &recovery, &failure);
        else if (status == STATUS_OK)
            print_words(options->files[i], &recovery);
        if (status < 0)
            code = say_failure(&failure);
    }
    return code;
}

const struct verb verb_recover = {
    .name = "recover",
    .arguments = "FILE...",
    .text = "make session files that a kill left normal ones",
    .options = {.shared = OPTION_JSON, .files_least = 1, .files_most = UINT_MAX},
    .run = run,
};
