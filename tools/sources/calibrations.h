/**
 * @file calibrations.h
 * Where calibrations are kept and which one a mat takes: files `ID.json` in the user's folder
 * (docs/calibration.md), a copy in the folder of the bus that the mat is on, and the text in every
 * session file.
 */
#ifndef ROLLSCOPE_TOOLS_CALIBRATIONS_H
#define ROLLSCOPE_TOOLS_CALIBRATIONS_H

#include "acquire/acquire.h"
#include "record/record.h"

/** The folder `calibrations` of the user's folder. @param path [size] filled in */
void calibrations_folder(char *path, size_t size);

/** What there is to say of a mat without a calibration; empty for one with. */
const char *calibration_words(const struct mat_info *mat);

/** Writes a calibration to a file, by a copy beside it that takes its place.
 *  @return STATUS_OK, STATUS_SYSTEM, STATUS_MEMORY */
int calibration_save(const struct calibration *calibration, const char *path,
                     struct failure *failure);

/** Writes it as `ID.json` into a folder, which is made where it is missing, with those above it. */
int calibration_keep(const struct calibration *calibration, const char *folder,
                     struct failure *failure);

/** Reads one from a file. @return as calibration_read(), the path before the failure */
int calibration_load(struct calibration **calibration, const char *path, struct failure *failure);

/** The one in a file, or the kept one of an id. @return as calibration_load() */
int calibration_named(struct calibration **calibration, const char *choice,
                      struct failure *failure);

/**
 * The calibration for a mat that is being read.
 * @param calibration set to it; to NULL where the mat goes uncalibrated
 * @param source brings its own, or none
 * @param choice "auto": the source's own, or the newest kept one of this mat by device and serial
 *        number; "none"; a file; or an id
 * @return STATUS_OK; STATUS_NOT_FOUND, STATUS_ARGUMENT for one that is for another mat, others as
 *         calibration_load()
 */
int calibration_choose(struct calibration **calibration, const struct source *source,
                       const char *choice, struct failure *failure);

/** The calibration that a session file brings; NULL: none. @return as calibration_read() */
int calibration_of_session(struct calibration **calibration, const struct session *session,
                           struct failure *failure);

/**
 * The calibration of a mat on a bus, left there by whoever reads the mat.
 * @param calibration set to it; to NULL where the mat has none, or one by its scale alone
 * @return STATUS_OK, or negative where the one it names is not there
 */
int calibration_on_bus(struct calibration **calibration, const char *folder,
                       const struct mat_info *mat, struct failure *failure);

#endif
