#include "wobble.h"

#include <math.h>
#include <string.h>

static const double tau_s = 1.0, step_k = 0.05;
static const double calm_mm = 0.4, calm_most_s = 0.12; /* noise that does no harm; averaging */

void wobble_start(struct wobble *wobble, const double at_mm[2])
{
    memset(wobble, 0, sizeof *wobble);
    memcpy(wobble->before_mm[0], at_mm, sizeof wobble->before_mm[0]);
    memcpy(wobble->before_mm[1], at_mm, sizeof wobble->before_mm[1]);
}

/* Averages over as many samples as bring the noise down to calm_mm. */
static void find_calm(struct wobble *wobble, double dt_s)
{
    double step_s = wobble->step_s > 0 ? wobble->step_s : dt_s;
    wobble->step_s = step_s + step_k * (dt_s - step_s);
    double samples = wobble->mm2 / (calm_mm * calm_mm);
    wobble->calm_s = fmin(samples * wobble->step_s / 2, calm_most_s);
    double averaged = 1 + floor(wobble->calm_s / fmax(wobble->step_s, 1e-6)) * 2;
    wobble->noise_mm = sqrt(wobble->mm2 / averaged);
}

void wobble_push(struct wobble *wobble, const double at_mm[2], double dt_s)
{
    double second = 0;
    for (int i = 0; i < 2; i++) {
        double bend = at_mm[i] - 2 * wobble->before_mm[0][i] + wobble->before_mm[1][i];
        second += bend * bend;
    }
    wobble->mm2 += dt_s / (dt_s + tau_s) * (second / 6 - wobble->mm2);
    find_calm(wobble, dt_s);
    memcpy(wobble->before_mm[1], wobble->before_mm[0], sizeof wobble->before_mm[1]);
    memcpy(wobble->before_mm[0], at_mm, sizeof wobble->before_mm[0]);
}
