/* novel, ASCII:

       file name: NAME date/time 17.06.23 15.21
       mat type s2160_001
       total times [secs]: 44.458 time per frame [secs]: 0.04167 scanning rate [Hz]: 24
       pressure values in kPa

       electrical:
       time[secs]       4       5       6
          5.79167   0.000   0.000   2.500
              MPP   0.000 ...

   tables of sums, and at the end where the sensors of the first table are, in cm:

       sensor        4        5        6
       x[c]     0.2640   0.2640   0.2640
       y[c]    29.2980  28.2700  27.2420

   Rows are put in the order of y, columns in that of x. Source: an export of pliance. */
#include "exports.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SENSORS_MAX  (MAT_SIDE_MAX * MAT_SIDE_MAX)
#define MM_PER_CM    10.0
#define UNEVEN_MOST  0.02 /* of the pitch */
#define SAME_CM      1e-3
#define FRAME_MOST_S 3600.0
#define TIME_MOST_S  1e9
#define TIMES        "time[secs]" /* begins the first table */

/* Places along x or y, each once, in order. */
struct scale {
    double at_cm[MAT_SIDE_MAX];
    size_t count;
};

/* The sensors: their numbers and places. */
enum { TABLE_NUMBER, TABLE_X, TABLE_Y, TABLE_COUNT };

struct table {
    double *values[TABLE_COUNT]; /* [order_count] each; places in cm */
    struct scale scales[TABLE_COUNT];
};

static bool fits(const char *lines)
{
    return !strncmp(lines, "file name:", 10) && strstr(lines, "\npressure values in ");
}

/* What stands behind words anywhere in the line; NULL: they are not there. */
static char *behind(struct export_text *text, const char *words)
{
    char *found = strstr(text->line, words);
    return found ? found + strlen(words) + strspn(found + strlen(words), " \t") : NULL;
}

static int line_take(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    const char *word;
    if ((word = behind(text, "pressure values in")))
        return export_unit(reader, word, failure);
    if ((word = behind(text, "time per frame [secs]:")))
        return text_number(text, word, FRAME_MOST_S, &reader->head.frame_s, failure);
    if ((word = behind(text, "date/time")))
        snprintf(reader->about.recorded, sizeof reader->about.recorded, "%.*s",
                 (int)sizeof reader->about.recorded - 1, word);
    else if ((word = text_behind(text, "mat type", 0)))
        snprintf(reader->about.mat.device, sizeof reader->about.mat.device, "%.*s",
                 MAT_NAME_SIZE - 1, word);
    return STATUS_OK;
}

/* Goes on to the line that begins with a word. */
static int find(struct export_text *text, const char *word, struct failure *failure)
{
    int status;
    while ((status = text_need(text, word, failure)) == 1 && !text_behind(text, word, 0))
        ;
    return status;
}

/* The sensors that a line names. @return how many */
static size_t numbers_count(const char *line)
{
    size_t count = 0;
    while (*(line += strspn(line, " \t"))) {
        count++;
        line += strcspn(line, " \t");
    }
    return count;
}

static bool scale_add(struct scale *scale, double at_cm)
{
    size_t place = scale->count;
    while (place > 0 && scale->at_cm[place - 1] > at_cm - SAME_CM)
        place--;
    if (place < scale->count && scale->at_cm[place] < at_cm + SAME_CM)
        return true;
    if (scale->count == MAT_SIDE_MAX)
        return false;
    memmove(scale->at_cm + place + 1, scale->at_cm + place,
            (scale->count - place) * sizeof scale->at_cm[0]);
    scale->at_cm[place] = at_cm;
    scale->count++;
    return true;
}

static double scale_pitch_cm(const struct scale *scale)
{
    size_t steps = scale->count - 1;
    return steps ? (scale->at_cm[steps] - scale->at_cm[0]) / (double)steps : 0;
}

static bool scale_is_even(const struct scale *scale)
{
    double pitch_cm = scale_pitch_cm(scale);
    for (size_t i = 1; i < scale->count; i++)
        if (fabs(scale->at_cm[i] - scale->at_cm[i - 1] - pitch_cm) > UNEVEN_MOST * pitch_cm)
            return false;
    return scale->count > 1;
}

static size_t scale_find(const struct scale *scale, double at_cm)
{
    size_t i = 0;
    while (i + 1 < scale->count && scale->at_cm[i] < at_cm - SAME_CM)
        i++;
    return i;
}

static int grid_make(struct export_reader *reader, const struct table *table,
                     struct failure *failure)
{
    struct export_head *head = &reader->head;
    const struct scale *x = &table->scales[TABLE_X], *y = &table->scales[TABLE_Y];
    if (!scale_is_even(x) || !scale_is_even(y))
        return text_wrong(&reader->text, failure, "the sensors are on no even grid", "");
    head->cols = (uint16_t)x->count;
    head->rows = (uint16_t)y->count;
    head->pitch_x_mm = scale_pitch_cm(x) * MM_PER_CM;
    head->pitch_y_mm = scale_pitch_cm(y) * MM_PER_CM;
    for (size_t i = 0; i < head->order_count; i++)
        head->order[i] = (uint32_t)(scale_find(y, table->values[TABLE_Y][i]) * x->count +
                                    scale_find(x, table->values[TABLE_X][i]));
    return STATUS_OK;
}

/* The values of the next line that begins with a word. */
static int row_find(struct export_reader *reader, const char *word, double *values,
                    struct failure *failure)
{
    const struct fields fields = {.negative = true};
    struct export_text *text = &reader->text;
    int status = find(text, word, failure);
    return status == 1 ? text_values(text, text_behind(text, word, 0), &fields, values,
                                     reader->head.order_count, failure)
                       : status;
}

/* @param table its numbers are those of the first table */
static int table_read(struct export_reader *reader, struct table *table, struct failure *failure)
{
    static const char *const names[] = {"sensor", "x[c]", "y[c]"};
    const size_t count = reader->head.order_count;
    double *numbers = reader->head.line;
    int status = row_find(reader, names[TABLE_NUMBER], numbers, failure);
    if (!status && memcmp(numbers, table->values[TABLE_NUMBER], count * sizeof *numbers) != 0)
        return text_wrong(&reader->text, failure, "not the sensors of the first table", "");
    for (int axis = TABLE_X; axis < TABLE_COUNT && !status; axis++) {
        status = row_find(reader, names[axis], table->values[axis], failure);
        for (size_t i = 0; i < count && !status; i++)
            if (!scale_add(&table->scales[axis], table->values[axis][i]))
                status = text_wrong(&reader->text, failure, "sensors at too many places", "");
    }
    return status ? status : grid_make(reader, table, failure);
}

static int numbers_read(struct export_reader *reader, struct table *table, struct failure *failure)
{
    const struct fields fields = {0};
    struct export_head *head = &reader->head;
    bool room = (head->order = calloc(head->order_count, sizeof *head->order)) &&
                (head->line = calloc(head->order_count, sizeof *head->line));
    for (int i = 0; i < TABLE_COUNT; i++)
        room = (table->values[i] = calloc(head->order_count, sizeof(double))) && room;
    if (!room)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", reader->text.path);
    return text_values(&reader->text, reader->text.line + strlen(TIMES), &fields,
                       table->values[TABLE_NUMBER], head->order_count, failure);
}

/* Which cell each value of a line is; that is said at the end of the text. */
static int order_read(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    struct table table = {0};
    reader->head.order_count = numbers_count(text->line + strlen(TIMES));
    if (!reader->head.order_count || reader->head.order_count > SENSORS_MAX)
        return text_wrong(text, failure, "no sensors, or too many", "");
    reader->first = text_place(text);
    int status = numbers_read(reader, &table, failure);
    if (!status)
        status = table_read(reader, &table, failure);
    text_return(text, reader->first);
    for (int i = 0; i < TABLE_COUNT; i++)
        free(table.values[i]);
    return status;
}

static int head(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    int status;
    while ((status = text_need(text, TIMES, failure)) == 1 &&
           strncmp(text->line, TIMES, strlen(TIMES)) != 0) {
        status = line_take(reader, failure);
        if (status)
            return status;
    }
    if (status == 1)
        status = export_sensors(reader, 1, failure);
    return status ? status : order_read(reader, failure);
}

static int next(struct export_reader *reader, struct picture *picture, struct failure *failure)
{
    const struct fields fields = {0};
    const struct export_head *head = &reader->head;
    struct export_text *text = &reader->text;
    char *end;
    int status = text_need(text, "MPP", failure);
    if (status < 0)
        return status;
    const char *line = text->line + strspn(text->line, " \t");
    if (!strncmp(line, "MPP", 3))
        return STATUS_END;
    picture->time_s = strtod(line, &end);
    if (end == line || !isfinite(picture->time_s) || fabs(picture->time_s) > TIME_MOST_S)
        return text_wrong(text, failure, "no time:", line);
    status = text_values(text, end, &fields, head->line, head->order_count, failure);
    if (status)
        return status;
    for (size_t i = 0; i < head->order_count; i++)
        picture->values[head->order[i]] = head->line[i];
    picture->sequence =
        head->frame_s > 0 ? (uint64_t)fmax(0, round(picture->time_s / head->frame_s)) : 0;
    return 1;
}

const struct export_format export_novel = {"novel", "novel", fits, head, next};
