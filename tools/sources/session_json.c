#include "session_json.h"

json_t *session_json(const struct bus_session *session)
{
    const struct geometry *geometry = &session->mat.geometry;
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:b}", "id", session->id, "source",
                     session->source, "device", session->mat.device, "serial", session->mat.serial,
                     "rows", (int)geometry->rows, "cols", (int)geometry->cols, "pitch_x_mm",
                     geometry->pitch_x_mm, "pitch_y_mm", geometry->pitch_y_mm, "calibrated",
                     *session->mat.calibration != 0);
}
