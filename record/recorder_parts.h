/**
 * @file recorder_parts.h
 * What the files that continue or repair a recording need of a recorder.
 */
#ifndef ROLLSCOPE_RECORD_RECORDER_PARTS_H
#define ROLLSCOPE_RECORD_RECORDER_PARTS_H

#include "record.h"

/** The file being written was renamed. */
void recorder_set_path(struct recorder *recorder, const char *path);

#endif
