#include "proven_analyses.h"

#include "../analysis/comparison.h"
#include "../analysis/gathering.h"
#include "../sources/calibrations.h"
#include "../sources/frames_ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct again {
    const char *file, *name;
    struct session *session;
    struct analysis *analysis;
    struct findings recorded, computed;
    struct session_maps maps; /* recorded; none: kpa[0] is NULL */
    float *kpa;               /* [cells] scratch, with maps */
};

static int read_recorded(struct again *again, struct failure *failure)
{
    int status = gather_recorded(&again->recorded, again->session, again->name, true, failure);
    return status < 0 ? status : session_maps(again->session, again->name, &again->maps, failure);
}

static int begin(struct again *again, struct failure *failure)
{
    const struct geometry *geometry = &session_about(again->session)->mat.geometry;
    struct parameters parameters;
    struct calibration *calibration;
    int status = session_parameters(again->session, again->name, &parameters, failure);
    if (status >= 0)
        status = calibration_of_session(&calibration, again->session, failure);
    if (status < 0)
        return status;
    again->analysis = analysis_create_calibrated(geometry, calibration, &parameters);
    again->kpa = calloc(geometry_cells(geometry), sizeof *again->kpa);
    if (!again->analysis || !again->kpa || (again->maps.kpa[0] && analysis_split(again->analysis)))
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", again->file);
    return STATUS_OK;
}

static int take_events(struct again *again)
{
    return gather_found(&again->computed, again->analysis, true);
}

static int find_again(struct again *again, struct failure *failure)
{
    struct frames_ahead *ahead;
    struct frame frame;
    int status = frames_ahead_open(&ahead, again->session, 1, failure);
    while (status >= 0 && (status = frames_ahead_next(ahead, 0, &frame, failure)) == 1)
        if (analysis_push(again->analysis, &frame) && take_events(again) < 0)
            status = failure_set(failure, STATUS_MEMORY, "%s: out of memory", again->file);
    frames_ahead_close(ahead);
    if (status != STATUS_END)
        return status;
    analysis_finish(again->analysis);
    return take_events(again) < 0
               ? failure_set(failure, STATUS_MEMORY, "%s: out of memory", again->file)
               : STATUS_OK;
}

static int compare_maps(const struct again *again, struct failure *failure)
{
    const struct geometry *geometry = &session_about(again->session)->mat.geometry;
    bool same = true;
    for (int i = 0; i < SESSION_MAP_COUNT && again->maps.kpa[0]; i++) {
        double seconds = analysis_map(again->analysis, (enum split_band)i, again->kpa);
        same = same && seconds >= again->maps.duration_s && seconds <= again->maps.duration_s &&
               !memcmp(again->kpa, again->maps.kpa[i], geometry_cells(geometry) * sizeof(float));
    }
    return same ? STATUS_OK
                : failure_set(failure, STATUS_FORMAT,
                              "%s: /analysis/%s/maps are not what its frames give", again->file,
                              again->name);
}

static int compare(const struct again *again, struct failure *failure)
{
    char place[SESSION_TEXT_SIZE];
    snprintf(place, sizeof place, "/analysis/%s", again->name);
    const struct comparison comparison = {again->file, place, true};
    bool contacts = again->recorded.lists[EVENT_CONTACT].count > 0; /* they need not be kept */
    int status = STATUS_OK;
    for (int type = 0; type < EVENT_TYPE_COUNT && status == STATUS_OK; type++)
        if (type != EVENT_MARKER && (type != EVENT_CONTACT || contacts))
            status = compare_events(&again->recorded, &again->computed, (enum event_type)type,
                                    &comparison, failure);
    return status == STATUS_OK ? compare_maps(again, failure) : status;
}

static int prove(const char *file, const char *name, struct failure *failure)
{
    struct again again = {.file = file, .name = name};
    int status = session_open(&again.session, file, failure);
    if (status == STATUS_OK)
        status = read_recorded(&again, failure);
    if (status >= 0)
        status = begin(&again, failure);
    if (status == STATUS_OK)
        status = find_again(&again, failure);
    if (status == STATUS_OK)
        status = compare(&again, failure);
    analysis_destroy(again.analysis);
    findings_clear(&again.recorded);
    findings_clear(&again.computed);
    session_maps_free(&again.maps);
    free(again.kpa);
    session_close(again.session);
    return status;
}

int prove_analyses(const char *file, const char *software, struct proven_analyses *proven,
                   struct failure *failure)
{
    struct session *session;
    struct session_made *made;
    *proven = (struct proven_analyses){0};
    int status = session_open(&session, file, failure);
    if (status < 0)
        return status;
    int count = session_analyses(session, &made, failure);
    session_close(session);
    status = count < 0 ? count : STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK; i++) {
        bool ours = !strcmp(made[i].software, software);
        proven->proven += ours;
        proven->others += !ours;
        if (ours)
            status = prove(file, made[i].name, failure);
    }
    free(made);
    return status;
}
