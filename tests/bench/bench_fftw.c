#include "bench_fftw.h"

#ifdef HAVE_FFTW

#include "bench_clock.h"

#include <complex.h>
#include <fftw3.h>

#define GROUP 16

double fftw_filter(const struct fftw_job *job)
{
    size_t length = job->length, hop = length - job->taps + 1, half = length / 2 + 1;
    int size = (int)length, bins_size = (int)half;
    float *signals = fftwf_alloc_real(GROUP * length);
    fftwf_complex *bins = fftwf_alloc_complex(GROUP * half);
    fftwf_plan there = fftwf_plan_many_dft_r2c(1, &size, GROUP, signals, NULL, 1, size, bins, NULL,
                                               1, bins_size, FFTW_MEASURE);
    fftwf_plan back = fftwf_plan_many_dft_c2r(1, &size, GROUP, bins, NULL, 1, bins_size, signals,
                                              NULL, 1, size, FFTW_MEASURE);
    double start = clock_cpu_s();
    for (size_t first = 0; first + length <= job->samples; first += hop)
        for (size_t group = 0; group + GROUP <= job->channels; group += GROUP) {
            for (size_t n = 0; n < length; n++)
                for (size_t c = 0; c < GROUP; c++)
                    signals[c * length + n] = job->in[(first + n) * job->channels + group + c];
            fftwf_execute(there);
            for (size_t k = 0; k < GROUP * half; k++)
                bins[k] *= 1.0F / (float)length;
            fftwf_execute(back);
            for (size_t n = 0; n < hop; n++)
                for (size_t c = 0; c < GROUP; c++)
                    job->out[(first + n) * job->channels + group + c] =
                        signals[c * length + n + job->taps - 1];
        }
    double lasted = clock_cpu_s() - start;
    fftwf_destroy_plan(there);
    fftwf_destroy_plan(back);
    fftwf_free(signals);
    fftwf_free(bins);
    return lasted;
}

#else

double fftw_filter(const struct fftw_job *job)
{
    (void)job;
    return -1;
}

#endif
