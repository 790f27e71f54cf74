#include "acquire/acquire.h"
#include "cli/json_line.h"
#include "cli/say.h"
#include "sources/sources.h"
#include "verbs.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PORTS_MAX 64
#define LISTEN_S  1.0 /* how long a mat is watched for its rate */
#define READ_MS   100

struct device {
    char address[OPTION_TEXT_SIZE];
    const struct port *port; /* NULL: named on the command line */
    bool speaks;
    struct mat_info mat;
    struct source_health health;
    struct failure failure; /* why it does not speak */
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int listen_to(struct device *device, struct source *source)
{
    double end_s = now_s() + LISTEN_S;
    struct frame frame;
    int status = 0;
    while (status >= 0 && now_s() < end_s)
        status = source_read(source, &frame, READ_MS, &device->failure);
    source_health(source, &device->health);
    const struct mat_info *mat = source_info(source);
    if (!mat)
        return status < 0 ? status
                          : failure_set(&device->failure, STATUS_NOT_FOUND, "%s: no frame came",
                                        device->address);
    device->mat = *mat;
    return STATUS_OK;
}

static void probe(struct device *device, const struct address *mat)
{
    struct address address;
    struct source *source;
    int status = address_parse(&address, device->address, &device->failure);
    if (status == STATUS_OK)
        source_configure(&address, mat);
    if (status == STATUS_OK)
        status = source_open(&source, &address, &device->failure);
    if (status < 0)
        return;
    device->speaks = listen_to(device, source) == STATUS_OK;
    source_close(source);
}

static void print_words(const struct device *device)
{
    const struct mat_info *mat = &device->mat;
    if (!device->speaks) {
        printf("%-28s no mat: %s\n", device->address, device->failure.text);
        return;
    }
    printf("%-28s %s", device->address, mat->protocol);
    if (*mat->device)
        printf(", %s", mat->device);
    if (*mat->serial)
        printf(" (%s)", mat->serial);
    printf(", %u x %u cells, %.1f Hz, %llu lost, %llu bytes skipped\n", mat->geometry.rows,
           mat->geometry.cols, device->health.rate_hz, (unsigned long long)device->health.lost,
           (unsigned long long)device->health.decoder.skipped_bytes);
}

/* Every quantity of the health under its name, with its unit and meaning. */
static json_t *health_object(const struct source_health *health)
{
    json_t *object = json_object();
    size_t count;
    const struct health_quantity *table = health_table(&count);
    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, table[i].name,
                            json_pack("{s:f, s:s, s:s}", "value", health_value(health, &table[i]),
                                      "unit", table[i].unit, "text", table[i].text));
    return object;
}

static int print_json(const struct device *device)
{
    const struct mat_info *mat = &device->mat;
    const struct port *port = device->port;
    json_t *object = json_pack("{s:s, s:s, s:s, s:b}", "address", device->address, "product",
                               port ? port->product : "", "usb_serial",
                               port ? port->usb_serial : "", "mat", device->speaks);
    json_t *rest =
        device->speaks
            ? json_pack("{s:s, s:s, s:s, s:i, s:i, s:f, s:I, s:I, s:o}", "protocol", mat->protocol,
                        "device", mat->device, "serial", mat->serial, "rows", mat->geometry.rows,
                        "cols", mat->geometry.cols, "rate_hz", device->health.rate_hz, "lost",
                        (json_int_t)device->health.lost, "skipped_bytes",
                        (json_int_t)device->health.decoder.skipped_bytes, "health",
                        health_object(&device->health))
            : json_pack("{s:s}", "error", device->failure.text);
    if (object && json_object_update_new(object, rest) != 0) {
        json_decref(object);
        object = NULL;
    }
    struct failure failure = {0};
    if (json_line(stdout, object, device->address, &failure) < 0)
        return say_failure(&failure);
    return EXIT_DONE;
}

static int show(struct device *device, const struct options *options)
{
    if (!options->json)
        say("listening to %s", device->address);
    probe(device, &options->mat);
    if (options->json)
        return print_json(device);
    print_words(device);
    return EXIT_DONE;
}

static int show_ports(const struct options *options)
{
    struct port ports[PORTS_MAX];
    size_t count = port_list(ports, PORTS_MAX);
    int code = EXIT_DONE;
    for (size_t i = 0; i < count; i++) {
        struct device device = {.port = &ports[i]};
        snprintf(device.address, sizeof device.address, "serial:%.*s", PORT_NAME_SIZE - 1,
                 ports[i].name);
        if (show(&device, options) != EXIT_DONE)
            code = EXIT_FAILED;
    }
    if (count == 0)
        say("there is no serial port");
    return code;
}

static int run(const struct options *options)
{
    if (options->file_count == 0)
        return show_ports(options);
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->file_count; i++) {
        struct device device = {.port = NULL};
        snprintf(device.address, sizeof device.address, "%s", options->files[i]);
        if (show(&device, options) != EXIT_DONE || !device.speaks)
            code = EXIT_FAILED;
    }
    return code;
}

const struct verb verb_devices = {
    .name = "devices",
    .arguments = "[ADDRESS...]",
    .text = "list the serial ports and the mats that speak there, or at addresses",
    .options = {.shared = OPTION_JSON | OPTION_MAT, .files_most = UINT_MAX},
    .run = run,
};
