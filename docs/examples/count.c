/* Counts strokes and holds in frames of your own, with librollscope.
 *
 * usage: count ROWS COLS PITCH_MM KPA_PER_COUNT <frames.txt
 *        a line a frame: its time in s, then ROWS * COLS counts, row by row
 * build: cc count.c -o count $(pkg-config --cflags --libs rollscope)
 */
#include <stdio.h>
#include <stdlib.h>

#include "detect/detect.h"
#include "dsp/dsp.h"
#include "mat/mat.h"

static void show(struct detector *detector)
{
    struct event event;
    while (detector_next(detector, &event))
        if (event.type == EVENT_STROKE)
            printf("stroke %.6f %.6f %.3f\n", event.stroke.start_s, event.stroke.end_s,
                   event.stroke.travel_mm);
        else if (event.type == EVENT_HOLD)
            printf("hold %.6f %.6f\n", event.hold.start_s, event.hold.end_s);
}

static int read_frame(struct frame *frame, uint16_t *counts)
{
    double time_s;
    if (scanf("%lf", &time_s) != 1)
        return 0;
    for (int i = 0; i < frame->rows * frame->cols; i++)
        if (scanf("%hu", &counts[i]) != 1)
            return 0;
    frame->time_us = (int64_t)(time_s * 1e6 + 0.5);
    frame->cells = counts;
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    struct geometry geometry = {.rows = (uint16_t)atoi(argv[1]),
                                .cols = (uint16_t)atoi(argv[2]),
                                .pitch_x_mm = atof(argv[3]),
                                .pitch_y_mm = atof(argv[3]),
                                .scale_kpa = atof(argv[4]),
                                .full_scale = 65535};
    struct failure failure;
    if (geometry_check(&geometry, &failure)) {
        fprintf(stderr, "count: %s\n", failure.text);
        return 2;
    }
    struct parameters parameters;
    parameters_default(&parameters);
    struct conditioner *conditioner = conditioner_create(&geometry, &parameters);
    struct detector *detector = detector_create(&geometry, &parameters);
    uint16_t *counts = calloc(geometry_cells(&geometry), sizeof *counts);
    if (!conditioner || !detector || !counts)
        return 1;
    struct frame frame = {.rows = geometry.rows, .cols = geometry.cols};
    struct pressure pressure;
    for (; read_frame(&frame, counts); frame.number++, frame.sequence++) {
        conditioner_push(conditioner, &frame, &pressure);
        detector_push(detector, &pressure, frame.number);
        show(detector);
    }
    detector_finish(detector);
    show(detector);
    free(counts);
    detector_destroy(detector);
    conditioner_destroy(conditioner);
    return 0;
}
