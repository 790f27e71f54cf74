/* From the mat's last byte to a subscriber. Two jobs, each printing one JSON object at its end:
 *
 *   bench_stream mat FOLDER SIDE RATE_HZ SECONDS SUBSCRIBERS
 *     plays a mat on a pseudo-terminal, whose path it prints first, and listens on the bus in
 * FOLDER bench_stream curve FOLDER plain|curve PORT frames over TCP between two processes */
#include "bench_clock.h"
#include "bench_mat.h"
#include "bus/bus.h"

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zmq.h>

#define SAMPLES_MOST 400000
#define SETTLE_S     2.0 /* left out at the beginning: processes start */
#define WAIT_MS      50

/* In a frame's message: docs/streams.md. */
#define WIRE_NUMBER   16
#define WIRE_SEQUENCE 24

/* Latencies of one stream at one subscriber. */
struct latencies {
    double *values_ms; /* [count] */
    size_t count;
    uint64_t messages, missing;
    atomic_bool stopped;
    const char *folder;
    const struct bench_mat *mat;
    atomic_ullong *offset; /* mat's number of frame 0 */
};

static void latency_add(struct latencies *to, uint64_t scan, double now_s)
{
    double written_s = bench_mat_written_s(to->mat, scan);
    if (written_s > bench_mat_written_s(to->mat, 0) + SETTLE_S && to->count < SAMPLES_MOST)
        to->values_ms[to->count++] = (now_s - written_s) * 1e3;
}

/* A subscriber as docs/streams.md describes it: a SUB socket, topic and message. */
static void *subscriber_begin(void **context, const char *folder, const char *stream,
                              const char *topic)
{
    const int patience_ms = WAIT_MS;
    char endpoint[160];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", folder, stream);
    *context = zmq_ctx_new();
    void *socket = zmq_socket(*context, ZMQ_SUB);
    zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience_ms, sizeof patience_ms);
    zmq_connect(socket, endpoint);
    return socket;
}

/* @return size of the message; negative: none within the time */
static int message_take(void *socket, char *message)
{
    char topic[32];
    return zmq_recv(socket, topic, sizeof topic, 0) < 0
               ? -1
               : zmq_recv(socket, message, METRICS_JSON_SIZE, 0);
}

static uint64_t u64_at(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return le64toh(value);
}

static void *frames_listen(void *from)
{
    struct latencies *latencies = from;
    void *context, *socket = subscriber_begin(&context, latencies->folder, "frames", "frame");
    char message[METRICS_JSON_SIZE];
    uint64_t last = 0;
    while (!latencies->stopped) {
        if (message_take(socket, message) < 0)
            continue;
        uint64_t sequence = u64_at(message + WIRE_SEQUENCE);
        latency_add(latencies, sequence, clock_wall_s());
        if (!latencies->messages)
            atomic_store(latencies->offset, sequence - u64_at(message + WIRE_NUMBER));
        else
            latencies->missing += sequence - last - 1;
        last = sequence;
        latencies->messages++;
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return NULL;
}

static void *metrics_listen(void *from)
{
    struct latencies *latencies = from;
    void *context, *socket = subscriber_begin(&context, latencies->folder, "metrics", "metrics");
    char message[METRICS_JSON_SIZE];
    struct metrics metrics;
    int size;
    while (!latencies->stopped) {
        if ((size = message_take(socket, message)) < 0)
            continue;
        double now_s = clock_wall_s();
        if (metrics_decode(&metrics, message, (size_t)size, NULL))
            continue;
        latency_add(latencies, metrics.frame + atomic_load(latencies->offset), now_s);
        latencies->messages++;
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return NULL;
}

/* The same with the library's own reader, on the same machine. */
static void *metrics_read(void *from)
{
    struct latencies *latencies = from;
    const struct bus_reader_options options = {.skip = true};
    struct bus_reader *reader = NULL;
    struct metrics metrics;
    int status = bus_reader_open(&reader, latencies->folder, BUS_METRICS, &options, NULL);
    while (!latencies->stopped && status >= 0) {
        status = bus_read_metrics(reader, &metrics, WAIT_MS, NULL);
        if (status != 1)
            continue;
        latency_add(latencies, metrics.frame + atomic_load(latencies->offset), clock_wall_s());
        latencies->messages++;
    }
    bus_reader_close(reader);
    return NULL;
}

/* So many more subscribers, each with sockets of its own, that read everything. */
struct crowd {
    unsigned count;
    const char *folder;
    atomic_bool stopped;
    uint64_t messages;
};

static void *crowd_listen(void *from)
{
    struct crowd *crowd = from;
    void *context = zmq_ctx_new();
    zmq_pollitem_t *items = calloc(crowd->count, sizeof *items);
    char endpoint[160];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/frames", crowd->folder);
    for (unsigned i = 0; i < crowd->count; i++) {
        items[i] = (zmq_pollitem_t){.socket = zmq_socket(context, ZMQ_SUB), .events = ZMQ_POLLIN};
        zmq_setsockopt(items[i].socket, ZMQ_SUBSCRIBE, "frame", 5);
        zmq_connect(items[i].socket, endpoint);
    }
    while (!crowd->stopped) {
        zmq_poll(items, (int)crowd->count, WAIT_MS);
        for (unsigned i = 0; i < crowd->count; i++)
            while (zmq_recv(items[i].socket, endpoint, sizeof endpoint, ZMQ_DONTWAIT) >= 0)
                crowd->messages++;
    }
    for (unsigned i = 0; i < crowd->count; i++)
        zmq_close(items[i].socket);
    zmq_ctx_term(context);
    free(items);
    return NULL;
}

static void latencies_print(const char *name, struct latencies *latencies)
{
    size_t count = latencies->count;
    printf("\"%s\":{\"messages\":%llu,\"missing\":%llu,\"p50_ms\":%.4f,\"p99_ms\":%.4f},", name,
           (unsigned long long)latencies->messages, (unsigned long long)latencies->missing,
           count ? sorted_at(latencies->values_ms, count, 0.5) : -1.0,
           count ? sorted_at(latencies->values_ms, count, 0.99) : -1.0);
}

static int mat_job(char **words)
{
    static struct latencies frames, metrics, read;
    static struct crowd crowd;
    static atomic_ullong offset;
    struct bench_mat *mat =
        bench_mat_create((unsigned)atoi(words[1]), atof(words[2]), atof(words[3]));
    pthread_t threads[4];
    if (!mat)
        return 1;
    frames = metrics = read = (struct latencies){.folder = words[0], .mat = mat, .offset = &offset};
    frames.values_ms = calloc(SAMPLES_MOST, sizeof(double));
    metrics.values_ms = calloc(SAMPLES_MOST, sizeof(double));
    read.values_ms = calloc(SAMPLES_MOST, sizeof(double));
    crowd.folder = words[0];
    crowd.count = (unsigned)atoi(words[4]);
    pthread_create(&threads[0], NULL, frames_listen, &frames);
    pthread_create(&threads[1], NULL, metrics_listen, &metrics);
    pthread_create(&threads[2], NULL, crowd_listen, &crowd);
    pthread_create(&threads[3], NULL, metrics_read, &read);
    printf("%s\n", bench_mat_path(mat));
    fflush(stdout);
    bench_mat_play(mat);
    usleep(500000);
    frames.stopped = metrics.stopped = read.stopped = crowd.stopped = true;
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("{");
    latencies_print("frames", &frames);
    latencies_print("metrics", &metrics);
    latencies_print("read", &read);
    for (uint64_t i = 0; i < bench_mat_frames(mat) && i < SAMPLES_MOST; i++)
        frames.values_ms[i] = bench_mat_late_s(mat, i) * 1e3;
    frames.count = bench_mat_frames(mat);
    latencies_print("timer", &frames);
    printf("\"written\":%llu,\"refused\":%llu,\"crowd\":%llu}\n",
           (unsigned long long)bench_mat_frames(mat), (unsigned long long)bench_mat_refused(mat),
           (unsigned long long)crowd.messages);
    return 0;
}

/* ---- CURVE ---- */

#define CURVE_FRAMES  10000
#define CURVE_RATE_HZ 1000.0
#define CURVE_SIDE    32

static int curve_publish(const char *folder, const char *listen, bool curve)
{
    struct bus_session session = {.id = "00112233-4455-6677-8899-aabbccddeeff",
                                  .mat.geometry = {.rows = CURVE_SIDE,
                                                   .cols = CURVE_SIDE,
                                                   .pitch_x_mm = 10,
                                                   .pitch_y_mm = 10,
                                                   .rate_hz = CURVE_RATE_HZ,
                                                   .scale_kpa = 1,
                                                   .full_scale = 4095}};
    const struct bus_publisher_options options = {.listen = listen, .curve = curve, .ring_s = 20};
    struct bus_publisher *publisher;
    struct failure failure;
    uint16_t cells[CURVE_SIDE * CURVE_SIDE];
    if (bus_publisher_open(&publisher, folder, &session, &options, &failure)) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    srand(1);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        cells[i] = (uint16_t)(rand() % 4096);
    for (double until_s = clock_wall_s() + 2; clock_wall_s() < until_s;)
        bus_publisher_serve(publisher, 10);
    double begun_s = clock_wall_s();
    for (unsigned i = 0; i < CURVE_FRAMES; i++) {
        double due_s = begun_s + i / CURVE_RATE_HZ, wait_s = due_s - clock_wall_s();
        if (wait_s > 0)
            usleep((useconds_t)(wait_s * 1e6));
        struct frame frame = {.sequence = i,
                              .time_us = (int64_t)(clock_wall_s() * 1e6),
                              .rows = CURVE_SIDE,
                              .cols = CURVE_SIDE,
                              .cells = cells};
        bus_publish_frame(publisher, &frame, NULL);
        bus_publisher_serve(publisher, 0);
    }
    bus_publisher_end(publisher);
    for (double until_s = clock_wall_s() + 1; clock_wall_s() < until_s;)
        bus_publisher_serve(publisher, 10);
    bus_publisher_close(publisher);
    return 0;
}

static double cpu_s(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int curve_read(const char *address, const char *key, double *values_ms, size_t *count)
{
    const struct bus_reader_options options = {.server_key = key};
    struct bus_reader *reader;
    struct failure failure = {0};
    struct frame frame;
    int status = bus_reader_open(&reader, address, BUS_FRAMES, &options, &failure);
    while (!status || status == 1) {
        status = bus_read_frame(reader, &frame, WAIT_MS, &failure);
        if (status == 1)
            values_ms[(*count)++] = (clock_wall_s() * 1e6 - (double)frame.time_us) * 1e-3;
    }
    bus_reader_close(reader);
    return status == STATUS_END ? 0 : 1;
}

static int curve_job(char **words)
{
    char key[BUS_KEY_SIZE], keys[BUS_KEYS_PATH_SIZE], address[64];
    bool curve = !strcmp(words[1], "curve");
    struct bus_key own = {.name = "bench"};
    double *values_ms = calloc(CURVE_FRAMES, sizeof *values_ms);
    size_t count = 0;
    bus_keys_folder(keys, NULL);
    if (bus_key_own(keys, key, NULL) && bus_key_make(keys, key, NULL))
        return 1;
    memcpy(own.key, key, sizeof key);
    bus_key_allow(keys, &own, NULL);
    snprintf(address, sizeof address, "tcp://127.0.0.1:%s", words[2]);
    pid_t child = fork();
    if (!child)
        _exit(curve_publish(words[0], address, curve));
    int status = curve_read(address, curve ? key : NULL, values_ms, &count);
    waitpid(child, NULL, 0);
    double cpu_us = (cpu_s(RUSAGE_SELF) + cpu_s(RUSAGE_CHILDREN)) * 1e6 / CURVE_FRAMES;
    if (count)
        printf("{\"messages\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"cpu_us\":%.2f}\n", count,
               sorted_at(values_ms, count, 0.5), sorted_at(values_ms, count, 0.99), cpu_us);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 7 && !strcmp(argv[1], "mat"))
        return mat_job(argv + 2);
    if (argc == 5 && !strcmp(argv[1], "curve"))
        return curve_job(argv + 2);
    fprintf(stderr, "see the head of bench_stream.c\n");
    return 2;
}
