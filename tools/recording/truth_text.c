#include "truth_text.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MOST  100000
#define FIELDS_MOST 8
#define BLANKS      " \t\r\n"

/* A line taken apart: up to two numbers, then name=value. */
struct line {
    const char *path;
    unsigned long number;
    const char *kind;
    double times[2];
    int time_count;
    struct {
        const char *name;
        double value;
    } fields[FIELDS_MOST];
    int field_count;
};

static int line_failure(const struct line *line, const char *what, const char *which,
                        struct failure *failure)
{
    return failure_set(failure, STATUS_FORMAT, "%s line %lu: %s%s", line->path, line->number, what,
                       which);
}

static bool read_number(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end && isfinite(*number);
}

static int take_word(struct line *line, char *word, struct failure *failure)
{
    char *equals = strchr(word, '=');
    if (!equals && line->time_count < 2 && read_number(word, &line->times[line->time_count])) {
        line->time_count++;
        return STATUS_OK;
    }
    if (!equals || line->field_count == FIELDS_MOST)
        return line_failure(line, "cannot use ", word, failure);
    *equals = 0;
    if (!read_number(equals + 1, &line->fields[line->field_count].value))
        return line_failure(line, "no number after ", word, failure);
    line->fields[line->field_count++].name = word;
    return STATUS_OK;
}

static int take_apart(struct line *line, char *text, struct failure *failure)
{
    char *rest, *word;
    text[strcspn(text, "#")] = 0;
    line->kind = strtok_r(text, BLANKS, &rest);
    line->time_count = line->field_count = 0;
    int status = STATUS_OK;
    while (status == STATUS_OK && line->kind && (word = strtok_r(NULL, BLANKS, &rest)))
        status = take_word(line, word, failure);
    return status;
}

/* The fields that a line has are among `names` [count]; values [count] are set where given. */
static int read_fields(const struct line *line, const char *const *names, double *values, int count,
                       struct failure *failure)
{
    for (int i = 0; i < line->field_count; i++) {
        int k = 0;
        while (k < count && strcmp(names[k], line->fields[i].name) != 0)
            k++;
        if (k == count)
            return line_failure(line, "does not know ", line->fields[i].name, failure);
        values[k] = line->fields[i].value;
    }
    return STATUS_OK;
}

static int check_times(const struct line *line, struct failure *failure)
{
    if (line->time_count != 2 || line->times[0] < 0 || line->times[1] <= line->times[0])
        return line_failure(line, line->kind, " wants its start and a later end, in seconds",
                            failure);
    return STATUS_OK;
}

static int add_stroke(struct truth *truth, const struct line *line, struct failure *failure)
{
    static const char *const names[] = {"travel", "tool"};
    double values[] = {NAN, 0};
    int status = check_times(line, failure);
    if (status == STATUS_OK)
        status = read_fields(line, names, values, 2, failure);
    if (status < 0)
        return status;
    truth->strokes[truth->stroke_count++] =
        (struct truth_stroke){line->times[0], line->times[1], values[0], (int32_t)values[1]};
    return STATUS_OK;
}

static int add_hold(struct truth *truth, const struct line *line, struct failure *failure)
{
    static const char *const names[] = {"x", "y", "tool"};
    double values[] = {NAN, NAN, 0};
    int status = check_times(line, failure);
    if (status == STATUS_OK)
        status = read_fields(line, names, values, 3, failure);
    if (status < 0)
        return status;
    truth->holds[truth->hold_count++] = (struct truth_hold){
        line->times[0], line->times[1], values[0], values[1], (int32_t)values[2]};
    return STATUS_OK;
}

static int add_spot(struct truth *truth, const struct line *line, struct failure *failure)
{
    static const char *const names[] = {"x", "y", "radius", "rise", "strokes"};
    double values[] = {NAN, NAN, 10, NAN, 0};
    int status = read_fields(line, names, values, 5, failure);
    if (status < 0)
        return status;
    if (line->time_count || isnan(values[0]) || isnan(values[1]))
        return line_failure(line, "spot wants x= and y=, in mm", " and no times", failure);
    truth->spots[truth->spot_count++] =
        (struct truth_spot){values[0], values[1], values[2], values[3], (int32_t)values[4]};
    return STATUS_OK;
}

static int add_line(struct truth *truth, const struct line *line, struct failure *failure)
{
    if (!line->kind)
        return STATUS_OK;
    if (!strcmp(line->kind, "stroke"))
        return add_stroke(truth, line, failure);
    if (!strcmp(line->kind, "hold"))
        return add_hold(truth, line, failure);
    if (!strcmp(line->kind, "spot"))
        return add_spot(truth, line, failure);
    return line_failure(line, "is neither stroke, hold nor spot: ", line->kind, failure);
}

/* Room for as many events as the file has lines. */
static int make_room(struct truth *truth, FILE *file, const char *path, struct failure *failure)
{
    size_t lines = 1;
    int c;
    while ((c = getc(file)) != EOF)
        lines += c == '\n';
    if (ferror(file) || fseek(file, 0, SEEK_SET) != 0)
        return failure_system(failure, errno, "%s", path);
    if (lines > LINES_MOST)
        return failure_set(failure, STATUS_FORMAT, "%s: more than %d lines", path, LINES_MOST);
    truth->strokes = calloc(lines, sizeof *truth->strokes);
    truth->holds = calloc(lines, sizeof *truth->holds);
    truth->spots = calloc(lines, sizeof *truth->spots);
    if (!truth->strokes || !truth->holds || !truth->spots)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    return STATUS_OK;
}

static int read_lines(struct truth *truth, FILE *file, const char *path, struct failure *failure)
{
    struct line line = {.path = path};
    char *text = NULL;
    size_t size = 0;
    int status = make_room(truth, file, path, failure);
    while (status == STATUS_OK && getline(&text, &size, file) >= 0) {
        line.number++;
        status = take_apart(&line, text, failure);
        if (status == STATUS_OK)
            status = add_line(truth, &line, failure);
    }
    if (status == STATUS_OK && ferror(file))
        status = failure_system(failure, errno, "%s", path);
    free(text);
    return status;
}

static int by_start(const void *a, const void *b)
{
    const double *x = a, *y = b; /* start_s comes first in strokes and holds */
    return (*x > *y) - (*x < *y);
}

int truth_text_read(struct truth *truth, const char *path, struct failure *failure)
{
    memset(truth, 0, sizeof *truth);
    FILE *file = fopen(path, "re");
    if (!file)
        return failure_system(failure, errno, "%s", path);
    int status = read_lines(truth, file, path, failure);
    fclose(file);
    if (status < 0) {
        truth_free(truth);
        return status;
    }
    qsort(truth->strokes, truth->stroke_count, sizeof *truth->strokes, by_start);
    qsort(truth->holds, truth->hold_count, sizeof *truth->holds, by_start);
    return STATUS_OK;
}
