#include "counter_log.h"

#include "session_parts.h"

#include <stdio.h>

static hid_t counter_create(hid_t group, const struct session_counter *counter)
{
    const struct hdf_dataset spec = {.name = counter->name, .type = H5T_IEEE_F64LE, .rank = 0};
    hid_t dataset = hdf_dataset_create(group, &spec);
    if (dataset >= 0 && (hdf_write_text(dataset, "units", counter->unit) < 0 ||
                         hdf_write_text(dataset, "long_name", counter->text) < 0)) {
        H5Dclose(dataset);
        return -1;
    }
    return dataset;
}

int counter_log_create(struct counter_log *log, hid_t root, const struct session_counter *counters,
                       size_t count)
{
    hid_t group = hdf_group_create(root, COUNTER_GROUP);
    for (size_t i = 0; group >= 0 && i < count && i < SESSION_COUNTERS_MAX; i++) {
        hid_t dataset = counter_create(group, &counters[i]);
        if (dataset < 0)
            break;
        log->datasets[log->count++] = dataset;
    }
    if (group >= 0)
        H5Gclose(group);
    return log->count == count ? counter_log_write(log, counters, count) : -1;
}

int counter_log_write(struct counter_log *log, const struct session_counter *counters, size_t count)
{
    for (size_t i = 0; i < count && i < log->count; i++)
        if (H5Dwrite(log->datasets[i], H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                     &counters[i].value) < 0)
            return -1;
    return 0;
}

void counter_log_close(struct counter_log *log)
{
    while (log->count > 0)
        H5Dclose(log->datasets[--log->count]);
}

static int counter_read(hid_t group, hsize_t index, struct session_counter *counter)
{
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, counter->name,
                           sizeof counter->name, H5P_DEFAULT) < 0)
        return -1;
    hid_t dataset = hdf_open_dataset(group, counter->name, NULL);
    if (dataset < 0)
        return -1;
    hsize_t sizes[1];
    bool good =
        hdf_number_class(dataset, NULL) != H5T_NO_CLASS && hdf_shape(dataset, 0, sizes) >= 0 &&
        hdf_read_text(dataset, "units", counter->unit, sizeof counter->unit) >= 0 &&
        hdf_read_text(dataset, "long_name", counter->text, sizeof counter->text) >= 0 &&
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &counter->value) >= 0;
    H5Dclose(dataset);
    return good ? 0 : -1;
}

int session_counters(struct session *session, struct session_counter *counters,
                     struct failure *failure)
{
    H5G_info_t info;
    hdf_begin();
    hid_t group = session->own ? hdf_open_group(session->file, COUNTER_GROUP) : 0;
    if (group == 0)
        return 0;
    int count = group < 0 || H5Gget_info(group, &info) < 0 ? -1 : 0;
    while (count >= 0 && (hsize_t)count < info.nlinks && count < SESSION_COUNTERS_MAX) {
        counters[count] = (struct session_counter){.value = 0};
        count = counter_read(group, (hsize_t)count, &counters[count]) < 0 ? -1 : count + 1;
    }
    if (group > 0)
        H5Gclose(group);
    return count < 0 ? failure_set(failure, STATUS_FORMAT,
                                   "%s: /" COUNTER_GROUP " is no list of "
                                   "counters",
                                   session->path)
                     : count;
}
