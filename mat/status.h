/**
 * @file status.h
 * One list of what can go wrong. Functions of the library return a `enum status` (negative) or a
 * count (>= 0), never print and never exit. What went wrong, and where, is said in a `struct
 * failure` that the caller passes in; the program prints it.
 */
#ifndef ROLLSCOPE_MAT_STATUS_H
#define ROLLSCOPE_MAT_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_MEMORY = -1,      /**< out of memory */
    STATUS_ARGUMENT = -2,    /**< a value from the user that cannot be used */
    STATUS_SYSTEM = -3,      /**< the operating system refused; the text holds its reason */
    STATUS_NOT_FOUND = -4,   /**< no such port, file, name */
    STATUS_BUSY = -5,        /**< in use by somebody else */
    STATUS_FORMAT = -6,      /**< data that is not what it should be */
    STATUS_END = -7,         /**< the source is drained; nothing more will come */
    STATUS_LOST = -8,        /**< the peer or the device is gone; it may come back */
    STATUS_FULL = -9,        /**< no room: disk, ring or queue */
    STATUS_UNSUPPORTED = -10 /**< well-formed, but not something this version can do */
};

/** Size in bytes of a failure's text, with its closing zero. */
#define FAILURE_TEXT_SIZE 480

/** What went wrong, in words for a person: one line, no newline, naming what and where. */
struct failure {
    int status; /**< an enum status; STATUS_OK: nothing went wrong */
    char
        text[FAILURE_TEXT_SIZE]; /**< UTF-8, zero-terminated, never empty when status is negative */
};

/**
 * The short name of a status, such as "not found".
 * @param status an enum status
 * @return a static text; "unknown status" for a number that is none. Any thread.
 */
const char *status_text(int status);

/**
 * Fills in a failure, printf-like.
 * @param failure where to; NULL is allowed and keeps the text to nobody
 * @param status an enum status, negative
 * @param format printf format of the text
 * @return status, so that a function can `return failure_set(...)`. Any thread.
 */
int failure_set(struct failure *failure, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** As failure_set() with STATUS_SYSTEM (STATUS_NOT_FOUND for ENOENT, STATUS_BUSY for EBUSY,
 *  STATUS_FULL for ENOSPC, EFBIG and EDQUOT), appending ": " and strerror(error). */
int failure_system(struct failure *failure, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
