/**
 * @file about.h
 * The root attributes of a session file. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_ABOUT_H
#define ROLLSCOPE_RECORD_ABOUT_H

#include "hdf.h"
#include "record.h"

#define FORMAT_NAME    "rollscope-session"
#define FORMAT_VERSION 1

/** The group and the variable that hold the whole calibration. */
#define CALIBRATION_GROUP    "calibration"
#define CALIBRATION_VARIABLE "json"

/** The group of later analyses. */
#define ANALYSIS_GROUP "analysis"

/** Writes every attribute that is not an empty text, `closed` as 0. @return negative on failure */
int about_write(hid_t root, const struct session_about *about);

/** Whether an attribute is one that the user may set at any time. */
bool about_is_users(const char *name);

/** Reads the whole calibration. @param text set to a new text, to be freed; NULL: there is none
 *  @return STATUS_OK or STATUS_FORMAT, STATUS_MEMORY */
int about_read_calibration(hid_t root, char **text, struct failure *failure);

/** Writes `closed`, which is there already. */
int about_write_closed(hid_t root, bool closed);

/**
 * Reads what is there; the geometry's sides and scale are left alone.
 * @param own set to whether the file says it is a rollscope session
 * @return STATUS_OK, or STATUS_UNSUPPORTED for a newer format
 */
int about_read(hid_t root, struct session_about *about, bool *own, struct failure *failure);

#endif
