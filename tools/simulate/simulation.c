#include "simulate.h"

#include "body.h"
#include "facts.h"
#include "motion.h"
#include "plan.h"
#include "portable.h"
#include "schedule.h"
#include "script.h"
#include "sensor.h"
#include "surface.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_FRAME_US INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define HEART_HZ       1.15
#define HEART_N        0.5

struct simulation {
    struct plan plan;
    struct mat_info info;
    struct truth truth;
    struct motion motions[TOOLS_MAX];
    struct strip strips[TOOLS_MAX];
    size_t cursors[TOOLS_MAX];
    struct body body;
    struct surface surface;
    struct sensor sensor;
    struct schedule schedule;
    uint16_t *counts;
    uint64_t frames, last_sequence;
};

/* ---- Making one ---- */

static void describe(struct simulation *simulation, uint64_t seed)
{
    const struct mat_plan *mat = &simulation->plan.mat;
    struct mat_info *info = &simulation->info;
    int full = (1 << mat->bits) - 1;
    info->geometry = (struct geometry){.rows = (uint16_t)mat->rows,
                                       .cols = (uint16_t)mat->cols,
                                       .pitch_x_mm = mat->pitch_mm,
                                       .pitch_y_mm = mat->pitch_mm,
                                       .rate_hz = mat->rate_hz,
                                       .scale_kpa = mat->full_kpa / full,
                                       .full_scale = (uint16_t)full};
    snprintf(info->device, sizeof info->device, "simulated-%dx%d", mat->rows, mat->cols);
    snprintf(info->serial, sizeof info->serial, "S%llu", (unsigned long long)seed);
    snprintf(info->protocol, sizeof info->protocol, "rollscope");
}

static void stamp_truth(struct simulation *simulation)
{
    struct truth *truth = &simulation->truth;
    const struct plan *plan = &simulation->plan;
    for (size_t i = 0; i < truth->stroke_count; i++) {
        truth->strokes[i].start_s = schedule_clock_s(plan, truth->strokes[i].start_s);
        truth->strokes[i].end_s = schedule_clock_s(plan, truth->strokes[i].end_s);
    }
    for (size_t i = 0; i < truth->hold_count; i++) {
        truth->holds[i].start_s = schedule_clock_s(plan, truth->holds[i].start_s);
        truth->holds[i].end_s = schedule_clock_s(plan, truth->holds[i].end_s);
    }
}

static int write_session(struct simulation *simulation)
{
    struct plan *plan = &simulation->plan;
    int status = STATUS_OK;
    for (int i = 0; i < plan->tool_count && status == STATUS_OK; i++) {
        status = script_write(&simulation->motions[i], plan, i);
        if (plan->tools[i].kind == TOOL_ROLLER)
            strip_start(&simulation->strips[i], &plan->tools[i]);
    }
    body_write(&simulation->body, plan);
    if (status == STATUS_OK)
        status = facts_find(&simulation->truth, plan, simulation->motions, &simulation->body);
    stamp_truth(simulation);
    return status;
}

static int make_room(struct simulation *simulation)
{
    const struct mat_plan *mat = &simulation->plan.mat;
    size_t cells = (size_t)mat->rows * (size_t)mat->cols;
    simulation->surface = (struct surface){mat->rows, mat->cols, mat->pitch_mm,
                                           calloc(cells, sizeof *simulation->surface.kpa)};
    simulation->counts = calloc(cells, sizeof *simulation->counts);
    if (!simulation->surface.kpa || !simulation->counts)
        return STATUS_MEMORY;
    return sensor_start(&simulation->sensor, &simulation->plan);
}

static int draw_session(struct simulation *simulation, const struct scenario *scenario,
                        uint64_t seed, const struct simulation_options *options,
                        struct failure *failure)
{
    static const struct simulation_options all_drawn;
    struct random random;
    random_start(&random, seed, scenario->listed.name);
    uint64_t own = random_bits(&random);
    uint64_t features = scenario->features ? scenario->features : scenario_mix(&random);
    int status =
        plan_draw(&simulation->plan, features, own, options ? options : &all_drawn, failure);
    if (status < 0)
        return status;
    describe(simulation, seed);
    status = make_room(simulation);
    if (status == STATUS_OK)
        status = write_session(simulation);
    if (status == STATUS_MEMORY)
        return failure_set(failure, status, "out of memory");
    schedule_start(&simulation->schedule, &simulation->plan);
    return status;
}

struct simulation *simulation_create(const char *scenario, uint64_t seed,
                                     const struct simulation_options *options,
                                     struct failure *failure)
{
    const struct scenario *found = scenario_find(scenario);
    if (!found) {
        failure_set(failure, STATUS_NOT_FOUND, "no scenario is called '%s'", scenario);
        return NULL;
    }
    struct simulation *simulation = calloc(1, sizeof *simulation);
    if (!simulation) {
        failure_set(failure, STATUS_MEMORY, "out of memory");
        return NULL;
    }
    if (draw_session(simulation, found, seed, options, failure) < 0) {
        simulation_destroy(simulation);
        return NULL;
    }
    snprintf(simulation->truth.scenario, sizeof simulation->truth.scenario, "%s", scenario);
    simulation->truth.seed = seed;
    return simulation;
}

const struct mat_info *simulation_info(const struct simulation *simulation)
{
    return &simulation->info;
}

const struct truth *simulation_truth(const struct simulation *simulation)
{
    return &simulation->truth;
}

double simulation_duration_s(const struct simulation *simulation)
{
    return simulation->plan.duration_s;
}

void simulation_words(const struct simulation *simulation, char *text)
{
    scenario_words(simulation->plan.features, text, SIMULATION_WORDS_SIZE);
}

void simulation_destroy(struct simulation *simulation)
{
    if (!simulation)
        return;
    for (int i = 0; i < TOOLS_MAX; i++)
        free(simulation->motions[i].legs);
    truth_free(&simulation->truth);
    sensor_stop(&simulation->sensor);
    free(simulation->surface.kpa);
    free(simulation->counts);
    free(simulation);
}

/* ---- Running it ---- */

static double wave(double hz, double time_s, double phase)
{
    return portable_sin(2 * PORTABLE_PI * hz * time_s + phase);
}

static double tool_force_n(const struct tool_plan *tool, const struct pose *pose, double time_s)
{
    const struct place *place = pose->place;
    double wander = 1 + 0.05 * wave(0.13, time_s, place->belly_phase) +
                    0.03 * wave(0.37, time_s, place->texture_phase) + 0.005 * wave(7.3, time_s, 0);
    double shake = 1 + tool->vibration_share * wave(tool->vibration_hz, time_s, 0);
    double force = tool->force_n * place_load(tool, place, pose->along_mm) * wander * shake;
    return pose->load * (force + HEART_N * wave(HEART_HZ, time_s, 0));
}

static void press_all(struct simulation *simulation, double time_s)
{
    struct surface *surface = &simulation->surface;
    size_t cells = (size_t)surface->rows * (size_t)surface->cols;
    memset(surface->kpa, 0, cells * sizeof *surface->kpa);
    if (simulation->plan.uniform) {
        for (size_t i = 0; i < cells; i++)
            surface->kpa[i] = (float)simulation->plan.uniform_kpa;
        return;
    }
    for (int i = 0; i < simulation->plan.tool_count; i++) {
        const struct tool_plan *tool = &simulation->plan.tools[i];
        struct pose pose = motion_at(&simulation->motions[i], time_s, &simulation->cursors[i]);
        if (pose.load > 0)
            surface_add_tool(surface, tool, &simulation->strips[i], &pose,
                             tool_force_n(tool, &pose, time_s));
    }
    for (int i = 0; i < simulation->body.count; i++) {
        struct blob blobs[BODY_BLOBS];
        int count = press_blobs(&simulation->body.presses[i], time_s, blobs);
        for (int k = 0; k < count; k++)
            surface_add_blob(surface, &blobs[k]);
    }
}

int simulation_next(struct simulation *simulation, struct frame *frame)
{
    struct scan scan;
    int status = schedule_next(&simulation->schedule, &scan);
    if (status < 0)
        return status;
    press_all(simulation, scan.time_s);
    int full =
        sensor_read(&simulation->sensor, scan.time_s, simulation->surface.kpa, simulation->counts);
    bool gap = simulation->frames > 0 && scan.sequence != simulation->last_sequence + 1;
    *frame = (struct frame){.number = simulation->frames++,
                            .sequence = scan.sequence,
                            .time_us = FIRST_FRAME_US + scan.stamp_us,
                            .flags = (gap ? FRAME_GAP_BEFORE : 0u) | (full ? FRAME_SATURATED : 0u),
                            .rows = simulation->info.geometry.rows,
                            .cols = simulation->info.geometry.cols,
                            .cells = simulation->counts};
    simulation->last_sequence = scan.sequence;
    return 1;
}
