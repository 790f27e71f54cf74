/* The stream of frames. */
#include "publisher.h"
#include "reader.h"
#include "wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STREAM       "frames"
#define TOPIC        "frame"
#define RING_S       300.0
#define RING_BYTES   (256ULL << 20)
#define RATE_ASSUMED 100.0 /* where the mat says none */
#define SLOTS_LEAST  1024.0

struct frame_publisher {
    struct publisher *publisher;
};

struct frame_reader {
    struct reader *reader;
    uint16_t *cells; /* [MAT_SIDE_MAX * MAT_SIDE_MAX] */
};

static int frame_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                      char session[BUS_SESSION_ID_SIZE])
{
    struct frame frame;
    int status = wire_frame_decode(&frame, session, bytes, size);
    *number = frame.number;
    return status;
}

static const struct stream_kind kind = {STREAM, frame_peek};

static uint32_t slot_size(const struct geometry *geometry)
{
    return (uint32_t)wire_frame_size(geometry->rows, geometry->cols);
}

static uint32_t slots_wanted(const struct geometry *geometry,
                             const struct frame_publisher_options *options)
{
    double seconds = options->ring_s > 0 ? options->ring_s : RING_S;
    double bytes = (double)(options->ring_bytes ? options->ring_bytes : RING_BYTES);
    double slots = ceil(seconds * (geometry->rate_hz > 0 ? geometry->rate_hz : RATE_ASSUMED));
    double most = bytes / slot_size(geometry);
    slots = slots < SLOTS_LEAST ? SLOTS_LEAST : slots;
    slots = slots > most ? most : slots;
    return slots < 16 ? 16 : slots > 16e6 ? 16000000 : (uint32_t)slots;
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

/* Whether the session left in the ring is to be continued. */
static bool continues(struct publisher *publisher, const struct bus_session *left,
                      const struct bus_session *session, double adopt_s)
{
    struct ring *ring = publisher_ring(publisher);
    if (mat_unknown(session))
        return !strcmp(left->id, session->id);
    if (!same_mat(&left->mat, &session->mat) ||
        ring_slot_size(ring) != slot_size(&session->mat.geometry))
        return false;
    if (!strcmp(left->id, session->id))
        return true;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double age_s = (double)now.tv_sec + (double)now.tv_nsec * 1e-9 - ring_written_s(ring);
    return !ring_ended(ring) && !strcmp(left->source, session->source) && age_s >= 0 &&
           age_s < adopt_s;
}

static int session_begin(struct publisher *publisher, const struct bus_session *session,
                         const struct frame_publisher_options *options, struct failure *failure)
{
    struct bus_session left;
    if (publisher_left_session(publisher, &left) &&
        continues(publisher, &left, session, options->adopt_s))
        return publisher_start(publisher, &left, failure);
    if (mat_unknown(session))
        return failure_set(failure, STATUS_NOT_FOUND, "bus: session %s is not there", session->id);
    int status = publisher_format(publisher, session, slot_size(&session->mat.geometry),
                                  slots_wanted(&session->mat.geometry, options), failure);
    return status ? status : publisher_start(publisher, session, failure);
}

int frame_publisher_open(struct frame_publisher **result, const char *folder,
                         const struct bus_session *session,
                         const struct frame_publisher_options *options, struct failure *failure)
{
    static const struct frame_publisher_options usual;
    *result = NULL;
    int status = mat_unknown(session) ? STATUS_OK : geometry_check(&session->mat.geometry, failure);
    if (status)
        return status;
    struct frame_publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    status = publisher_open(&publisher->publisher, folder, STREAM, failure);
    if (!status)
        status = session_begin(publisher->publisher, session, options ? options : &usual, failure);
    if (status)
        frame_publisher_close(publisher);
    else
        *result = publisher;
    return status;
}

const struct bus_session *frame_publisher_session(const struct frame_publisher *publisher)
{
    return publisher_session(publisher->publisher);
}

int frame_publisher_last(const struct frame_publisher *publisher, struct frame *frame)
{
    struct ring *ring = publisher_ring(publisher->publisher);
    char session[BUS_SESSION_ID_SIZE];
    const uint8_t *bytes;
    size_t size;
    if (!ring_next(ring) || ring_read(ring, ring_next(ring) - 1, &bytes, &size) < 1)
        return 0;
    return !wire_frame_decode(frame, session, bytes, size);
}

bool frame_publisher_ended(const struct frame_publisher *publisher)
{
    return ring_ended(publisher_ring(publisher->publisher));
}

int frame_publisher_push(struct frame_publisher *publisher, const struct frame *frame,
                         struct failure *failure)
{
    const struct bus_session *session = publisher_session(publisher->publisher);
    const struct geometry *geometry = &session->mat.geometry;
    if (frame->rows != geometry->rows || frame->cols != geometry->cols)
        return failure_set(failure, STATUS_ARGUMENT, "frame of %u x %u cells from a mat of %u x %u",
                           frame->rows, frame->cols, geometry->rows, geometry->cols);
    struct ring *ring = publisher_ring(publisher->publisher);
    struct frame numbered = *frame;
    numbered.number = ring_next(ring);
    size_t size = wire_frame_encode(&numbered, session->id, ring_begin(ring));
    return publisher_send(publisher->publisher, TOPIC, size, failure);
}

int frame_publisher_serve(struct frame_publisher *publisher, int timeout_ms)
{
    return publisher_serve(publisher->publisher, timeout_ms);
}

bool frame_publisher_room(const struct frame_publisher *publisher)
{
    return publisher_room(publisher->publisher);
}

void frame_publisher_end(struct frame_publisher *publisher)
{
    publisher_end(publisher->publisher);
}

bool frame_publisher_left(const struct frame_publisher *publisher)
{
    return publisher_left(publisher->publisher);
}

void frame_publisher_health(const struct frame_publisher *publisher,
                            struct bus_publisher_health *health)
{
    publisher_health(publisher->publisher, health);
}

void frame_publisher_close(struct frame_publisher *publisher)
{
    if (!publisher)
        return;
    publisher_close(publisher->publisher);
    free(publisher);
}

int frame_reader_open(struct frame_reader **result, const char *folder,
                      const struct bus_reader_options *options, struct failure *failure)
{
    *result = NULL;
    struct frame_reader *reader = calloc(1, sizeof *reader);
    if (reader)
        reader->cells = malloc(sizeof *reader->cells * MAT_SIDE_MAX * MAT_SIDE_MAX);
    if (!reader || !reader->cells) {
        free(reader);
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    }
    int status = reader_open(&reader->reader, folder, &kind, options, failure);
    if (status)
        frame_reader_close(reader);
    else
        *result = reader;
    return status;
}

const struct bus_session *frame_reader_session(struct frame_reader *reader, int timeout_ms)
{
    return reader_session(reader->reader, timeout_ms);
}

void frame_reader_seek(struct frame_reader *reader, uint64_t from)
{
    reader_seek(reader->reader, from);
}

int frame_reader_next(struct frame_reader *reader, struct frame *frame, int timeout_ms,
                      struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader->reader, &bytes, &size, timeout_ms, failure);
    if (status < 1)
        return status;
    char session[BUS_SESSION_ID_SIZE];
    wire_frame_decode(frame, session, bytes, size);
    wire_cells_decode(frame, reader->cells, bytes);
    return 1;
}

uint64_t frame_reader_lost(struct frame_reader *reader, uint64_t *first, uint64_t *last)
{
    return reader_lost(reader->reader, first, last);
}

void frame_reader_finish(struct frame_reader *reader)
{
    reader_finish(reader->reader);
}

void frame_reader_health(const struct frame_reader *reader, struct bus_reader_health *health)
{
    reader_health(reader->reader, health);
}

void frame_reader_close(struct frame_reader *reader)
{
    if (!reader)
        return;
    reader_close(reader->reader);
    free(reader->cells);
    free(reader);
}
