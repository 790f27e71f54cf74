#include "analysis/analysis.h"
#include "cli/keyboard.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/stopping.h"
#include "record/record.h"
#include "sources/acquiring.h"
#include "sources/calibrations.h"
#include "sources/player.h"
#include "verbs.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JUMP_S 5.0
#define RATE   2.0
#define HELP   "space pause  . frame  arrows 5 s back, on, faster, slower  0 real time  q end  ? keys"

/* A session that is played, as a source that is shown. */
struct show {
    const struct options *options;
    struct player *player;
    struct analysis *analysis; /* begun again after a jump */
    double base_s;             /* when it was begun */
    struct output printed;
    uint64_t events, metrics; /* printed */
    bool keys, fresh;
};

static int analysis_begin(struct show *show, struct failure *failure)
{
    struct session *session = player_session(show->player);
    struct calibration *calibration;
    int status = calibration_of_session(&calibration, session, failure);
    if (status)
        return status;
    analysis_destroy(show->analysis);
    show->fresh = true;
    show->analysis = analysis_create_calibrated(&session_about(session)->mat.geometry, calibration,
                                                &show->options->parameters);
    return show->analysis ? STATUS_OK : failure_set(failure, STATUS_MEMORY, "out of memory");
}

static void line_draw(const struct show *show)
{
    char now[CLOCK_SIZE], all[CLOCK_SIZE], speed[32] = "max", text[160];
    if (!player_given(show->player))
        return;
    if (!isinf(player_speed(show->player)))
        snprintf(speed, sizeof speed, "%g", player_speed(show->player));
    snprintf(text, sizeof text, "%s / %s  x %s%s%s",
             report_clock(now, player_position_s(show->player)),
             report_clock(all, session_duration_s(player_session(show->player))), speed,
             player_paused(show->player) ? "  paused" : "", show->keys ? "  (? keys)" : "");
    progress_line(text);
}

/* Times count from the file's first frame, also after a jump. */
static int events_show(struct show *show, struct failure *failure)
{
    struct event event;
    int status = STATUS_OK;
    while (!status && analysis_next(show->analysis, &event)) {
        event_shift(&event, show->base_s);
        event.number = show->events++;
        bool said = event.type == EVENT_STROKE || event.type == EVENT_HOLD;
        if (said && !output_takes_stdout(show->options)) {
            progress_hide();
            report_event(stdout, &event);
            fflush(stdout);
        }
        status = output_event(&show->printed, &event, failure);
    }
    return status;
}

static int metrics_show(struct show *show, struct failure *failure)
{
    struct metrics metrics;
    if (!analysis_metrics(show->analysis, &metrics))
        return STATUS_OK;
    metrics.time_s += show->base_s;
    metrics.number = show->metrics++;
    return output_metrics(&show->printed, &metrics, failure);
}

static int jump(struct show *show, double seconds, struct failure *failure)
{
    double to_s = player_position_s(show->player) + seconds;
    int status = player_jump(show->player, to_s > 0 ? to_s : 0, failure);
    if (!status)
        status = analysis_begin(show, failure);
    if (player_paused(show->player))
        player_step(show->player);
    return status;
}

static void faster(struct show *show, double times)
{
    double speed = player_speed(show->player) * times;
    if (speed >= PLAYER_SPEED_LEAST && speed <= PLAYER_SPEED_MOST)
        player_set_speed(show->player, speed);
}

static int key_take(struct show *show, int key, struct failure *failure)
{
    switch (key) {
    case ' ':
        player_pause(show->player, !player_paused(show->player));
        break;
    case '.':
        player_pause(show->player, true);
        player_step(show->player);
        break;
    case '+':
    case KEY_UP:
        faster(show, RATE);
        break;
    case '-':
    case KEY_DOWN:
        faster(show, 1 / RATE);
        break;
    case '0':
        player_set_speed(show->player, 1);
        break;
    case KEY_LEFT:
        return jump(show, -JUMP_S, failure);
    case KEY_RIGHT:
        return jump(show, JUMP_S, failure);
    case '?':
        say(HELP);
        break;
    case 'q':
        raise(SIGINT);
        break;
    default:
        return STATUS_OK;
    }
    progress_hide();
    return STATUS_OK;
}

static int show_read(void *self, struct frame *frame, int timeout_ms, struct failure *failure)
{
    struct show *show = self;
    int key, status = STATUS_OK;
    while (show->keys && !status && (key = keyboard_next()) != KEY_NONE)
        status = key_take(show, key, failure);
    line_draw(show);
    if (!status)
        status = player_read(show->player, frame, timeout_ms, failure);
    if (status == 1 && show->fresh) {
        show->base_s = player_position_s(show->player);
        show->fresh = false;
    }
    if (status == 1)
        analysis_push(show->analysis, frame);
    else if (status == STATUS_END)
        analysis_finish(show->analysis);
    else
        return status;
    int shown = metrics_show(show, failure);
    if (!shown)
        shown = events_show(show, failure);
    return shown ? shown : status;
}

static const struct mat_info *show_info(void *self)
{
    const struct show *show = self;
    return &session_about(player_session(show->player))->mat;
}

static void show_health(void *self, struct source_health *health)
{
    const struct show *show = self;
    memset(health, 0, sizeof *health);
    health->frames = player_given(show->player);
}

static const char *show_calibration(void *self)
{
    const struct show *show = self;
    return session_about(player_session(show->player))->calibration_text;
}

static void show_close(void *self)
{
    struct show *show = self;
    progress_hide();
    analysis_destroy(show->analysis);
    player_close(show->player);
}

static const struct source_ops show_ops = {.read = show_read,
                                           .info = show_info,
                                           .health = show_health,
                                           .close = show_close,
                                           .calibration = show_calibration};

static int show_open(void *context, struct source **source, struct failure *failure)
{
    struct show *show = context;
    const struct options *options = show->options;
    const struct player_plan plan = {options->speed, options->from_s, options->to_s};
    int status = player_open(&show->player, options->files[0], &plan, failure);
    if (!status)
        status = analysis_begin(show, failure);
    if (status) {
        show_close(show);
        return status;
    }
    return source_open_custom(source, &show_ops, show, failure);
}

static int run(const struct options *options)
{
    struct show show = {.options = options};
    struct failure failure = {0};
    char name[OPTION_TEXT_SIZE + sizeof "session:"];
    snprintf(name, sizeof name, "session:%.*s", OPTION_TEXT_SIZE, options->files[0]);
    const struct acquiring acquiring = {
        .options = options,
        .own = options->own,
        .name = name,
        .calibration = "auto",
        .traits = {.paced = isinf(options->speed)},
        .open = show_open,
        .context = &show,
    };
    if (output_open(&show.printed, options, ROWS_ALL, NULL, &failure)) {
        int code = say_failure(&failure);
        return failure.status == STATUS_ARGUMENT ? EXIT_USAGE : code;
    }
    stopping_catch();
    show.keys = keyboard_open();
    if (show.keys)
        say(HELP);
    int status = acquiring_run(&acquiring, &failure);
    keyboard_close();
    if (output_close(&show.printed, status ? NULL : &failure) && !status)
        status = failure.status;
    return status ? say_failure(&failure) : EXIT_DONE;
}

static struct own own;

const struct verb verb_replay = {
    .name = "replay",
    .arguments = "FILE",
    .text = "play a session file onto the bus, and show it",
    .options = {.shared =
                    OPTION_FORMS | OPTION_SPEED | OPTION_FROM | OPTION_TO | OPTION_SET | OPTION_BUS,
                .files_least = 1,
                .files_most = 1,
                .own = own_acquire,
                .take = own_take,
                .storage = &own},
    .run = run,
};
