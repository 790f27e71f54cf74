/* Events as rows: what a spreadsheet and a shell script read. */
#include "tools/cli/rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum form { HEAD, CSV, KV };

/* A row as text; to be freed. */
static char *row(enum form form, unsigned kinds, const struct event *event, const char *label)
{
    struct rows rows;
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    rows_make(&rows, kinds);
    if (form == HEAD)
        rows_csv_head(&rows, stream, label);
    else if (form == CSV)
        rows_csv(&rows, stream, event->type, event, label);
    else
        rows_kv(&rows, stream, event->type, event, label);
    fclose(stream);
    return text;
}

static void expect(enum form form, unsigned kinds, const struct event *event, const char *expected)
{
    char *text = row(form, kinds, event, NULL);
    assert_string_equal(text, expected);
    free(text);
}

static struct event note(const char *text)
{
    struct event event = {.type = EVENT_MARKER, .number = 7, .frame = 70, .published_s = 0.1};
    event.marker = (struct marker){.id = 3, .time_s = 1.0 / 3.0, .kind = "note", .value = NAN};
    strcpy(event.marker.text, text);
    return event;
}

static void the_head_names_the_columns_of_the_wanted_kinds(void **state)
{
    (void)state;
    expect(HEAD, 1U << EVENT_MARKER, NULL,
           "event,number,frame,published_s,id,time_s,kind,value,text\n");
    expect(HEAD, 1U << EVENT_MARKER | 1U << EVENT_BOUT, NULL,
           "event,number,frame,published_s,id,contact,start_s,end_s,strokes,cycles,slow_deep,holds,"
           "cadence_per_min,time_s,kind,value,text\n");
}

static void none_is_an_empty_field(void **state)
{
    (void)state;
    struct event event = note("sore");
    expect(CSV, 1U << EVENT_MARKER, &event,
           "marker,7,70,0.10000000000000001,3,0.33333333333333331,note,,sore\n");
    expect(KV, 1U << EVENT_MARKER, &event,
           "event=marker number=7 frame=70 published_s=0.10000000000000001 id=3 "
           "time_s=0.33333333333333331 kind=note text=sore\n");
}

static void texts_are_quoted_where_they_need_it(void **state)
{
    (void)state;
    struct event event = note("left, \"deep\"\nsore = 7\\10");
    char *csv = row(CSV, 1U << EVENT_MARKER, &event, NULL);
    assert_non_null(strstr(csv, ",\"left, \"\"deep\"\"\nsore = 7\\10\"\n"));
    free(csv);
    char *kv = row(KV, 1U << EVENT_MARKER, &event, NULL);
    assert_non_null(strstr(kv, " text=\"left, \\\"deep\\\"\\nsore = 7\\\\10\"\n"));
    free(kv);
}

static void a_label_is_the_first_column(void **state)
{
    (void)state;
    struct event event = note("sore");
    char *head = row(HEAD, 1U << EVENT_MARKER, NULL, "file");
    char *csv = row(CSV, 1U << EVENT_MARKER, &event, "a,b.h5");
    char *kv = row(KV, 1U << EVENT_MARKER, &event, "a b.h5");
    assert_int_equal(strncmp(head, "file,event,", 11), 0);
    assert_int_equal(strncmp(csv, "\"a,b.h5\",marker,", 16), 0);
    assert_int_equal(strncmp(kv, "file=\"a b.h5\" event=marker ", 27), 0);
    free(head);
    free(csv);
    free(kv);
}

static void every_column_of_every_kind_has_its_place(void **state)
{
    (void)state;
    struct rows rows;
    rows_make(&rows, ROWS_ALL | 1U << ROW_METRICS);
    assert_true(rows.count < ROWS_KEYS);
    for (unsigned kind = 0; kind < ROW_KIND_COUNT; kind++) {
        size_t found = 0, expected = kind == ROW_METRICS
                                         ? metrics_table(METRICS_PLAIN)->column_count
                                         : event_kind(kind)->column_count + 3;
        for (size_t i = 0; i < rows.count; i++)
            found += rows.columns[kind][i] != NULL;
        assert_int_equal(found, expected);
    }
}

static void a_kind_that_is_none_is_named(void **state)
{
    (void)state;
    unsigned kinds;
    struct failure failure;
    assert_int_equal(rows_kinds(&kinds, "stroke,metrics", &failure), STATUS_OK);
    assert_int_equal(kinds, 1U << EVENT_STROKE | 1U << ROW_METRICS);
    assert_int_equal(rows_kinds(&kinds, "stroke,strokes", &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "'strokes'"));
    assert_int_equal(rows_kinds(&kinds, "", &failure), STATUS_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_names_the_columns_of_the_wanted_kinds),
        cmocka_unit_test(none_is_an_empty_field),
        cmocka_unit_test(texts_are_quoted_where_they_need_it),
        cmocka_unit_test(a_label_is_the_first_column),
        cmocka_unit_test(every_column_of_every_kind_has_its_place),
        cmocka_unit_test(a_kind_that_is_none_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
