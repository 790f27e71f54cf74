#include "column.h"

#include <math.h>
#include <stdbool.h>

double column_number(const void *record, const struct column *column)
{
    const void *field = (const char *)record + column->offset;
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        return *(const double *)field;
    case COLUMN_U32:
        return *(const uint32_t *)field;
    case COLUMN_U64:
        return (double)*(const uint64_t *)field;
    case COLUMN_BOOL:
        return *(const bool *)field;
    case COLUMN_TEXT:
        break;
    }
    return NAN;
}

void column_set_number(void *record, const struct column *column, double value)
{
    void *field = (char *)record + column->offset;
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        *(double *)field = value;
        break;
    case COLUMN_U32:
        *(uint32_t *)field = value > 0 ? (uint32_t)value : 0;
        break;
    case COLUMN_U64:
        *(uint64_t *)field = value > 0 ? (uint64_t)value : 0;
        break;
    case COLUMN_BOOL:
        *(bool *)field = value > 0 || value < 0;
        break;
    case COLUMN_TEXT:
        break;
    }
}
