#include "comparison.h"

#include <math.h>
#include <string.h>

static bool same_value(const struct event *one, const struct event *other,
                       const struct column *column)
{
    const void *left = (const char *)one + column->offset;
    const void *right = (const char *)other + column->offset;
    bool number = column->type == COLUMN_TIME || column->type == COLUMN_F64;
    return memcmp(left, right, column->size) == 0 ||
           (number && isnan(column_number(one, column)) && isnan(column_number(other, column)));
}

static bool same_event(const struct event *one, const struct event *other)
{
    const struct event_kind *kind = event_kind(one->type);
    if (one->number != other->number || one->frame != other->frame ||
        memcmp(&one->published_s, &other->published_s, sizeof one->published_s) != 0)
        return false;
    for (size_t i = 0; i < kind->column_count; i++)
        if (!same_value(one, other, &kind->columns[i]))
            return false;
    return true;
}

int compare_events(const struct findings *recorded, const struct findings *computed,
                   enum event_type type, const struct comparison *comparison,
                   struct failure *failure)
{
    const struct findings_list *one = &recorded->lists[type], *other = &computed->lists[type];
    const char *group = event_kind(type)->group;
    bool finished = comparison->finished;
    if (one->count > other->count || (finished && one->count < other->count))
        return failure_set(failure, STATUS_FORMAT, "%s: %s/%s has %zu rows, its frames give %zu",
                           comparison->file, comparison->place, group, one->count, other->count);
    bool final = type == EVENT_CONTACT || type == EVENT_STROKE || type == EVENT_HOLD;
    for (size_t i = 0; (finished || final) && i < one->count; i++)
        if (!same_event(&one->events[i], &other->events[i]))
            return failure_set(failure, STATUS_FORMAT,
                               "%s: row %zu of %s/%s is not what its frames give", comparison->file,
                               i, comparison->place, group);
    return STATUS_OK;
}
