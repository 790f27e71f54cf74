#include "source_session.h"

#include "../cli/options.h"
#include "player.h"
#include "record/record.h"

#include <math.h>
#include <string.h>

#define LATEST_S 1e9

static int replay_read(void *self, struct frame *frame, int timeout_ms, struct failure *failure)
{
    return player_read(self, frame, timeout_ms, failure);
}

static const struct mat_info *replay_info(void *self)
{
    return &session_about(player_session(self))->mat;
}

static void replay_health(void *self, struct source_health *health)
{
    memset(health, 0, sizeof *health);
    health->frames = player_given(self);
}

static void replay_close(void *self)
{
    player_close(self);
}

static const char *replay_calibration(void *self)
{
    return session_about(player_session(self))->calibration_text;
}

static const struct source_ops replay_ops = {.read = replay_read,
                                             .info = replay_info,
                                             .health = replay_health,
                                             .close = replay_close,
                                             .calibration = replay_calibration};

static int number_get(const struct address *address, const char *name, double least, double *number,
                      struct failure *failure)
{
    const char *text = address_get(address, name, NULL);
    return text ? option_number(number, name, text, least, least > 0 ? PLAYER_SPEED_MOST : LATEST_S,
                                failure)
                : STATUS_OK;
}

static int names_check(const struct address *address, struct failure *failure)
{
    for (size_t i = 0; i < address->count; i++) {
        const char *name = address->parameters[i].name;
        if (strcmp(name, "speed") && strcmp(name, "from") && strcmp(name, "to"))
            return failure_set(failure, STATUS_ARGUMENT,
                               "session: knows speed, from and to, not '%s'", name);
    }
    return STATUS_OK;
}

int source_session_open(struct source **source, const struct address *address,
                        struct failure *failure)
{
    struct player_plan plan = {.speed = 1, .to_s = INFINITY};
    struct player *player;
    int status = names_check(address, failure);
    *source = NULL;
    if (!strcmp(address_get(address, "speed", ""), "max"))
        plan.speed = INFINITY;
    else if (!status)
        status = number_get(address, "speed", PLAYER_SPEED_LEAST, &plan.speed, failure);
    if (!status)
        status = number_get(address, "from", 0, &plan.from_s, failure);
    if (!status)
        status = number_get(address, "to", 0, &plan.to_s, failure);
    if (!status)
        status = player_open(&player, address->target, &plan, failure);
    return status ? status : source_open_custom(source, &replay_ops, player, failure);
}
