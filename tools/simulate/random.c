#include "random.h"

#include "portable.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void random_start(struct random *random, uint64_t seed, const char *stream)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = stream; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    uint64_t state = splitmix(&seed) ^ hash;
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix(&state);
}

double random_uniform(struct random *random, double least, double most)
{
    return least + (most - least) * ((double)(random_bits(random) >> 11) * 0x1p-53);
}

double random_log_uniform(struct random *random, double least, double most)
{
    return least * portable_exp(random_uniform(random, 0, portable_log(most / least)));
}

int random_below(struct random *random, int count)
{
    return (int)(((random_bits(random) >> 32) * (uint64_t)count) >> 32);
}

bool random_chance(struct random *random, double probability)
{
    return random_uniform(random, 0, 1) < probability;
}

double random_normal(struct random *random)
{
    double radius = sqrt(-2 * portable_log(1 - random_uniform(random, 0, 1)));
    return radius * portable_cos(random_uniform(random, 0, 2 * PORTABLE_PI));
}
