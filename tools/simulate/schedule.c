#include "schedule.h"

#include "portable.h"

#include <math.h>
#include <string.h>

#define BURST_LEAST_S 0.05
#define BURST_MOST_S  0.42
#define WANDER_HZ     0.11

void schedule_start(struct schedule *schedule, const struct plan *plan)
{
    memset(schedule, 0, sizeof *schedule);
    schedule->plan = plan;
    schedule->last_us = -1;
    random_start(&schedule->random, plan->seed, "schedule");
}

double schedule_clock_s(const struct plan *plan, double time_s)
{
    return time_s * (1 + plan->sensor.drift);
}

static bool arrives(struct schedule *schedule, double step_s)
{
    const struct sensor_plan *sensor = &schedule->plan->sensor;
    double now = schedule->nominal_s, gap = now - SCHEDULE_LONG_GAP_S;
    bool starts = random_chance(&schedule->random, sensor->bursts_per_s * step_s);
    double length = random_uniform(&schedule->random, BURST_LEAST_S, BURST_MOST_S);
    bool lost = random_chance(&schedule->random, sensor->loss);
    bool inside = now < schedule->burst_end_s;
    if (starts && now > schedule->burst_end_s + 0.5)
        schedule->burst_end_s = now + length;
    return !inside && !lost && !(gap > 0 && gap < sensor->long_gap_s);
}

static double step_s(const struct schedule *schedule)
{
    double wander = schedule->plan->sensor.rate_wander *
                    portable_sin(2 * PORTABLE_PI * WANDER_HZ * schedule->nominal_s);
    return 1 / (schedule->plan->mat.rate_hz * (1 + wander));
}

int schedule_next(struct schedule *schedule, struct scan *scan)
{
    const struct sensor_plan *sensor = &schedule->plan->sensor;
    for (;;) {
        double now = schedule->nominal_s, step = step_s(schedule);
        bool first = schedule->scan == 0;
        if (now >= schedule->plan->duration_s)
            return STATUS_END;
        double jitter = random_uniform(&schedule->random, -1, 1) * sensor->jitter_s;
        double stamp = random_uniform(&schedule->random, -1, 1) * sensor->stamp_jitter_s;
        bool here = arrives(schedule, step) || first;
        scan->sequence = schedule->scan++;
        scan->time_s = first ? 0 : now + jitter;
        double clock = first ? 0 : schedule_clock_s(schedule->plan, scan->time_s) + stamp;
        scan->stamp_us = (int64_t)floor(clock * 1e6 + 0.5);
        if (scan->stamp_us <= schedule->last_us)
            scan->stamp_us = schedule->last_us + 1;
        schedule->nominal_s += step;
        if (!here)
            continue;
        schedule->last_us = scan->stamp_us;
        return 1;
    }
}
