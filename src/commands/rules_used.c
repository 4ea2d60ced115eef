/* SPDX-License-Identifier: MIT */
#include "rules_used.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "paths.h"
#include "run_file.h"
#include "words.h"

void rules_used_tell(const char *results, const char *rules)
{
    char folder[PATH_BYTES];
    struct stat status;
    json_t *run = NULL;
    snprintf(folder, sizeof folder, "%s", results);
    if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode)) {
        char *slash = strrchr(folder, '/');
        snprintf(slash ? slash : folder, slash ? 1 : 2, "%s", slash ? "" : ".");
    }
    if (rules || run_file_load_if_any(folder, &run, NULL))
        return;
    const char *named = run_file_text(run, "options.rules_path", NULL);
    if (named)
        word_tell(
            stderr,
            "crosspoint: %s was made with rules of one's own (%s); it is judged by those that come along, "
            "unless --rules names others",
            results, named);
    json_decref(run);
}
