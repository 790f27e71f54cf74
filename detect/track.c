#include "track.h"

#include <math.h>

static const double shape_tau_s = 0.3;
static const double usual_tau_s = 0.5, anew = 3.5; /* so many times the usual load is a landing */

double track_angle_rad(const struct track *track)
{
    return 0.5 * atan2(track->axis[1], track->axis[0]);
}

void track_smooth(struct track *track, double pitch_mm, double dt_s)
{
    double k = track->landed ? 1 : dt_s / (dt_s + shape_tau_s);
    double blur = pitch_mm * pitch_mm * 4 / 3;
    double length = track->shape.length_mm, width = track->shape.width_mm;
    track->length_mm += k * (sqrt(fmax(0, length * length - blur)) - track->length_mm);
    track->width_mm += k * (sqrt(fmax(0, width * width - blur)) - track->width_mm);
    track->axis[0] += k * (cos(2 * track->shape.angle_rad) - track->axis[0]);
    track->axis[1] += k * (sin(2 * track->shape.angle_rad) - track->axis[1]);
}

void track_weigh(struct track *track, double now_s, double dt_s)
{
    double k = dt_s / (dt_s + usual_tau_s);
    track->anew = now_s - track->landed_s > usual_tau_s && track->usual_n > 0 &&
                  track->force_n > anew * track->usual_n;
    bool begins = track->landed || track->anew || track->usual_n <= 0;
    track->usual_n += (begins ? 1 : k) * (track->force_n - track->usual_n);
    if (track->anew)
        track->landed_s = now_s;
}
