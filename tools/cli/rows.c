#include "rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define AT(field) (uint16_t) offsetof(struct event, field), sizeof((struct event *)0)->field

static const struct column head[] = {
    {"number", "number", "1", "number of the event", COLUMN_U64, AT(number)},
    {"frame", "frame", "1", "frame at which it was certain", COLUMN_U64, AT(frame)},
    {"published", "published_s", "s", "time of that frame", COLUMN_TIME, AT(published_s)},
};

static void column_add(struct rows *rows, unsigned kind, const struct column *column)
{
    size_t place = 0;
    while (place < rows->count && strcmp(rows->keys[place], column->key) != 0)
        place++;
    if (place == ROWS_KEYS)
        return;
    if (place == rows->count)
        rows->keys[rows->count++] = column->key;
    rows->columns[kind][place] = column;
}

void rows_make(struct rows *rows, unsigned kinds)
{
    memset(rows, 0, sizeof *rows);
    rows->kinds = kinds;
    for (unsigned kind = 0; kind < ROW_KIND_COUNT; kind++) {
        bool metrics = kind == ROW_METRICS;
        const struct metrics_table *plain = metrics_table(METRICS_PLAIN);
        const struct event_kind *event = metrics ? NULL : event_kind((enum event_type)kind);
        if (!(kinds >> kind & 1))
            continue;
        for (size_t i = 0; !metrics && i < sizeof head / sizeof head[0]; i++)
            column_add(rows, kind, &head[i]);
        for (size_t i = 0; i < (metrics ? plain->column_count : event->column_count); i++)
            column_add(rows, kind, metrics ? &plain->columns[i] : &event->columns[i]);
    }
}

const char *rows_kind_name(unsigned kind)
{
    return kind == ROW_METRICS ? "metrics" : event_kind((enum event_type)kind)->name;
}

int rows_kinds(unsigned *kinds, const char *names, struct failure *failure)
{
    *kinds = 0;
    while (*names) {
        size_t length = strcspn(names, ",");
        unsigned kind = 0;
        while (kind < ROW_KIND_COUNT && (strlen(rows_kind_name(kind)) != length ||
                                         strncmp(rows_kind_name(kind), names, length) != 0))
            kind++;
        if (kind == ROW_KIND_COUNT)
            return failure_set(failure, STATUS_ARGUMENT, "no kind of event is called '%.*s'",
                               (int)length, names);
        *kinds |= 1U << kind;
        names += length + (names[length] == ',');
    }
    return *kinds ? STATUS_OK : failure_set(failure, STATUS_ARGUMENT, "no kind of event is named");
}

static void text_csv(FILE *stream, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

static void text_kv(FILE *stream, const char *text)
{
    if (*text && !text[strcspn(text, " =\"\\\t\r\n")]) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        const char *plain = "\\\"\n\r\t", *escaped = "\\\"nrt", *found = strchr(plain, *text);
        if (found)
            fprintf(stream, "\\%c", escaped[found - plain]);
        else
            fputc(*text, stream);
    }
    fputc('"', stream);
}

static bool is_none(const void *record, const struct column *column)
{
    if (!column)
        return true;
    if (column->type == COLUMN_TEXT)
        return !*((const char *)record + column->offset);
    return !isfinite(column_number(record, column));
}

static void value_write(FILE *stream, const void *record, const struct column *column,
                        void (*text_write)(FILE *, const char *))
{
    const void *field = (const char *)record + column->offset;
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        fprintf(stream, "%.17g", *(const double *)field);
        break;
    case COLUMN_U32:
        fprintf(stream, "%" PRIu32, *(const uint32_t *)field);
        break;
    case COLUMN_U64:
        fprintf(stream, "%" PRIu64, *(const uint64_t *)field);
        break;
    case COLUMN_BOOL:
        fputs(*(const bool *)field ? "true" : "false", stream);
        break;
    case COLUMN_TEXT:
        text_write(stream, field);
        break;
    }
}

void rows_csv_head(const struct rows *rows, FILE *stream, const char *label)
{
    if (label)
        fprintf(stream, "%s,", label);
    fputs("event", stream);
    for (size_t i = 0; i < rows->count; i++)
        fprintf(stream, ",%s", rows->keys[i]);
    fputc('\n', stream);
}

void rows_csv(const struct rows *rows, FILE *stream, unsigned kind, const void *record,
              const char *label)
{
    if (label) {
        text_csv(stream, label);
        fputc(',', stream);
    }
    fputs(rows_kind_name(kind), stream);
    for (size_t i = 0; i < rows->count; i++) {
        fputc(',', stream);
        if (!is_none(record, rows->columns[kind][i]))
            value_write(stream, record, rows->columns[kind][i], text_csv);
    }
    fputc('\n', stream);
}

void rows_kv(const struct rows *rows, FILE *stream, unsigned kind, const void *record,
             const char *label)
{
    if (label) {
        fputs("file=", stream);
        text_kv(stream, label);
        fputc(' ', stream);
    }
    fprintf(stream, "event=%s", rows_kind_name(kind));
    for (size_t i = 0; i < rows->count; i++)
        if (!is_none(record, rows->columns[kind][i])) {
            fprintf(stream, " %s=", rows->keys[i]);
            value_write(stream, record, rows->columns[kind][i], text_kv);
        }
    fputc('\n', stream);
}
