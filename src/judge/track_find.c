/* SPDX-License-Identifier: MIT */
#include "track_find.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"

static bool is_of_session(const FTSENT *entry)
{
    return entry->fts_info == FTS_F &&
           (strcmp(entry->fts_name, "samples.csv") == 0 || strcmp(entry->fts_name, "run.json") == 0);
}

static int add(struct track_folders *folders, const char *path, struct error *error)
{
    if (folders->count && strcmp(folders->paths[folders->count - 1], path) == 0)
        return 0;
    if (folders->count == TRACK_SESSIONS_MAX)
        return error_set(error, "more than %d results folders: keep those of the last months",
                         TRACK_SESSIONS_MAX);
    char **grown = array_room(folders->paths, folders->count, sizeof *grown);
    if (!grown)
        return error_set(error, "out of memory");
    folders->paths = grown;
    folders->paths[folders->count] = strdup(path);
    return folders->paths[folders->count++] ? 0 : error_set(error, "out of memory");
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* fts_path is that of the file: its folder is what stands before the last slash. */
static int take(FTSENT *entry, struct track_folders *folders, struct error *error)
{
    bool too_long = entry->fts_info == FTS_NS && entry->fts_errno == ENAMETOOLONG;
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || too_long)
        return error_set(error, "%.300s: %s", entry->fts_path, strerror(entry->fts_errno));
    if (!is_of_session(entry) || entry->fts_level == 0)
        return 0;
    char *slash = strrchr(entry->fts_path, '/');
    *slash = '\0';
    int result = add(folders, entry->fts_path, error);
    *slash = '/';
    return result;
}

int track_find(const char *path, struct track_folders *folders, struct error *error)
{
    struct stat status;
    char *roots[] = {(char *)path, NULL};
    if (stat(path, &status))
        return error_set(error, "%s: %s; name a folder of results folders", path, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return error_set(error, "%s is no folder: name a folder of results folders", path);
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (!tree)
        return error_set(error, "%s: %s", path, strerror(errno));
    int result = 0;
    for (FTSENT *entry; !result; result = take(entry, folders, error)) {
        errno = 0;
        if (!(entry = fts_read(tree)))
            break;
    }
    if (!result && errno) /* it broke off: at its end it is 0 */
        result = error_set(error, "%s: %s", path, strerror(errno));
    fts_close(tree);
    return result;
}

void track_folders_free(struct track_folders *folders)
{
    for (size_t i = 0; i < folders->count; i++)
        free(folders->paths[i]);
    free(folders->paths);
    *folders = (struct track_folders){.paths = NULL};
}
