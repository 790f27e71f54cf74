/**
 * @file portable.h
 * Elementary functions of + - * / and sqrt alone, so that a seed gives the same bits on every
 * machine: the C library's own choose other instructions on other processors. Errors stay below
 * 1e-13 relative, which is far more than a simulator needs. Any thread.
 */
#ifndef ROLLSCOPE_SIMULATE_PORTABLE_H
#define ROLLSCOPE_SIMULATE_PORTABLE_H

#define PORTABLE_PI 3.14159265358979323846

/** e to the x. @param x -700 .. 700 */
double portable_exp(double x);

/** Natural logarithm. @param x > 0 */
double portable_log(double x);

/** x to the power n. @param x >= 0 (0 gives 0) */
double portable_pow(double x, double n);

/** Sine and cosine. @param x radians, |x| below 1e6 */
double portable_sin(double x);
double portable_cos(double x);

#endif
