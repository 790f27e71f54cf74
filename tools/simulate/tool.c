#include "tool.h"

#include "portable.h"

#include <math.h>

#define LENGTH_LEAST_MM 100.0

static double clamp(double x, double low, double high)
{
    return fmax(low, fmin(x, high));
}

double plan_least_travel_mm(const struct plan *plan)
{
    return fmax(14, 1.1 * plan->mat.pitch_mm);
}

static double draw_angle(const struct plan *plan, const struct tool_plan *tool,
                         struct random *random)
{
    const struct area *area = &tool->bounds;
    double width = area->right - area->left, height = area->bottom - area->top;
    if (tool->kind == TOOL_BALL || plan_has(plan, FEATURE_YAWED))
        return random_uniform(random, 0, PORTABLE_PI);
    double angle =
        random_chance(random, clamp(width / (width + height), 0.1, 0.9)) ? 0 : PORTABLE_PI / 2;
    return angle + clamp(0.03 * random_normal(random), -0.08, 0.08);
}

double plan_across_mm(const struct tool_plan *tool)
{
    const struct area *area = &tool->bounds;
    double c = fabs(portable_cos(tool->angle_rad)), s = fabs(portable_sin(tool->angle_rad));
    return fmin((area->right - area->left) / fmax(s, 1e-6),
                (area->bottom - area->top) / fmax(c, 1e-6));
}

double plan_reach_mm(const struct plan *plan, const struct tool_plan *tool)
{
    const struct area *area = &tool->bounds;
    double margin = tool->width_mm / 2 + 0.6 * plan->mat.pitch_mm;
    double c = fabs(portable_cos(tool->angle_rad)), s = fabs(portable_sin(tool->angle_rad));
    double half_width = (area->right - area->left) / 2 - margin;
    double half_height = (area->bottom - area->top) / 2 - margin;
    return fmin(half_width / fmax(c, 1e-6), half_height / fmax(s, 1e-6));
}

static void draw_shape(struct plan *plan, struct tool_plan *tool, struct random *random)
{
    double pitch = plan->mat.pitch_mm;
    tool->flatness = random_uniform(random, 0, 1);
    tool->angle_rad = draw_angle(plan, tool, random);
    if (tool->kind != TOOL_ROLLER) {
        tool->width_mm = fmax(random_log_uniform(random, 15, 46), 1.35 * pitch);
        tool->length_mm = tool->kind == TOOL_PAIR ? random_uniform(random, 60, 75) : 0;
        return;
    }
    tool->width_mm = plan_has(plan, FEATURE_NARROW)
                         ? fmax(random_uniform(random, 5, 9), 0.55 * pitch)
                         : fmax(random_log_uniform(random, 12, 46), 0.95 * pitch);
    double room = plan_across_mm(tool) - 2 * pitch;
    tool->length_mm = clamp(random_uniform(random, 150, 400), 0, room);
    if (plan_has(plan, FEATURE_CUT))
        tool->length_mm = fmax(tool->length_mm, 0.7 * room);
    if (plan_has(plan, FEATURE_TWO_LEGS))
        tool->leg_gap_mm = tool->length_mm * random_uniform(random, 0.1, 0.25);
}

static void draw_load(struct plan *plan, struct tool_plan *tool, struct random *random)
{
    tool->force_n = tool->kind == TOOL_ROLLER ? random_uniform(random, 120, 270)
                    : tool->kind == TOOL_PAIR ? random_uniform(random, 70, 200)
                                              : random_uniform(random, 40, 180);
    if (plan_has(plan, FEATURE_TILTED))
        tool->tilt = random_uniform(random, 0.2, 0.6) * (random_chance(random, 0.5) ? 1 : -1);
    double bellies = plan_has(plan, FEATURE_BELLIES) ? 1 : 0.4;
    tool->belly_share = bellies * random_uniform(random, 0.08, 0.28);
    tool->belly_mm = random_uniform(random, 150, 320);
    tool->belly_axis_share = bellies * random_uniform(random, 0.05, 0.3);
    tool->belly_axis_mm = random_uniform(random, 140, 300);
    tool->return_share = plan_has(plan, FEATURE_ONE_WAY) ? random_uniform(random, 0.42, 0.6) : 1.0;
    if (plan_has(plan, FEATURE_KNOTS) && !plan_has(plan, FEATURE_TEXTURED)) {
        bool faint = plan_has(plan, FEATURE_FAINT);
        tool->knot_rise_least = faint ? 0.22 : 0.5;
        tool->knot_rise_most = faint ? 0.38 : 1.3;
    }
    if (plan_has(plan, FEATURE_VIBRATING)) {
        tool->vibration_hz = random_uniform(random, 30, 92);
        tool->vibration_share = random_uniform(random, 0.03, 0.2);
    }
    if (plan_has(plan, FEATURE_TEXTURED)) {
        tool->texture_mm = random_uniform(random, 15, 32);
        tool->texture_share = random_uniform(random, 0.1, 0.3);
    }
}

double tool_slowest_mm_s(const struct plan *plan, const struct tool_plan *tool)
{
    double blind = plan->mat.pitch_mm - tool->width_mm;
    return tool->kind == TOOL_ROLLER ? fmax(12, blind / 0.4) : 7.5;
}

static double draw_stroke_s(const struct plan *plan, const struct tool_plan *tool,
                            struct random *random)
{
    double time = plan_has(plan, FEATURE_FAST)   ? random_log_uniform(random, 0.5, 0.9)
                  : plan_has(plan, FEATURE_SLOW) ? random_log_uniform(random, 4, 9)
                                                 : random_log_uniform(random, 0.8, 4.5);
    double slowest = tool_slowest_mm_s(plan, tool) * 1.2, fastest = 550;
    time = clamp(time, tool->travel_mm / fastest, tool->travel_mm / slowest);
    return fmax(time, 12 / plan->mat.rate_hz);
}

/* Shortens roller and travel until a yawed roller stays inside its bounds all the way. */
static void fit_roller(const struct plan *plan, struct tool_plan *tool)
{
    const struct area *area = &tool->bounds;
    double c = fabs(portable_cos(tool->angle_rad)), s = fabs(portable_sin(tool->angle_rad));
    double edge = tool->width_mm + 1.2 * plan->mat.pitch_mm;
    for (int tries = 0; tries < 12; tries++) {
        double by_x = (area->right - area->left - edge - tool->travel_mm * c) / fmax(s, 0.1);
        double by_y = (area->bottom - area->top - edge - tool->travel_mm * s) / fmax(c, 0.1);
        double fits = fmin(by_x, by_y);
        if (fits >= tool->length_mm)
            return;
        if (fits >= LENGTH_LEAST_MM || tries == 11) {
            tool->length_mm = fmax(fits, LENGTH_LEAST_MM);
            return;
        }
        tool->travel_mm = fmax(0.85 * tool->travel_mm, 2 * plan_least_travel_mm(plan));
    }
}

static int draw_motion(struct plan *plan, struct tool_plan *tool, struct random *random,
                       struct failure *failure)
{
    double shortest = plan_least_travel_mm(plan);
    bool roller = tool->kind == TOOL_ROLLER;
    double reach = 2 * plan_reach_mm(plan, tool) * 0.86;
    if (plan_has(plan, FEATURE_REPOSITION) || plan_has(plan, FEATURE_SLIDE))
        reach *= 0.6;
    double longest = fmin(reach, roller ? 350 : 70);
    double start = fmax(roller ? 40 : 16, 1.25 * shortest);
    if (tool->knot_rise_most > 0)
        start = fmax(start, roller ? 90 : 34);
    if (plan_has(plan, FEATURE_NARROW))
        start = fmax(start, 6 * plan->mat.pitch_mm);
    if (plan_has(plan, FEATURE_OVER_EDGE))
        start = 0.8 * longest;
    if (longest < shortest)
        return failure_set(
            failure, STATUS_ARGUMENT,
            "a mat of %d x %d cells at %g mm leaves a tool of %.0f mm no way to roll",
            plan->mat.rows, plan->mat.cols, plan->mat.pitch_mm, tool->width_mm);
    tool->travel_mm = random_uniform(random, fmin(start, longest), longest);
    if (plan_has(plan, FEATURE_YAWED) && roller)
        fit_roller(plan, tool);
    tool->irregularity = plan_has(plan, FEATURE_IRREGULAR) ? random_uniform(random, 0.25, 0.35)
                                                           : random_uniform(random, 0.08, 0.18);
    tool->stroke_s = draw_stroke_s(plan, tool, random);
    return STATUS_OK;
}

static double least_side_mm(const struct tool_plan *tool)
{
    return fmin(tool->bounds.right - tool->bounds.left, tool->bounds.bottom - tool->bounds.top);
}

int tool_draw(struct plan *plan, int index, struct random *random, struct failure *failure)
{
    struct tool_plan *tool = &plan->tools[index];
    tool->kind = plan_has(plan, FEATURE_PAIR)   ? TOOL_PAIR
                 : plan_has(plan, FEATURE_BALL) ? TOOL_BALL
                                                : TOOL_ROLLER;
    if (index > 0)
        tool->kind =
            least_side_mm(tool) > 180 && random_chance(random, 0.5) ? TOOL_ROLLER : TOOL_BALL;
    draw_shape(plan, tool, random);
    draw_load(plan, tool, random);
    return draw_motion(plan, tool, random, failure);
}
