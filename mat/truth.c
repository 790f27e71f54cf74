#include "truth.h"

#include <stdlib.h>
#include <string.h>

void truth_free(struct truth *truth)
{
    free(truth->strokes);
    free(truth->holds);
    free(truth->spots);
    memset(truth, 0, sizeof *truth);
}
