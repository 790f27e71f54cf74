#include "echoes.h"

#include <math.h>

static const double same_s = 0.3;          /* starts and ends */
static const double same_way_share = 0.6;  /* shorter over longer travel, at least */
static const double same_way_cosine = 0.8; /* about 37 degrees */
static const double near_mm = 110;         /* parts of a tool may lie anywhere as near as this */
static const double side_mm = 320;         /* and side by side across the way as near as this */
static const double side_share = 0.4;

static bool is_echo(const struct stroke *a, const struct stroke *b)
{
    if (!a->id || a->contact == b->contact || fabs(a->start_s - b->start_s) > same_s ||
        fabs(a->end_s - b->end_s) > same_s)
        return false;
    double shorter = fmin(a->travel_mm, b->travel_mm), longer = fmax(a->travel_mm, b->travel_mm);
    if (shorter < same_way_share * longer ||
        cos(a->direction_rad - b->direction_rad) < same_way_cosine)
        return false;
    double dx = a->end_x_mm - b->end_x_mm, dy = a->end_y_mm - b->end_y_mm;
    double apart = hypot(dx, dy);
    double along = fabs(dx * cos(a->direction_rad) + dy * sin(a->direction_rad));
    return apart < near_mm || (apart < side_mm && along < side_share * apart);
}

bool echoes_match(const struct echoes *echoes, const struct stroke *stroke)
{
    for (size_t i = 0; i < ECHOES_MAX; i++)
        if (is_echo(&echoes->strokes[i], stroke))
            return true;
    return false;
}

void echoes_add(struct echoes *echoes, const struct stroke *stroke)
{
    echoes->strokes[echoes->next] = *stroke;
    echoes->next = (echoes->next + 1) % ECHOES_MAX;
}
