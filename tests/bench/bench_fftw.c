#include "bench_fftw.h"

#ifdef HAVE_FFTW

#include "bench_clock.h"

#include <complex.h>
#include <fftw3.h>

#define TAPS   129
#define LENGTH 512
#define HOP    (LENGTH - TAPS + 1)
#define GROUP  16

double fftw_filter(const float *in, float *out, size_t samples, size_t channels)
{
    int size = LENGTH;
    float *signals = fftwf_alloc_real(GROUP * LENGTH);
    fftwf_complex *bins = fftwf_alloc_complex(GROUP * (LENGTH / 2 + 1));
    fftwf_plan there = fftwf_plan_many_dft_r2c(1, &size, GROUP, signals, NULL, 1, LENGTH, bins,
                                               NULL, 1, LENGTH / 2 + 1, FFTW_MEASURE);
    fftwf_plan back = fftwf_plan_many_dft_c2r(1, &size, GROUP, bins, NULL, 1, LENGTH / 2 + 1,
                                              signals, NULL, 1, LENGTH, FFTW_MEASURE);
    double start = clock_cpu_s();
    for (size_t first = 0; first + LENGTH <= samples; first += HOP)
        for (size_t group = 0; group + GROUP <= channels; group += GROUP) {
            for (size_t n = 0; n < LENGTH; n++)
                for (size_t c = 0; c < GROUP; c++)
                    signals[c * LENGTH + n] = in[(first + n) * channels + group + c];
            fftwf_execute(there);
            for (size_t k = 0; k < GROUP * (LENGTH / 2 + 1); k++)
                bins[k] *= 1.0F / LENGTH;
            fftwf_execute(back);
            for (size_t n = 0; n < HOP; n++)
                for (size_t c = 0; c < GROUP; c++)
                    out[(first + n) * channels + group + c] = signals[c * LENGTH + n + TAPS - 1];
        }
    double lasted = clock_cpu_s() - start;
    fftwf_destroy_plan(there);
    fftwf_destroy_plan(back);
    fftwf_free(signals);
    fftwf_free(bins);
    return lasted;
}

#else

double fftw_filter(const float *in, float *out, size_t samples, size_t channels)
{
    (void)in;
    (void)out;
    (void)samples;
    (void)channels;
    return -1;
}

#endif
