#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define US_PER_S 1000000

double seconds_of_us(int64_t time_us)
{
    return (double)time_us / US_PER_S;
}

int64_t us_of_seconds(double seconds)
{
    double whole = floor(seconds);
    return (int64_t)whole * US_PER_S + llround((seconds - whole) * US_PER_S);
}

void time_text(int64_t time_us, char text[TIME_TEXT_SIZE])
{
    int64_t us = time_us % US_PER_S;
    if (us < 0)
        us += US_PER_S;
    time_t seconds = (time_t)((time_us - us) / US_PER_S);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t length = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, TIME_TEXT_SIZE - length, ".%06dZ", (int)us);
}

static const struct {
    const char *names; /* each between two spaces */
    double seconds;
    int64_t per_us, us_each;
} time_names[] = {
    {" s sec secs second seconds ", 1, 0, US_PER_S},
    {" ms msec msecs millisec millisecs millisecond milliseconds ", 1e-3, 0, 1000},
    {" us usec microsec microsecs microsecond microseconds ", 1e-6, 0, 1},
    {" ns nsec nanosec nanosecs nanosecond nanoseconds ", 1e-9, 1000, 0},
    {" min mins minute minutes ", 60, 0, (int64_t)60 * US_PER_S},
    {" h hr hrs hour hours ", 3600, 0, (int64_t)3600 * US_PER_S},
    {" d day days ", 86400, 0, (int64_t)86400 * US_PER_S},
};

static bool listed(const char *names, const char *word, size_t length)
{
    char padded[24];
    if (length == 0 || length > sizeof padded - 3)
        return false;
    padded[0] = ' ';
    for (size_t i = 0; i < length; i++)
        padded[i + 1] = (char)tolower((unsigned char)word[i]);
    memcpy(padded + length + 1, " ", 2);
    return strstr(names, padded) != NULL;
}

static const char *skip_spaces(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

static bool zone_parse(const char *text, int *minutes)
{
    text = skip_spaces(text);
    *minutes = 0;
    if (*text == 'Z' || *text == 'z')
        return !*skip_spaces(text + 1);
    if (!strncmp(text, "UTC", 3) || !strncmp(text, "GMT", 3))
        text = skip_spaces(text + 3);
    if (!*text)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    int hour = 0, minute = 0, used = 0;
    if (sscanf(text + 1, "%2d:%2d%n", &hour, &minute, &used) < 2 &&
        sscanf(text + 1, "%2d%2d%n", &hour, &minute, &used) < 2) {
        minute = 0;
        if (sscanf(text + 1, "%2d%n", &hour, &used) < 1)
            return false;
    }
    if (used == 0 || hour < 0 || hour > 14 || minute < 0 || minute > 59)
        return false;
    *minutes = (*text == '-' ? -1 : 1) * (hour * 60 + minute);
    return !*skip_spaces(text + 1 + used);
}

static bool clock_parse(const char **text, struct tm *date, double *second)
{
    const char *at = *text;
    int used = 0;
    *second = 0;
    if (*at == 'T' || *at == 't')
        at++;
    at = skip_spaces(at);
    if (!isdigit((unsigned char)*at))
        return true;
    if (sscanf(at, "%2d:%2d%n", &date->tm_hour, &date->tm_min, &used) < 2)
        return false;
    at += used;
    if (*at == ':') {
        char *end;
        if (!isdigit((unsigned char)at[1]))
            return false;
        *second = strtod(at + 1, &end);
        at = end;
    }
    *text = at;
    return date->tm_hour >= 0 && date->tm_hour < 24 && date->tm_min >= 0 && date->tm_min < 60 &&
           *second >= 0 && *second < 61;
}

static bool date_parse(const char *text, int64_t *time_us)
{
    struct tm date = {0};
    int used = 0, zone = 0;
    double second;
    if (sscanf(text, "%4d-%2d-%2d%n", &date.tm_year, &date.tm_mon, &date.tm_mday, &used) < 3)
        return false;
    if (date.tm_year < 1 || date.tm_mon < 1 || date.tm_mon > 12 || date.tm_mday < 1 ||
        date.tm_mday > 31)
        return false;
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    text += used;
    if (!clock_parse(&text, &date, &second) || !zone_parse(text, &zone))
        return false;
    *time_us =
        ((int64_t)timegm(&date) - (int64_t)zone * 60) * US_PER_S + llround(second * US_PER_S);
    return true;
}

bool time_unit_parse(const char *text, struct time_unit *unit)
{
    text = skip_spaces(text);
    size_t length = strcspn(text, " \t");
    size_t count = sizeof time_names / sizeof time_names[0], i = 0;
    while (i < count && !listed(time_names[i].names, text, length))
        i++;
    if (i == count)
        return false;
    *unit = (struct time_unit){.seconds = time_names[i].seconds,
                               .per_us = time_names[i].per_us,
                               .us_each = time_names[i].us_each};
    text = skip_spaces(text + length);
    if (!*text)
        return true;
    unit->dated = true;
    return !strncmp(text, "since ", 6) && date_parse(skip_spaces(text + 6), &unit->origin_us);
}

int64_t time_unit_us(const struct time_unit *unit, double value)
{
    double seconds = value * unit->seconds;
    if (!(fabs(seconds) * US_PER_S < (double)TIME_US_MAX))
        return INT64_MIN;
    return unit->origin_us + us_of_seconds(seconds);
}

int64_t time_unit_us_integer(const struct time_unit *unit, int64_t value)
{
    int64_t us;
    if (unit->per_us) {
        int64_t rest = value % unit->per_us;
        us = value / unit->per_us + (2 * rest >= unit->per_us) - (2 * rest < -unit->per_us);
    } else if (__builtin_mul_overflow(value, unit->us_each, &us)) {
        return INT64_MIN;
    }
    return llabs(us) < TIME_US_MAX ? unit->origin_us + us : INT64_MIN;
}

static const struct {
    const char *names;
    double factor;
} pressure_names[] =
    {
        {" kpa kilopascal kilopascals ", 1},
        {" pa pascal pascals n/m2 n/m^2 n m-2 ", 1e-3},
        {" hpa hectopascal hectopascals mbar millibar millibars ", 0.1},
        {" n/mm2 n/mm^2 n mm-2 ", 1000},
        {" mmhg mm_hg torr ", 0.133322387415},
        {" n/cm2 n/cm^2 n/cm**2 n cm-2 ncm-2 ", 10},
        {" psi lbf/in2 ", 6.894757293168361},
        {" bar bars ", 100},
        {" 1 count counts adc ", -1},
},
  length_names[] = {
      {" mm millimeter millimeters millimetre millimetres ", 1},
      {" cm centimeter centimeters centimetre centimetres ", 10},
      {" m meter meters metre metres ", 1000},
      {" in inch inches ", 25.4},
};

double pressure_unit_kpa(const char *text)
{
    if (!*text)
        return -1;
    for (size_t i = 0; i < sizeof pressure_names / sizeof pressure_names[0]; i++)
        if (listed(pressure_names[i].names, text, strlen(text)))
            return pressure_names[i].factor;
    return 0;
}

double length_unit_mm(const char *text)
{
    if (!*text)
        return 1;
    for (size_t i = 0; i < sizeof length_names / sizeof length_names[0]; i++)
        if (listed(length_names[i].names, text, strlen(text)))
            return length_names[i].factor;
    return 0;
}
