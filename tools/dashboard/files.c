#include "screens.h"

#include <string.h>

#define HEADER_SIZE 512
#define PIECE_BYTES 16384
#define HEAD_BYTES  2048

/* A request for a file, while it is answered. */
struct request {
    const struct shelf_file *file;
    size_t sent;
};

const size_t files_request_size = sizeof(struct request);

/* Said with every file. Only our own files run, nothing is embedded, nothing is told to others. */
static const struct {
    const char *name, *value;
} headers[] = {
    {"content-security-policy:",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
     "frame-ancestors 'none'"},
    {"x-content-type-options:", "nosniff"},
    {"x-frame-options:", "DENY"},
    {"referrer-policy:", "no-referrer"},
    {"cross-origin-opener-policy:", "same-origin"},
    {"cross-origin-resource-policy:", "same-origin"},
    {"cache-control:", "no-cache"},
};

static int header_add(struct lws *wsi, size_t which, uint8_t **at, uint8_t *end)
{
    return lws_add_http_header_by_name(wsi, (const uint8_t *)headers[which].name,
                                       (const uint8_t *)headers[which].value,
                                       (int)strlen(headers[which].value), at, end);
}

static int file_begin(struct lws *wsi, struct request *request, const struct shelf_file *file)
{
    uint8_t bytes[LWS_PRE + HEAD_BYTES], *begin = bytes + LWS_PRE, *at = begin,
                                         *end = bytes + sizeof bytes - 1;
    if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, file->type, file->size, &at, end))
        return -1;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (header_add(wsi, i, &at, end))
            return -1;
    if (lws_finalize_write_http_header(wsi, begin, &at, end))
        return -1;
    request->file = file;
    request->sent = 0;
    lws_callback_on_writable(wsi);
    return 0;
}

static int file_go_on(struct lws *wsi, struct request *request)
{
    uint8_t bytes[LWS_PRE + PIECE_BYTES];
    if (!request->file)
        return -1;
    size_t left = request->file->size - request->sent;
    size_t size = left < PIECE_BYTES ? left : PIECE_BYTES;
    memcpy(bytes + LWS_PRE, request->file->bytes + request->sent, size);
    request->sent += size;
    bool last = size == left;
    if (lws_write(wsi, bytes + LWS_PRE, size, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) <
        (int)size)
        return -1;
    if (!last) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    request->file = NULL;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int refuse(struct lws *wsi, unsigned status)
{
    server_of(wsi)->health.refused++;
    if (lws_return_http_status(wsi, status, NULL))
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int answer(struct lws *wsi, struct request *request, const char *path)
{
    const struct server_options *options = &server_of(wsi)->options;
    char host[HEADER_SIZE];
    header_read(wsi, WSI_TOKEN_HOST, host, sizeof host);
    if (!gate_host_good(&options->gate, host))
        return refuse(wsi, HTTP_STATUS_FORBIDDEN);
    if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
        return refuse(wsi, HTTP_STATUS_METHOD_NOT_ALLOWED);
    const struct shelf_file *file = shelf_find(options->shelf, path);
    return file ? file_begin(wsi, request, file) : refuse(wsi, HTTP_STATUS_NOT_FOUND);
}

int files_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t size)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return answer(wsi, user, in);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return file_go_on(wsi, user);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: /* a WebSocket that names no protocol of ours */
        return refuse(wsi, HTTP_STATUS_FORBIDDEN) || 1;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, size);
    }
}
