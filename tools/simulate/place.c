#include "place.h"

#include "portable.h"

#include <math.h>

/* What a place is drawn from. */
struct mapper {
    const struct plan *plan;
    const struct tool_plan *tool;
    struct random *random;
};

static double draw(const struct mapper *mapper, double low, double high)
{
    return random_uniform(mapper->random, low, high);
}

static bool chance(const struct mapper *mapper, double probability)
{
    return random_chance(mapper->random, probability);
}

static bool wanted(const struct mapper *mapper, enum feature feature)
{
    return plan_has(mapper->plan, feature);
}

double place_knot_margin_mm(const struct tool_plan *tool, double radius_mm)
{
    return tool->kind == TOOL_ROLLER ? radius_mm + 8 : fmax(7, 0.5 * radius_mm + 2);
}

static bool knot_fits(const struct mapper *mapper, const struct place *place,
                      const struct knot *knot)
{
    const struct mat_plan *mat = &mapper->plan->mat;
    const struct sensor_plan *sensor = &mapper->plan->sensor;
    double c = portable_cos(place->angle_rad), s = portable_sin(place->angle_rad);
    double x = place->x_mm + knot->along_mm * c - knot->across_mm * s;
    double y = place->y_mm + knot->along_mm * s + knot->across_mm * c;
    double inside = 1.5 * mat->pitch_mm + knot->radius_mm, clear = 2.5 * mat->pitch_mm;
    bool in = x > inside && y > inside && x < mat->cols * mat->pitch_mm - inside &&
              y < mat->rows * mat->pitch_mm - inside;
    bool row = sensor->dead_row < 0 || fabs(y - (sensor->dead_row + 0.5) * mat->pitch_mm) > clear;
    bool col = sensor->dead_col < 0 || fabs(x - (sensor->dead_col + 0.5) * mat->pitch_mm) > clear;
    for (int i = 0; i < place->knot_count; i++)
        in &= hypot(knot->along_mm - place->knots[i].along_mm,
                    knot->across_mm - place->knots[i].across_mm) > 45;
    return in && row && col;
}

static double draw_across(const struct mapper *mapper)
{
    const struct tool_plan *tool = mapper->tool;
    double sign = chance(mapper, 0.5) ? 1 : -1;
    if (tool->kind == TOOL_PAIR)
        return sign * tool->length_mm / 2;
    if (tool->kind == TOOL_BALL)
        return 0;
    double inner = tool->leg_gap_mm / 2 + (tool->leg_gap_mm > 0 ? 25 : 0);
    double outer = tool->length_mm / 2 - 30;
    return outer > inner ? sign * draw(mapper, inner, outer) : 0;
}

static void draw_knots(const struct mapper *mapper, struct place *place)
{
    const struct tool_plan *tool = mapper->tool;
    if (tool->knot_rise_most <= 0)
        return;
    int count = tool->kind == TOOL_ROLLER ? 1 + random_below(mapper->random, PLACE_KNOTS_MAX) : 1;
    for (int tries = 0; tries < 20 && place->knot_count < count; tries++) {
        struct knot knot = {.radius_mm = draw(mapper, 5, tool->kind == TOOL_ROLLER ? 15 : 11),
                            .rise = draw(mapper, tool->knot_rise_least, tool->knot_rise_most)};
        knot.radius_mm = fmax(knot.radius_mm, 0.6 * mapper->plan->mat.pitch_mm);
        double half = tool->travel_mm / 2 * 0.8 - place_knot_margin_mm(tool, knot.radius_mm);
        knot.along_mm = draw(mapper, -1, 1) * fmax(0, half);
        knot.across_mm = draw_across(mapper);
        knot.faint = knot.rise <= 0.4;
        if (knot_fits(mapper, place, &knot))
            place->knots[place->knot_count++] = knot;
    }
}

/* A middle from which the tool can go 0.6 of its travel both ways inside its bounds. */
static double draw_middle(const struct mapper *mapper, double low, double high, double half_tool,
                          double half_way)
{
    double margin = half_tool + half_way + 0.6 * mapper->plan->mat.pitch_mm;
    bool fits = low + margin < high - margin;
    return fits ? draw(mapper, low + margin, high - margin) : (low + high) / 2;
}

/* How far from a middle the tool's centre can go before it is within `margin` of a bound. */
static double way_mm(double middle, double direction, double low, double high)
{
    if (fabs(direction) < 0.1)
        return 1e9;
    return ((direction > 0 ? high : low) - middle) / direction;
}

static double way_inside_mm(const struct mapper *mapper, const struct place *place, double sign)
{
    const struct area *area = &mapper->tool->bounds;
    double margin = mapper->tool->width_mm / 2 + 0.6 * mapper->plan->mat.pitch_mm;
    double c = sign * portable_cos(place->angle_rad), s = sign * portable_sin(place->angle_rad);
    return fmin(way_mm(place->x_mm, c, area->left + margin, area->right - margin),
                way_mm(place->y_mm, s, area->top + margin, area->bottom - margin));
}

/* The side on which the tool's bounds are the mat's; any where both are. */
static double side_of_mat(const struct mapper *mapper, double any)
{
    const struct area *area = &mapper->tool->bounds;
    const struct mat_plan *mat = &mapper->plan->mat;
    if (area->left > 0 || area->top > 0)
        return 1;
    bool whole =
        area->right > mat->cols * mat->pitch_mm - 1 && area->bottom > mat->rows * mat->pitch_mm - 1;
    return whole ? any : -1;
}

/* Along its axis, an end of the roller lies off the mat. */
static void shift_over_side(const struct mapper *mapper, struct place *place)
{
    const struct tool_plan *tool = mapper->tool;
    double side = side_of_mat(mapper, chance(mapper, 0.5) ? 1 : -1);
    double slack = (plan_across_mm(tool) - tool->length_mm) / 2;
    double shift = side * (slack + tool->length_mm * draw(mapper, 0.2, 0.35));
    const struct area *area = &tool->bounds;
    double c = portable_cos(place->angle_rad), s = portable_sin(place->angle_rad);
    if (fabs(s) > fabs(c))
        place->x_mm = (area->left + area->right) / 2 + shift;
    else
        place->y_mm = (area->top + area->bottom) / 2 + shift;
}

static void find_middle(const struct mapper *mapper, struct place *place)
{
    const struct tool_plan *tool = mapper->tool;
    const struct area *area = &tool->bounds;
    double c = fabs(portable_cos(place->angle_rad)), s = fabs(portable_sin(place->angle_rad));
    double half = tool->width_mm / 2, axis = tool->length_mm / 2, way = 0.6 * tool->travel_mm;
    place->x_mm = draw_middle(mapper, area->left, area->right, axis * s + half, way * c);
    place->y_mm = draw_middle(mapper, area->top, area->bottom, axis * c + half, way * s);
    if (wanted(mapper, FEATURE_CUT) && tool->kind == TOOL_ROLLER)
        shift_over_side(mapper, place);
}

void place_draw(struct place *place, const struct plan *plan, const struct tool_plan *tool,
                struct random *random)
{
    const struct mapper all = {plan, tool, random}, *mapper = &all;
    *place = (struct place){.angle_rad = tool->angle_rad,
                            .belly_phase = draw(mapper, 0, 2 * PORTABLE_PI),
                            .belly_axis_phase = draw(mapper, 0, 2 * PORTABLE_PI),
                            .texture_phase = draw(mapper, 0, 2 * PORTABLE_PI)};
    find_middle(mapper, place);
    place->low_mm = -way_inside_mm(mapper, place, -1);
    place->high_mm = way_inside_mm(mapper, place, 1);
    draw_knots(mapper, place);
}
