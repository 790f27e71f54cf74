#include "map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double smooth_mm = 5; /* one standard deviation */
static const double ring_in_mm = 18, ring_out_mm = 48;
static const double ring_in_pitches = 1.5, ring_out_pitches = 3.6;
/* On so few places the scatter cannot be told from the spots themselves: this is assumed. */
static const size_t few_places = 64;
static const double few_scatter = 0.03;
#define SECTORS    4 /* directions; a ring has twice as many sides */
#define SECTOR_MAX 128

bool map_open(struct map *map, const struct geometry *geometry)
{
    map->geometry = *geometry;
    map->cells = geometry_cells(geometry);
    float *maps = calloc((size_t)map->cells * 5, sizeof *maps);
    if (!maps)
        return false;
    map->sum = maps;
    map->square = maps + map->cells;
    map->passes = maps + 2 * (size_t)map->cells;
    map->smooth = maps + 3 * (size_t)map->cells;
    map->work = maps + 4 * (size_t)map->cells;
    return true;
}

void map_close(struct map *map)
{
    free(map->sum);
    map->sum = NULL;
}

void map_clear(struct map *map)
{
    memset(map->sum, 0, (size_t)map->cells * 5 * sizeof *map->sum);
}

void map_add(struct map *map, uint32_t cell, double ratio)
{
    map->sum[cell] += (float)ratio;
    map->square[cell] += (float)(ratio * ratio);
    map->passes[cell] += 1;
}

static double mean_ratio(const struct map *map, uint32_t cell)
{
    return map->passes[cell] > 0 ? (double)(map->sum[cell] / map->passes[cell]) : NAN;
}

/* Calls for every cell within a distance of another: (r, c) and the distance. */
struct span {
    int r0, r1, c0, c1;
};

static struct span span_around(const struct map *map, uint32_t cell, double reach_mm)
{
    int r = (int)(cell / map->geometry.cols), c = (int)(cell % map->geometry.cols);
    int dr = (int)(reach_mm / map->geometry.pitch_y_mm),
        dc = (int)(reach_mm / map->geometry.pitch_x_mm);
    return (struct span){
        r - dr < 0 ? 0 : r - dr, r + dr >= map->geometry.rows ? map->geometry.rows - 1 : r + dr,
        c - dc < 0 ? 0 : c - dc, c + dc >= map->geometry.cols ? map->geometry.cols - 1 : c + dc};
}

static double cell_distance(const struct map *map, uint32_t cell, int r, int c)
{
    double dr = r - (int)(cell / map->geometry.cols), dc = c - (int)(cell % map->geometry.cols);
    return hypot(dr * map->geometry.pitch_y_mm, dc * map->geometry.pitch_x_mm);
}

/* Mean ratio around a cell, weighted by nearness and passes. */
static double smoothed(const struct map *map, uint32_t cell)
{
    struct span span = span_around(map, cell, 2.5 * smooth_mm);
    double sum = 0, weight = 0;
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            uint32_t other = (uint32_t)(r * map->geometry.cols + c);
            double d = cell_distance(map, cell, r, c) / smooth_mm;
            double w = exp(-d * d / 2);
            sum += w * (double)map->sum[other];
            weight += w * (double)map->passes[other];
        }
    return sum / weight;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median(float *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return count % 2 ? (double)values[count / 2]
                     : 0.5 * ((double)values[count / 2 - 1] + (double)values[count / 2]);
}

struct sectors {
    float values[2 * SECTORS][SECTOR_MAX];
    size_t counts[2 * SECTORS];
};

static void sort_ring(const struct map *map, uint32_t cell, struct sectors *sectors)
{
    double pitch = fmax(map->geometry.pitch_x_mm, map->geometry.pitch_y_mm);
    double in = fmax(ring_in_mm, ring_in_pitches * pitch);
    double out = fmax(ring_out_mm, ring_out_pitches * pitch);
    int row = (int)(cell / map->geometry.cols), col = (int)(cell % map->geometry.cols);
    struct span span = span_around(map, cell, out);
    memset(sectors->counts, 0, sizeof sectors->counts);
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            uint32_t other = (uint32_t)(r * map->geometry.cols + c);
            double d = cell_distance(map, cell, r, c);
            bool counts = 2 * map->passes[other] >= map->passes[cell];
            if (d < in || d > out || !counts || !isfinite(map->smooth[other]))
                continue;
            double turn =
                atan2((r - row) * map->geometry.pitch_y_mm, (c - col) * map->geometry.pitch_x_mm) /
                    6.283185307179586 +
                1 + 0.25 / SECTORS;
            size_t sector = (size_t)(turn * 2 * SECTORS) % (2 * SECTORS);
            if (sectors->counts[sector] < SECTOR_MAX)
                sectors->values[sector][sectors->counts[sector]++] = map->smooth[other];
        }
}

/* On a path too short for a ring: the low side of all that was covered around. */
static double low_side(const struct map *map, uint32_t cell)
{
    struct span span = span_around(map, cell, ring_out_mm);
    float values[2 * SECTORS * SECTOR_MAX];
    size_t count = 0;
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            uint32_t other = (uint32_t)(r * map->geometry.cols + c);
            if (2 * map->passes[other] >= map->passes[cell] && isfinite(map->smooth[other]) &&
                count < 2 * SECTORS * SECTOR_MAX)
                values[count++] = map->smooth[other];
        }
    qsort(values, count, sizeof *values, by_size);
    return count >= 4 ? (double)values[count / 5] : NAN;
}

/* What surrounds a place: in every direction the middle of what lies on its two sides, and of the
   directions the highest. So a stripe of any direction, or a slope, is no rise. */
static double ring(const struct map *map, uint32_t cell)
{
    struct sectors sectors;
    double highest = NAN;
    sort_ring(map, cell, &sectors);
    for (size_t k = 0; k < SECTORS; k++) {
        double sum = 0, sides = 0;
        for (size_t side = k; side < 2 * SECTORS; side += SECTORS) {
            if (sectors.counts[side] < 2)
                continue;
            sum += median(sectors.values[side], sectors.counts[side]);
            sides++;
        }
        if (sides > 0)
            highest = fmax(isnan(highest) ? 0 : highest, sum / sides);
    }
    return isnan(highest) ? low_side(map, cell) : highest;
}

static bool is_summit(const struct map *map, uint32_t cell, double apart_mm)
{
    struct span span = span_around(map, cell, apart_mm);
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            uint32_t other = (uint32_t)(r * map->geometry.cols + c);
            if (cell_distance(map, cell, r, c) > apart_mm || other == cell)
                continue;
            if (map->smooth[other] > map->smooth[cell] ||
                (map->smooth[other] >= map->smooth[cell] && other < cell))
                return false;
        }
    return true;
}

/* Spread of the differences between places and the middle of two others beside them, from their
   30th percentile: most of a short path may be a hot spot's flank. */
static double scatter(struct map *map)
{
    uint16_t rows = map->geometry.rows, cols = map->geometry.cols;
    int step = (int)fmax(
        1, ceil(ring_in_mm / 2 / fmin(map->geometry.pitch_x_mm, map->geometry.pitch_y_mm)));
    size_t count = 0;
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < cols; c++) {
            int cell = r * cols + c;
            for (int axis = 0; axis < 2; axis++) {
                int k = axis ? r : c, side = axis ? rows : cols, d = axis ? step * cols : step;
                if (k < step || k + step >= side || count >= map->cells)
                    continue;
                double bend = (double)map->smooth[cell] -
                              0.5 * ((double)map->smooth[cell - d] + (double)map->smooth[cell + d]);
                if (isfinite(bend))
                    map->work[count++] = (float)fabs(bend);
            }
        }
    if (count < few_places)
        return few_scatter;
    qsort(map->work, count, sizeof *map->work, by_size);
    return (double)map->work[(size_t)(0.3 * (double)count)] / 0.385 / 1.22;
}

/* Centre and radius of the rise around a summit. */
static void outline(const struct map *map, struct map_peak *peak, double base)
{
    double pitch = fmax(map->geometry.pitch_x_mm, map->geometry.pitch_y_mm);
    double reach = fmax(ring_in_mm, 1.3 * pitch), half = base * (1 + peak->contrast / 3);
    struct span span = span_around(map, peak->cell, reach);
    double sum = 0, x = 0, y = 0, area = 0;
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            double value = mean_ratio(map, (uint32_t)(r * map->geometry.cols + c));
            if (!(value > half) || cell_distance(map, peak->cell, r, c) > reach)
                continue;
            double w = value - half;
            sum += w;
            x += w * (c + 0.5) * map->geometry.pitch_x_mm;
            y += w * (r + 0.5) * map->geometry.pitch_y_mm;
            area += map->geometry.pitch_x_mm * map->geometry.pitch_y_mm;
        }
    if (sum > 0) {
        peak->at_mm[0] = x / sum;
        peak->at_mm[1] = y / sum;
    }
    peak->radius_mm = fmin(fmax(sqrt(area / 3.14159265), 5), 20);
}

static double pass_error(const struct map *map, uint32_t cell)
{
    double n = (double)map->passes[cell], mean = mean_ratio(map, cell);
    double variance = fmax((double)map->square[cell] / n - mean * mean, 0);
    return n > 1 ? sqrt(variance / (n - 1)) : 1;
}

static void insert(struct map_peak *peaks, size_t *count, const struct map_peak *peak)
{
    size_t at = *count < MAP_PEAKS_MAX ? (*count)++ : MAP_PEAKS_MAX - 1;
    if (*count == MAP_PEAKS_MAX && peaks[at].contrast > peak->contrast)
        return;
    for (; at > 0 && peaks[at - 1].contrast < peak->contrast; at--)
        peaks[at] = peaks[at - 1];
    peaks[at] = *peak;
}

size_t map_search(struct map *map, double least, double passes, double apart_mm,
                  struct map_peak *peaks)
{
    size_t count = 0;
    for (uint32_t cell = 0; cell < map->cells; cell++)
        map->smooth[cell] = map->passes[cell] > 0 ? (float)smoothed(map, cell) : NAN;
    double spread = scatter(map);
    for (uint32_t cell = 0; cell < map->cells; cell++) {
        if ((double)map->passes[cell] < passes || !is_summit(map, cell, apart_mm))
            continue;
        double base = ring(map, cell);
        struct map_peak peak = {.cell = cell,
                                .contrast = (double)map->smooth[cell] / base - 1,
                                .scatter = spread,
                                .error = pass_error(map, cell),
                                .passes = (uint32_t)map->passes[cell]};
        peak.at_mm[0] = (cell % map->geometry.cols + 0.5) * map->geometry.pitch_x_mm;
        peak.at_mm[1] = (cell / map->geometry.cols + 0.5) * map->geometry.pitch_y_mm;
        if (!(peak.contrast >= least))
            continue;
        outline(map, &peak, base);
        insert(peaks, &count, &peak);
    }
    return count;
}
