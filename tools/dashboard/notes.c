#include "notes.h"

#include "control.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAIN_MOST 10

int notes_begin(struct notes *notes, const char *folder, const struct bus_session *session,
                struct failure *failure)
{
    const struct bus_publisher_options options = {.stream = BUS_NOTES};
    notes_end(notes);
    int status = bus_publisher_open(&notes->publisher, folder, session, &options, failure);
    if (status)
        notes->publisher = NULL;
    return status;
}

/* "spot 2: tender"; of pain only where. @return false: it is too long */
static bool text_write(struct marker *marker, json_int_t spot, const char *text)
{
    char place[32] = "";
    if (spot > 0)
        snprintf(place, sizeof place, "spot %lld%s", (long long)spot, *text ? ": " : "");
    return snprintf(marker->text, sizeof marker->text, "%s%s", place, text) <
           (int)sizeof marker->text;
}

const char *notes_read(struct marker *marker, const json_t *said)
{
    const char *kind = control_text(said, "kind"), *text = control_text(said, "text");
    const json_t *value = json_object_get(said, "value");
    bool pain = !strcmp(kind, "pain"), note = !strcmp(kind, "note");
    if (!pain && !note && strcmp(kind, "pause") != 0 && strcmp(kind, "resume") != 0)
        return "no such kind of note";
    if (pain && !(json_is_number(value) && json_number_value(value) >= 0 &&
                  json_number_value(value) <= PAIN_MOST))
        return "pain is a number from 0 to 10";
    json_int_t spot = pain || note ? json_integer_value(json_object_get(said, "spot")) : 0;
    if ((note && !*text) || !text_write(marker, spot, note ? text : ""))
        return "a note has 1 to 127 bytes";
    snprintf(marker->kind, sizeof marker->kind, "%s", kind);
    marker->value = pain ? json_number_value(value) : NAN;
    return NULL;
}

const char *notes_take(struct notes *notes, const json_t *said, uint64_t frame, double time_s)
{
    struct failure failure;
    if (!notes->publisher)
        return "nothing is being recorded";
    struct event event = {.type = EVENT_MARKER,
                          .number = bus_publisher_next(notes->publisher),
                          .frame = frame,
                          .published_s = time_s};
    const char *why = notes_read(&event.marker, said);
    if (why)
        return why;
    event.marker.id = (uint32_t)event.number + 1;
    event.marker.time_s = time_s;
    return bus_publish_event(notes->publisher, &event, &failure) == 1 ? NULL
                                                                      : "it could not be kept";
}

void notes_serve(struct notes *notes)
{
    if (notes->publisher)
        bus_publisher_serve(notes->publisher, 0);
}

void notes_end(struct notes *notes)
{
    bus_publisher_close(notes->publisher);
    notes->publisher = NULL;
}
