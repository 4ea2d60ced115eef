/* SPDX-License-Identifier: MIT */
#include "folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* Its holder may have removed it between our opening and our locking. */
static bool is_there(const struct folder_lock *lock)
{
    struct stat opened, named;
    return fstat(lock->file, &opened) == 0 && stat(lock->path, &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static int tell_holder(struct folder_lock *lock, const char *folder, struct error *error)
{
    struct flock holder = whole_file();
    char who[32] = "";
    if (fcntl(lock->file, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK && holder.l_pid > 0)
        snprintf(who, sizeof who, " (process %d)", (int)holder.l_pid);
    close(lock->file);
    lock->file = 0;
    return error_set(error, "%s: another run%s is writing to it; one run at a time goes on in a folder",
                     folder, who);
}

/* fcntl's lock, not flock's: forked children do not hold it on, and the kernel tells who has it. Nothing else
 * in this process opens the file, which would give the lock up when it is closed. */
int folder_lock_take(struct folder_lock *lock, const char *folder, struct error *error)
{
    snprintf(lock->path, sizeof lock->path, "%s/.lock", folder);
    for (;;) {
        struct flock whole = whole_file();
        lock->file = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (lock->file < 0)
            return error_set(error, "%s: %s", lock->path, strerror(errno));
        if (fcntl(lock->file, F_SETLK, &whole)) {
            if (errno == EACCES || errno == EAGAIN)
                return tell_holder(lock, folder, error);
            return 0; /* no locks here */
        }
        if (is_there(lock))
            return 0;
        close(lock->file);
    }
}

void folder_lock_free(struct folder_lock *lock)
{
    if (lock->file <= 0)
        return;
    unlink(lock->path);
    close(lock->file);
    lock->file = 0;
}
