#include "preview.h"

#include "../cli/own.h"
#include "../cli/stopping.h"
#include "../sources/sources.h"

#include <signal.h>
#include <unistd.h>

#define AGAIN_MS 2000
#define LEAVE_MS 3000 /* until one that does not leave is killed */
#define LOOK_MS  10

void preview_begin(struct preview *preview, const char *source, const char *folder)
{
    struct address address;
    const struct own fresh = {0};
    *preview = (struct preview){0};
    if (source_address(&address, source, NULL) || source_traits(&address).paced)
        return;
    own_session(&fresh, preview->session);
    child_prepare(&preview->child, "acquire");
    child_argument(&preview->child, "--quiet");
    child_argument(&preview->child, "--bus=%s", folder);
    child_argument(&preview->child, "--session=%s", preview->session);
    child_argument(&preview->child, "--ring=1");
    if (*source)
        child_argument(&preview->child, "--source=%s", source);
    preview->runs = true;
}

/* What is wrong is said once. */
void preview_tend(struct preview *preview)
{
    struct child *child = &preview->child;
    if (!preview->runs || children_tend(child, 1))
        return;
    child->done = false;
    child->mute = true;
    child->again_ms = monotonic_ms() + AGAIN_MS;
}

void preview_end(struct preview *preview)
{
    if (!preview->runs)
        return;
    int64_t until_ms = monotonic_ms() + LEAVE_MS;
    preview->child.needless = true;
    preview->child.done |= !preview->child.process;
    children_signal(&preview->child, 1, SIGTERM);
    while (!preview->child.done && children_tend(&preview->child, 1)) {
        if (monotonic_ms() > until_ms)
            children_signal(&preview->child, 1, SIGKILL);
        usleep(LOOK_MS * 1000);
    }
    children_free(&preview->child, 1);
    preview->runs = false;
}
