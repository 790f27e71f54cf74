/**
 * @file file_lock.h
 * Who uses a session file. A recorder holds a shared lock for as long as it writes: readers are
 * welcome, and whoever wants to change the file finds it busy. Works between processes.
 */
#ifndef ROLLSCOPE_RECORD_FILE_LOCK_H
#define ROLLSCOPE_RECORD_FILE_LOCK_H

struct failure;

/** Creates a file, empty. @return STATUS_OK, STATUS_BUSY for one that exists, others */
int file_claim(const char *path, struct failure *failure);

/** Takes the recorder's lock on an open file. Does nothing where the file system has no locks. */
void file_lock_share(int descriptor);

/**
 * Makes sure that nobody else uses a file, and keeps it from being recorded or changed by others
 * until the descriptor is closed; reading stays possible.
 * @param failure names the process that holds it, where the system tells
 * @return a descriptor to be closed, STATUS_BUSY or another negative status
 */
int file_lock_take(const char *path, struct failure *failure);

#endif
