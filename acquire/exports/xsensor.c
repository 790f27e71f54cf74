/* XSENSOR, CSV; lines of commas only stand between the others:

       File:,"NAME.XSN"
       Units:,mmHg
       FRAME,1464
       Date, 2022 Aug 16
       Time, 08:21:17.982
       SENSOR,HX210.11.31.M11-LF S0073
       Rows,31
       Columns,11
       Sensel Width (cm),0.86
       Sensel Height (cm),0.86
       SENSELS
       0,0,107.87,0

   SENSOR to SENSELS again for each further sensor, then the next FRAME. What else is there are
   statistics of the frame. Source: an export of XSENSOR's software for insoles, of 2022. */
#include "exports.h"

#include <math.h>
#include <string.h>

#define PITCH_MOST_CM 10.0
#define MM_PER_CM     10.0
#define DAY_S         86400.0

static bool fits(const char *lines)
{
    return !strncmp(lines, "File:,", 6) && strstr(lines, "\nUnits:,");
}

static bool is_blank(const char *line)
{
    return !line[strspn(line, ", \t")];
}

/* Size of the sensor, from the lines between SENSOR and SENSELS. */
static int size_read(struct export_reader *reader, struct export_head *head,
                     struct failure *failure)
{
    struct export_text *text = &reader->text;
    struct {
        const char *name;
        double most, value;
    } sizes[] = {{"Rows", MAT_SIDE_MAX, 0},
                 {"Columns", MAT_SIDE_MAX, 0},
                 {"Sensel Width (cm)", PITCH_MOST_CM, 0},
                 {"Sensel Height (cm)", PITCH_MOST_CM, 0}};
    int status = 1;
    while (status == 1 && (status = text_need(text, "SENSELS", failure)) == 1 &&
           !text_behind(text, "SENSELS", ',')) {
        if (text_behind(text, "FRAME", ',') || text_behind(text, "SENSOR", ','))
            return text_wrong(text, failure, "a sensor without SENSELS before", "");
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && status == 1; i++) {
            const char *word = text_behind(text, sizes[i].name, ',');
            if (word && text_number(text, word, sizes[i].most, &sizes[i].value, failure))
                status = STATUS_FORMAT;
        }
    }
    if (status < 0)
        return status;
    head->rows = (uint16_t)sizes[0].value;
    head->cols = (uint16_t)sizes[1].value;
    head->pitch_x_mm = sizes[2].value * MM_PER_CM;
    head->pitch_y_mm = sizes[3].value * MM_PER_CM;
    return STATUS_OK;
}

/* Finds the wanted sensor of a frame whose FRAME line was read, up to its SENSELS. Notes the clock
   and, up to there, how many sensors there are. */
static int sensor_find(struct export_reader *reader, struct export_head *head, double *clock_s,
                       struct failure *failure)
{
    struct export_text *text = &reader->text;
    unsigned count = 0, hours, minutes;
    const char *word;
    int status;
    *clock_s = NAN;
    while (count < reader->about.sensor) {
        status = text_need(text, "the wanted SENSOR of a frame", failure);
        if (status < 0)
            return status;
        double seconds;
        if ((word = text_behind(text, "Time", ',')) &&
            sscanf(word, "%2u:%2u:%9lf", &hours, &minutes, &seconds) == 3)
            *clock_s = hours * 3600.0 + minutes * 60.0 + seconds;
        else if ((word = text_behind(text, "FRAME", ',')))
            return text_wrong(text, failure, "the frame before lacks the wanted sensor", "");
        else if ((word = text_behind(text, "SENSOR", ',')) && ++count == reader->about.sensor)
            snprintf(reader->about.mat.device, sizeof reader->about.mat.device, "%.*s",
                     MAT_NAME_SIZE - 1, word);
    }
    return isnan(*clock_s) ? text_wrong(text, failure, "no Time before it", "")
                           : size_read(reader, head, failure);
}

/* How many sensors the first frame has. */
static int sensors_count(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    unsigned count = 0;
    int status;
    while ((status = text_next(text, failure)) == 1 && !text_behind(text, "FRAME", ','))
        count += text_behind(text, "SENSOR", ',') != NULL;
    return status == 1 || status == STATUS_END ? export_sensors(reader, count, failure) : status;
}

static int head(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    const char *word;
    double clock_s;
    int status;
    do {
        reader->first = text_place(text);
        status = text_need(text, "the first FRAME", failure);
        if (status == 1 && (word = text_behind(text, "Units:", ',')) &&
            export_unit(reader, word, failure))
            status = STATUS_FORMAT;
    } while (status == 1 && !text_behind(text, "FRAME", ','));
    struct export_place inside = text_place(text);
    if (status == 1)
        status = sensors_count(reader, failure);
    if (status)
        return status;
    text_return(text, inside);
    status = sensor_find(reader, &reader->head, &clock_s, failure);
    text_return(text, reader->first);
    return status;
}

static int sensels_read(struct export_reader *reader, struct picture *picture,
                        struct failure *failure)
{
    const struct fields fields = {.apart = ','};
    struct export_text *text = &reader->text;
    for (uint32_t row = 0; row < reader->head.rows;) {
        int status = text_need(text, "the end of a frame", failure);
        if (status < 0)
            return status;
        if (is_blank(text->line))
            continue;
        status = text_values(text, text->line, &fields,
                             picture->values + (size_t)row++ * reader->head.cols, reader->head.cols,
                             failure);
        if (status)
            return status;
    }
    return 1;
}

static int next(struct export_reader *reader, struct picture *picture, struct failure *failure)
{
    struct export_text *text = &reader->text;
    struct export_head here;
    const char *word = NULL;
    double number, clock_s;
    int status;
    while ((status = text_next(text, failure)) == 1 && !(word = text_behind(text, "FRAME", ',')))
        ;
    if (status != 1)
        return status;
    status = text_number(text, word, 1e12, &number, failure);
    if (!status)
        status = sensor_find(reader, &here, &clock_s, failure);
    if (status)
        return status;
    if (here.rows != reader->head.rows || here.cols != reader->head.cols)
        return text_wrong(text, failure, "the sensor has another size than before", "");
    reader->head.day_s += clock_s + DAY_S / 2 < reader->head.last_s ? DAY_S : 0;
    reader->head.last_s = clock_s;
    picture->sequence = (uint64_t)number;
    picture->time_s = clock_s + reader->head.day_s;
    return sensels_read(reader, picture, failure);
}

const struct export_format export_xsensor = {"xsensor", "XSENSOR", fits, head, next};
