#include "grid.h"

#include <stdlib.h>
#include <string.h>

/* Adds the lines from `first` to `last`, in that direction. False: too many, twice, or no such. */
static bool lines_add(uint16_t *lines, size_t *used, size_t count, long first, long last)
{
    long step = first <= last ? 1 : -1;
    if (first < 0 || last < 0 || first >= (long)count || last >= (long)count)
        return false;
    for (long line = first;; line += step) {
        if (*used == count)
            return false;
        for (size_t i = 0; i < *used; i++)
            if (lines[i] == line)
                return false;
        lines[(*used)++] = (uint16_t)line;
        if (line == last)
            return true;
    }
}

/* Reads an order such as "15-31,14-0" into lines [count]. False: it is no permutation of them. */
static bool order_read(const char *order, uint16_t *lines, size_t count)
{
    size_t used = 0;
    for (const char *at = order; *at;) {
        char *end;
        long first = strtol(at, &end, 10), last = first;
        if (end == at)
            return false;
        if (*end == '-')
            last = strtol(end + 1, &end, 10);
        if (!lines_add(lines, &used, count, first, last) || (*end && *end != ','))
            return false;
        at = end + (*end == ',');
    }
    if (!*order)
        return lines_add(lines, &used, count, 0, (long)count - 1);
    return used == count;
}

static void flip(uint16_t *lines, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        uint16_t line = lines[i];
        lines[i] = lines[count - 1 - i];
        lines[count - 1 - i] = line;
    }
}

static void map_fill(struct grid *grid, const uint16_t *row_lines, const uint16_t *col_lines,
                     bool transpose, uint16_t wire_cols)
{
    for (size_t row = 0; row < grid->rows; row++)
        for (size_t col = 0; col < grid->cols; col++) {
            size_t wire_row = row_lines[transpose ? col : row];
            size_t wire_col = col_lines[transpose ? row : col];
            grid->from[row * grid->cols + col] = (uint16_t)(wire_row * wire_cols + wire_col);
        }
}

int grid_make(struct grid *grid, const struct grid_change *change, uint16_t rows, uint16_t cols,
              struct failure *failure)
{
    uint16_t row_lines[MAT_SIDE_MAX] = {0}, col_lines[MAT_SIDE_MAX] = {0};
    *grid = (struct grid){.rows = change->transpose ? cols : rows,
                          .cols = change->transpose ? rows : cols};
    if (!*change->row_order && !*change->col_order && !change->flip_x && !change->flip_y &&
        !change->transpose)
        return STATUS_OK;
    if (!order_read(change->row_order, row_lines, rows))
        return failure_set(failure, STATUS_ARGUMENT,
                           "row_order=%s does not name each of %u rows once", change->row_order,
                           rows);
    if (!order_read(change->col_order, col_lines, cols))
        return failure_set(failure, STATUS_ARGUMENT,
                           "col_order=%s does not name each of %u columns once", change->col_order,
                           cols);
    if (change->flip_y)
        flip(row_lines, rows);
    if (change->flip_x)
        flip(col_lines, cols);
    size_t cells = (size_t)rows * cols;
    grid->from = malloc(cells * sizeof *grid->from);
    grid->cells = malloc(cells * sizeof *grid->cells);
    if (!grid->from || !grid->cells)
        return failure_set(failure, STATUS_MEMORY, "out of memory for a grid");
    map_fill(grid, row_lines, col_lines, change->transpose, cols);
    return STATUS_OK;
}

const uint16_t *grid_apply(const struct grid *grid, const uint16_t *cells)
{
    if (!grid->from)
        return cells;
    for (size_t i = 0; i < (size_t)grid->rows * grid->cols; i++)
        grid->cells[i] = cells[grid->from[i]];
    return grid->cells;
}

void grid_free(struct grid *grid)
{
    free(grid->from);
    free(grid->cells);
    *grid = (struct grid){.rows = 0};
}
