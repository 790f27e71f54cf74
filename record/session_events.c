#include "event_log.h"
#include "maps.h"
#include "session_parts.h"
#include "table.h"
#include "truth_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ANALYSES_MAX 10000 /* of more the file lies */

#define EVENTS_MAX ((hsize_t)1 << 24)

static int64_t count_from_us(const struct session *session)
{
    return session->from_origin && session->about.origin_us ? session->about.origin_us
                                                            : session->time.first_us;
}

int session_truth(struct session *session, struct truth *truth, struct failure *failure)
{
    struct table_place place = {.first_us = count_from_us(session), .whole = session->about.closed};
    struct failure unsaid;
    failure = failure ? failure : &unsaid;
    hdf_begin();
    int status = truth_read(session->file, truth, &place, failure);
    return status < 0 ? failure_at(failure, session->path) : status;
}

static int allocate_rows(struct event_rows *rows, size_t count, struct failure *failure)
{
    rows->events = calloc(count, sizeof *rows->events);
    rows->states = calloc(count, sizeof *rows->states);
    return rows->events && rows->states ? STATUS_OK
                                        : failure_set(failure, STATUS_MEMORY, "out of memory");
}

void event_rows_free(struct event_rows *rows)
{
    free(rows->events);
    free(rows->states);
    *rows = (struct event_rows){.count = 0};
}

static int read_rows(struct table *table, struct event_rows *rows, struct failure *failure)
{
    for (hsize_t first = 0; first < table->length; first += TABLE_BATCH) {
        hsize_t left = table->length - first;
        size_t count = left < TABLE_BATCH ? (size_t)left : TABLE_BATCH;
        if (table_read(table, first, rows->events + first, count, sizeof *rows->events) < 0)
            return hdf_failure(failure, "events cannot be read");
        for (size_t i = 0; i < count; i++)
            rows->states[first + i] = !table->proven     ? ROW_UNPROVEN
                                      : table->agrees[i] ? ROW_PROVEN
                                                         : ROW_TORN;
    }
    return (int)table->length;
}

static void close_texts(struct event *event)
{
    const struct event_kind *kind = event_kind(event->type);
    for (size_t i = 0; i < kind->column_count; i++)
        if (kind->columns[i].type == COLUMN_TEXT)
            ((char *)event)[kind->columns[i].offset + kind->columns[i].size - 1] = '\0';
}

static int table_rows(struct session *session, hid_t place_id, enum event_type type,
                      struct event_rows *rows, struct failure *failure)
{
    struct table table = {0};
    const struct table_place place = {.parent = place_id,
                                      .name = event_kind(type)->group,
                                      .first_us = count_from_us(session),
                                      .whole = session->about.closed};
    event_columns(&table, type);
    int status = table_open(&table, &place, failure);
    if (status > 0 && table.length > EVENTS_MAX)
        status = failure_set(failure, STATUS_UNSUPPORTED, "/%s has too many rows", place.name);
    if (status > 0 && table.length > 0)
        status = allocate_rows(rows, table.length, failure);
    if (status >= 0 && rows->events)
        status = read_rows(&table, rows, failure);
    else if (status > 0)
        status = 0;
    for (int i = 0; i < status; i++) {
        rows->events[i].type = type;
        close_texts(&rows->events[i]);
    }
    table_close(&table);
    return status;
}

static int summary_row(hid_t place_id, struct event_rows *rows, struct failure *failure)
{
    const struct event_kind *kind = event_kind(EVENT_SUMMARY);
    hid_t group = hdf_open_group(place_id, kind->group);
    if (group <= 0)
        return 0;
    double published_s = NAN;
    hdf_read_double(group, "published", &published_s);
    int status = isnan(published_s) ? 0 : allocate_rows(rows, 1, failure);
    if (rows->events && rows->states) {
        rows->states[0] = event_log_read_summary(group, rows->events);
        status = 1;
    }
    H5Gclose(group);
    return status;
}

static hid_t open_place(struct session *session, const char *analysis, struct failure *failure)
{
    if (!analysis)
        return H5Gopen2(session->file, "/", H5P_DEFAULT);
    hid_t analyses = hdf_open_group(session->file, ANALYSIS_GROUP);
    hid_t place = analyses > 0 && !strchr(analysis, '/') ? hdf_open_group(analyses, analysis) : 0;
    if (analyses > 0)
        H5Gclose(analyses);
    if (place <= 0)
        return failure_set(failure, STATUS_NOT_FOUND, "has no analysis '%s'", analysis);
    return place;
}

static int read_made(hid_t analyses, hsize_t index, struct session_made *made)
{
    *made = (struct session_made){.name = ""};
    ssize_t length = H5Lget_name_by_idx(analyses, ".", H5_INDEX_NAME, H5_ITER_INC, index,
                                        made->name, sizeof made->name, H5P_DEFAULT);
    hid_t place = length > 0 && (size_t)length < sizeof made->name
                      ? hdf_open_group(analyses, made->name)
                      : -1;
    hid_t group = place > 0 ? hdf_open_group(place, PARAMETERS_GROUP) : place;
    int status = place > 0 && group >= 0 ? 0 : -1;
    if (group > 0 && hdf_read_text(group, "software", made->software, sizeof made->software) < 0)
        status = -1;
    if (group > 0)
        H5Gclose(group);
    if (place > 0)
        H5Gclose(place);
    return status;
}

int session_analyses(struct session *session, struct session_made **made, struct failure *failure)
{
    struct failure unsaid;
    H5G_info_t group = {.nlinks = 0};
    failure = failure ? failure : &unsaid;
    *made = NULL;
    hdf_begin();
    hid_t analyses = hdf_open_group(session->file, ANALYSIS_GROUP);
    if (analyses == 0)
        return 0;
    bool good = analyses > 0 && H5Gget_info(analyses, &group) >= 0 && group.nlinks <= ANALYSES_MAX;
    int count = good ? (int)group.nlinks : 0;
    *made = calloc((size_t)count + 1, sizeof **made);
    for (int i = 0; i < count && good && *made; i++)
        good = read_made(analyses, (hsize_t)i, *made + i) >= 0;
    if (analyses > 0)
        H5Gclose(analyses);
    if (good && *made)
        return count;
    free(*made);
    *made = NULL;
    return failure_set(failure, good ? STATUS_MEMORY : STATUS_FORMAT,
                       good ? "%s: out of memory" : "%s: /analysis cannot be read", session->path);
}

int session_rows(struct session *session, const char *analysis, enum event_type type,
                 struct event_rows *rows, struct failure *failure)
{
    struct failure unsaid;
    failure = failure ? failure : &unsaid;
    *rows = (struct event_rows){.count = 0};
    hdf_begin();
    hid_t place = open_place(session, analysis, failure);
    if (place < 0)
        return rows->count = failure_at(failure, session->path);
    rows->count = type == EVENT_SUMMARY ? summary_row(place, rows, failure)
                                        : table_rows(session, place, type, rows, failure);
    H5Gclose(place);
    return rows->count < 0 ? failure_at(failure, session->path) : rows->count;
}

static int check_rows(const struct session *session, enum event_type type,
                      const struct event_rows *rows, struct failure *failure)
{
    for (int i = 0; i < rows->count && session->check; i++)
        if (rows->states[i] == ROW_TORN)
            return failure_set(failure, STATUS_FORMAT,
                               "%s: row %d of /%s does not match its checksum", session->path, i,
                               event_kind(type)->group);
    return rows->count;
}

int session_events(struct session *session, const char *analysis, enum event_type type,
                   struct event **events, struct failure *failure)
{
    struct failure unsaid;
    struct event_rows rows;
    failure = failure ? failure : &unsaid;
    int status = session_rows(session, analysis, type, &rows, failure);
    if (status >= 0)
        status = check_rows(session, type, &rows, failure);
    *events = NULL;
    if (status >= 0) {
        *events = rows.events;
        rows.events = NULL;
    }
    event_rows_free(&rows);
    return status;
}

int session_parameters(struct session *session, const char *analysis, struct parameters *parameters,
                       struct failure *failure)
{
    struct failure unsaid;
    failure = failure ? failure : &unsaid;
    hdf_begin();
    parameters_default(parameters);
    hid_t place = open_place(session, analysis, failure);
    if (place < 0)
        return failure_at(failure, session->path);
    int status = event_log_read_parameters(place, parameters, failure);
    H5Gclose(place);
    return status < 0 ? failure_at(failure, session->path) : status;
}

int session_maps(struct session *session, const char *analysis, struct session_maps *maps,
                 struct failure *failure)
{
    struct failure unsaid;
    failure = failure ? failure : &unsaid;
    hdf_begin();
    hid_t place = open_place(session, analysis, failure);
    if (place < 0)
        return failure_at(failure, session->path);
    const struct session_about *about = &session->about;
    int status = maps_read(place, &about->mat.geometry, about->closed, maps, failure);
    H5Gclose(place);
    return status < 0 ? failure_at(failure, session->path) : status;
}
