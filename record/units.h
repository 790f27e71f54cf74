/**
 * @file units.h
 * Units as they are spelled in session files: CF times, pressures, lengths. Pure functions, any
 * thread.
 */
#ifndef ROLLSCOPE_RECORD_UNITS_H
#define ROLLSCOPE_RECORD_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The latest time that f8 seconds hold to the microsecond: the year 2242. */
#define TIME_US_MAX ((int64_t)8589934592 * 1000000)

/** Size of a time as text, "2026-01-02T03:04:05.678901Z", with the closing zero. */
#define TIME_TEXT_SIZE 32

/** Nearest f8 seconds. */
double seconds_of_us(int64_t time_us);

/** The inverse, exact for every whole microsecond from 1970 up to TIME_US_MAX. */
int64_t us_of_seconds(double seconds);

/** ISO 8601, UTC, with microseconds. */
void time_text(int64_t time_us, char text[TIME_TEXT_SIZE]);

/** A unit of time and its origin. */
struct time_unit {
    double seconds;  /**< one unit in seconds */
    int64_t per_us;  /**< units in a microsecond, 0 when a unit is a microsecond or longer */
    int64_t us_each; /**< microseconds in a unit, 0 when it is shorter */
    int64_t origin_us;
    bool dated; /**< false: no "since": the origin is 1970 or the first frame */
};

/**
 * Reads CF units of time: "seconds since 1970-01-01T00:00:00Z", "milliseconds since 2024-5-6 7:8",
 * "s", and so on, with the usual short and long names, fractions of a second and time zones.
 * @return true when understood
 */
bool time_unit_parse(const char *text, struct time_unit *unit);

/** A time in whole microseconds; INT64_MIN when it is NaN or out of range. */
int64_t time_unit_us(const struct time_unit *unit, double value);
int64_t time_unit_us_integer(const struct time_unit *unit, int64_t value);

/** kPa per unit of pressure. @return 0 for an unknown unit; -1 for counts ("", "1", "counts") */
double pressure_unit_kpa(const char *text);

/** mm per unit of length. @return 0 for an unknown unit; 1 for none */
double length_unit_mm(const char *text);

#endif
