#include "device.h"

#include "acquire/acquire.h"

#include <stdlib.h>

#define PRESENT_US INT64_C(1000000)

struct device {
    struct simulation *simulation;
    struct emulator *emulator;
    struct frame frame; /* the next one */
    int status;         /* 1: there is one */
    int64_t epoch_us, present_us;
    bool begun;
};

static struct emulator *create_emulator(const struct simulation *simulation,
                                        const struct protocol *protocol)
{
    const struct mat_info *info = simulation_info(simulation);
    struct mat_setup setup = protocol->usual;
    setup.info = *info;
    setup.full_scale_kpa = info->geometry.scale_kpa * info->geometry.full_scale;
    setup.bits = 0;
    setup.variant = 0;
    return emulator_create(protocol, &setup);
}

struct device *device_create(struct simulation *simulation, const char *protocol,
                             struct failure *failure)
{
    const struct protocol *spoken = protocol_find(protocol);
    struct device *device = spoken ? calloc(1, sizeof *device) : NULL;
    if (!spoken)
        failure_set(failure, STATUS_NOT_FOUND, "no protocol is called '%s'", protocol);
    else if (!device)
        failure_set(failure, STATUS_MEMORY, "out of memory");
    if (!device) {
        simulation_destroy(simulation);
        return NULL;
    }
    device->simulation = simulation;
    device->emulator = create_emulator(simulation, spoken);
    if (!device->emulator) {
        failure_set(failure, STATUS_UNSUPPORTED, "the protocol '%s' has no mat's side", protocol);
        device_destroy(device);
        return NULL;
    }
    device->status = simulation_next(simulation, &device->frame);
    device->epoch_us = device->frame.time_us;
    return device;
}

void device_receive(struct device *device, const uint8_t *bytes, size_t size)
{
    emulator_receive(device->emulator, bytes, size);
}

size_t device_output(struct device *device, uint8_t *bytes, size_t size)
{
    return emulator_output(device->emulator, bytes, size);
}

bool device_streaming(const struct device *device)
{
    return emulator_streaming(device->emulator);
}

int device_due_us(struct device *device, int64_t *due_us)
{
    device->begun |= emulator_streaming(device->emulator);
    if (!device->begun)
        return 0;
    *due_us = device->frame.time_us - device->epoch_us;
    return device->status;
}

void device_scan(struct device *device)
{
    int64_t now_us = device->frame.time_us - device->epoch_us;
    if (now_us >= device->present_us) {
        emulator_present(device->emulator);
        device->present_us += PRESENT_US;
    }
    const struct decoded_frame frame = {.rows = device->frame.rows,
                                        .cols = device->frame.cols,
                                        .cells = device->frame.cells,
                                        .has_sequence = true,
                                        .sequence = (uint32_t)device->frame.sequence,
                                        .has_clock = true,
                                        .device_us = (uint64_t)now_us};
    emulator_scan(device->emulator, &frame);
    device->status = simulation_next(device->simulation, &device->frame);
}

int64_t device_epoch_us(const struct device *device)
{
    return device->epoch_us;
}

void device_destroy(struct device *device)
{
    if (!device)
        return;
    simulation_destroy(device->simulation);
    emulator_destroy(device->emulator);
    free(device);
}
