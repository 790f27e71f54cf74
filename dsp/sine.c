#include "sine.h"

#include <math.h>

#define PI 3.14159265358979323846

/* Frequencies tried, in 1 / duration. */
#define STEP 0.25

/* The parabola's orthogonal parts at one sample. */
struct parabola {
    double half, square; /* half the count, mean square of the sample's place */
    double norms[3];
};

/* Sums of one frequency: products of cosine (0) and sine (1) with each other, the parts, the
   signals. */
struct products {
    double own[3]; /* cos cos, cos sin, sin sin */
    double part[3][2], signal[2][2];
};

static double part_at(const struct parabola *p, int part, double place)
{
    return part == 0 ? 1 : part == 1 ? place : place * place - p->square;
}

static struct parabola parabola_of(size_t count)
{
    struct parabola p = {.half = 0.5 * (double)(count - 1)};
    p.square = (p.half * p.half + p.half) / 3;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < 3; k++) {
            double part = part_at(&p, k, (double)i - p.half);
            p.norms[k] += part * part;
        }
    return p;
}

static struct products multiply(const struct sine_search *search, const struct parabola *p,
                                double frequency_hz)
{
    struct products sums = {0};
    double turn = 2 * PI * frequency_hz / search->rate_hz;
    double step_c = cos(turn), step_s = sin(turn), c = 1, s = 0;
    for (size_t i = 0; i < search->count; i++) {
        double place = (double)i - p->half, next = c * step_c - s * step_s;
        sums.own[0] += c * c;
        sums.own[1] += c * s;
        sums.own[2] += s * s;
        for (int k = 0; k < 3; k++) {
            double part = part_at(p, k, place);
            sums.part[k][0] += part * c;
            sums.part[k][1] += part * s;
        }
        for (size_t k = 0; k < search->signal_count; k++) {
            sums.signal[k][0] += search->signals[k][i] * c;
            sums.signal[k][1] += search->signals[k][i] * s;
        }
        s = c * step_s + s * step_c;
        c = next;
    }
    return sums;
}

/* Power explained at a frequency: the sine's own power less what the parabola has of it. */
static double explained(const struct sine_search *search, const struct parabola *p,
                        double frequency_hz)
{
    struct products sums = multiply(search, p, frequency_hz);
    double cc = sums.own[0], cs = sums.own[1], ss = sums.own[2], power = 0;
    for (int k = 0; k < 3; k++) {
        cc -= sums.part[k][0] * sums.part[k][0] / p->norms[k];
        cs -= sums.part[k][0] * sums.part[k][1] / p->norms[k];
        ss -= sums.part[k][1] * sums.part[k][1] / p->norms[k];
    }
    double determinant = cc * ss - cs * cs;
    if (determinant < 1e-9 * sums.own[0] * sums.own[2])
        return 0;
    for (size_t k = 0; k < search->signal_count; k++) {
        double a = sums.signal[k][0], b = sums.signal[k][1];
        power += (a * a * ss - 2 * a * b * cs + b * b * cc) / determinant;
    }
    return power;
}

static double power_of(const struct sine_search *search)
{
    double power = 0;
    for (size_t k = 0; k < search->signal_count; k++)
        for (size_t i = 0; i < search->count; i++)
            power += (double)search->signals[k][i] * search->signals[k][i];
    return power;
}

bool sine_find(const struct sine_search *search, struct sine *sine)
{
    struct parabola p = parabola_of(search->count);
    double step_hz = STEP * search->rate_hz / (double)search->count, power = power_of(search);
    size_t tries = (size_t)((search->high_hz - search->low_hz) / step_hz) + 1, best = 0;
    double last = 0, top = 0, left = 0, right = 0;
    for (size_t k = 0; k < tries; k++) {
        double now = explained(search, &p, search->low_hz + (double)k * step_hz);
        if (k > 0 && best == k - 1)
            right = now;
        if (k == 0 || now > top) {
            top = now;
            left = last;
            best = k;
        }
        last = now;
    }
    if (!(power > 0) || best == 0 || best + 1 >= tries)
        return false;
    double bend = left - 2 * top + right;
    double offset = bend < 0 ? 0.5 * (left - right) / bend : 0;
    sine->frequency_hz = search->low_hz + ((double)best + offset) * step_hz;
    sine->share = top / power;
    return true;
}
