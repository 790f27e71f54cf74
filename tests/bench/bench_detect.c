/* Times everything from counts to events: a roller that rolls, a hand beside it, noise. CPU time of
   the thread. Prints the tables of docs/performance.md. */
#include "bench_clock.h"

#include "detect/detect.h"
#include "dsp/dsp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAMES 1000
#define MOST   4000 /* frames a run */

static uint32_t dice = 1;

static double noise(void)
{
    dice = dice * 1664525U + 1013904223U;
    return (double)(dice >> 8) / (1 << 24) - 0.5;
}

struct session {
    struct geometry geometry;
    uint16_t *cells; /* [FRAMES][side*side], one stroke there and back */
    struct conditioner *conditioner;
    struct detector *detector;
    struct event *event;
    double busy_s, detect_s;
    uint32_t strokes;
};

static uint16_t count_at(const struct session *session, double x, double y, double strip_y)
{
    double side_mm = session->geometry.cols * session->geometry.pitch_x_mm;
    double across = (y - strip_y) / 14, hand = hypot(x - 0.12 * side_mm, y - 0.88 * side_mm) / 28;
    double kpa = fabs(x - side_mm / 2) < side_mm / 4 ? 60 * exp(-across * across) : 0;
    kpa += 20 * exp(-hand * hand * hand * hand);
    return (uint16_t)(40 + 20 * kpa + 24 * noise());
}

static void session_open(struct session *session, uint16_t side, double pitch_mm, double rate_hz)
{
    *session = (struct session){.geometry = {.rows = side,
                                             .cols = side,
                                             .pitch_x_mm = pitch_mm,
                                             .pitch_y_mm = pitch_mm,
                                             .rate_hz = rate_hz,
                                             .scale_kpa = 0.05,
                                             .full_scale = 4095}};
    struct parameters parameters;
    parameters_default(&parameters);
    uint32_t cells = (uint32_t)side * side;
    double side_mm = side * pitch_mm;
    session->cells = calloc((size_t)FRAMES * cells, sizeof *session->cells);
    for (uint32_t f = 0; f < FRAMES; f++) {
        double strip_y = side_mm * (0.45 - 0.2 * cos(6.28318530718 * f / FRAMES));
        for (uint32_t i = 0; i < cells; i++)
            session->cells[(size_t)f * cells + i] = count_at(session, (i % side + 0.5) * pitch_mm,
                                                             (i / side + 0.5) * pitch_mm, strip_y);
    }
    session->conditioner = conditioner_create(&session->geometry, &parameters);
    session->detector = detector_create(&session->geometry, &parameters);
    session->event = calloc(1, sizeof *session->event);
}

static void session_close(struct session *session)
{
    free(session->cells);
    conditioner_destroy(session->conditioner);
    detector_destroy(session->detector);
    free(session->event);
}

static void session_run(struct session *session, uint32_t frames)
{
    size_t cells = geometry_cells(&session->geometry);
    double start_s = clock_cpu_s();
    for (uint32_t f = 0; f < frames; f++) {
        struct frame frame = {.number = f,
                              .time_us = (int64_t)(1e6 * f / session->geometry.rate_hz),
                              .rows = session->geometry.rows,
                              .cols = session->geometry.cols,
                              .cells = session->cells + f % FRAMES * cells};
        struct pressure pressure;
        conditioner_push(session->conditioner, &frame, &pressure);
        double conditioned_s = clock_cpu_s();
        detector_push(session->detector, &pressure, f);
        while (detector_next(session->detector, session->event))
            session->strokes += session->event->type == EVENT_STROKE;
        session->detect_s += clock_cpu_s() - conditioned_s;
    }
    session->busy_s = clock_cpu_s() - start_s;
}

static void one_core(void)
{
    struct session session;
    session_open(&session, 64, 8, 200);
    session_run(&session, MOST);
    double share = session.busy_s / (MOST / session.geometry.rate_hz);
    printf("| counts to events, 64 x 64 cells, 200 Hz | result | aim |\n| --- | --- | --- |\n");
    printf("| share of one core | %.2f %% | <= 6 %% |\n", 100 * share);
    printf("| of it detection | %.0f %% | report |\n", 100 * session.detect_s / session.busy_s);
    printf("| strokes counted | %u | %u |\n\n", session.strokes, 2 * (MOST / FRAMES) - 1);
    session_close(&session);
}

int main(void)
{
    one_core();
    printf("| growth, one mat of 512 mm, 100 Hz | ns per cell and frame |\n| --- | --- |\n");
    for (uint16_t side = 16; side <= 128; side = (uint16_t)(2 * side)) {
        struct session session;
        session_open(&session, side, 512.0 / side, 100);
        session_run(&session, 2 * FRAMES);
        printf("| %u x %u cells | %.1f |\n", side, side,
               1e9 * session.busy_s / (2.0 * FRAMES * side * side));
        session_close(&session);
    }
    return 0;
}
