/**
 * @file bench_fftw.h
 * The bank's job done by FFTW, to compare with.
 */
#ifndef ROLLSCOPE_TESTS_BENCH_BENCH_FFTW_H
#define ROLLSCOPE_TESTS_BENCH_BENCH_FFTW_H

#include <stddef.h>

/** Overlap-save over [samples][channels]. */
struct fftw_job {
    const float *in;
    float *out;
    size_t samples, channels, taps, length;
};

/** Runs it by real transforms of FFTW3f, one channel each. @return seconds; negative where FFTW is
 *  not there */
double fftw_filter(const struct fftw_job *job);

#endif
