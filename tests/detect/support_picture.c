#include "support_picture.h"

#include <math.h>
#include <string.h>

void picture_open(struct picture *picture)
{
    memset(picture, 0, sizeof *picture);
    picture->geometry = (struct geometry){.rows = 32,
                                          .cols = 32,
                                          .pitch_x_mm = 10,
                                          .pitch_y_mm = 10,
                                          .rate_hz = 100,
                                          .scale_kpa = 0.05,
                                          .full_scale = 4095};
    for (int i = 0; i < 32 * 32; i++)
        picture->noise[i] = 0.3f;
    picture->pressure = (struct pressure){.rows = 32,
                                          .cols = 32,
                                          .kpa = picture->kpa,
                                          .noise_kpa = picture->noise,
                                          .faults = picture->faults};
}

void picture_clear(struct picture *picture, double time_s)
{
    memset(picture->kpa, 0, sizeof picture->kpa);
    picture->pressure.time_s = time_s;
}

void picture_ball(struct picture *picture, const double at_mm[2], double sigma_mm, double peak_kpa)
{
    for (int r = 0; r < 32; r++)
        for (int c = 0; c < 32; c++) {
            double dx = (c + 0.5) * 10 - at_mm[0], dy = (r + 0.5) * 10 - at_mm[1];
            picture->kpa[r * 32 + c] +=
                (float)(peak_kpa * exp(-(dx * dx + dy * dy) / (2 * sigma_mm * sigma_mm)));
        }
}

void picture_strip(struct picture *picture, const double at_mm[2], double length_mm,
                   double angle_rad, double peak_kpa)
{
    const double sigma_mm = 10;
    double cosine = cos(angle_rad), sine = sin(angle_rad);
    for (int r = 0; r < 32; r++)
        for (int c = 0; c < 32; c++) {
            double dx = (c + 0.5) * 10 - at_mm[0], dy = (r + 0.5) * 10 - at_mm[1];
            double along = cosine * dx + sine * dy, across = cosine * dy - sine * dx;
            if (fabs(along) < length_mm / 2)
                picture->kpa[r * 32 + c] +=
                    (float)(peak_kpa * exp(-across * across / (2 * sigma_mm * sigma_mm)));
        }
}
