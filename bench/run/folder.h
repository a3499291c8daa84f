/*
 * folder.h - a run's folder: who has it, and what a forced run deletes in it
 */
#ifndef FOLDER_H
#define FOLDER_H

#define FOLDER_ERROR_SIZE 512

/*
 * Takes the folder for this process, by an advisory lock on the file run.lock in it. The lock
 * vanishes with the process; the file says which process has it. Returns a descriptor, or a
 * negative errno with one line in `error` (FOLDER_ERROR_SIZE): -EBUSY names the process that has
 * the folder, its host and since when.
 */
int folder_lock(const char *folder, char *error);

/* Gives the folder back and deletes run.lock. */
void folder_unlock(const char *folder, int lock);

/* Deletes what a run and its report left, and nothing else in the folder. */
void folder_clear(const char *folder);

/* Makes the names in the folder durable. 0 or a negative errno. */
int folder_sync(const char *folder);

#endif
