#include "shared_options.h"

#include <stddef.h>

#define YEAR_S     (366.0 * 86400)
#define WHOLE_MOST 9007199254740992.0

#define AT(field) offsetof(struct options, field)

static const struct shared_option table[] = {
    {OPTION_SOURCE, 256, "source", "ADDRESS",
     "where frames come from, such as serial:auto, session:FILE or sim:SCENARIO", "acquire.source",
     OPTION_TEXT, AT(source), 0, 0},
    {OPTION_OUTPUT, 'o', "output", "FILE", "where to write", NULL, OPTION_TEXT, AT(output), 0, 0},
    {OPTION_FOR, 257, "for", "SECONDS", "stop after this long", NULL, OPTION_NUMBER, AT(for_s),
     1e-3, YEAR_S},
    {OPTION_SCENARIO, 258, "scenario", "NAME", "what to simulate; `list' shows them", NULL,
     OPTION_TEXT, AT(scenario), 0, 0},
    {OPTION_SEED, 259, "seed", "N", "of the random numbers (default 1)", NULL, OPTION_WHOLE,
     AT(seed), 0, WHOLE_MOST},
    {OPTION_PTY, 260, "pty", "LINK", "serve on a pseudo-terminal that LINK will point to", NULL,
     OPTION_TEXT, AT(pty), 0, 0},
    {OPTION_PROTOCOL, 261, "protocol", "NAME", "protocol to speak", NULL, OPTION_TEXT, AT(protocol),
     0, 0},
    {OPTION_SPEED, 262, "speed", "N|max", "times real time (default 1)", NULL, OPTION_TIMES,
     AT(speed), 1e-3, 1e6},
    {OPTION_FROM, 263, "from", "SECONDS", "begin here", NULL, OPTION_NUMBER, AT(from_s), 0, YEAR_S},
    {OPTION_TO, 264, "to", "SECONDS", "end here", NULL, OPTION_NUMBER, AT(to_s), 0, YEAR_S},
    {OPTION_SET, 265, "set", "NAME=VALUE",
     "set a parameter; `rollscope help parameters' lists them. May be repeated", NULL,
     OPTION_ASSIGNMENT, 0, 0, 0},
    {OPTION_JSON, 266, "json", NULL, "one JSON object a line on standard output", NULL, OPTION_FLAG,
     AT(json), 0, 0},
    {OPTION_FORMS, 271, "json", "FILE",
     "events as JSON, one object a line, to FILE or standard output", NULL, OPTION_PLACE,
     AT(forms[FORM_JSON]), 0, 0},
    {OPTION_FORMS, 272, "csv", "FILE", "events as comma-separated values, likewise", NULL,
     OPTION_PLACE, AT(forms[FORM_CSV]), 0, 0},
    {OPTION_FORMS, 273, "kv", "FILE", "events as key=value, likewise", NULL, OPTION_PLACE,
     AT(forms[FORM_KV]), 0, 0},
    {OPTION_FORMS, 274, "events", "KIND,...",
     "which of them: stroke, hold, bout, spot, marker, summary, contact, metrics", NULL,
     OPTION_TEXT, AT(events), 0, 0},
    {OPTION_FORMS, 275, "metrics", NULL, "the metrics too, ten a second", NULL, OPTION_FLAG,
     AT(metrics), 0, 0},
    {OPTION_FOLLOW, 267, "follow", NULL,
     "print its events as they are recorded, until the file is closed", NULL, OPTION_FLAG,
     AT(follow), 0, 0},
    {OPTION_NO_DASHBOARD, 268, "no-dashboard", NULL, "serve no dashboard", NULL, OPTION_FLAG,
     AT(no_dashboard), 0, 0},
    {OPTION_BUS, 269, "bus", "ADDRESS", "where the bus is", "bus.address", OPTION_TEXT, AT(bus), 0,
     0},
    {OPTION_LISTEN, 276, "listen", "tcp://HOST:PORT",
     "let others read the bus over a network: beyond loopback with keys, see `rollscope keys'",
     "bus.listen", OPTION_TEXT, AT(listen), 0, 0},
    {OPTION_LISTEN, 277, "curve", NULL, "ask for keys on loopback too", NULL, OPTION_FLAG,
     AT(curve), 0, 0},
    {OPTION_JOBS, 'j', "jobs", "N", "how many files at once (default: one a processor)",
     "analyze.jobs", OPTION_WHOLE, AT(jobs), 1, 1024},
    {OPTION_CONFIG, 270, "config", "FILE",
     "configuration (default $XDG_CONFIG_HOME/rollscope/rollscope.conf, /etc/rollscope.conf)", NULL,
     OPTION_TEXT, 0, 0, 0},
    {OPTION_ALWAYS, 'q', "quiet", NULL, "say nothing but errors", NULL, OPTION_FLAG, AT(quiet), 0,
     0},
    {OPTION_ALWAYS, 'h', "help", NULL, "this text", NULL, OPTION_HELP, 0, 0, 0},
};

_Static_assert(sizeof table / sizeof table[0] <= SHARED_OPTION_MOST, "the help has room for all");

const struct shared_option *shared_options(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}
