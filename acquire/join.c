#include "join.h"

#include "transports/transports.h"

#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 4
#define HOLD_US   200000 /* how long a frame waits for the other mats */
#define READ_MS   5

/* A mat of several, and its newest frame before and after the first mat's at hand. */
struct part {
    struct source *source;
    bool ended, has_before, has_after;
    struct frame before, after;
    uint16_t *before_cells, *after_cells; /* [MAT_SIDE_MAX^2] copies */
};

struct join {
    struct part parts[PARTS_MAX];
    size_t count;
    bool down; /* layout=y */
    struct mat_info info;
    bool known, waiting; /* waiting: the first mat's frame waits for the others */
    int64_t waiting_since_us;
    uint16_t *cells; /* [rows*cols] of all */
};

static void frame_keep(struct frame *kept, uint16_t *cells, const struct frame *frame)
{
    *kept = *frame;
    memcpy(cells, frame->cells, sizeof *cells * frame->rows * frame->cols);
    kept->cells = cells;
}

static void part_shift(struct part *part)
{
    uint16_t *cells = part->before_cells;
    part->before = part->after;
    part->before_cells = part->after_cells;
    part->after_cells = cells;
    part->has_before = true;
    part->has_after = false;
}

/* Reads until the part has a frame at or after a time. 1: it has, or is at its end; 0: not yet. */
static int part_reach(struct part *part, int64_t time_us, struct failure *failure)
{
    while (!part->ended) {
        if (part->has_after && part->after.time_us >= time_us)
            return 1;
        if (part->has_after)
            part_shift(part);
        struct frame frame;
        int status = source_read(part->source, &frame, READ_MS, failure);
        if (status == STATUS_END)
            part->ended = true;
        else if (status == STATUS_LOST || status == 0)
            return 0;
        else if (status < 0)
            return status;
        else
            frame_keep(&part->after, part->after_cells, &frame);
        part->has_after = status == 1;
    }
    return 1;
}

/* All parts as one mat. */
static int info_join(struct join *join, struct failure *failure)
{
    for (size_t i = 0; i < join->count; i++) {
        const struct mat_info *info = source_info(join->parts[i].source);
        if (!info)
            return STATUS_OK;
        const struct geometry *added = &info->geometry;
        struct geometry *all = &join->info.geometry;
        if (i == 0) {
            join->info = *info;
            continue;
        }
        unsigned along = join->down ? all->rows + added->rows : all->cols + added->cols;
        bool fits = join->down ? all->cols == added->cols : all->rows == added->rows;
        if (!fits || along > MAT_SIDE_MAX || all->full_scale != added->full_scale)
            return failure_set(failure, STATUS_ARGUMENT,
                               "join: mat %zu, %u x %u, does not fit beside the others", i + 1,
                               added->rows, added->cols);
        *(join->down ? &all->rows : &all->cols) = (uint16_t)along;
    }
    join->cells = calloc(geometry_cells(&join->info.geometry), sizeof *join->cells);
    join->known = join->cells != NULL;
    return join->known ? STATUS_OK : failure_set(failure, STATUS_MEMORY, "join: out of memory");
}

/* The part's frame that is nearest to the time; NULL: it has none. */
static const struct frame *part_nearest(const struct part *part, int64_t time_us)
{
    if (!part->has_before || !part->has_after)
        return part->has_after ? &part->after : part->has_before ? &part->before : NULL;
    bool after = part->after.time_us - time_us <= time_us - part->before.time_us;
    return after ? &part->after : &part->before;
}

/* Puts a part's cells into the whole from (row, col) on. */
static void cells_place(struct join *join, const struct frame *frame, size_t row, size_t col)
{
    size_t cols = join->info.geometry.cols;
    for (size_t r = 0; r < frame->rows; r++)
        memcpy(join->cells + (row + r) * cols + col, frame->cells + r * frame->cols,
               sizeof *join->cells * frame->cols);
}

static void frame_join(struct join *join, struct frame *frame)
{
    struct part *first = &join->parts[0];
    *frame = first->after;
    size_t row = 0, col = 0;
    for (size_t i = 0; i < join->count; i++) {
        const struct part *part = &join->parts[i];
        const struct frame *nearest = part_nearest(part, first->after.time_us);
        if (nearest)
            cells_place(join, nearest, row, col);
        bool stale = !part->has_after;
        frame->flags |= (nearest ? nearest->flags : 0) | (stale ? FRAME_INTERPOLATED : 0u);
        const struct geometry *geometry = &source_info(part->source)->geometry;
        row += join->down ? geometry->rows : 0;
        col += join->down ? 0 : geometry->cols;
    }
    frame->rows = join->info.geometry.rows;
    frame->cols = join->info.geometry.cols;
    frame->cells = join->cells;
    part_shift(first);
}

/* Whether the first mat's frame can be given. As part_reach. */
static int others_reach(struct join *join, struct failure *failure)
{
    bool patient = clock_now_us() - join->waiting_since_us < HOLD_US;
    int64_t time_us = join->parts[0].after.time_us;
    for (size_t i = 1; i < join->count; i++) {
        int reached = part_reach(&join->parts[i], time_us, failure);
        if (reached < 0 || (reached == 0 && patient))
            return reached;
    }
    return 1;
}

static int first_reach(struct join *join, struct failure *failure)
{
    struct part *first = &join->parts[0];
    if (join->waiting)
        return 1;
    struct frame frame;
    int status = source_read(first->source, &frame, READ_MS, failure);
    if (status != 1)
        return status;
    frame_keep(&first->after, first->after_cells, &frame);
    first->has_after = join->waiting = true;
    join->waiting_since_us = clock_now_us();
    return 1;
}

static int join_read(void *self, struct frame *frame, int timeout_ms, struct failure *failure)
{
    struct join *join = self;
    int64_t deadline_us = clock_now_us() + (int64_t)timeout_ms * 1000;
    do {
        int status = first_reach(join, failure);
        if (status == 1)
            status = others_reach(join, failure);
        if (status == 1 && !join->known)
            status = info_join(join, failure) ? STATUS_ARGUMENT : join->known;
        if (status < 0)
            return status;
        if (status == 1) {
            join->waiting = false;
            frame_join(join, frame);
            return 1;
        }
    } while (clock_now_us() < deadline_us);
    return 0;
}

static const struct mat_info *join_info(void *self)
{
    const struct join *join = self;
    return join->known ? &join->info : NULL;
}

/* Counts of all; rate and jitter of the first. */
static void join_health(void *self, struct source_health *health)
{
    const struct join *join = self;
    source_health(join->parts[0].source, health);
    for (size_t i = 1; i < join->count; i++) {
        struct source_health added;
        source_health(join->parts[i].source, &added);
        health->lost += added.lost;
        health->duplicates += added.duplicates;
        health->restarts += added.restarts;
        health->disconnects += added.disconnects;
        health->decoder.bytes += added.decoder.bytes;
        health->decoder.skipped_bytes += added.decoder.skipped_bytes;
    }
}

static void join_close(void *self)
{
    struct join *join = self;
    for (size_t i = 0; i < join->count; i++) {
        source_close(join->parts[i].source);
        free(join->parts[i].before_cells);
        free(join->parts[i].after_cells);
    }
    free(join->cells);
    free(join);
}

static int part_open(struct part *part, const struct address *whole, const char *text,
                     struct failure *failure)
{
    struct address address;
    int status = address_parse(&address, text, failure);
    for (size_t i = 0; i < whole->count && !status; i++) {
        const char *name = whole->parameters[i].name;
        if (!strcmp(name, "layout") || address_get(&address, name, NULL))
            continue;
        if (address.count == ADDRESS_PARAMETERS_MAX)
            return failure_set(failure, STATUS_ARGUMENT, "join: too many parameters");
        address.parameters[address.count++] = whole->parameters[i];
    }
    part->before_cells = malloc(sizeof *part->before_cells * MAT_SIDE_MAX * MAT_SIDE_MAX);
    part->after_cells = malloc(sizeof *part->after_cells * MAT_SIDE_MAX * MAT_SIDE_MAX);
    if (!part->before_cells || !part->after_cells)
        return failure_set(failure, STATUS_MEMORY, "join: out of memory");
    return status ? status : source_open(&part->source, &address, failure);
}

static int parts_open(struct join *join, const struct address *address, struct failure *failure)
{
    char target[ADDRESS_SIZE], *rest = NULL;
    memcpy(target, address->target, sizeof target);
    for (char *text = strtok_r(target, "|", &rest); text; text = strtok_r(NULL, "|", &rest)) {
        if (join->count == PARTS_MAX)
            return failure_set(failure, STATUS_ARGUMENT, "join: more than %d mats", PARTS_MAX);
        int status = part_open(&join->parts[join->count++], address, text, failure);
        if (status)
            return status;
    }
    return STATUS_OK;
}

int join_open(struct source **source, const struct address *address, struct failure *failure)
{
    static const struct source_ops ops = {
        .read = join_read, .info = join_info, .health = join_health, .close = join_close};
    const char *layout = address_get(address, "layout", "x");
    *source = NULL;
    if (!strchr(address->target, '|'))
        return failure_set(failure, STATUS_ARGUMENT,
                           "join:%s: two addresses with | between them are needed",
                           address->target);
    if (strcmp(layout, "x") != 0 && strcmp(layout, "y") != 0)
        return failure_set(failure, STATUS_ARGUMENT, "join: layout=%s is not x or y", layout);
    struct join *join = calloc(1, sizeof *join);
    if (!join)
        return failure_set(failure, STATUS_MEMORY, "join: out of memory");
    join->down = *layout == 'y';
    int status = parts_open(join, address, failure);
    if (status) {
        join_close(join);
        return status;
    }
    return source_open_custom(source, &ops, join, failure);
}
