/**
 * @file columns_json.h
 * Records as JSON, from their tables of columns. A dot in a column's key is a level. jansson's
 * types are named as structs, so that no header of a room includes it.
 */
#ifndef ROLLSCOPE_BUS_COLUMNS_JSON_H
#define ROLLSCOPE_BUS_COLUMNS_JSON_H

#include "mat/mat.h"

struct json_t;

/** Sets a record's columns in an object. @return 0, or not 0: out of memory */
int columns_json_write(struct json_t *object, const void *record, const struct column *columns,
                       size_t count);

/** Reads them; a missing number is NaN or 0. */
void columns_json_read(const struct json_t *object, void *record, const struct column *columns,
                       size_t count);

/** Writes an object as one line and gives it up. @param object NULL: STATUS_MEMORY @return its
 *  length, or STATUS_FULL, STATUS_MEMORY */
int json_text_write(struct json_t *object, char *text, size_t size);

/** Reads an object of fewer than `most` bytes. @return NULL: failure says what is wrong with it */
struct json_t *json_text_read(const char *text, size_t size, size_t most, struct failure *failure);

#endif
