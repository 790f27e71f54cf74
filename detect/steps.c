#include "steps.h"

#include <math.h>

/* Within this, and at about the same load, a blob that looks the same is the same. */
static const double anchor_s = 0.5, anchor_growth = 1.3;
static const double anchor_mm = 20; /* farther off it is the other part that goes on in its name */
static const double speed_tau_s = 0.1;
/* A blob slower than this does not go on by itself while its centre cannot be followed. */
static const double coasting_mm_s = 15;
/* Load that changes by more than this in one frame is landing or lifting, not moving. */
static const double growth_most = 1.4, outline_most = 1.2;
static const double unseen_s = 0.1;   /* after longer it is where it is, whatever it bears */
static const uint32_t few_cells = 12; /* before and after */

static bool changed(double ratio, double most)
{
    return ratio > most || ratio < 1 / most;
}

/* Landing or lifting: load and outline change. Where only the load does (a tool that vibrates), the
   centre stays; and that of a few cells is never far off. */
static bool swells(const struct moments *moments, const struct moments *before)
{
    return moments->cells + before->cells > few_cells &&
           changed(moments->kpa / before->kpa, growth_most) &&
           changed((double)moments->cells / before->cells, outline_most);
}

/* A blob that looks again as it did a moment ago has gone from there to here, whatever its parts
   did in between. */
static bool recover(const struct blob *blob, const struct blob *before, double now_s,
                    double step[2])
{
    const struct anchor *anchor = &blob->anchors[blob->merged];
    if (blob->touching || anchor->kpa <= 0 || now_s - anchor->time_s > anchor_s ||
        changed(blob->moments.kpa / anchor->kpa, anchor_growth))
        return false;
    double centre[2] = {blob->shape.x_mm, blob->shape.y_mm};
    for (int i = 0; i < 2; i++)
        step[i] = centre[i] - anchor->at_mm[i] - (before->way_mm[i] - anchor->way_mm[i]);
    return hypot(step[0], step[1]) < anchor_mm;
}

/* An anchor stays while the blob looks different from it, for as long as it may come back. */
static void keep_anchor(struct blob *blob, double now_s)
{
    struct anchor *anchor = &blob->anchors[blob->merged];
    if (blob->touching)
        return;
    if (anchor->kpa > 0 && now_s - anchor->time_s <= anchor_s &&
        changed(blob->moments.kpa / anchor->kpa, anchor_growth))
        return;
    *anchor = (struct anchor){.at_mm = {blob->shape.x_mm, blob->shape.y_mm},
                              .way_mm = {blob->way_mm[0], blob->way_mm[1]},
                              .kpa = blob->moments.kpa,
                              .time_s = now_s};
}

void step_settle(struct blob *blob, const struct blob *before, double dt_s, double now_s)
{
    if (blob->moments.weight <= 0) {
        blob->id = 0;
        return;
    }
    blob->shape = moments_shape(&blob->moments);
    if (!blob->touching)
        blob->alone = blob->shape;
    if (blob->fresh) {
        keep_anchor(blob, now_s);
        return;
    }
    if (blob->touching != before->touching ||
        (dt_s < unseen_s && swells(&blob->moments, &before->moments)))
        blob->stepped = false;
    bool coasts = hypot(blob->speed_mm_s[0], blob->speed_mm_s[1]) > coasting_mm_s;
    double k = dt_s / (dt_s + speed_tau_s);
    double step[2] = {blob->shape.x_mm - before->shape.x_mm, blob->shape.y_mm - before->shape.y_mm};
    bool recovered = !blob->stepped && recover(blob, before, now_s, step);
    for (int i = 0; i < 2; i++) {
        if (blob->stepped && dt_s > 0)
            blob->speed_mm_s[i] += k * (step[i] / dt_s - blob->speed_mm_s[i]);
        bool known = blob->stepped || recovered;
        blob->step_mm[i] = known ? step[i] : coasts ? blob->speed_mm_s[i] * dt_s : 0;
        blob->drift_mm[i] += blob->step_mm[i];
        blob->way_mm[i] += blob->step_mm[i];
    }
    blob->stepped |= recovered;
    keep_anchor(blob, now_s);
}
