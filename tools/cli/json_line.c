#include "json_line.h"

#include <errno.h>
#include <math.h>

json_t *json_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

int json_line(FILE *stream, json_t *object, const char *about, struct failure *failure)
{
    if (!object)
        return failure_set(failure, STATUS_FORMAT, "%s: cannot be said in JSON (is it UTF-8?)",
                           about);
    int bad = json_dumpf(object, stream, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(object);
    if (bad || fputc('\n', stream) == EOF)
        return failure_system(failure, errno, "%s: the result cannot be written", about);
    return STATUS_OK;
}
