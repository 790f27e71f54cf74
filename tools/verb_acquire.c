#include "cli/say.h"
#include "cli/stopping.h"
#include "sources/acquiring.h"
#include "verbs.h"

static int address_open(void *context, struct source **source, struct failure *failure)
{
    return source_open_any(source, context, failure);
}

static int run(const struct options *options)
{
    struct failure failure = {0};
    struct address address;
    if (source_address(&address, options->source, &failure)) {
        say_failure(&failure);
        return EXIT_USAGE;
    }
    source_configure(&address, &options->mat);
    const struct acquiring acquiring = {
        .options = options,
        .own = options->own,
        .name = options->source,
        .calibration = address_get(&address, "calibration", "auto"),
        .traits = source_traits(&address),
        .open = address_open,
        .context = &address,
    };
    stopping_catch();
    return acquiring_run(&acquiring, &failure) ? say_failure(&failure) : EXIT_DONE;
}

static struct own own;

const struct verb verb_acquire = {
    .name = "acquire",
    .arguments = "",
    .text = "read a mat, put its frames on the bus",
    .options = {.shared = OPTION_SOURCE | OPTION_MAT | OPTION_FOR | OPTION_BUS | OPTION_LISTEN,
                .own = own_acquire,
                .take = own_take,
                .storage = &own},
    .run = run,
};
