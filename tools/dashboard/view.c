#include "view.h"

#include "dsp/dsp.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS   5
#define BUCKET_S  (VIEW_STILL_S / BUCKETS)
#define VERSION   1
#define NOISE     4.5F /* sigmas below which nothing presses */
#define FADE_S    8.0  /* how fast the scale forgets a peak */
#define HEAD_ROOM 1.1
#define WHOLE     255

struct view {
    struct geometry geometry;
    struct calibration *calibration; /* NULL: counts are linear */
    uint16_t *linear;                /* [cells] calibrated counts */
    struct conditioner *conditioner;
    uint32_t cells, good;
    float *kpa, *least; /* [cells]; [BUCKETS][cells] */
    unsigned bucket;
    double bucket_s; /* when the bucket began */
    bool begun;
    double peak_kpa, held_kpa, force_n, still_n; /* held: the highest peak lately */
    struct frame frame;                          /* the last one, without its cells */
    double time_s;
};

/* What the scale may end at, kPa. */
static const float steps_kpa[] = {20, 40, 60, 100, 150, 200, 300, 400, 600, 1000, 2000};

/* Without fminf(), which would not become vector code. */
static inline float lesser(float a, float b)
{
    return a < b ? a : b;
}

struct view *view_create(const struct geometry *geometry, struct calibration *calibration)
{
    struct parameters parameters;
    struct view *view = calloc(1, sizeof *view);
    if (!view) {
        calibration_destroy(calibration);
        return NULL;
    }
    parameters_default(&parameters);
    view->geometry = *geometry;
    view->calibration = calibration;
    if (calibration)
        calibration_geometry(calibration, &view->geometry);
    view->cells = view->good = geometry_cells(geometry);
    view->conditioner = conditioner_create(&view->geometry, &parameters);
    view->linear = calloc(view->cells, sizeof *view->linear);
    view->kpa = calloc(view->cells, sizeof *view->kpa);
    view->least = calloc((size_t)BUCKETS * view->cells, sizeof *view->least);
    if (view->conditioner && view->linear && view->kpa && view->least)
        return view;
    view_destroy(view);
    return NULL;
}

static float *bucket_at(const struct view *view, unsigned bucket)
{
    return view->least + (size_t)bucket * view->cells;
}

/* A load that is there when the picture begins has not been there for long, as far as we know. */
static void buckets_begin(struct view *view, double time_s)
{
    memset(view->least, 0, (size_t)BUCKETS * view->cells * sizeof *view->least);
    memcpy(bucket_at(view, 0), view->kpa, view->cells * sizeof *view->kpa);
    view->bucket = 0;
    view->bucket_s = time_s;
    view->begun = true;
}

static void buckets_take(struct view *view, double time_s)
{
    if (!view->begun || time_s < view->bucket_s || time_s > view->bucket_s + 1) {
        buckets_begin(view, time_s);
        return;
    }
    if (time_s >= view->bucket_s + BUCKET_S) {
        view->bucket = (view->bucket + 1) % BUCKETS;
        view->bucket_s = time_s;
        memcpy(bucket_at(view, view->bucket), view->kpa, view->cells * sizeof *view->kpa);
    }
    float *least = bucket_at(view, view->bucket);
    for (uint32_t i = 0; i < view->cells; i++)
        least[i] = lesser(least[i], view->kpa[i]);
}

static float still_at(const struct view *view, uint32_t cell)
{
    float least = view->least[cell];
    for (unsigned bucket = 1; bucket < BUCKETS; bucket++)
        least = lesser(least, bucket_at(view, bucket)[cell]);
    return least;
}

static void sums_take(struct view *view, double passed_s)
{
    double peak = 0, sum = 0, still = 0;
    for (uint32_t i = 0; i < view->cells; i++) {
        peak = fmax(peak, (double)view->kpa[i]);
        sum += (double)view->kpa[i];
        still += (double)still_at(view, i);
    }
    double newton_per_kpa = 1000 * geometry_cell_m2(&view->geometry);
    view->peak_kpa = peak;
    view->force_n = sum * newton_per_kpa;
    view->still_n = still * newton_per_kpa;
    double fade = passed_s > 0 && passed_s < FADE_S ? exp(-passed_s / FADE_S) : 1;
    view->held_kpa = fmax(peak, view->held_kpa * fade);
}

void view_push(struct view *view, const struct frame *frame, double time_s)
{
    struct pressure pressure;
    struct frame linear = *frame;
    double before_s = view->time_s;
    if (view->calibration) {
        calibration_apply(view->calibration, frame->cells, view->linear);
        linear.cells = view->linear;
    }
    conditioner_push(view->conditioner, &linear, &pressure);
    view->good = 0;
    for (uint32_t i = 0; i < view->cells; i++) {
        bool presses = pressure.kpa[i] > NOISE * pressure.noise_kpa[i];
        view->kpa[i] = presses ? pressure.kpa[i] : 0;
        view->good += !pressure.faults[i];
    }
    view->time_s = time_s;
    view->frame = *frame;
    view->frame.cells = NULL;
    view->frame.flags = pressure.flags;
    buckets_take(view, time_s);
    sums_take(view, time_s - before_s);
}

uint32_t view_cells_good(const struct view *view)
{
    return view->good;
}

double view_time_s(const struct view *view)
{
    return view->time_s;
}

size_t view_size(const struct view *view)
{
    return VIEW_HEADER_SIZE + 2 * (size_t)view->cells;
}

static float scale_kpa(const struct view *view)
{
    size_t last = sizeof steps_kpa / sizeof steps_kpa[0] - 1, step = 0;
    while (step < last && (double)steps_kpa[step] < HEAD_ROOM * view->held_kpa)
        step++;
    return steps_kpa[step];
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
    value = htole16(value);
    return (uint8_t *)memcpy(at, &value, sizeof value) + sizeof value;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    value = htole32(value);
    return (uint8_t *)memcpy(at, &value, sizeof value) + sizeof value;
}

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    return (uint8_t *)memcpy(at, &value, sizeof value) + sizeof value;
}

static uint8_t *put_f32(uint8_t *at, double value)
{
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    return put_u32(at, bits);
}

static uint8_t *put_f64(uint8_t *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_u64(at, bits);
}

static uint8_t *header_write(const struct view *view, uint8_t *at, uint32_t marks)
{
    const struct frame *frame = &view->frame;
    double moving = view->force_n > 0 ? 1 - view->still_n / view->force_n : 0;
    memcpy(at, "RSPI", 4);
    at = put_u16(at + 4, VERSION);
    at = put_u16(at, VIEW_HEADER_SIZE);
    at = put_u32(at, frame->flags | marks);
    at = put_u16(at, view->geometry.rows);
    at = put_u16(at, view->geometry.cols);
    at = put_u64(at, frame->number);
    at = put_u64(at, (uint64_t)frame->time_us);
    at = put_f64(at, view->time_s);
    at = put_f32(at, (double)scale_kpa(view));
    at = put_f32(at, view->peak_kpa);
    at = put_f32(at, view->force_n);
    at = put_f32(at, moving);
    at = put_f32(at, view->geometry.pitch_x_mm);
    return put_f32(at, view->geometry.pitch_y_mm);
}

static uint8_t in_steps(float part, float whole)
{
    float steps = whole > 0 ? roundf(part / whole * WHOLE) : 0;
    return (uint8_t)fminf(fmaxf(steps, 0), WHOLE);
}

void view_write(const struct view *view, uint8_t *bytes, uint32_t marks)
{
    uint8_t *pressure = header_write(view, bytes, marks), *moving = pressure + view->cells;
    float scale = scale_kpa(view);
    for (uint32_t i = 0; i < view->cells; i++) {
        float kpa = view->kpa[i];
        pressure[i] = in_steps(kpa, scale);
        moving[i] = in_steps(kpa - still_at(view, i), kpa);
    }
}

void view_destroy(struct view *view)
{
    if (!view)
        return;
    calibration_destroy(view->calibration);
    conditioner_destroy(view->conditioner);
    free(view->linear);
    free(view->kpa);
    free(view->least);
    free(view);
}
