#include "about.h"
#include "event_log.h"
#include "hdf_file.h"
#include "maps.h"
#include "replacement.h"
#include "session_parts.h"
#include "table.h"
#include "truth_log.h"
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_ROWS        64
#define ANALYSIS_NAME_MAX 64

struct edit {
    struct replacement replacement;
    hid_t file;
    char time_units[TIME_TEXT_SIZE + 16];
    int64_t first_us;  /* what times count from */
    int64_t origin_us; /* time of the session's first frame, where that is in another file; or 0 */
};

static void edit_count_from(struct edit *edit, int64_t first_us)
{
    char text[TIME_TEXT_SIZE];
    edit->first_us = first_us;
    time_text(first_us, text);
    snprintf(edit->time_units, sizeof edit->time_units, "seconds since %s", text);
}

static int edit_begin(struct edit *edit, const char *path, struct failure *failure)
{
    struct session *session;
    int status = replacement_begin(&edit->replacement, path, failure);
    if (status == STATUS_OK)
        status = session_open(&session, path, failure);
    if (status < 0)
        return status;
    bool closed = session->about.closed;
    edit->origin_us = session->about.origin_us;
    edit_count_from(edit, session->time.first_us);
    session_close(session);
    if (!closed)
        return failure_set(failure, STATUS_BUSY, "%s: was left by a kill; recover it first", path);
    status = replacement_copy(&edit->replacement, failure);
    if (status < 0)
        return status;
    hdf_begin();
    hid_t access = hdf_access();
    edit->file = H5Fopen(edit->replacement.copy, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return edit->file < 0 ? hdf_failure(failure, path) : STATUS_OK;
}

static int edit_commit(struct edit *edit, struct failure *failure)
{
    struct session *session;
    hid_t file = edit->file;
    edit->file = 0;
    if (H5Fclose(file) < 0)
        return hdf_failure(failure, edit->replacement.path);
    int status = session_open(&session, edit->replacement.copy, failure);
    if (status < 0)
        return status;
    session_close(session);
    return replacement_commit(&edit->replacement, failure);
}

static void edit_end(struct edit *edit)
{
    if (edit->file > 0)
        H5Fclose(edit->file);
    replacement_end(&edit->replacement);
}

static int open_markers(struct edit *edit, struct table *table, struct failure *failure)
{
    const struct table_place place = {.parent = edit->file,
                                      .name = event_kind(EVENT_MARKER)->group,
                                      .first_us = edit->first_us,
                                      .whole = true};
    event_columns(table, EVENT_MARKER);
    int found = table_open(table, &place, failure);
    if (found != 0)
        return found < 0 ? failure_at(failure, edit->replacement.path) : STATUS_OK;
    if (table_create(table, edit->file, place.name, edit->time_units, CHUNK_ROWS) < 0)
        return hdf_failure(failure, edit->replacement.path);
    return STATUS_OK;
}

static int find_last(struct table *table, struct event *last)
{
    struct event event;
    for (hsize_t row = 0; row < table->length; row++) {
        if (table_read(table, row, &event, 1, sizeof event) < 0)
            return -1;
        if (event.marker.id > last->marker.id)
            last->marker.id = event.marker.id;
        if (event.number > last->number)
            last->number = event.number;
    }
    return 0;
}

static int append_markers(struct edit *edit, const struct marker *markers, size_t count,
                          struct failure *failure)
{
    struct table table = {0};
    struct event event = {.type = EVENT_MARKER};
    double number = 0;
    int status = open_markers(edit, &table, failure);
    hid_t summary = status == STATUS_OK ? hdf_open_group(edit->file, "summary") : 0;
    if (summary > 0) {
        hdf_read_double(summary, TABLE_DIMENSION, &number);
        H5Gclose(summary);
    }
    event.number = number > 0 ? (uint64_t)number : 0;
    bool good = status == STATUS_OK && find_last(&table, &event) >= 0;
    for (size_t i = 0; i < count && good; i++) {
        uint32_t id = event.marker.id + 1;
        event.marker = markers[i];
        event.marker.id = id;
        event.number++;
        event.published_s = markers[i].time_s;
        good = table_write(&table, table.length, &event, 1, sizeof event) >= 0;
    }
    if (status == STATUS_OK && !good)
        status = hdf_failure(failure, edit->replacement.path);
    table_close(&table);
    return status;
}

static int replace_truth(const struct edit *edit, const struct truth *truth,
                         struct failure *failure)
{
    bool there = H5Lexists(edit->file, TRUTH_GROUP, H5P_DEFAULT) > 0;
    if (there && H5Ldelete(edit->file, TRUTH_GROUP, H5P_DEFAULT) < 0)
        return hdf_failure(failure, edit->replacement.path);
    if (truth_write(edit->file, truth, edit->time_units) < 0)
        return hdf_failure(failure, edit->replacement.path);
    return STATUS_OK;
}

int session_annotate(const char *path, const struct annotations *annotations,
                     struct failure *failure)
{
    struct edit edit = {.file = 0};
    int status = edit_begin(&edit, path, failure);
    if (edit.origin_us)
        edit_count_from(&edit, edit.origin_us);
    for (size_t i = 0; i < annotations->text_count && status == STATUS_OK; i++) {
        const char *name = annotations->texts[i].name;
        if (!about_is_users(name))
            status = failure_set(failure, STATUS_ARGUMENT, "%s is not for annotating", name);
        else if (hdf_write_text(edit.file, name, annotations->texts[i].value) < 0)
            status = hdf_failure(failure, path);
    }
    if (status == STATUS_OK && annotations->marker_count)
        status = append_markers(&edit, annotations->markers, annotations->marker_count, failure);
    if (status == STATUS_OK && annotations->truth)
        status = replace_truth(&edit, annotations->truth, failure);
    if (status == STATUS_OK)
        status = edit_commit(&edit, failure);
    edit_end(&edit);
    return status;
}

static bool is_name(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
            return false;
    return length > 0 && length <= ANALYSIS_NAME_MAX && name[0] != '.';
}

static hid_t create_place(hid_t file, const char *name)
{
    hid_t analyses = hdf_open_group(file, ANALYSIS_GROUP);
    if (analyses == 0)
        analyses = hdf_group_create(file, ANALYSIS_GROUP);
    if (analyses < 0)
        return -1;
    hid_t place = hdf_group_create(analyses, name);
    H5Gclose(analyses);
    return place;
}

static int write_maps(const struct edit *edit, hid_t place, const struct session_maps *maps)
{
    struct map_log log;
    int result = map_log_create(&log, edit->file, place);
    if (result >= 0)
        result = map_log_write(&log, maps);
    map_log_close(&log);
    return result;
}

static int write_results(const struct edit *edit, const struct session_analysis *analysis)
{
    hid_t place = create_place(edit->file, analysis->name);
    if (place < 0)
        return -1;
    int result = event_log_parameters(place, analysis->parameters, analysis->software);
    struct event_log *log = result < 0 ? NULL : event_log_create(place, edit->time_units);
    result = log ? 0 : -1;
    for (size_t i = 0; i < analysis->event_count && result >= 0; i++)
        result = event_log_append(log, &analysis->events[i]);
    if (result >= 0)
        result = event_log_flush(log);
    event_log_close(log);
    if (result >= 0 && analysis->maps)
        result = write_maps(edit, place, analysis->maps);
    H5Gclose(place);
    return result;
}

static bool is_taken(hid_t file, const char *name)
{
    hid_t analyses = hdf_open_group(file, ANALYSIS_GROUP);
    bool taken = analyses > 0 && H5Lexists(analyses, name, H5P_DEFAULT) > 0;
    if (analyses > 0)
        H5Gclose(analyses);
    return taken;
}

int session_add_analysis(const char *path, const struct session_analysis *analysis,
                         struct failure *failure)
{
    struct edit edit = {.file = 0};
    if (!is_name(analysis->name))
        return failure_set(failure, STATUS_ARGUMENT,
                           "'%.80s' is no name of an analysis: letters, digits, - _ .",
                           analysis->name);
    int status = edit_begin(&edit, path, failure);
    if (status == STATUS_OK && is_taken(edit.file, analysis->name))
        status = failure_set(failure, STATUS_BUSY, "%s: has an analysis '%s' already", path,
                             analysis->name);
    if (status == STATUS_OK && write_results(&edit, analysis) < 0)
        status = hdf_failure(failure, path);
    if (status == STATUS_OK)
        status = edit_commit(&edit, failure);
    edit_end(&edit);
    return status;
}
