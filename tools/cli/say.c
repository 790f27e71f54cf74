#include "say.h"

#include "../verbs.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_S     0.2
#define CLEAR_LINE   "\r\033[K"
#define LEAST_SHARE  0.01
#define LEAST_TIME_S 1.0

static struct {
    bool quiet;
    bool drawn, running;
    double begun_s, drawn_s;
} terminal;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void progress_hide(void)
{
    if (terminal.drawn)
        fputs(CLEAR_LINE, stderr);
    terminal.drawn = false;
    terminal.drawn_s = 0;
}

__attribute__((format(printf, 1, 0))) static void line(const char *format, va_list arguments)
{
    progress_hide();
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    fprintf(stderr, "rollscope: %s\n", text);
}

void say_quiet(bool quiet)
{
    terminal.quiet = quiet;
}

void say(const char *format, ...)
{
    if (terminal.quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    line(format, arguments);
    va_end(arguments);
}

void say_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    line(format, arguments);
    va_end(arguments);
}

int say_failure(const struct failure *failure)
{
    say_error("%s", failure->text);
    return EXIT_FAILED;
}

void progress_show(const char *what, double share)
{
    double now = now_s();
    if (!terminal.running) {
        terminal.running = true;
        terminal.begun_s = now;
    }
    if (terminal.quiet || now - terminal.drawn_s < REDRAW_S || !isatty(STDERR_FILENO))
        return;
    double spent_s = now - terminal.begun_s;
    fprintf(stderr, CLEAR_LINE "%s  %3.0f %%", what, 100 * share);
    if (share >= LEAST_SHARE && spent_s >= LEAST_TIME_S) {
        long left_s = (long)(spent_s * (1 - share) / share + 0.5);
        fprintf(stderr, "  %ld:%02ld left", left_s / 60, left_s % 60);
    }
    fflush(stderr);
    terminal.drawn = true;
    terminal.drawn_s = now;
}

void progress_line(const char *text)
{
    double now = now_s();
    if (terminal.quiet || now - terminal.drawn_s < REDRAW_S || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, CLEAR_LINE "%s", text);
    fflush(stderr);
    terminal.drawn = true;
    terminal.drawn_s = now;
}

void progress_end(void)
{
    progress_hide();
    terminal.running = false;
}
