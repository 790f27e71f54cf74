#include "blind.h"

#include <math.h>

static const double slack_pitches = 1.5;

/* Whether all cells of a line beside or under a contact are dead. */
static bool dead_column(const struct pressure *pressure, const struct moments *box, int col)
{
    for (int row = box->r0; row <= box->r1; row++)
        if (!(pressure->faults[row * pressure->cols + col] & CELL_DEAD))
            return false;
    return true;
}

static bool dead_row(const struct pressure *pressure, const struct moments *box, int row)
{
    for (int col = box->c0; col <= box->c1; col++)
        if (!(pressure->faults[row * pressure->cols + col] & CELL_DEAD))
            return false;
    return true;
}

/* Lines of a box [first, last] on a side, and those beyond its ends without a gap. */
struct side {
    bool (*is_dead)(const struct pressure *pressure, const struct moments *box, int line);
    int first, last, end;
    double pitch_mm;
};

static double way_over(const struct pressure *pressure, const struct moments *box,
                       const struct side *side)
{
    int count = 0;
    for (int line = side->first; line <= side->last; line++)
        count += side->is_dead(pressure, box, line);
    for (int line = side->first - 1; line >= 0 && side->is_dead(pressure, box, line); line--)
        count++;
    for (int line = side->last + 1; line < side->end && side->is_dead(pressure, box, line); line++)
        count++;
    return count ? (count + slack_pitches) * side->pitch_mm : 0;
}

double blind_way_mm(const struct geometry *geometry, const struct pressure *pressure,
                    const struct moments *box)
{
    const struct side cols = {dead_column, box->c0, box->c1, pressure->cols, geometry->pitch_x_mm};
    const struct side rows = {dead_row, box->r0, box->r1, pressure->rows, geometry->pitch_y_mm};
    return fmax(way_over(pressure, box, &cols), way_over(pressure, box, &rows));
}
