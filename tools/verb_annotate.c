#include "cli/say.h"
#include "record/record.h"
#include "recording/truth_text.h"
#include "verbs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX   7
#define MARKERS_MAX 64

enum {
    KEY_TITLE = OPTION_OWN,
    KEY_SUBJECT,
    KEY_BODY_PART,
    KEY_SIDE,
    KEY_TOOL,
    KEY_OPERATOR,
    KEY_NOTES,
    KEY_PAIN,
    KEY_MARK,
    KEY_TRUTH
};

static const char *const attributes[TEXTS_MAX] = {"title", "subject",  "body_part", "side",
                                                  "tool",  "operator", "notes"};

struct said {
    struct annotation texts[TEXTS_MAX];
    struct marker markers[MARKERS_MAX];
    size_t text_count, marker_count;
    const char *truth; /* path of a text file; NULL: none */
};

static struct said said;

static int time_take(struct marker *marker, const char *name, const char *value, const char **rest,
                     struct failure *failure)
{
    char *end;
    errno = 0;
    marker->time_s = strtod(value, &end);
    if (end == value || *end != '=' || errno || !isfinite(marker->time_s) || !end[1])
        return failure_set(failure, STATUS_ARGUMENT, "%s: '%s' is not SECONDS=...", name, value);
    *rest = end + 1;
    return STATUS_OK;
}

static int marker_take(struct said *here, int key, const char *value, struct failure *failure)
{
    const char *name = key == KEY_PAIN ? "--pain" : "--mark", *rest = "";
    if (here->marker_count == MARKERS_MAX)
        return failure_set(failure, STATUS_ARGUMENT, "more than %d markers at once", MARKERS_MAX);
    struct marker *marker = &here->markers[here->marker_count];
    *marker = (struct marker){.value = NAN};
    int status = time_take(marker, name, value, &rest, failure);
    if (status < 0)
        return status;
    snprintf(marker->kind, sizeof marker->kind, "%s", key == KEY_PAIN ? "pain" : "note");
    if (key == KEY_PAIN)
        status = option_number(&marker->value, name, rest, 0, 10, failure);
    else if (snprintf(marker->text, sizeof marker->text, "%s", rest) >= (int)sizeof marker->text)
        status = failure_set(failure, STATUS_ARGUMENT, "%s: longer than %zu bytes", name,
                             sizeof marker->text - 1);
    here->marker_count += status == STATUS_OK;
    return status;
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct said *here = storage;
    if (key == KEY_PAIN || key == KEY_MARK)
        return marker_take(here, key, value, failure);
    if (key == KEY_TRUTH) {
        here->truth = value;
        return STATUS_OK;
    }
    const char *name = attributes[key - KEY_TITLE];
    if (strlen(value) >= SESSION_TEXT_SIZE)
        return failure_set(failure, STATUS_ARGUMENT, "%s: longer than %d bytes", name,
                           SESSION_TEXT_SIZE - 1);
    size_t i = 0;
    while (i < here->text_count && strcmp(here->texts[i].name, name) != 0)
        i++;
    here->texts[i] = (struct annotation){.name = name, .value = value};
    here->text_count += i == here->text_count;
    return STATUS_OK;
}

static int run(const struct options *options)
{
    struct truth truth = {0};
    struct annotations annotations = {.texts = said.texts,
                                      .text_count = said.text_count,
                                      .markers = said.markers,
                                      .marker_count = said.marker_count};
    struct failure failure = {0};
    if (said.text_count + said.marker_count == 0 && !said.truth) {
        say_error("nothing to write: rollscope annotate --help");
        return EXIT_USAGE;
    }
    if (said.truth && truth_text_read(&truth, said.truth, &failure) < 0)
        return say_failure(&failure);
    annotations.truth = said.truth ? &truth : NULL;
    int status = session_annotate(options->files[0], &annotations, &failure);
    if (status == STATUS_OK)
        say("%s: %zu texts, %zu markers, %zu true strokes, holds and spots written",
            options->files[0], said.text_count, said.marker_count,
            truth.stroke_count + truth.hold_count + truth.spot_count);
    truth_free(&truth);
    if (status < 0)
        return say_failure(&failure);
    return EXIT_DONE;
}

static const struct argp_option own[] = {
    {"title", KEY_TITLE, "TEXT", 0, "of the session", 0},
    {"subject", KEY_SUBJECT, "TEXT", 0, "who, as a code; a name is not needed", 0},
    {"body-part", KEY_BODY_PART, "TEXT", 0, "what was rolled, such as calf", 0},
    {"side", KEY_SIDE, "TEXT", 0, "left, right or both", 0},
    {"tool", KEY_TOOL, "TEXT", 0, "what it was rolled with", 0},
    {"operator", KEY_OPERATOR, "TEXT", 0, "who watched", 0},
    {"notes", KEY_NOTES, "TEXT", 0, "anything else", 0},
    {"pain", KEY_PAIN, "SECONDS=RATING", 0, "0 to 10 at that time of the session", 0},
    {"truth", KEY_TRUTH, "TEXTFILE", 0,
     "what really happened, a stroke, hold or spot a line; see docs/annotation.md", 0},
    {"mark", KEY_MARK, "SECONDS=TEXT", 0, "a note at that time of the session", 0},
    {0}};

const struct verb verb_annotate = {
    .name = "annotate",
    .arguments = "FILE",
    .text = "say what a finished session was: subject, body part, pain, notes",
    .options = {.files_least = 1, .files_most = 1, .own = own, .take = take, .storage = &said},
    .run = run,
};
