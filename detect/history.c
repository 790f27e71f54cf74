#include "history.h"

static const double history_step_s = 0.009;
static const double bridge_s = 0.05;

void history_clear(struct history *history)
{
    history->first = 0;
    history->count = 0;
}

static struct sample *slot(struct history *history, size_t i)
{
    return &history->samples[(history->first + i) % HISTORY_SIZE];
}

/* Averages sample i over `reach` samples on both sides. */
static void calm_down(struct history *history, size_t i, size_t reach)
{
    double sum[2] = {0, 0};
    for (size_t k = i - reach; k <= i + reach; k++)
        for (int axis = 0; axis < 2; axis++)
            sum[axis] += slot(history, k)->move_mm[axis];
    for (int axis = 0; axis < 2; axis++)
        slot(history, i)->calm_mm[axis] = sum[axis] / (double)(2 * reach + 1);
}

static void calm_newest(struct history *history)
{
    size_t newest = history->count - 1;
    double now_s = history_at(history, newest)->time_s;
    for (size_t back = 0; back <= newest / 2; back++) {
        size_t i = newest - back;
        if (now_s - history_at(history, i)->time_s > history->calm_s)
            return;
        calm_down(history, i, back);
    }
}

void history_push(struct history *history, const struct sample *sample)
{
    if (history->count) {
        const struct sample *last = history_at(history, history->count - 1);
        if (sample->time_s - last->time_s < history_step_s)
            return;
    }
    if (history->count == HISTORY_SIZE) {
        history->first = (history->first + 1) % HISTORY_SIZE;
        history->count--;
    }
    history->samples[(history->first + history->count++) % HISTORY_SIZE] = *sample;
    for (int axis = 0; axis < 2; axis++)
        slot(history, history->count - 1)->calm_mm[axis] = sample->move_mm[axis];
    calm_newest(history);
}

void history_bridge(struct history *history, const struct sample *before, const struct sample *now)
{
    double away_s = now->time_s - before->time_s;
    for (double s = bridge_s; s < away_s - bridge_s / 2; s += bridge_s) {
        double back = 1 - s / away_s;
        struct sample between = *now;
        between.time_s = before->time_s + s;
        between.impulse_ns += back * (before->impulse_ns - now->impulse_ns);
        for (int i = 0; i < 2; i++) {
            between.at_mm[i] += back * (before->at_mm[i] - now->at_mm[i]);
            between.outline_mm[i] += back * (before->outline_mm[i] - now->outline_mm[i]);
            between.move_mm[i] += back * (before->move_mm[i] - now->move_mm[i]);
        }
        history_push(history, &between);
    }
}

const struct sample *history_at(const struct history *history, size_t i)
{
    return &history->samples[(history->first + i) % HISTORY_SIZE];
}

size_t history_find(const struct history *history, double time_s)
{
    size_t low = 0, high = history->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (history_at(history, middle)->time_s <= time_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct sample history_interpolate(const struct history *history, double time_s)
{
    size_t i = history_find(history, time_s);
    struct sample sample = *history_at(history, i);
    if (i + 1 == history->count || time_s <= sample.time_s)
        return sample;
    const struct sample *next = history_at(history, i + 1);
    double share = (time_s - sample.time_s) / (next->time_s - sample.time_s);
    for (int k = 0; k < 2; k++) {
        sample.outline_mm[k] += share * (next->outline_mm[k] - sample.outline_mm[k]);
        sample.at_mm[k] += share * (next->at_mm[k] - sample.at_mm[k]);
        sample.move_mm[k] += share * (next->move_mm[k] - sample.move_mm[k]);
        sample.calm_mm[k] += share * (next->calm_mm[k] - sample.calm_mm[k]);
    }
    sample.force_n += share * (next->force_n - sample.force_n);
    sample.impulse_ns += share * (next->impulse_ns - sample.impulse_ns);
    sample.time_s = time_s;
    return sample;
}
