#include "blind.h"

#include <math.h>

static const double slack_pitches = 1.5;

/* The lines of a box, [first, last] of `end`, each with the cells [from, to] of the box. */
struct side {
    int first, last, end, from, to;
    int line_step, cell_step; /* between cells of the mat */
    double pitch_mm;
};

static bool is_dead(const uint8_t *faults, const struct side *side, int line)
{
    for (int k = side->from; k <= side->to; k++)
        if (!(faults[line * side->line_step + k * side->cell_step] & CELL_DEAD))
            return false;
    return true;
}

/* Over dead lines of the box, and those beyond its ends without a gap. */
static double way_over(const uint8_t *faults, const struct side *side)
{
    int count = 0;
    for (int line = side->first; line <= side->last; line++)
        count += is_dead(faults, side, line);
    for (int line = side->first - 1; line >= 0 && is_dead(faults, side, line); line--)
        count++;
    for (int line = side->last + 1; line < side->end && is_dead(faults, side, line); line++)
        count++;
    return count ? (count + slack_pitches) * side->pitch_mm : 0;
}

double blind_way_mm(const struct geometry *geometry, const struct pressure *pressure,
                    const struct moments *box)
{
    const int rows = pressure->rows, cols = pressure->cols;
    const struct side across = {box->c0, box->c1, cols, box->r0,
                                box->r1, 1,       cols, geometry->pitch_x_mm};
    const struct side down = {box->r0, box->r1, rows, box->c0,
                              box->c1, cols,    1,    geometry->pitch_y_mm};
    return fmax(way_over(pressure->faults, &across), way_over(pressure->faults, &down));
}
