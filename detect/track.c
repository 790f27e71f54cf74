#include "track.h"

#include <math.h>

double track_angle_rad(const struct track *track)
{
    return 0.5 * atan2(track->axis[1], track->axis[0]);
}
