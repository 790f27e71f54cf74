#include "source_sim.h"

#include "../cli/options.h"
#include "../simulate/device.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_PROTOCOL "rollscope"
#define SEED_MOST        9007199254740992.0
#define NANO             INT64_C(1000000000)

struct simulated {
    struct device *device;
    double speed; /* times real time; INFINITY: at once */
    bool started;
    int64_t began_ns; /* monotonic time at session time 0 */
    int64_t now_us;   /* session time of the bytes that wait */
};

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NANO + now.tv_nsec;
}

/* @return whether `due_us` of the session has come within the timeout */
static bool wait_until(struct simulated *simulated, int64_t due_us, int timeout_ms)
{
    if (!simulated->started) {
        simulated->started = true;
        simulated->began_ns = monotonic_ns();
    }
    if (isinf(simulated->speed))
        return true;
    int64_t due = simulated->began_ns + (int64_t)((double)due_us * 1e3 / simulated->speed);
    int64_t latest = monotonic_ns() + (int64_t)timeout_ms * 1000000;
    int64_t until = due < latest ? due : latest;
    struct timespec time = {.tv_sec = until / NANO, .tv_nsec = until % NANO};
    return !clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) && due <= latest;
}

static int idle(int timeout_ms)
{
    struct timespec time = {.tv_sec = timeout_ms / 1000,
                            .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    nanosleep(&time, NULL);
    return 0;
}

static int simulated_read(void *self, uint8_t *bytes, size_t size, int timeout_ms,
                          int64_t *arrival_us, struct failure *failure)
{
    struct simulated *simulated = self;
    size_t taken;
    while (!(taken = device_output(simulated->device, bytes, size))) {
        int64_t due_us;
        int status = device_due_us(simulated->device, &due_us);
        if (status < 0)
            return failure_set(failure, STATUS_END, "the simulated session is over");
        if (!status || (isinf(simulated->speed) && !device_streaming(simulated->device)))
            return idle(timeout_ms);
        if (!wait_until(simulated, due_us, timeout_ms))
            return 0;
        simulated->now_us = due_us;
        device_scan(simulated->device);
    }
    *arrival_us = simulated->now_us;
    return (int)taken;
}

static int simulated_write(void *self, const uint8_t *bytes, size_t size, struct failure *failure)
{
    (void)failure;
    device_receive(((struct simulated *)self)->device, bytes, size);
    return (int)size;
}

static int64_t simulated_epoch_us(void *self)
{
    return device_epoch_us(((struct simulated *)self)->device);
}

static void simulated_close(void *self)
{
    struct simulated *simulated = self;
    device_destroy(simulated->device);
    free(simulated);
}

static const struct transport_ops simulated_ops = {.read = simulated_read,
                                                   .write = simulated_write,
                                                   .epoch_us = simulated_epoch_us,
                                                   .close = simulated_close};

/* ---- Opening ---- */

static const char known_names[] =
    "seed speed for protocol calibration uniform_kpa exponent gain_spread";

static int check_names(const struct address *address, struct failure *failure)
{
    for (size_t i = 0; i < address->count; i++) {
        const char *name = address->parameters[i].name;
        const char *found = strstr(known_names, name);
        size_t length = strlen(name);
        bool whole = found && (found == known_names || found[-1] == ' ') &&
                     (found[length] == ' ' || !found[length]);
        if (!whole)
            return failure_set(failure, STATUS_ARGUMENT, "sim: knows %s, not '%s'", known_names,
                               name);
    }
    return STATUS_OK;
}

static int read_number(const struct address *address, const char *name, double least, double most,
                       double *number, struct failure *failure)
{
    const char *text = address_get(address, name, NULL);
    return text ? option_number(number, name, text, least, most, failure) : STATUS_OK;
}

static int read_speed(const struct address *address, double *speed, struct failure *failure)
{
    *speed = 1;
    if (strcmp(address_get(address, "speed", ""), "max"))
        return read_number(address, "speed", 1e-3, 1e6, speed, failure);
    *speed = INFINITY;
    return STATUS_OK;
}

static int read_sensor(const struct address *address, struct simulation_options *options,
                       struct failure *failure)
{
    options->uniform = address_get(address, "uniform_kpa", NULL) != NULL;
    int status = read_number(address, "uniform_kpa", 0, 1e4, &options->uniform_kpa, failure);
    if (!status)
        status = read_number(address, "exponent", 0.5, 2, &options->exponent, failure);
    if (!status)
        status = read_number(address, "gain_spread", 1e-3, 0.3, &options->gain_spread, failure);
    return status;
}

static int create(struct simulated *simulated, const struct address *address, struct mat_info *info,
                  struct failure *failure)
{
    double seed = 1;
    struct simulation_options options = {0};
    int status = check_names(address, failure);
    if (!status)
        status = read_number(address, "seed", 0, SEED_MOST, &seed, failure);
    if (!status)
        status = read_number(address, "for", 5, 36000, &options.duration_s, failure);
    if (!status)
        status = read_sensor(address, &options, failure);
    if (!status)
        status = read_speed(address, &simulated->speed, failure);
    if (status)
        return status;
    struct simulation *simulation =
        simulation_create(address->target, (uint64_t)seed, &options, failure);
    if (!simulation)
        return failure->status;
    *info = *simulation_info(simulation);
    simulated->device =
        device_create(simulation, address_get(address, "protocol", DEFAULT_PROTOCOL), failure);
    return simulated->device ? STATUS_OK : failure->status;
}

static void add_parameter(struct address *address, const char *name, double value)
{
    if (address->count == ADDRESS_PARAMETERS_MAX)
        return;
    snprintf(address->parameters[address->count].name, sizeof address->parameters[0].name, "%s",
             name);
    snprintf(address->parameters[address->count].value, sizeof address->parameters[0].value,
             "%.17g", value);
    address->count++;
}

/* What a host of a mat without an info packet must know. */
static struct address inner_address(const struct address *address, const struct mat_info *info)
{
    struct address inner = *address;
    const struct geometry *mat = &info->geometry;
    inner.count = 0;
    snprintf(inner.parameters[0].name, sizeof inner.parameters[0].name, "protocol");
    snprintf(inner.parameters[0].value, sizeof inner.parameters[0].value, "%s",
             address_get(address, "protocol", DEFAULT_PROTOCOL));
    inner.count = 1;
    add_parameter(&inner, "rows", mat->rows);
    add_parameter(&inner, "cols", mat->cols);
    add_parameter(&inner, "pitch_mm", mat->pitch_x_mm);
    add_parameter(&inner, "rate_hz", mat->rate_hz);
    add_parameter(&inner, "full_scale", mat->full_scale);
    add_parameter(&inner, "full_scale_kpa", mat->scale_kpa * mat->full_scale);
    return inner;
}

int source_sim_open(struct source **source, const struct address *address, struct failure *failure)
{
    *source = NULL;
    struct simulated *simulated = calloc(1, sizeof *simulated);
    if (!simulated)
        return failure_set(failure, STATUS_MEMORY, "sim:%s: out of memory", address->target);
    struct mat_info info = {0};
    struct failure reason = {0};
    int status = create(simulated, address, &info, &reason);
    if (status) {
        simulated_close(simulated);
        return failure_set(failure, status, "%s", reason.text);
    }
    struct address inner = inner_address(address, &info);
    return source_open_transport(source, &simulated_ops, simulated, &inner, failure);
}
