/**
 * @file event_log.h
 * Events of every kind in their groups under one place of the file: the root for what was recorded
 * live, /analysis/NAME for a later analysis. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_EVENT_LOG_H
#define ROLLSCOPE_RECORD_EVENT_LOG_H

#include "hdf.h"

/** The group that holds the parameters of results, beside them. */
#define PARAMETERS_GROUP "parameters"

struct event_log;

struct table;

/** Sets the columns of one kind, with those that every event has, and that rows are proven. */
void event_columns(struct table *table, enum event_type type);

/** What it takes to trust a row. */
enum row_state {
    ROW_UNPROVEN, /**< there is no checksum */
    ROW_TORN,     /**< it differs from its checksum */
    ROW_PROVEN
};

/** Reads the attributes of the group `summary`; a missing one is NaN or 0. */
enum row_state event_log_read_summary(hid_t group, struct event *event);

/**
 * Creates the groups, empty.
 * @param place the group that holds them; stays the caller's
 * @param time_units units of times, "seconds since ..."
 * @return NULL when HDF5 or memory fails, see hdf_failure()
 */
struct event_log *event_log_create(hid_t place, const char *time_units);

/** Takes an event. A hot spot or bout said again replaces the earlier one in its row. @return
 * negative when HDF5 fails */
int event_log_append(struct event_log *log, const struct event *event);

/** Keeps a row for an event whose content was lost: the row is torn until the event is said again.
 */
int event_log_reserve(struct event_log *log, const struct event *event);

/** Hands what waits to HDF5. @return negative when HDF5 fails */
int event_log_flush(struct event_log *log);

/** Closes without flushing. NULL is allowed. */
void event_log_close(struct event_log *log);

/** Writes every parameter as an attribute of the group `parameters` under `place`. */
int event_log_parameters(hid_t place, const struct parameters *parameters, const char *software);

/** Reads them. @return 1, 0 when there is no such group, negative for a value out of range */
int event_log_read_parameters(hid_t place, struct parameters *parameters, struct failure *failure);

#endif
