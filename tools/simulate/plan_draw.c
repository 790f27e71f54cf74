#include "plan.h"

#include "portable.h"
#include "tool.h"

#include <math.h>
#include <string.h>

static double clamp(double x, double low, double high)
{
    return fmax(low, fmin(x, high));
}

/* ---- Mat ---- */

struct grid {
    int rows, cols;
    double pitch_mm, rate_hz;
};

static const struct grid ordinary[] = {
    {32, 32, 10, 100}, {32, 32, 8, 100}, {48, 48, 8, 100}, {48, 48, 10, 50},  {64, 64, 8, 50},
    {32, 32, 10, 50},  {40, 64, 6, 120}, {24, 40, 12, 80}, {36, 36, 9, 60.5}, {32, 48, 10, 31},
};
static const struct grid coarse[] = {
    {16, 16, 20, 25}, {24, 24, 20, 50}, {28, 80, 20, 25}, {16, 24, 20, 45}, {24, 24, 20, 31}};
static const struct grid fine[] = {{64, 64, 5, 200}, {48, 64, 5, 150}, {64, 64, 5, 100}};

static struct grid draw_grid(struct random *random, uint64_t features)
{
    if (feature_in(features, FEATURE_COARSE_MAT))
        return coarse[random_below(random, sizeof coarse / sizeof coarse[0])];
    if (feature_in(features, FEATURE_FINE_MAT))
        return fine[random_below(random, sizeof fine / sizeof fine[0])];
    return ordinary[random_below(random, sizeof ordinary / sizeof ordinary[0])];
}

static void draw_mat(struct plan *plan, struct random *random,
                     const struct simulation_options *options)
{
    struct grid grid = draw_grid(random, plan->features);
    struct mat_plan *mat = &plan->mat;
    mat->rows = options->rows ? options->rows : grid.rows;
    mat->cols = options->cols ? options->cols : grid.cols;
    mat->pitch_mm = options->pitch_mm > 0 ? options->pitch_mm : grid.pitch_mm;
    mat->rate_hz = options->rate_hz > 0 ? options->rate_hz : grid.rate_hz;
    mat->bits = plan_has(plan, FEATURE_COARSE_COUNTS) ? 8 : 10 + 2 * random_below(random, 2);
}

static int check_options(const struct simulation_options *options, struct failure *failure)
{
    if (options->duration_s && !(options->duration_s >= 5 && options->duration_s <= 36000))
        return failure_set(failure, STATUS_ARGUMENT, "a duration of %g s is not within 5 to 36000",
                           options->duration_s);
    if (!options->rows != !options->cols)
        return failure_set(failure, STATUS_ARGUMENT, "rows and columns go together");
    if (options->rows && (options->rows < 8 || options->rows > MAT_SIDE_MAX || options->cols < 8 ||
                          options->cols > MAT_SIDE_MAX))
        return failure_set(failure, STATUS_ARGUMENT, "a mat of %u x %u is not within 8 to %d",
                           options->rows, options->cols, MAT_SIDE_MAX);
    if (options->pitch_mm && !(options->pitch_mm >= 2 && options->pitch_mm <= 50))
        return failure_set(failure, STATUS_ARGUMENT, "a pitch of %g mm is not within 2 to 50",
                           options->pitch_mm);
    if (options->rate_hz && !(options->rate_hz >= 10 && options->rate_hz <= 1000))
        return failure_set(failure, STATUS_ARGUMENT, "a rate of %g Hz is not within 10 to 1000",
                           options->rate_hz);
    if (!(options->uniform_kpa >= 0 && options->uniform_kpa <= 10000))
        return failure_set(failure, STATUS_ARGUMENT,
                           "a pressure of %g kPa is not within 0 to 10000", options->uniform_kpa);
    if (options->exponent && !(options->exponent >= 0.5 && options->exponent <= 2))
        return failure_set(failure, STATUS_ARGUMENT, "an exponent of %g is not within 0.5 to 2",
                           options->exponent);
    if (options->gain_spread && !(options->gain_spread > 0 && options->gain_spread <= 0.3))
        return failure_set(failure, STATUS_ARGUMENT, "a spread of gains of %g is above 0.3",
                           options->gain_spread);
    return STATUS_OK;
}

/* ---- Room on the mat ---- */

static void split_area(const struct area *whole, double share, struct area *first,
                       struct area *second)
{
    *first = *second = *whole;
    if (whole->right - whole->left >= whole->bottom - whole->top)
        first->right = second->left = whole->left + share * (whole->right - whole->left);
    else
        first->bottom = second->top = whole->top + share * (whole->bottom - whole->top);
}

static void draw_areas(struct plan *plan, struct random *random)
{
    const struct mat_plan *mat = &plan->mat;
    struct area whole = {0, 0, mat->cols * mat->pitch_mm, mat->rows * mat->pitch_mm};
    struct area rest = whole, body = whole;
    if (plan_has(plan, FEATURE_HAND) || plan_has(plan, FEATURE_PERSON))
        split_area(&whole, random_uniform(random, 0.58, 0.62), &rest, &body);
    plan->body = body;
    plan->tools[0].bounds = rest;
    if (plan->tool_count > 1)
        split_area(&rest, 0.5, &plan->tools[0].bounds, &plan->tools[1].bounds);
}

double plan_prelude_s(const struct plan *plan)
{
    if (plan_has(plan, FEATURE_STEPS))
        return 7;
    return plan_has(plan, FEATURE_LONG_GAP) ? 2.5 + plan->sensor.long_gap_s : 1.5;
}

/* ---- Scale: the peak that the tools make decides the full scale ---- */

static double tool_area_mm2(const struct tool_plan *tool)
{
    double patch = PORTABLE_PI / 4 * tool->width_mm * tool->width_mm;
    if (tool->kind == TOOL_ROLLER)
        return tool->width_mm * (tool->length_mm - tool->leg_gap_mm);
    return tool->kind == TOOL_PAIR ? 2 * patch : patch;
}

static double tool_peak_kpa(const struct plan *plan, const struct tool_plan *tool)
{
    double shape = tool->kind == TOOL_ROLLER ? 1.6 : 2.0;
    double fill = fmin(1, tool->width_mm / plan->mat.pitch_mm);
    if (tool->kind != TOOL_ROLLER)
        fill *= fill;
    double rises = (1 + tool->belly_share) * (1 + fabs(tool->tilt)) * (1 + tool->belly_axis_share) *
                   (1 + tool->knot_rise_most);
    return tool->force_n / tool_area_mm2(tool) * 1000 * shape * fill * rises;
}

static void draw_scale(struct plan *plan, struct random *random)
{
    static const double scales[] = {70, 100, 150, 200, 300, 400, 500, 700};
    const size_t count = sizeof scales / sizeof scales[0];
    bool saturated = plan_has(plan, FEATURE_SATURATED);
    double peak = 20;
    for (int i = 0; i < plan->tool_count; i++) {
        struct tool_plan *tool = &plan->tools[i];
        double limit = saturated ? 1000 : 600, own = tool_peak_kpa(plan, tool);
        if (own > limit)
            tool->force_n *= limit / own;
        peak = fmax(peak, fmin(own, limit));
    }
    double wanted = peak * (saturated ? random_uniform(random, 0.35, 0.7) : 1.15);
    size_t i = 0;
    while (i + 1 < count && scales[i] < wanted)
        i++;
    if (!saturated && i + 1 < count && random_chance(random, 0.25))
        i++;
    plan->mat.full_kpa = scales[i];
    if (saturated)
        plan->mat.full_kpa = clamp(wanted, 70, 700);
}

/* ---- Sensor ---- */

static void draw_response(struct plan *plan, struct random *random)
{
    struct sensor_plan *sensor = &plan->sensor;
    sensor->noise_share = plan_has(plan, FEATURE_NOISY) ? random_uniform(random, 0.01, 0.02)
                                                        : random_uniform(random, 0.003, 0.008);
    sensor->common_share = random_uniform(random, 0.0005, 0.002);
    sensor->pedestal_share =
        plan_has(plan, FEATURE_PEDESTAL) ? random_uniform(random, 0.02, 0.05) : 0;
    sensor->gain_spread = plan_has(plan, FEATURE_RAW_GAIN) ? random_uniform(random, 0.06, 0.1)
                                                           : random_uniform(random, 0.01, 0.03);
    sensor->exponent = plan_has(plan, FEATURE_CURVED) ? random_uniform(random, 0.75, 1.1)
                                                      : random_uniform(random, 0.97, 1.03);
    sensor->hysteresis = plan_has(plan, FEATURE_HYSTERESIS) ? random_uniform(random, 0.05, 0.1)
                                                            : random_uniform(random, 0.01, 0.03);
    sensor->creep = plan_has(plan, FEATURE_CREEP) ? random_uniform(random, 0.03, 0.08)
                                                  : random_uniform(random, 0.005, 0.02);
    sensor->residue = plan_has(plan, FEATURE_RESIDUE) ? random_uniform(random, 0.03, 0.05)
                                                      : random_uniform(random, 0, 0.01);
    sensor->residue_s = random_log_uniform(random, 2, 20);
    sensor->crosstalk = plan_has(plan, FEATURE_CROSSTALK) ? random_uniform(random, 0.08, 0.2)
                                                          : random_uniform(random, 0, 0.015);
}

static void draw_faults(struct plan *plan, struct random *random)
{
    struct sensor_plan *sensor = &plan->sensor;
    int cells = plan->mat.rows * plan->mat.cols;
    sensor->dead_row = sensor->dead_col = -1;
    if (plan_has(plan, FEATURE_DEAD_CELLS))
        sensor->dead_cells = 1 + random_below(random, 1 + cells / 150);
    if (plan_has(plan, FEATURE_ODD_CELLS)) {
        sensor->stuck_cells = random_below(random, 1 + cells / 400);
        sensor->always_on_cells = 1 + random_below(random, 3);
        sensor->flickering_cells = 1 + random_below(random, 2);
    }
    if (plan_has(plan, FEATURE_DEAD_LINE)) {
        if (random_chance(random, 0.5))
            sensor->dead_row = plan->mat.rows / 4 + random_below(random, plan->mat.rows / 2);
        else
            sensor->dead_col = plan->mat.cols / 4 + random_below(random, plan->mat.cols / 2);
    }
}

static void draw_timing(struct plan *plan, struct random *random)
{
    struct sensor_plan *sensor = &plan->sensor;
    double frame_s = 1 / plan->mat.rate_hz;
    bool jitter = plan_has(plan, FEATURE_JITTER);
    sensor->jitter_s = fmin(jitter ? random_uniform(random, 1e-3, 5e-3) : 1e-4, 0.2 * frame_s);
    sensor->stamp_jitter_s = fmin(jitter ? 1e-3 : 5e-5, 0.1 * frame_s);
    if (plan_has(plan, FEATURE_DRIFT))
        sensor->drift = random_uniform(random, -50e-6, 50e-6);
    if (plan_has(plan, FEATURE_WANDERING_RATE))
        sensor->rate_wander = random_uniform(random, 0.1, 0.25);
    if (plan_has(plan, FEATURE_LOSS))
        sensor->loss = random_uniform(random, 0.001, 0.01);
    if (plan_has(plan, FEATURE_BURSTS))
        sensor->bursts_per_s = random_uniform(random, 0.05, 0.2);
    if (plan_has(plan, FEATURE_LONG_GAP))
        sensor->long_gap_s = random_uniform(random, 1, 3);
}

/* Over the edge, the edge must be the mat's, met squarely, by the only one there; so must be the
 * side over which a roller's end hangs. Where cells saturate, no knot shows. Two tools
 * leave no room for hands. */
static uint64_t compatible(uint64_t features)
{
    static const enum feature excluded[] = {FEATURE_YAWED,      FEATURE_HAND,  FEATURE_PERSON,
                                            FEATURE_SECOND,     FEATURE_KNOTS, FEATURE_CUT,
                                            FEATURE_HAND_CLOSE, FEATURE_SLIDE, FEATURE_REPOSITION};
    if (feature_in(features, FEATURE_OVER_EDGE))
        for (size_t i = 0; i < sizeof excluded / sizeof excluded[0]; i++)
            features &= ~(UINT64_C(1) << excluded[i]);
    if (feature_in(features, FEATURE_SECOND))
        features &= ~(UINT64_C(1) << FEATURE_HAND | UINT64_C(1) << FEATURE_PERSON);
    if (feature_in(features, FEATURE_SATURATED))
        features &= ~(UINT64_C(1) << FEATURE_KNOTS);
    if (feature_in(features, FEATURE_CUT))
        features &= ~(UINT64_C(1) << FEATURE_YAWED);
    return features;
}

int plan_draw(struct plan *plan, uint64_t features, uint64_t seed,
              const struct simulation_options *options, struct failure *failure)
{
    int status = check_options(options, failure);
    if (status < 0)
        return status;
    memset(plan, 0, sizeof *plan);
    plan->features = compatible(features);
    plan->seed = seed;
    struct random random;
    random_start(&random, seed, "plan");
    plan->duration_s =
        options->duration_s > 0 ? options->duration_s : random_uniform(&random, 45, 90);
    plan->tool_count = plan_has(plan, FEATURE_EMPTY) ? 0 : plan_has(plan, FEATURE_SECOND) ? 2 : 1;
    draw_mat(plan, &random, options);
    draw_areas(plan, &random);
    for (int i = 0; i < plan->tool_count && status == STATUS_OK; i++)
        status = tool_draw(plan, i, &random, failure);
    draw_scale(plan, &random);
    random_start(&random, seed, "sensor");
    draw_response(plan, &random);
    draw_faults(plan, &random);
    draw_timing(plan, &random);
    if (options->exponent > 0)
        plan->sensor.exponent = options->exponent;
    if (options->gain_spread > 0)
        plan->sensor.gain_spread = options->gain_spread;
    plan->uniform = options->uniform;
    plan->uniform_kpa = options->uniform_kpa;
    plan->tool_count = options->uniform ? 0 : plan->tool_count;
    return status;
}
