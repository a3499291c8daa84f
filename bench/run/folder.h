/*
 * folder.h - a run's folder: making it, its lock, and the files that a forced run deletes
 */
#ifndef FOLDER_H
#define FOLDER_H

#define FOLDER_ERROR_SIZE 512

/* Room for the path of a run's folder: the path of a file in it then fits in PATH_MAX. */
#define FOLDER_PATH_SIZE 4000

/* Makes a folder and those above it. 0 or a negative errno. */
int folder_make(const char *path);

/*
 * Takes the folder for this process, by an advisory lock on the file run.lock in it. The lock
 * vanishes with the process; the file says which process has it. Returns a descriptor, or a
 * negative errno with one line in `error` (FOLDER_ERROR_SIZE): -EBUSY names the process that has
 * the folder, its host and since when.
 */
int folder_lock(const char *folder, char *error);

/* Gives the folder back and deletes run.lock. */
void folder_unlock(const char *folder, int lock);

/*
 * The name of a file or folder there that folder_clear would delete from or delete; NULL if none.
 */
const char *folder_leftover(const char *folder);

/* Deletes the files that a run and its report left, and nothing else in the folder. */
void folder_clear(const char *folder);

/* Makes the names in the folder durable. 0 or a negative errno. */
int folder_sync(const char *folder);

#endif
