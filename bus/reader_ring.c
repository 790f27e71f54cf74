#include "reader_ring.h"

#include "sockets.h"

#include <string.h>
#include <time.h>

#define BACKLOG 256 /* messages that a display still shows one by one */
#define LEAD    8   /* part of the ring */

static bool ring_fits(const struct bus_reader *reader, const struct ring_watch *ring)
{
    struct bus_session session;
    const char *note = ring_watch_note(ring);
    return !bus_session_decode(&session, note, strlen(note)) &&
           !strcmp(session.id, reader->session.id);
}

static void ring_leave(struct bus_reader *reader)
{
    ring_watch_close(reader->ring);
    reader->ring = NULL;
    zmq_setsockopt(reader->live, ZMQ_SUBSCRIBE, "", 0);
}

void reader_ring_open(struct bus_reader *reader)
{
    char path[ENDPOINT_SIZE];
    if (endpoint_is_remote(reader->place))
        return;
    ring_path(path, reader->place, reader->stream->name);
    reader->ring = ring_watch_open(path);
    if (!reader->ring || !ring_fits(reader, reader->ring))
        ring_leave(reader);
}

/* @return whether it is there, whole */
static bool message_copy(const struct bus_reader *reader, uint64_t number, zmq_msg_t *message)
{
    size_t size = ring_watch_size(reader->ring, number);
    if (!size || zmq_msg_init_size(message, size))
        return false;
    if (ring_watch_copy(reader->ring, number, zmq_msg_data(message), size))
        return true;
    zmq_msg_close(message);
    return false;
}

/* Where to go on: a display that just came, or was away for long, with the newest. */
static uint64_t number_wanted(const struct bus_reader *reader, uint64_t next)
{
    if (reader->skip && next > reader->next && (!reader->given || next - reader->next > BACKLOG))
        return next - 1;
    return reader->next;
}

/* Nothing is left to read. */
static void end_look(struct bus_reader *reader)
{
    if ((reader->finish_ms || ring_watch_ended(reader->ring)) && !reader->ended) {
        reader->ended = true;
        reader->end = ring_watch_next(reader->ring);
    }
    if (ring_watch_replaced(reader->ring)) {
        reader->displaced |= !*reader->wanted;
        ring_leave(reader);
    }
}

/* What follows one that cannot be read: after an overrun with a lead on the publisher, who would
 * overwrite the oldest message there is before it is dealt with. */
static uint64_t number_after(const struct ring_watch *ring, uint64_t number)
{
    uint64_t first = ring_watch_first(ring), kept = ring_watch_next(ring) - first;
    return number < first ? first + kept / LEAD : number + 1;
}

int reader_ring_next(struct bus_reader *reader)
{
    zmq_msg_t message;
    uint64_t next = ring_watch_next(reader->ring), number = number_wanted(reader, next);
    while (number < next) {
        if (message_copy(reader, number, &message)) {
            if (number > reader->next && !reader->skip)
                reader_lost(reader, number);
            reader->heard_ms = now_ms();
            return reader_give(reader, &message, number);
        }
        number = number_after(reader->ring, number);
    }
    end_look(reader);
    return 0;
}

bool reader_ring_wait(struct bus_reader *reader, int timeout_ms)
{
    if (!reader->look_ms || reader->session.paced || !timeout_ms)
        return ring_watch_wait(reader->ring, reader->next, timeout_ms);
    int wait_ms = reader->look_ms < timeout_ms ? reader->look_ms : timeout_ms;
    const struct timespec wait = {.tv_nsec = wait_ms * 1000000L};
    return !nanosleep(&wait, NULL);
}
