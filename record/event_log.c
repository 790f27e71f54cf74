#include "event_log.h"

#include "packing.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONTACT_CHUNK_ROWS 512
#define EVENT_CHUNK_ROWS   64
#define IDS_MAX            4096

#define COMMON(field, name, unit, text, type)                                                      \
    {                                                                                              \
        name, name, unit, text, type, (uint16_t)offsetof(struct event, field),                     \
            (uint16_t)sizeof(((struct event *)0)->field)                                           \
    }

static const struct column common_columns[] = {
    COMMON(number, TABLE_DIMENSION, "1", "number of the event, in the order of publication",
           COLUMN_U64),
    COMMON(frame, "frame", "1", "number of the frame at which the event was certain", COLUMN_U64),
    COMMON(published_s, "published", "s", "time of that frame", COLUMN_TIME),
};

#define COMMON_COUNT (sizeof common_columns / sizeof common_columns[0])

struct waiting {
    struct event rows[TABLE_BATCH];
    size_t count;
};

struct event_log {
    struct table tables[EVENT_SUMMARY];
    struct waiting waiting[EVENT_SUMMARY];
    hid_t summary;
    struct known {
        size_t count;
        uint32_t ids[IDS_MAX]; /* of the rows of a kind that is said again */
    } known[EVENT_SUMMARY];
};

void event_columns(struct table *table, enum event_type type)
{
    const struct event_kind *kind = event_kind(type);
    table_columns(table, common_columns, COMMON_COUNT);
    table_columns(table, kind->columns, kind->column_count);
    table->proven = true;
}

static int write_number(hid_t group, const struct event *event, const struct column *column)
{
    const void *field = (const char *)event + column->offset;
    double number = column_number(event, column);
    switch (column->type) {
    case COLUMN_U32:
        return hdf_write_integer(group, column->name, H5T_STD_U32LE,
                                 (int64_t) * (const uint32_t *)field);
    case COLUMN_U64:
        return hdf_write_integer(group, column->name, H5T_STD_U64LE,
                                 (int64_t) * (const uint64_t *)field);
    default:
        return hdf_write_double(group, column->name, isnan(number) ? NAN : number);
    }
}

/* As for a row of a table. */
static uint32_t summary_checksum(const struct event *event)
{
    const struct event_kind *kind = event_kind(EVENT_SUMMARY);
    const double none = NAN;
    uint32_t crc = 0;
    for (size_t i = 0; i < COMMON_COUNT + kind->column_count; i++) {
        const struct column *column =
            i < COMMON_COUNT ? &common_columns[i] : &kind->columns[i - COMMON_COUNT];
        bool nothing = isnan(column_number(event, column));
        crc =
            packing_crc32(crc, nothing ? (const void *)&none : (const char *)event + column->offset,
                          column->size);
    }
    return crc;
}

static int write_summary(hid_t group, const struct event *event)
{
    const struct event_kind *kind = event_kind(EVENT_SUMMARY);
    for (size_t i = 0; i < COMMON_COUNT; i++)
        if (write_number(group, event, &common_columns[i]) < 0)
            return -1;
    for (size_t i = 0; i < kind->column_count; i++)
        if (write_number(group, event, &kind->columns[i]) < 0)
            return -1;
    return hdf_write_integer(group, TABLE_CHECKSUM, H5T_STD_U32LE, summary_checksum(event));
}

static void read_number(hid_t group, struct event *event, const struct column *column)
{
    double value = NAN;
    hdf_read_double(group, column->name, &value);
    column_set_number(event, column, value);
}

enum row_state event_log_read_summary(hid_t group, struct event *event)
{
    double checksum;
    const struct event_kind *kind = event_kind(EVENT_SUMMARY);
    event->type = EVENT_SUMMARY;
    for (size_t i = 0; i < COMMON_COUNT; i++)
        read_number(group, event, &common_columns[i]);
    for (size_t i = 0; i < kind->column_count; i++)
        read_number(group, event, &kind->columns[i]);
    if (hdf_read_double(group, TABLE_CHECKSUM, &checksum) <= 0)
        return ROW_UNPROVEN;
    return checksum == summary_checksum(event) ? ROW_PROVEN : ROW_TORN;
}

static int describe_summary(hid_t group, const char *time_units)
{
    const struct event_kind *kind = event_kind(EVENT_SUMMARY);
    if (hdf_write_text(group, "published_units", time_units) < 0)
        return -1;
    for (size_t i = 0; i < kind->column_count; i++) {
        char name[64] = "";
        strncat(name, kind->columns[i].name, sizeof name - sizeof "_units");
        strcat(name, "_units");
        if (strcmp(kind->columns[i].unit, "1") != 0 &&
            hdf_write_text(group, name, kind->columns[i].unit) < 0)
            return -1;
    }
    return 0;
}

static int create_summary(struct event_log *log, hid_t place, const char *time_units)
{
    const struct event none = {.type = EVENT_SUMMARY, .published_s = NAN};
    log->summary = hdf_group_create(place, event_kind(EVENT_SUMMARY)->group);
    if (log->summary < 0 ||
        hdf_write_text(log->summary, "long_name", event_kind(EVENT_SUMMARY)->text) < 0 ||
        write_summary(log->summary, &none) < 0)
        return -1;
    return describe_summary(log->summary, time_units);
}

struct event_log *event_log_create(hid_t place, const char *time_units)
{
    struct event_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    for (int type = 0; type < EVENT_SUMMARY; type++) {
        const struct event_kind *kind = event_kind((enum event_type)type);
        struct table *table = &log->tables[type];
        event_columns(table, (enum event_type)type);
        hsize_t chunk = type == EVENT_CONTACT ? CONTACT_CHUNK_ROWS : EVENT_CHUNK_ROWS;
        if (table_create(table, place, kind->group, time_units, chunk) < 0 ||
            hdf_write_text(table->group, "long_name", kind->text) < 0) {
            event_log_close(log);
            return NULL;
        }
    }
    if (create_summary(log, place, time_units) < 0) {
        event_log_close(log);
        return NULL;
    }
    return log;
}

static int flush_kind(struct event_log *log, int type)
{
    struct waiting *waiting = &log->waiting[type];
    struct table *table = &log->tables[type];
    if (waiting->count == 0)
        return 0;
    if (table_write(table, table->length, waiting->rows, waiting->count, sizeof(struct event)) < 0)
        return -1;
    waiting->count = 0;
    return 0;
}

static int append_row(struct event_log *log, const struct event *event)
{
    struct waiting *waiting = &log->waiting[event->type];
    if (waiting->count == TABLE_BATCH && flush_kind(log, (int)event->type) < 0)
        return -1;
    waiting->rows[waiting->count++] = *event;
    return 0;
}

static int append_known(struct event_log *log, const struct event *event)
{
    struct table *table = &log->tables[event->type];
    struct known *known = &log->known[event->type];
    const uint32_t id = event_id(event);
    size_t row = known->count;
    while (row > 0 && known->ids[row - 1] != id)
        row--;
    if (row == 0) {
        if (known->count < IDS_MAX)
            known->ids[known->count++] = id;
        return append_row(log, event);
    }
    row--;
    if (row < table->length)
        return table_write(table, row, event, 1, sizeof *event);
    log->waiting[event->type].rows[row - table->length] = *event;
    return 0;
}

int event_log_append(struct event_log *log, const struct event *event)
{
    if (event->type == EVENT_SUMMARY)
        return write_summary(log->summary, event);
    return event_is_said_again(event->type) ? append_known(log, event) : append_row(log, event);
}

int event_log_reserve(struct event_log *log, const struct event *event)
{
    struct table *table = &log->tables[event->type];
    if (flush_kind(log, (int)event->type) < 0)
        return -1;
    table->torn = true;
    int result = event_log_append(log, event);
    if (result >= 0)
        result = flush_kind(log, (int)event->type);
    table->torn = false;
    return result;
}

int event_log_flush(struct event_log *log)
{
    for (int type = 0; type < EVENT_SUMMARY; type++)
        if (flush_kind(log, type) < 0)
            return -1;
    return 0;
}

void event_log_close(struct event_log *log)
{
    if (!log)
        return;
    for (int type = 0; type < EVENT_SUMMARY; type++)
        table_close(&log->tables[type]);
    if (log->summary > 0)
        H5Gclose(log->summary);
    free(log);
}

int event_log_parameters(hid_t place, const struct parameters *parameters, const char *software)
{
    size_t count;
    const struct parameter *table = parameter_table(&count);
    hid_t group = hdf_group_create(place, PARAMETERS_GROUP);
    if (group < 0)
        return -1;
    int result = hdf_write_text(group, "software", software);
    for (size_t i = 0; i < count && result >= 0; i++)
        result = hdf_write_double(group, table[i].name, parameter_get(parameters, &table[i]));
    H5Gclose(group);
    return result;
}

static int read_parameter(hid_t group, const struct parameter *parameter,
                          struct parameters *parameters, struct failure *failure)
{
    double value;
    int found = hdf_read_double(group, parameter->name, &value);
    if (found <= 0)
        return found < 0 ? hdf_failure(failure, parameter->name) : STATUS_OK;
    if (!(value >= parameter->least && value <= parameter->most))
        return failure_set(failure, STATUS_FORMAT, "parameter %s is %g", parameter->name, value);
    memcpy((char *)parameters + parameter->offset, &value, sizeof value);
    return STATUS_OK;
}

int event_log_read_parameters(hid_t place, struct parameters *parameters, struct failure *failure)
{
    size_t count;
    const struct parameter *table = parameter_table(&count);
    hid_t group = hdf_open_group(place, PARAMETERS_GROUP);
    if (group <= 0)
        return group < 0 ? hdf_failure(failure, PARAMETERS_GROUP) : 0;
    int status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = read_parameter(group, &table[i], parameters, failure);
    H5Gclose(group);
    return status < 0 ? status : 1;
}
