#include "report.h"

#include "bus/bus.h"
#include "json_line.h"

#include <math.h>
#include <string.h>

const char *report_clock(char text[CLOCK_SIZE], double duration_s)
{
    long long tenths = llround(duration_s * 10);
    long long minutes = tenths / 600;
    if (minutes < 60)
        snprintf(text, CLOCK_SIZE, "%lld:%04.1f", minutes, (double)(tenths % 600) / 10);
    else
        snprintf(text, CLOCK_SIZE, "%lld:%02lld:%04.1f", minutes / 60, minutes % 60,
                 (double)(tenths % 600) / 10);
    return text;
}

static void stroke_words(FILE *stream, const struct stroke *stroke)
{
    fprintf(stream, "stroke %4u %9.2f - %7.2f s %6.0f mm %5.0f mm/s %6.0f N", stroke->id,
            stroke->start_s, stroke->end_s, stroke->travel_mm, stroke->mean_speed_mm_s,
            stroke->mean_force_n);
    fprintf(stream, "%s%s%s%s%s\n", stroke->slow ? "  slow" : "", stroke->deep ? "  deep" : "",
            stroke->partial ? "  partial" : "", stroke->at_edge ? "  at the edge" : "",
            stroke->saturated ? "  saturated" : "");
}

static void hold_words(FILE *stream, const struct hold *hold)
{
    fprintf(stream, "hold   %4u %9.2f - %7.2f s   at (%.0f, %.0f) mm %6.0f N", hold->id,
            hold->start_s, hold->end_s, hold->x_mm, hold->y_mm, hold->mean_force_n);
    if (!isnan(hold->breathing_hz))
        fprintf(stream, "  breathing %.0f a minute", hold->breathing_hz * 60);
    fprintf(stream, "\n");
}

static void spot_words(FILE *stream, const struct spot *spot)
{
    fprintf(stream,
            "spot   %4u at (%.0f, %.0f) mm, %+.0f %%, %u strokes (%u slow and deep), dose %.0f %%,"
            " confidence %.2f\n",
            spot->id, spot->x_mm, spot->y_mm, spot->contrast * 100, spot->strokes, spot->slow_deep,
            spot->dose * 100, spot->confidence);
}

static void summary_words(FILE *stream, const struct summary *summary)
{
    char clock[CLOCK_SIZE];
    fprintf(stream, "duration  %s, %llu frames, %llu gaps\n",
            report_clock(clock, summary->duration_s), (unsigned long long)summary->frames,
            (unsigned long long)summary->gaps);
    fprintf(stream, "strokes   %u one way, %u cycles, %u slow and deep", summary->one_way,
            summary->cycles, summary->slow_deep);
    if (summary->one_way)
        fprintf(stream, " (%u slow, %u deep, %u partial)", summary->slow, summary->deep,
                summary->partial);
    fprintf(stream, "\nholds     %u", summary->holds);
    if (summary->holds)
        fprintf(stream, ", %s together", report_clock(clock, summary->hold_total_s));
    fprintf(stream, "\nbouts     %u\nhot spots %u\n", summary->bouts, summary->spots);
    if (summary->one_way)
        fprintf(stream, "on average %.0f mm at %.0f mm/s under %.0f N\n", summary->mean_travel_mm,
                summary->mean_speed_mm_s, summary->mean_force_n);
}

void report_event(FILE *stream, const struct event *event)
{
    switch (event->type) {
    case EVENT_CONTACT:
        fprintf(stream, "contact %3u %9.2f s at (%.0f, %.0f) mm %6.0f N\n", event->contact.id,
                event->contact.time_s, event->contact.x_mm, event->contact.y_mm,
                event->contact.force_n);
        break;
    case EVENT_STROKE:
        stroke_words(stream, &event->stroke);
        break;
    case EVENT_HOLD:
        hold_words(stream, &event->hold);
        break;
    case EVENT_BOUT:
        fprintf(stream, "bout   %4u %9.2f - %7.2f s %6u strokes %4u holds\n", event->bout.id,
                event->bout.start_s, event->bout.end_s, event->bout.strokes, event->bout.holds);
        break;
    case EVENT_SPOT:
        spot_words(stream, &event->spot);
        break;
    case EVENT_MARKER:
        fprintf(stream, "marker %4u %9.2f s %s %s\n", event->marker.id, event->marker.time_s,
                event->marker.kind, event->marker.text);
        break;
    default:
        summary_words(stream, &event->summary);
    }
}

static void list_words(FILE *stream, const struct findings *findings, enum event_type type)
{
    const struct findings_list *list = &findings->lists[type];
    for (size_t i = 0; i < list->count; i++)
        report_event(stream, &list->events[i]);
}

void report_end(FILE *stream, const struct findings *findings)
{
    list_words(stream, findings, EVENT_SPOT);
    list_words(stream, findings, EVENT_SUMMARY);
}

void report_words(FILE *stream, const char *file, const struct findings *findings)
{
    fprintf(stream, "%s\n", file);
    list_words(stream, findings, EVENT_CONTACT);
    list_words(stream, findings, EVENT_STROKE);
    list_words(stream, findings, EVENT_HOLD);
    list_words(stream, findings, EVENT_BOUT);
    report_end(stream, findings);
    fprintf(stream, "\n");
}

/* The event as the bus tells it, without the name of its kind. NULL when out of memory. */
static json_t *event_object(const struct event *event)
{
    char text[EVENT_JSON_SIZE];
    int length = event_encode(event, text, sizeof text);
    json_t *object = length < 0 ? NULL : json_loadb(text, (size_t)length, 0, NULL);
    if (object)
        json_object_del(object, "event");
    return object;
}

static json_t *list_array(const struct findings_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list->count; i++)
        if (json_array_append_new(array, event_object(&list->events[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *parameters_object(const struct parameters *parameters)
{
    size_t count;
    const struct parameter *table = parameter_table(&count);
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, table[i].name, json_real(parameter_get(parameters, &table[i])));
    return object;
}

/* 0, or not when out of memory: jansson's setters refuse a NULL value. */
static int add_findings(json_t *object, const struct findings *findings)
{
    int bad = 0;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct findings_list *list = &findings->lists[type];
        const char *group = event_kind((enum event_type)type)->group;
        if (type == EVENT_SUMMARY)
            bad |= list->count && json_object_set_new(object, group, event_object(list->events));
        else if (list->count || (type != EVENT_CONTACT && type != EVENT_MARKER))
            bad |= json_object_set_new(object, group, list_array(list));
    }
    return bad;
}

int report_json(FILE *stream, const char *file, const struct findings *findings,
                const struct parameters *parameters, struct failure *failure)
{
    json_t *object =
        json_pack("{s:s, s:s, s:o}", "file", file, "software", "rollscope " ROLLSCOPE_VERSION,
                  "parameters", parameters_object(parameters));
    if (object && add_findings(object, findings)) {
        json_decref(object);
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", file);
    }
    return json_line(stream, object, file, failure);
}
