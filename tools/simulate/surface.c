#include "surface.h"

#include "portable.h"

#include <math.h>

#define KNOT_SIGMA  0.6 /* of its radius */
#define TAPER_MM    14.0
#define KPA_PER_NMM 1000.0

/* Cells of one row or column that a span of millimetres touches. */
struct span {
    int from, to;
};

static struct span span_of(double middle_mm, double half_mm, double pitch_mm, int count)
{
    int from = (int)floor((middle_mm - half_mm) / pitch_mm);
    int to = (int)floor((middle_mm + half_mm) / pitch_mm);
    return (struct span){from < 0 ? 0 : from, to >= count ? count - 1 : to};
}

/* ---- Round patches ---- */

void surface_add_blob(struct surface *surface, const struct blob *blob)
{
    double a = blob->radius_mm, pitch = surface->pitch_mm;
    if (!(blob->force_n > 0) || a <= 0)
        return;
    int parts = (int)ceil(pitch / (a / 5));
    parts = parts < 2 ? 2 : parts > 12 ? 12 : parts;
    double sub = pitch / parts, scale = 2 * blob->force_n / (PORTABLE_PI * a * a) * KPA_PER_NMM;
    struct span rows = span_of(blob->y_mm, a, pitch, surface->rows);
    struct span cols = span_of(blob->x_mm, a, pitch, surface->cols);
    for (int r = rows.from; r <= rows.to; r++)
        for (int c = cols.from; c <= cols.to; c++) {
            double sum = 0;
            for (int i = 0; i < parts * parts; i++) {
                double dx = c * pitch + (i % parts + 0.5) * sub - blob->x_mm;
                double dy = r * pitch + (i / parts + 0.5) * sub - blob->y_mm;
                double inside = 1 - (dx * dx + dy * dy) / (a * a);
                sum += inside > 0 ? inside : 0;
            }
            surface->kpa[r * surface->cols + c] += (float)(scale * sum / (parts * parts));
        }
}

/* ---- Knots and bellies ---- */

static double bump(double off_mm, double radius_mm)
{
    double z = off_mm / (KNOT_SIGMA * radius_mm);
    return fabs(z) > 5 ? 0 : portable_exp(-z * z / 2);
}

double place_load(const struct tool_plan *tool, const struct place *place, double along_mm)
{
    double turn = 2 * PORTABLE_PI * along_mm / tool->belly_mm;
    return 1 + tool->belly_share * portable_sin(turn + place->belly_phase);
}

/* ---- Balls ---- */

static void add_ball(struct surface *surface, const struct tool_plan *tool, const struct pose *pose,
                     double across, double force)
{
    const struct place *place = pose->place;
    double rise = 0;
    for (int i = 0; i < place->knot_count; i++) {
        const struct knot *knot = &place->knots[i];
        rise += knot->rise * bump(pose->along_mm - knot->along_mm, knot->radius_mm) *
                bump(across - knot->across_mm, knot->radius_mm);
    }
    double taken = 1 + 0.8 * rise;
    struct blob blob = {.x_mm = pose->x_mm - across * portable_sin(pose->angle_rad),
                        .y_mm = pose->y_mm + across * portable_cos(pose->angle_rad),
                        .radius_mm = tool->width_mm / 2 * sqrt(taken / (1 + rise)),
                        .force_n = force * taken};
    surface_add_blob(surface, &blob);
}

/* ---- Rollers ---- */

void strip_start(struct strip *strip, const struct tool_plan *tool)
{
    strip->count = (int)(tool->length_mm / 2) + 2;
    if (strip->count > STRIP_NODES)
        strip->count = STRIP_NODES;
    strip->step_mm = tool->length_mm / (strip->count - 1);
    strip->place = NULL;
}

static double node_mm(const struct strip *strip, const struct tool_plan *tool, int i)
{
    return i * strip->step_mm - tool->length_mm / 2;
}

static double smooth(double t)
{
    return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

static void lay_body(struct strip *strip, const struct tool_plan *tool, const struct place *place)
{
    for (int i = 0; i < strip->count; i++) {
        double v = node_mm(strip, tool, i), end = tool->length_mm / 2 - fabs(v);
        double wave = 2 * PORTABLE_PI * v / tool->belly_axis_mm + place->belly_axis_phase;
        double load = smooth(end / TAPER_MM) * (1 + tool->tilt * 2 * v / tool->length_mm) *
                      (1 + tool->belly_axis_share * portable_sin(wave));
        if (tool->leg_gap_mm > 0)
            load *= 0.03 + 0.97 * smooth((fabs(v) - tool->leg_gap_mm / 2) / TAPER_MM);
        strip->base[i] = load;
    }
}

static void lay_knots(struct strip *strip, const struct tool_plan *tool, double along_mm)
{
    const struct place *place = strip->place;
    for (int i = 0; i < strip->count; i++)
        strip->load[i] = strip->base[i];
    for (int k = 0; k < place->knot_count; k++) {
        const struct knot *knot = &place->knots[k];
        double rise = knot->rise * bump(along_mm - knot->along_mm, knot->radius_mm);
        for (int i = 0; rise > 1e-5 && i < strip->count; i++)
            strip->load[i] *=
                1 + rise * bump(node_mm(strip, tool, i) - knot->across_mm, knot->radius_mm);
    }
    double sum = 0;
    for (int i = 0; i + 1 < strip->count; i++)
        sum += (strip->load[i] + strip->load[i + 1]) / 2 * strip->step_mm;
    for (int i = 0; i < strip->count; i++)
        strip->load[i] /= sum;
}

static double load_at(const struct strip *strip, double from_end_mm)
{
    double place = from_end_mm / strip->step_mm;
    int i = (int)floor(place);
    if (i < 0 || i + 1 >= strip->count)
        return 0;
    return strip->load[i] + (strip->load[i + 1] - strip->load[i]) * (place - i);
}

/* Share of a strip's pressure on one side of u, -1 .. 1 being its width: the integral of a
 * parabola, flattened towards 1 - u^4. */
static double across_share(double u, double flatness)
{
    u = u < -1 ? -1 : u > 1 ? 1 : u;
    double square = u * u;
    double parabola = 0.75 * u * (1 - square / 3), quartic = 0.625 * u * (1 - square * square / 5);
    return parabola + flatness * (quartic - parabola);
}

struct roller {
    const struct strip *strip;
    const struct tool_plan *tool;
    double x_mm, y_mm, c, s; /* c, s: direction of the path */
    double force_n;
};

/* Mean pressure of one cell: parts x parts pieces, each exact across the strip when it lies along
 * the grid. */
static double cell_pressure(const struct roller *roller, double x_mm, double y_mm, double pitch_mm,
                            int parts)
{
    const struct tool_plan *tool = roller->tool;
    double sub = pitch_mm / parts, half = tool->width_mm / 2, sum = 0;
    for (int i = 0; i < parts * parts; i++) {
        double dx = x_mm + (i % parts + 0.5) * sub - roller->x_mm;
        double dy = y_mm + (i / parts + 0.5) * sub - roller->y_mm;
        double u = dx * roller->c + dy * roller->s, v = dy * roller->c - dx * roller->s;
        if (fabs(u) > half + sub)
            continue;
        double share = across_share((u + sub / 2) / half, tool->flatness) -
                       across_share((u - sub / 2) / half, tool->flatness);
        sum += share / sub * load_at(roller->strip, v + tool->length_mm / 2);
    }
    return roller->force_n * sum / (parts * parts) * KPA_PER_NMM;
}

static double texture_factor(const struct tool_plan *tool, const struct pose *pose,
                             const double from_tool[2])
{
    double u =
        from_tool[0] * portable_cos(pose->angle_rad) + from_tool[1] * portable_sin(pose->angle_rad);
    double v =
        from_tool[1] * portable_cos(pose->angle_rad) - from_tool[0] * portable_sin(pose->angle_rad);
    double turn = 2 * PORTABLE_PI / tool->texture_mm;
    return 1 + tool->texture_share *
                   portable_sin(turn * (u + pose->along_mm) + pose->place->texture_phase) *
                   portable_sin(turn * v);
}

static void add_roller(struct surface *surface, const struct roller *roller,
                       const struct pose *pose)
{
    const struct tool_plan *tool = roller->tool;
    double pitch = surface->pitch_mm, c = fabs(roller->c), s = fabs(roller->s);
    double half_x = (tool->length_mm * s + tool->width_mm * c) / 2;
    double half_y = (tool->length_mm * c + tool->width_mm * s) / 2;
    struct span rows = span_of(roller->y_mm, half_y, pitch, surface->rows);
    struct span cols = span_of(roller->x_mm, half_x, pitch, surface->cols);
    int parts = (int)ceil(pitch / fmin(5, tool->width_mm / 3));
    parts = parts < 2 ? 2 : parts > 8 ? 8 : parts;
    double across = tool->width_mm / 2 + 0.71 * pitch;
    for (int r = rows.from; r <= rows.to; r++)
        for (int k = cols.from; k <= cols.to; k++) {
            double from_tool[2] = {(k + 0.5) * pitch - roller->x_mm,
                                   (r + 0.5) * pitch - roller->y_mm};
            if (fabs(from_tool[0] * roller->c + from_tool[1] * roller->s) > across)
                continue;
            double p = cell_pressure(roller, k * pitch, r * pitch, pitch, parts);
            if (tool->texture_share > 0)
                p *= texture_factor(tool, pose, from_tool);
            surface->kpa[r * surface->cols + k] += (float)p;
        }
}

void surface_add_tool(struct surface *surface, const struct tool_plan *tool, struct strip *strip,
                      const struct pose *pose, double force_n)
{
    if (tool->kind == TOOL_BALL) {
        add_ball(surface, tool, pose, 0, force_n);
        return;
    }
    if (tool->kind == TOOL_PAIR) {
        add_ball(surface, tool, pose, -tool->length_mm / 2, force_n / 2);
        add_ball(surface, tool, pose, tool->length_mm / 2, force_n / 2);
        return;
    }
    if (strip->place != pose->place) {
        lay_body(strip, tool, pose->place);
        strip->place = pose->place;
    }
    lay_knots(strip, tool, pose->along_mm);
    struct roller roller = {strip,
                            tool,
                            pose->x_mm,
                            pose->y_mm,
                            portable_cos(pose->angle_rad),
                            portable_sin(pose->angle_rad),
                            force_n};
    add_roller(surface, &roller, pose);
}
