#include "status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const status_texts[] = {
    "ok",         "out of memory", "bad argument", "system error", "not found",     "busy",
    "bad format", "end",           "lost",         "no room",      "not supported",
};

const char *status_text(int status)
{
    size_t index = (size_t)(status <= 0 ? -(long)status : status);
    if (status > 0 || index >= sizeof status_texts / sizeof status_texts[0])
        return "unknown status";
    return status_texts[index];
}

int failure_set(struct failure *failure, int status, const char *format, ...)
{
    if (!failure)
        return status;
    failure->status = status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    return status;
}

static int status_of_errno(int error)
{
    switch (error) {
    case ENOENT:
        return STATUS_NOT_FOUND;
    case EBUSY:
    case EADDRINUSE:
        return STATUS_BUSY;
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
        return STATUS_FULL;
    case ENOMEM:
        return STATUS_MEMORY;
    default:
        return STATUS_SYSTEM;
    }
}

int failure_system(struct failure *failure, int error, const char *format, ...)
{
    int status = status_of_errno(error);
    if (!failure)
        return status;
    failure->status = status;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof failure->text)
        snprintf(failure->text + length, sizeof failure->text - (size_t)length, ": %s",
                 strerror(error));
    return status;
}
