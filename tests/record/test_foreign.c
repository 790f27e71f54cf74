/* Session files written by others are read; what is no session is refused by name and place. */
#include "support_record.h"

#include <math.h>

#define FRAMES   8
#define ROWS     4
#define COLS     5
#define START_US INT64_C(1772600767250000)

static int write_files(void **state)
{
    (void)state;
    return run_python("write_foreign.py", scratch(), NULL);
}

static struct session *opened(const char *name)
{
    struct session *session;
    struct failure failure;
    char file[80];
    snprintf(file, sizeof file, "%s.h5", name);
    if (session_open(&session, scratch_file(file), &failure) < 0)
        fail_msg("%s: %s", name, failure.text);
    return session;
}

static void check_values(const char *name, int64_t start_us, double kpa_per_half, double tolerance)
{
    struct session *session = opened(name);
    const struct geometry *geometry = &session_about(session)->mat.geometry;
    struct frame frame;
    struct failure failure;
    assert_int_equal(session_frames(session), FRAMES);
    assert_true(fabs(geometry->pitch_x_mm - 10) < 1e-6 && fabs(geometry->pitch_y_mm - 10) < 1e-6);
    for (int i = 0; i < FRAMES; i++) {
        if (session_read(session, &frame, &failure) != 1)
            fail_msg("%s: %s", name, failure.text);
        if (frame.time_us != start_us + i * 20000)
            fail_msg("%s: frame %d at %lld us", name, i, (long long)frame.time_us);
        for (int k = 0; k < ROWS * COLS; k++) {
            double kpa = frame.cells[k] * geometry->scale_kpa + geometry->offset_kpa;
            if (!(fabs(kpa - (20 * i + k) * kpa_per_half) <= tolerance))
                fail_msg("%s: frame %d cell %d: %.9g", name, i, k, kpa);
        }
    }
    session_close(session);
}

static void pressures_of_every_type_and_unit_are_the_same_kpa(void **state)
{
    (void)state;
    const double step = 79.5 / 65534 / 2 * 1.001;
    static const char *const names[] = {
        "f8_kpa", "f4_kpa", "f4_big_endian", "i4_wide", "pa",       "hpa",
        "mmhg",   "n_cm2",  "psi",           "bar",     "negative", "cm",
        "m",      "gzip",   "szip",          "tiles",   "xarray",   "netcdf4"};
    static const char *const exact[] = {"u2_scaled",      "u2_offset",     "u1_scaled",
                                        "i2_scaled",      "i2_big_endian", "i8_counts",
                                        "u2_fill_unused", "xarray_packed"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_values(names[i], START_US, 0.5, step);
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
        check_values(exact[i], START_US, 0.5, 1e-12);
}

static void times_of_every_spelling_are_the_same_microseconds(void **state)
{
    (void)state;
    static const char *const names[] = {"since_iso", "since_space", "since_zone", "since_utc",
                                        "ms",        "us",          "ns",         "minutes",
                                        "hours",     "days"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_values(names[i], START_US, 0.5, 0.01);
    check_values("seconds_alone", 0, 0.5, 0.01);
}

static void counts_stay_counts_and_are_said_to_be_uncalibrated(void **state)
{
    (void)state;
    static const char *const names[] = {"no_units_at_all", "counts", "one"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        check_values(names[i], 0, 1, 0);
        struct session *session = opened(names[i]);
        assert_false(session_about(session)->calibrated);
        assert_int_equal(session_about(session)->mat.geometry.full_scale, 65535);
        session_close(session);
    }
    struct session *session = opened("f8_kpa");
    assert_true(session_about(session)->calibrated);
    session_close(session);
}

static void a_truth_of_others_is_read_with_gaps(void **state)
{
    (void)state;
    struct truth truth;
    struct session *session = opened("truth");
    assert_int_equal(session_truth(session, &truth, NULL), 1);
    assert_int_equal(truth.stroke_count, 3);
    assert_true(fabs(truth.strokes[1].start_s - 1.5) < 1e-12);
    assert_true(isnan(truth.strokes[0].travel_mm));
    assert_int_equal(truth.strokes[0].tool, 0);
    assert_int_equal(truth.strokes[1].tool, 1);
    assert_int_equal(truth.strokes[2].tool, 0);
    assert_int_equal(truth.hold_count, 1);
    assert_true(fabs(truth.holds[0].start_s - 4) < 1e-6);
    assert_true(fabs(truth.holds[0].x_mm - 30) < 1e-12);
    assert_true(isnan(truth.holds[0].y_mm));
    assert_int_equal(truth.spot_count, 1);
    assert_int_equal(truth.spots[0].strokes, 4);
    assert_true(isnan(truth.spots[0].rise));
    truth_free(&truth);
    session_close(session);
}

/* As write_foreign.py draws it: 5 ms apart, up to 12 ms late. */
static int64_t jittering_us(int64_t number)
{
    return 5000 * number + number * 6151 % 12011;
}

static void a_stamp_that_falls_back_a_little_is_just_later_than_the_one_before(void **state)
{
    (void)state;
    enum { JITTERING = 3000 };
    static int64_t expected_us[JITTERING];
    uint64_t moved = 0;
    for (int i = 0; i < JITTERING; i++) {
        expected_us[i] = jittering_us(i);
        if (i > 0 && expected_us[i] <= expected_us[i - 1]) {
            expected_us[i] = expected_us[i - 1] + 1;
            moved++;
        }
    }
    struct session *session = opened("jittering");
    struct frame frame;
    assert_true(moved > JITTERING / 10);
    assert_int_equal(session_moved(session), moved);
    for (int i = 0; i < JITTERING; i++) {
        assert_int_equal(session_read(session, &frame, NULL), 1);
        assert_int_equal(frame.time_us, expected_us[i]);
    }
    for (int i = JITTERING - 1; i >= 0; i -= 37) {
        assert_int_equal(session_seek(session, (uint64_t)i, NULL), 0);
        assert_int_equal(session_read(session, &frame, NULL), 1);
        assert_int_equal(frame.time_us, expected_us[i]);
    }
    session_close(session);
}

static const struct refusal {
    const char *name, *what;
    int status;
} refusals[] = {
    {"absent", "No such file", STATUS_NOT_FOUND},
    {"no_time", "has no variable 'time'", STATUS_FORMAT},
    {"no_pressure", "has no variable 'pressure'", STATUS_FORMAT},
    {"no_y", "has no variable 'y'", STATUS_FORMAT},
    {"time_2d", "time must have rank 1", STATUS_FORMAT},
    {"pressure_2d", "pressure has rank 2, must be 3", STATUS_FORMAT},
    {"time_short", "time has 7 values, pressure 8 frames", STATUS_FORMAT},
    {"x_short", "x must have rank 1 and 5 values", STATUS_FORMAT},
    {"time_back", "time of frame 4 is not later", STATUS_FORMAT},
    {"time_nan", "time of frame 5 is NaN", STATUS_FORMAT},
    {"time_text", "time holds no numbers", STATUS_FORMAT},
    {"time_units", "time has unknown units 'fortnights", STATUS_FORMAT},
    {"time_date", "time has unknown units 'seconds since yesterday'", STATUS_FORMAT},
    {"pressure_units", "pressure has unknown units 'furlongs'", STATUS_FORMAT},
    {"pressure_text", "pressure holds no numbers", STATUS_FORMAT},
    {"x_units", "has unknown units 'furlong'", STATUS_FORMAT},
    {"x_uneven", "x must rise in equal steps", STATUS_FORMAT},
    {"x_falling", "x must rise in equal steps", STATUS_FORMAT},
    {"nan", "pressure of frame 3 holds NaN", STATUS_FORMAT},
    {"filled", "pressure of frame 2 holds NaN, infinity or a missing value", STATUS_FORMAT},
    {"signed_fill", "pressure of frame 5 holds NaN", STATUS_FORMAT},
    {"unwritten", "pressure of frame 4 holds NaN", STATUS_FORMAT},
    {"infinite", "pressure of frame 6 holds NaN, infinity", STATUS_FORMAT},
    {"wide_mat", "257 columns, must be 1 to 256", STATUS_FORMAT},
    {"one_cell", "pitch_x_mm", STATUS_FORMAT},
    {"scale_zero", "pressure has scale_factor 0", STATUS_FORMAT},
    {"group", "'time' is no variable", STATUS_FORMAT},
    {"linked", "has no variable 'time'", STATUS_FORMAT},
    {"outside", "pressure keeps its values in other files", STATUS_UNSUPPORTED},
    {"virtual", "pressure keeps its values in other files", STATUS_UNSUPPORTED},
    {"bomb", "pressure has chunks above", STATUS_UNSUPPORTED},
    {"newer", "format_version 2 is newer", STATUS_UNSUPPORTED},
    {"empty", "is empty", STATUS_FORMAT},
    {"text", "is no HDF5 file", STATUS_FORMAT},
    {"folder", "is no regular file", STATUS_FORMAT},
};

static void what_is_no_session_is_refused_with_what_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct session *session;
        struct failure failure;
        char file[80];
        snprintf(file, sizeof file, "%s.h5", refusals[i].name);
        int status = session_open(&session, scratch_file(file), &failure);
        if (status != refusals[i].status || !strstr(failure.text, refusals[i].what) ||
            !strstr(failure.text, file) || strchr(failure.text, '\n'))
            fail_msg("%s: %d: %s", file, status, status < 0 ? failure.text : "was accepted");
        assert_null(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pressures_of_every_type_and_unit_are_the_same_kpa),
        cmocka_unit_test(times_of_every_spelling_are_the_same_microseconds),
        cmocka_unit_test(counts_stay_counts_and_are_said_to_be_uncalibrated),
        cmocka_unit_test(a_stamp_that_falls_back_a_little_is_just_later_than_the_one_before),
        cmocka_unit_test(a_truth_of_others_is_read_with_gaps),
        cmocka_unit_test(what_is_no_session_is_refused_with_what_and_where),
    };
    return cmocka_run_group_tests(tests, write_files, NULL);
}
