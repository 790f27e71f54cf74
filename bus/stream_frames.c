/* The stream of frames. */
#include "publisher.h"
#include "reader_state.h"
#include "wire.h"

#include <math.h>

#define TOPIC        "frame"
#define RING_S       300.0
#define RING_BYTES   (256ULL << 20)
#define RATE_ASSUMED 100.0 /* where the mat says none */
#define SLOTS_LEAST  1024.0

static int frame_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                      char session[BUS_SESSION_ID_SIZE])
{
    struct frame frame;
    int status = wire_frame_decode(&frame, session, bytes, size);
    *number = frame.number;
    return status;
}

static uint32_t slot_size(const struct geometry *geometry)
{
    return (uint32_t)wire_frame_size(geometry->rows, geometry->cols);
}

static uint32_t slots_wanted(const struct geometry *geometry,
                             const struct bus_publisher_options *options)
{
    double seconds = options->ring_s > 0 ? options->ring_s : RING_S;
    double bytes = (double)(options->ring_bytes ? options->ring_bytes : RING_BYTES);
    double slots = ceil(seconds * (geometry->rate_hz > 0 ? geometry->rate_hz : RATE_ASSUMED));
    double most = bytes / slot_size(geometry);
    slots = slots < SLOTS_LEAST ? SLOTS_LEAST : slots;
    slots = slots > most ? most : slots;
    return slots < 16 ? 16 : slots > 16e6 ? 16000000 : (uint32_t)slots;
}

const struct stream stream_frames = {"frames", slot_size, slots_wanted, frame_peek};

int bus_publisher_last(const struct bus_publisher *publisher, struct frame *frame)
{
    struct ring *ring = publisher_ring(publisher);
    char session[BUS_SESSION_ID_SIZE];
    const uint8_t *bytes;
    size_t size;
    if (!ring_next(ring) || ring_read(ring, ring_next(ring) - 1, &bytes, &size) < 1)
        return 0;
    return !wire_frame_decode(frame, session, bytes, size);
}

int bus_publish_frame(struct bus_publisher *publisher, const struct frame *frame,
                      struct failure *failure)
{
    const struct bus_session *session = bus_publisher_session(publisher);
    const struct geometry *geometry = &session->mat.geometry;
    if (frame->rows != geometry->rows || frame->cols != geometry->cols)
        return failure_set(failure, STATUS_ARGUMENT, "frame of %u x %u cells from a mat of %u x %u",
                           frame->rows, frame->cols, geometry->rows, geometry->cols);
    struct ring *ring = publisher_ring(publisher);
    struct frame numbered = *frame;
    numbered.number = ring_next(ring);
    if (!numbered.number)
        ring_set_origin(ring, frame->time_us);
    struct message message = {.topic = TOPIC,
                              .time_s = (double)(frame->time_us - ring_origin(ring)) * 1e-6};
    message.size = wire_frame_encode(&numbered, session->id, ring_begin(ring));
    return publisher_send(publisher, &message, failure);
}

int bus_read_frame(struct bus_reader *reader, struct frame *frame, int timeout_ms,
                   struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader, &bytes, &size, timeout_ms, failure);
    if (status < 1)
        return status;
    char session[BUS_SESSION_ID_SIZE];
    wire_frame_decode(frame, session, bytes, size);
    wire_cells_decode(frame, reader->cells, bytes);
    return 1;
}
