/**
 * @file keyboard.h
 * Single keys from a terminal, where standard input is one and this process is in its foreground.
 * The terminal is put back on every exit: closing, leaving by exit(), a signal, being stopped.
 */
#ifndef ROLLSCOPE_TOOLS_KEYBOARD_H
#define ROLLSCOPE_TOOLS_KEYBOARD_H

#include <stdbool.h>

/** Keys that are no characters. */
enum key { KEY_NONE = 0, KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT };

/** @return whether there is a keyboard; then it gives single keys from now on */
bool keyboard_open(void);

/** The next key that was pressed: a character, an enum key, KEY_NONE when there is none. Does not
 *  wait. */
int keyboard_next(void);

/** Puts the terminal back. Once more does no harm. */
void keyboard_close(void);

#endif
