#include "keyboard.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE    '\033'
#define ESCAPE_MS 20 /* the rest of an arrow comes at once */

static struct termios before, single;
static volatile sig_atomic_t taken;

static void put_back(void)
{
    if (taken)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    taken = 0;
}

static void take(void)
{
    taken = tcsetattr(STDIN_FILENO, TCSANOW, &single) == 0;
}

/* The terminal first, then what the signal does by itself. */
static void leave(int number)
{
    put_back();
    signal(number, SIG_DFL);
    raise(number);
}

static void come_back(int number)
{
    (void)number;
    signal(SIGTSTP, leave);
    take();
}

bool keyboard_open(void)
{
    static const int deaths[] = {SIGHUP, SIGQUIT, SIGTSTP};
    if (!isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
        tcgetattr(STDIN_FILENO, &before))
        return false;
    single = before;
    single.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    single.c_cc[VMIN] = 0;
    single.c_cc[VTIME] = 0;
    for (unsigned i = 0; i < sizeof deaths / sizeof deaths[0]; i++)
        signal(deaths[i], leave);
    signal(SIGCONT, come_back);
    atexit(keyboard_close);
    take();
    return taken;
}

static int byte_next(int timeout_ms)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char byte;
    if (!taken || poll(&input, 1, timeout_ms) <= 0 || read(STDIN_FILENO, &byte, 1) != 1)
        return KEY_NONE;
    return byte;
}

int keyboard_next(void)
{
    int key = byte_next(0);
    if (key != ESCAPE)
        return key;
    if (byte_next(ESCAPE_MS) != '[')
        return KEY_NONE;
    switch (byte_next(ESCAPE_MS)) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    default:
        return KEY_NONE;
    }
}

void keyboard_close(void)
{
    put_back();
}
