#include "reader_state.h"

void reader_lost(struct bus_reader *reader, uint64_t number)
{
    if (!reader->lost_count)
        reader->lost_first = reader->next;
    reader->lost_last = number - 1;
    reader->lost_count += number - reader->next;
    reader->health.lost += number - reader->next;
    reader->next = number;
}

int reader_give(struct bus_reader *reader, zmq_msg_t *message, uint64_t number)
{
    if (reader->skip && reader->given)
        reader->health.skipped += number - reader->next;
    reader->given = true;
    zmq_msg_move(&reader->current, message);
    reader->next = number + 1;
    if (reader->newest < reader->next)
        reader->newest = reader->next;
    return 1;
}
