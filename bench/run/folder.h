/*
 * folder.h - makes and locks a run's folder, and deletes the files that a forced run replaces
 */
#ifndef FOLDER_H
#define FOLDER_H

#define FOLDER_ERROR_SIZE 512

/*
 * The size of the path of a run's folder. The path of a file in the folder then fits into PATH_MAX.
 */
#define FOLDER_PATH_SIZE 4000

/* Makes a folder and its parent folders. Returns 0 or a negative errno. */
int folder_make(const char *path);

/*
 * Locks the folder for this process, by an advisory lock on the file run.lock in the folder. The
 * lock vanishes with the process. The file names the process that holds the lock. Returns a
 * descriptor for folder_unlock, or a negative errno with one line in `error` (FOLDER_ERROR_SIZE).
 * For -EBUSY the line names the process that holds the lock, its host, and the time of locking.
 */
int folder_lock(const char *folder, char *error);

/* Unlocks the folder and deletes run.lock. Does nothing if `lock` is negative. */
void folder_unlock(const char *folder, int lock);

/*
 * Returns the name of a file that folder_clear would delete, or of a subfolder that it would empty.
 * Returns NULL if there is none.
 */
const char *folder_leftover(const char *folder);

/* Deletes the files that a run and its report left in the folder, and no other files. */
void folder_clear(const char *folder);

/* Makes the names in the folder durable. Returns 0 or a negative errno. */
int folder_sync(const char *folder);

#endif
