/* Tekscan, ASCII:

       DATA_TYPE MOVIE
       ROWS 60
       COL_SPACING 5.08 mm
       SECONDS_PER_FRAME 0.032
       SATURATION_PRESSURE 1514.73 KPa
       UNITS KPa
       ASCII_DATA @@

       Frame 1
       B,B,0,18,0,B

   and so on, `@@` at the end. B stands where the sensor has no cell.
   Source: exports of Tekscan's software 6.33. */
#include "exports.h"

#include <string.h>

#define LENGTH_MOST_MM  100.0
#define FRAME_MOST_S    3600.0
#define SATURATION_MOST 1e9
#define MM_PER_INCH     25.4

static bool fits(const char *lines)
{
    return !strncmp(lines, "DATA_TYPE MOVIE", 15);
}

static int length_take(struct export_reader *reader, const char *word, double *length_mm,
                       struct failure *failure)
{
    int status = text_number(&reader->text, word, LENGTH_MOST_MM, length_mm, failure);
    const char *unit = strrchr(word, ' ');
    if (!status && unit && !strcmp(unit, " in"))
        *length_mm *= MM_PER_INCH;
    else if (!status && unit && !strcmp(unit, " cm"))
        *length_mm *= 10;
    else if (!status && (!unit || strcmp(unit, " mm") != 0))
        return text_wrong(&reader->text, failure, "no length in mm, cm or in:", word);
    return status;
}

static int side_take(struct export_reader *reader, const char *word, uint16_t *side,
                     struct failure *failure)
{
    double number = 0;
    int status = text_number(&reader->text, word, MAT_SIDE_MAX, &number, failure);
    *side = (uint16_t)number;
    return status;
}

static void name_take(char *name, size_t size, const char *word)
{
    snprintf(name, size, "%.*s", (int)size - 1, word);
}

/* @return STATUS_OK for a line that says nothing of use */
static int line_take(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    struct export_head *head = &reader->head;
    const char *word;
    if ((word = text_behind(text, "ROWS", 0)))
        return side_take(reader, word, &head->rows, failure);
    if ((word = text_behind(text, "COLS", 0)))
        return side_take(reader, word, &head->cols, failure);
    if ((word = text_behind(text, "ROW_SPACING", 0)))
        return length_take(reader, word, &head->pitch_y_mm, failure);
    if ((word = text_behind(text, "COL_SPACING", 0)))
        return length_take(reader, word, &head->pitch_x_mm, failure);
    if ((word = text_behind(text, "SECONDS_PER_FRAME", 0)))
        return text_number(text, word, FRAME_MOST_S, &head->frame_s, failure);
    if ((word = text_behind(text, "SATURATION_PRESSURE", 0)))
        return text_number(text, word, SATURATION_MOST, &head->saturation, failure);
    if ((word = text_behind(text, "UNITS", 0)))
        return export_unit(reader, word, failure);
    if ((word = text_behind(text, "SENSOR_TYPE", 0)))
        name_take(reader->about.mat.device, sizeof reader->about.mat.device, word);
    else if ((word = text_behind(text, "HARDWARE", 0)))
        name_take(reader->about.mat.serial, sizeof reader->about.mat.serial, word);
    else if ((word = text_behind(text, "TIME", 0)))
        name_take(reader->about.recorded, sizeof reader->about.recorded, word);
    return STATUS_OK;
}

static int head(struct export_reader *reader, struct failure *failure)
{
    int status;
    while ((status = text_need(&reader->text, "ASCII_DATA", failure)) == 1 &&
           !text_behind(&reader->text, "ASCII_DATA", 0)) {
        status = line_take(reader, failure);
        if (status)
            return status;
    }
    if (status == 1 && !reader->head.frame_s)
        return text_wrong(&reader->text, failure, "no SECONDS_PER_FRAME before the data", "");
    return status < 0 ? status : export_sensors(reader, 1, failure);
}

static int next(struct export_reader *reader, struct picture *picture, struct failure *failure)
{
    const struct fields fields = {.apart = ',', .none = 'B'};
    struct export_text *text = &reader->text;
    double number;
    do {
        int status = text_need(text, "the @@ at its end", failure);
        if (status < 0)
            return status;
    } while (!*text->line);
    if (!strcmp(text->line, "@@"))
        return STATUS_END;
    const char *word = text_behind(text, "Frame", 0);
    if (!word)
        return text_wrong(text, failure, "no frame begins here:", text->line);
    int status = text_number(text, word, 1e9, &number, failure);
    picture->sequence = (uint64_t)number;
    picture->time_s = (double)picture->sequence * reader->head.frame_s;
    for (uint32_t row = 0; !status && row < reader->head.rows; row++) {
        status = text_need(text, "the end of a frame", failure);
        if (status == 1)
            status = text_values(text, text->line, &fields,
                                 picture->values + (size_t)row * reader->head.cols,
                                 reader->head.cols, failure);
    }
    return status ? status : 1;
}

const struct export_format export_tekscan = {"tekscan", "Tekscan", fits, head, next};
