#include "endpoints.h"
#include "publisher_state.h"
#include "sockets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUEUE_BYTES (8U << 20) /* for one slow subscriber */
#define QUEUE_LEAST 16
#define QUEUE_MOST  1000

static int queue_length(const struct bus_publisher *publisher)
{
    unsigned length = QUEUE_BYTES / ring_slot_size(publisher->ring);
    return (int)(length < QUEUE_LEAST ? QUEUE_LEAST : length > QUEUE_MOST ? QUEUE_MOST : length);
}

static int publisher_start(struct bus_publisher *publisher, const struct bus_session *session,
                           const struct bus_publisher_options *options, struct failure *failure)
{
    publisher->session = *session;
    int queue = queue_length(publisher);
    uint64_t half = ring_capacity(publisher->ring) / 2;
    publisher->window = half < (uint64_t)queue / 2 ? half : (uint64_t)queue / 2;
    const struct doors_plan plan = {
        .folder = publisher->folder, .stream = options->stream, .queue = queue, .options = options};
    return doors_open(&publisher->doors, &plan, failure);
}

static bool same_mat(const struct mat_info *one, const struct mat_info *other)
{
    return one->geometry.rows == other->geometry.rows &&
           one->geometry.cols == other->geometry.cols && !strcmp(one->device, other->device) &&
           !strcmp(one->serial, other->serial) && !strcmp(one->protocol, other->protocol);
}

static bool mat_unknown(const struct bus_session *session)
{
    return session->mat.geometry.rows == 0;
}

/* The session that the ring was left with. @return false when there is none */
static bool session_left(const struct bus_publisher *publisher, struct bus_session *left)
{
    const char *note = ring_note(publisher->ring);
    return *note && !bus_session_decode(left, note, strlen(note));
}

/* Whether the session left in the ring is to be continued. */
static bool continues(const struct bus_publisher *publisher, const struct bus_session *left,
                      const struct bus_session *session, double adopt_s)
{
    struct ring *ring = publisher->ring;
    if (mat_unknown(session))
        return !strcmp(left->id, session->id);
    if (!same_mat(&left->mat, &session->mat) ||
        ring_slot_size(ring) != publisher->stream->slot_size(&session->mat.geometry))
        return false;
    if (!strcmp(left->id, session->id))
        return true;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double age_s = (double)now.tv_sec + (double)now.tv_nsec * 1e-9 - ring_written_s(ring);
    return !ring_ended(ring) && !strcmp(left->source, session->source) && age_s >= 0 &&
           age_s < adopt_s;
}

static int session_begin(struct bus_publisher *publisher, const struct bus_session *session,
                         const struct bus_publisher_options *options, struct failure *failure)
{
    struct bus_session left;
    char note[RING_NOTE_SIZE];
    const struct geometry *geometry = &session->mat.geometry;
    if (session_left(publisher, &left) && continues(publisher, &left, session, options->adopt_s))
        return publisher_start(publisher, &left, options, failure);
    if (mat_unknown(session))
        return failure_set(failure, STATUS_NOT_FOUND, "bus: session %s is not there", session->id);
    if (bus_session_encode(session, note, sizeof note) < 0)
        return failure_set(failure, STATUS_ARGUMENT,
                           "bus %s: the mat's names are no UTF-8 or too long", publisher->folder);
    int status = ring_format(publisher->ring, publisher->stream->slot_size(geometry),
                             publisher->stream->slots(geometry, options), note, failure);
    return status ? status : publisher_start(publisher, session, options, failure);
}

int bus_publisher_open(struct bus_publisher **result, const char *folder,
                       const struct bus_session *session,
                       const struct bus_publisher_options *options, struct failure *failure)
{
    *result = NULL;
    int status = mat_unknown(session) ? STATUS_OK : geometry_check(&session->mat.geometry, failure);
    if (status)
        return status;
    struct bus_publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    memcpy(publisher->folder, folder, strnlen(folder, BUS_FOLDER_SIZE - 1));
    publisher->stream = stream_of(options->stream);
    publisher->begun_ms = publisher->sent_ms = now_ms();
    publisher->time_s = NAN;
    char path[ENDPOINT_SIZE];
    ring_path(path, folder, publisher->stream->name);
    status = ring_open(&publisher->ring, path, failure);
    if (!status)
        status = session_begin(publisher, session, options, failure);
    if (status)
        bus_publisher_close(publisher);
    else
        *result = publisher;
    return status;
}

void bus_publisher_close(struct bus_publisher *publisher)
{
    if (!publisher)
        return;
    doors_close(&publisher->doors);
    if (publisher->ring && ring_ended(publisher->ring) && bus_publisher_left(publisher))
        ring_discard(publisher->ring);
    else
        ring_close(publisher->ring);
    free(publisher);
}
