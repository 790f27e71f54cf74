#include "exports.h"

#include <errno.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINES_SIZE    1024 /* of the beginning, by which an export is known */
#define LONG_STEP     1.5  /* nominal frames: a gap */
#define TIME_MOST_S   1e9
#define DECIMALS_MOST 6
#define HEADROOM      1.25 /* over the highest value, where nobody says what saturates */

static const struct export_format *const formats[] = {&export_novel, &export_tekscan,
                                                      &export_xsensor};
#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

int export_unit(struct export_reader *reader, const char *unit, struct failure *failure)
{
    static const struct {
        const char *name;
        double kpa;
    } units[] = {{"kPa", 1},     {"mmHg", 0.133322387415}, {"psi", 6.894757293168}, {"N/cm2", 10},
                 {"N/cm^2", 10}, {"kg/cm2", 98.0665},      {"g/cm2", 0.0980665},    {"bar", 100},
                 {"Pa", 1e-3}};
    size_t length = strcspn(unit, " \t");
    snprintf(reader->about.unit, sizeof reader->about.unit, "%.*s", (int)length, unit);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (!strcasecmp(reader->about.unit, units[i].name)) {
            reader->head.kpa_per_unit = units[i].kpa;
            reader->about.calibrated = true;
            return STATUS_OK;
        }
    reader->head.kpa_per_unit = 1;
    return strcasecmp(reader->about.unit, "raw")
               ? text_wrong(&reader->text, failure, "a unit that is not known:", unit)
               : STATUS_OK;
}

int export_sensors(struct export_reader *reader, unsigned count, struct failure *failure)
{
    reader->about.sensors = count;
    return reader->about.sensor >= 1 && reader->about.sensor <= count
               ? STATUS_OK
               : failure_set(failure, STATUS_ARGUMENT, "%s: has no sensor %u, but %u",
                             reader->text.path, reader->about.sensor, count);
}

static int recognise(struct export_reader *reader, struct failure *failure)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* of UTF-8 */
    char lines[LINES_SIZE + 1], *from = lines;
    lines[fread(lines, 1, LINES_SIZE, reader->text.file)] = 0;
    long skipped = 0;
    if (!strncmp(lines, mark, strlen(mark)))
        skipped = (long)strlen(mark);
    from += skipped;
    for (size_t i = 0; i < FORMAT_COUNT && !reader->format; i++)
        if (formats[i]->fits(from))
            reader->format = formats[i];
    text_return(&reader->text, (struct export_place){skipped, 0});
    return reader->format
               ? STATUS_OK
               : failure_set(failure, STATUS_UNSUPPORTED,
                             "%s: is no export of novel (.asc), Tekscan (ASCII .asf) or XSENSOR "
                             "(.csv)",
                             reader->text.path);
}

static int rooms_make(struct export_reader *reader, struct failure *failure)
{
    const struct export_head *head = &reader->head;
    const size_t cells = (size_t)head->rows * head->cols;
    if (!cells || !(head->pitch_x_mm > 0) || !(head->pitch_y_mm > 0))
        return text_wrong(&reader->text, failure,
                          "rows, columns and their distances are not all said before", "");
    if (!*reader->about.unit)
        return text_wrong(&reader->text, failure, "the unit is not said before", "");
    reader->picture.values = calloc(cells, sizeof *reader->picture.values);
    reader->counts = calloc(cells, sizeof *reader->counts);
    return reader->picture.values && reader->counts
               ? STATUS_OK
               : failure_set(failure, STATUS_MEMORY, "%s: out of memory", reader->text.path);
}

/* The next picture; its times rise. */
static int picture_next(struct export_reader *reader, bool first, struct failure *failure)
{
    double before_s = reader->picture.time_s;
    uint64_t before = reader->picture.sequence;
    int status = reader->format->next(reader, &reader->picture, failure);
    if (status == 1 && !first &&
        (!(reader->picture.time_s > before_s) || reader->picture.sequence < before))
        return text_wrong(&reader->text, failure, "time or number do not rise in the frame before",
                          "");
    if (status == 1 && !first && reader->picture.time_s - reader->begin_s > TIME_MOST_S)
        return text_wrong(&reader->text, failure, "the frame before is too late", "");
    return status;
}

/* A decimal step of the unit: as fine as values are written, if 16 bit hold the highest. */
static double step_of(double highest, unsigned decimals)
{
    static const double growth[] = {2, 2.5, 2};
    double step = pow(10, -(double)(decimals < DECIMALS_MOST ? decimals : DECIMALS_MOST));
    for (size_t i = 0; highest / step > UINT16_MAX; i++)
        step *= growth[i % 3];
    return step;
}

static int read_through(struct export_reader *reader, struct failure *failure)
{
    const size_t cells = (size_t)reader->head.rows * reader->head.cols;
    int status;
    reader->text.decimals = 0;
    while ((status = picture_next(reader, !reader->about.frames, failure)) == 1) {
        if (!reader->about.frames++) {
            reader->begin_s = reader->picture.time_s;
            reader->begin_sequence = reader->picture.sequence;
        }
        for (size_t i = 0; i < cells; i++)
            reader->highest = fmax(reader->highest, reader->picture.values[i]);
    }
    if (status != STATUS_END)
        return status;
    if (!reader->about.frames)
        return failure_set(failure, STATUS_FORMAT, "%s: has no frame", reader->text.path);
    reader->last_s = reader->picture.time_s;
    while ((status = text_next(&reader->text, failure)) == 1)
        ;
    reader->unit_per_count = step_of(reader->highest, reader->text.decimals);
    return status == STATUS_END ? STATUS_OK : status;
}

static uint16_t full_scale_of(const struct export_reader *reader)
{
    double full = fmax(reader->head.saturation, reader->highest);
    if (!(reader->head.saturation > 0))
        full *= HEADROOM;
    return (uint16_t)fmax(1, fmin(ceil(full / reader->unit_per_count), UINT16_MAX));
}

static int mat_make(struct export_reader *reader, struct failure *failure)
{
    const struct export_head *head = &reader->head;
    double span_s = reader->last_s - reader->begin_s;
    double frame_s = head->frame_s;
    if (!(frame_s > 0) && reader->about.frames > 1)
        frame_s = span_s / (double)(reader->about.frames - 1);
    reader->head.frame_s = frame_s;
    struct geometry *geometry = &reader->about.mat.geometry;
    *geometry = (struct geometry){.rows = head->rows,
                                  .cols = head->cols,
                                  .pitch_x_mm = head->pitch_x_mm,
                                  .pitch_y_mm = head->pitch_y_mm,
                                  .rate_hz = frame_s > 0 ? 1 / frame_s : 0,
                                  .scale_kpa = reader->unit_per_count * head->kpa_per_unit,
                                  .full_scale = full_scale_of(reader)};
    snprintf(reader->about.mat.protocol, sizeof reader->about.mat.protocol, "%s",
             reader->format->name);
    if (!*reader->about.mat.device)
        snprintf(reader->about.mat.device, sizeof reader->about.mat.device, "%s",
                 reader->format->maker);
    return geometry_check(geometry, failure);
}

static int prepare(struct export_reader *reader, struct failure *failure)
{
    struct export_text *text = &reader->text;
    int status = recognise(reader, failure);
    if (status)
        return status;
    status = reader->format->head(reader, failure);
    if (!reader->first.offset)
        reader->first = text_place(text);
    if (!status)
        status = rooms_make(reader, failure);
    if (!status)
        status = read_through(reader, failure);
    if (!status)
        status = mat_make(reader, failure);
    text_return(text, reader->first);
    reader->head.day_s = reader->head.last_s = 0;
    return status;
}

/* Of the whole text, as it is. */
static int digest_make(struct export_reader *reader, struct failure *failure)
{
    unsigned char bytes[1 << 14];
    crypto_generichash_state state;
    size_t count;
    crypto_generichash_init(&state, NULL, 0, EXPORT_DIGEST_SIZE);
    while ((count = fread(bytes, 1, sizeof bytes, reader->text.file)))
        crypto_generichash_update(&state, bytes, count);
    crypto_generichash_final(&state, reader->about.digest, EXPORT_DIGEST_SIZE);
    if (ferror(reader->text.file))
        return failure_system(failure, errno, "%s", reader->text.path);
    rewind(reader->text.file);
    return STATUS_OK;
}

int export_open(struct export_reader **result, const char *path, unsigned sensor,
                struct failure *failure)
{
    struct export_reader *reader = calloc(1, sizeof *reader);
    *result = NULL;
    if (!reader)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    reader->text.path = path;
    reader->about.sensor = sensor;
    reader->text.file = fopen(path, "re");
    int status = reader->text.file ? digest_make(reader, failure)
                                   : failure_system(failure, errno, "%s", path);
    if (!status)
        status = prepare(reader, failure);
    if (status)
        export_close(reader);
    else
        *result = reader;
    return status;
}

const struct export_about *export_about(const struct export_reader *reader)
{
    return &reader->about;
}

int export_read(struct export_reader *reader, struct frame *frame, struct failure *failure)
{
    const struct geometry *geometry = &reader->about.mat.geometry;
    const struct picture *picture = &reader->picture;
    int status = picture_next(reader, !reader->given, failure);
    if (status != 1)
        return status;
    for (uint32_t i = 0; i < geometry_cells(geometry); i++)
        reader->counts[i] = (uint16_t)lround(picture->values[i] / reader->unit_per_count);
    bool jumped = picture->sequence > reader->last_sequence + 1 ||
                  picture->time_s - reader->last_s > LONG_STEP * reader->head.frame_s;
    *frame = (struct frame){.number = reader->given,
                            .sequence = picture->sequence - reader->begin_sequence,
                            .time_us = llround((picture->time_s - reader->begin_s) * 1e6),
                            .flags = reader->given && jumped ? FRAME_GAP_BEFORE : 0,
                            .rows = geometry->rows,
                            .cols = geometry->cols,
                            .cells = reader->counts};
    reader->given++;
    reader->last_sequence = picture->sequence;
    reader->last_s = picture->time_s;
    return 1;
}

void export_close(struct export_reader *reader)
{
    if (!reader)
        return;
    if (reader->text.file)
        fclose(reader->text.file);
    free(reader->text.line);
    free(reader->head.order);
    free(reader->head.line);
    free(reader->picture.values);
    free(reader->counts);
    free(reader);
}
