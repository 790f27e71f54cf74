#include "unrest.h"

#include "portable.h"

#include <math.h>

/* How far a hold may wander on this mat: ripple of the cells takes its part of the 10 mm. */
static double wander_limit_mm(const struct plan *plan, const struct tool_plan *tool)
{
    double pitch = plan->mat.pitch_mm;
    double ripple = tool->width_mm < 1.3 * pitch ? 0.2 * pitch : 0.05 * pitch;
    double limit = 6.5 - ripple;
    return plan_has(plan, FEATURE_NARROW) ? fmin(limit, 2.5) : limit;
}

void unrest_draw(struct unrest *unrest, const struct plan *plan, const struct tool_plan *tool,
                 struct random *random)
{
    struct unrest u = {.breath_hz = random_uniform(random, 0.18, 0.33),
                       .tremor_hz = random_uniform(random, 4, 12),
                       .phase = random_uniform(random, 0, 2 * PORTABLE_PI)};
    u.breath_mm = random_uniform(random, 0.1, 0.5);
    u.breath_share = random_uniform(random, 0.01, 0.03);
    if (plan_has(plan, FEATURE_BREATHING)) {
        u.breath_mm = random_log_uniform(random, 0.5, 6);
        u.breath_share = random_log_uniform(random, 0.02, 0.25);
    }
    if (plan_has(plan, FEATURE_TALKING)) {
        u.talk_mm = random_uniform(random, 0.5, 2.5);
        u.talk_share = random_uniform(random, 0.02, 0.12);
    }
    if (plan_has(plan, FEATURE_TREMOR)) {
        u.tremor_mm = random_uniform(random, 0.1, 0.5);
        u.tremor_share = random_uniform(random, 0.005, 0.03);
    }
    if (plan_has(plan, FEATURE_FIDGET) && random_chance(random, 0.5)) {
        u.fidget_mm = random_uniform(random, 2, 4.5) * (random_chance(random, 0.5) ? 1 : -1);
        u.fidget_at = random_uniform(random, 0.3, 0.7);
    }
    if (plan_has(plan, FEATURE_LEAN))
        u.lean_share = random_uniform(random, 0.1, 0.5);
    double sum = u.breath_mm + u.talk_mm + u.tremor_mm + fabs(u.fidget_mm);
    double shrink = fmin(1, wander_limit_mm(plan, tool) / sum);
    u.breath_mm *= shrink;
    u.talk_mm *= shrink;
    u.tremor_mm *= shrink;
    u.fidget_mm *= shrink;
    *unrest = u;
}
