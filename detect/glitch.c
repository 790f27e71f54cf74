#include "glitch.h"

static const double jump_share = 0.4; /* of the cells, newly loaded in one frame */
static const double believed_s = 0.2; /* what stays longer is there */

static double loaded_share(const struct pressure *pressure, float sigma)
{
    uint32_t cells = (uint32_t)pressure->rows * pressure->cols, loaded = 0;
    for (uint32_t i = 0; i < cells; i++)
        loaded += pressure->kpa[i] > sigma * pressure->noise_kpa[i];
    return (double)loaded / cells;
}

bool glitch_push(struct glitch *glitch, const struct pressure *pressure, double sigma)
{
    double share = loaded_share(pressure, (float)sigma);
    bool jumped = glitch->started && share > glitch->share + jump_share;
    if (jumped && !glitch->doubted)
        glitch->since_s = pressure->time_s;
    glitch->doubted = jumped && pressure->time_s - glitch->since_s < believed_s;
    glitch->started = true;
    if (!glitch->doubted)
        glitch->share = share;
    return glitch->doubted;
}
