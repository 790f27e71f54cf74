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

static int read_events(struct table *table, enum event_type type, struct event *events,
                       struct failure *failure)
{
    for (hsize_t first = 0; first < table->length; first += TABLE_BATCH) {
        hsize_t left = table->length - first;
        size_t count = left < TABLE_BATCH ? (size_t)left : TABLE_BATCH;
        if (table_read(table, first, events + first, count, sizeof *events) < 0)
            return hdf_failure(failure, "events cannot be read");
    }
    for (hsize_t i = 0; i < table->length; i++) {
        const struct event_kind *kind = event_kind(type);
        events[i].type = type;
        for (size_t j = 0; j < kind->column_count; j++)
            if (kind->columns[j].type == COLUMN_TEXT)
                ((char *)&events[i])[kind->columns[j].offset + kind->columns[j].size - 1] = '\0';
    }
    return (int)table->length;
}

static int table_events(struct session *session, hid_t place_id, enum event_type type,
                        struct event **events, struct failure *failure)
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
    if (status > 0 && table.length > 0) {
        *events = calloc(table.length, sizeof **events);
        status = *events ? read_events(&table, type, *events, failure)
                         : failure_set(failure, STATUS_MEMORY, "out of memory");
    } else if (status > 0) {
        status = 0;
    }
    table_close(&table);
    return status;
}

static int summary_event(hid_t place_id, struct event **events)
{
    const struct event_kind *kind = event_kind(EVENT_SUMMARY);
    hid_t group = hdf_open_group(place_id, kind->group);
    if (group <= 0)
        return 0;
    struct event *event = calloc(1, sizeof *event);
    double published_s = NAN;
    hdf_read_double(group, "published", &published_s);
    if (event && !isnan(published_s)) {
        event_log_read_summary(group, event);
        *events = event;
        event = NULL;
    }
    free(event);
    H5Gclose(group);
    return *events != NULL;
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

int session_events(struct session *session, const char *analysis, enum event_type type,
                   struct event **events, struct failure *failure)
{
    struct failure unsaid;
    failure = failure ? failure : &unsaid;
    *events = NULL;
    hdf_begin();
    hid_t place = open_place(session, analysis, failure);
    if (place < 0)
        return failure_at(failure, session->path);
    int status = type == EVENT_SUMMARY ? summary_event(place, events)
                                       : table_events(session, place, type, events, failure);
    H5Gclose(place);
    if (status < 0) {
        free(*events);
        *events = NULL;
        return failure_at(failure, session->path);
    }
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
