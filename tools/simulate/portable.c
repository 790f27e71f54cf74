#include "portable.h"

#include <math.h>

#define LN2   0.69314718055994530942
#define SQRT2 1.41421356237309504880

double portable_exp(double x)
{
    double power = floor(x / LN2 + 0.5);
    double rest = (x - power * LN2) / 4;
    double sum = 1, term = 1;
    for (int i = 1; i < 12; i++) {
        term *= rest / i;
        sum += term;
    }
    sum *= sum;
    return ldexp(sum * sum, (int)power);
}

double portable_log(double x)
{
    int power;
    double mantissa = frexp(x, &power);
    if (mantissa < SQRT2 / 2) {
        mantissa *= 2;
        power--;
    }
    double z = (mantissa - 1) / (mantissa + 1), square = z * z;
    double sum = 0;
    for (int i = 21; i > 0; i -= 2)
        sum = sum * square + 1.0 / i;
    return 2 * z * sum + power * LN2;
}

double portable_pow(double x, double n)
{
    return x > 0 ? portable_exp(n * portable_log(x)) : 0;
}

double portable_sin(double x)
{
    double half_turns = floor(x / PORTABLE_PI + 0.5);
    double rest = x - half_turns * PORTABLE_PI;
    double square = rest * rest, term = rest, sum = rest;
    for (int i = 2; i < 24; i += 2) {
        term *= -square / (i * (i + 1));
        sum += term;
    }
    return fmod(half_turns, 2) == 0 ? sum : -sum;
}

double portable_cos(double x)
{
    return portable_sin(x + PORTABLE_PI / 2);
}
