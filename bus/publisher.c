#include "publisher_state.h"
#include "sockets.h"

#include <string.h>

struct ring *publisher_ring(const struct bus_publisher *publisher)
{
    return publisher->ring;
}

const struct bus_session *bus_publisher_session(const struct bus_publisher *publisher)
{
    return &publisher->session;
}

bool bus_publisher_ended(const struct bus_publisher *publisher)
{
    return ring_ended(publisher->ring);
}

uint64_t bus_publisher_next(const struct bus_publisher *publisher)
{
    return ring_next(publisher->ring);
}

int publisher_turn(const struct bus_publisher *publisher, uint64_t number, struct failure *failure)
{
    uint64_t next = ring_next(publisher->ring);
    if (number > next)
        return failure_set(failure, STATUS_ARGUMENT, "%s: number %llu where %llu is the next",
                           publisher->stream->name, (unsigned long long)number,
                           (unsigned long long)next);
    return number == next;
}

int publisher_say(struct bus_publisher *publisher, const char *topic, const void *bytes,
                  size_t size)
{
    publisher->sent_ms = now_ms();
    return doors_publish(&publisher->doors, topic, bytes, size);
}

int publisher_send(struct bus_publisher *publisher, const struct message *message,
                   struct failure *failure)
{
    const uint8_t *bytes = ring_begin(publisher->ring);
    ring_commit(publisher->ring, message->size);
    publisher->time_s = message->time_s;
    if (publisher_say(publisher, message->topic, bytes, message->size) < 1)
        return socket_failure(failure, "bus: publish");
    return 1;
}

void publisher_answer(const struct bus_publisher *publisher, struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    memcpy(answer->session.id, publisher->session.id, sizeof answer->session.id);
    answer->ended = ring_ended(publisher->ring);
    answer->first = ring_first(publisher->ring);
    answer->next = ring_next(publisher->ring);
}

bool bus_publisher_room(const struct bus_publisher *publisher)
{
    uint64_t next = ring_next(publisher->ring);
    return !publisher->session.paced ||
           next - peers_slowest(&publisher->peers, next) < publisher->window;
}

void bus_publisher_end(struct bus_publisher *publisher)
{
    if (ring_ended(publisher->ring))
        return;
    ring_end(publisher->ring);
    struct answer answer;
    publisher_answer(publisher, &answer);
    char text[CONTROL_SIZE];
    int length = answer_write(&answer, text, sizeof text);
    if (length > 0)
        publisher_say(publisher, "end", text, (size_t)length);
}

bool bus_publisher_left(const struct bus_publisher *publisher)
{
    return publisher->peers.count == 0;
}

void bus_publisher_health(const struct bus_publisher *publisher,
                          struct bus_publisher_health *health)
{
    *health = publisher->health;
    health->next = ring_next(publisher->ring);
    health->first = ring_first(publisher->ring);
    health->admitted = publisher->doors.gate.admitted;
    health->refused = publisher->doors.gate.refused;
    health->readers = publisher->peers.count;
    health->vanished = peers_vanished(&publisher->peers);
    health->behind = health->next - peers_slowest(&publisher->peers, health->next);
}
