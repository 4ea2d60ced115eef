/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>

#include "workload_table.h"

#define RIGHT "a plugin defines CROSSPOINT_WORKLOAD, of crosspoint/workload.h"

static int check_version(void *object, const char *path, struct error *error)
{
    const unsigned *version = dlsym(object, "crosspoint_workload_version");
    if (!version || !dlsym(object, "crosspoint_workload"))
        return error_set(error, "%s: no symbol crosspoint_workload%s; " RIGHT, path,
                         version ? "" : "_version");
    if (version[0] == CROSSPOINT_WORKLOAD_VERSION && version[1] == sizeof(struct workload))
        return 0;
    return error_set(
        error,
        "%s was compiled with version %u.%u of crosspoint/workload.h, this is %u.%zu; compile it "
        "again",
        path, version[0], version[1], CROSSPOINT_WORKLOAD_VERSION, sizeof(struct workload));
}

int plugin_load(const char *path, struct error *error)
{
    char whole[PATH_MAX]; /* a name without a slash would be looked up as that of a library */
    if (!realpath(path, whole))
        return error_set(error, "%s: %s", path, strerror(errno));
    void *object = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return error_set(error, "%s", dlerror());
    if (check_version(object, path, error))
        return -1;
    return workload_add_own(dlsym(object, "crosspoint_workload"), error) ? error_prefix(error, "%s", path)
                                                                         : 0;
}
