/* Spectral arc length against the value published with its definition (Balasubramanian et al.,
   J NeuroEng Rehabil 2015): speed exp(-5 t^2), t = -1 .. 1 in steps of 0.01, at 100 Hz. */
#include "detect/smoothness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_published_profile_has_the_published_smoothness(void **state)
{
    (void)state;
    double speed[200];
    for (int i = 0; i < 200; i++) {
        double t = -1 + 0.01 * i;
        speed[i] = exp(-5 * t * t);
    }
    double sparc = smoothness_sparc(speed, 200, 100);
    assert_true(fabs(sparc - -1.41403) < 1e-5);
}

static void a_rough_profile_is_less_smooth_and_a_short_one_has_none(void **state)
{
    (void)state;
    double smooth[128], rough[128];
    for (int i = 0; i < 128; i++) {
        smooth[i] = sin(3.14159265 * i / 127);
        rough[i] = smooth[i] * (1 + 0.8 * sin(i * 0.5));
    }
    assert_true(smoothness_sparc(rough, 128, 50) < smoothness_sparc(smooth, 128, 50) - 0.1);
    assert_true(isnan(smoothness_sparc(smooth, 4, 50)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_profile_has_the_published_smoothness),
        cmocka_unit_test(a_rough_profile_is_less_smooth_and_a_short_one_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
