/**
 * @file random.h
 * Seedable random numbers: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), seeded by splitmix64. Each part of the simulator draws from a stream of its
 * own, so that a change in one does not move the others. The same bits on every machine.
 */
#ifndef ROLLSCOPE_SIMULATE_RANDOM_H
#define ROLLSCOPE_SIMULATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

/** Starts a stream. @param stream its name, such as "noise" */
void random_start(struct random *random, uint64_t seed, const char *stream);

/** 64 random bits. */
static inline uint64_t random_bits(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t sum = s[0] + s[3];
    uint64_t result = ((sum << 23) | (sum >> 41)) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

/** Uniform in [least, most). */
double random_uniform(struct random *random, double least, double most);

/** Uniform in the logarithm. @param least > 0 */
double random_log_uniform(struct random *random, double least, double most);

/** Uniform in 0 .. count-1. @param count 1 .. 2^31 */
int random_below(struct random *random, int count);

/** True with this probability. */
bool random_chance(struct random *random, double probability);

/** Normal, mean 0, standard deviation 1. */
double random_normal(struct random *random);

/**
 * Normal to within 0.02 of its distribution, mean 0, standard deviation 1, at most 7, in a few
 * nanoseconds: the number of ones among 48 bits, made continuous by 16 more.
 */
static inline float random_noise(struct random *random)
{
    uint64_t bits = random_bits(random);
    uint64_t ones = bits >> 16;
    ones = ones - ((ones >> 1) & 0x5555555555555555u);
    ones = (ones & 0x3333333333333333u) + ((ones >> 2) & 0x3333333333333333u);
    ones = (ones + (ones >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    float count = (float)(int32_t)((ones * 0x0101010101010101u) >> 56);
    return (count - 24.5f + (float)(int32_t)(bits & 0xffff) / 65536.0f) * 0.2876795f;
}

#endif
