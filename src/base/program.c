/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One that may not be read is no script: its interpreter could not read it either. */
static bool is_script(const char *path)
{
    char begin[2] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool script = file >= 0 && read(file, begin, 2) == 2 && begin[0] == '#' && begin[1] == '!';
    if (file >= 0)
        close(file);
    return script;
}

int program_open(struct program *program, const char *path, struct error *error)
{
    static const char self[] = "/proc/self/exe";
    struct stat status;
    *program = (struct program){.file = -1};
    if (path)
        snprintf(program->path, sizeof program->path, "%s", path);
    else if (paths_program(program->path, error))
        return -1;
    program->file = open(path ? path : self, O_PATH | O_CLOEXEC);
    if (program->file < 0 || fstat(program->file, &status)) {
        error_set(error, "%s: %s", path ? path : self, strerror(errno));
        program_close(program);
        return -1;
    }
    program->device = status.st_dev;
    program->inode = status.st_ino;
    program->bytes = status.st_size;
    program->written = status.st_mtim;
    program->own = !path;
    program->by_path = path && is_script(path);
    return 0;
}

void program_close(struct program *program)
{
    if (program->file >= 0)
        close(program->file);
    program->file = -1;
}

static bool is_same(const struct program *program, const struct stat *status)
{
    return status->st_dev == program->device && status->st_ino == program->inode &&
           status->st_size == program->bytes && status->st_mtim.tv_sec == program->written.tv_sec &&
           status->st_mtim.tv_nsec == program->written.tv_nsec;
}

int program_check(const struct program *program, struct error *error)
{
    struct stat status;
    if (program->own)
        return 0;
    int failed = program->by_path ? stat(program->path, &status) : fstat(program->file, &status);
    if (!failed && is_same(program, &status))
        return 0;
    return error_set(error,
                     "%s was changed while it was measured%s%s; one run is of one program: start another",
                     program->path, failed ? ": " : "", failed ? strerror(errno) : "");
}

void program_exec(const struct program *program, char *const arguments[])
{
    extern char **environ;
    char link[32];
    if (program->by_path) {
        execv(program->path, arguments);
        return;
    }
    fexecve(program->file, arguments, environ);
    int problem = errno;
    /* Filters of system calls that are older than execveat refuse it with what they refuse all unknown with.
     */
    snprintf(link, sizeof link, "/proc/self/fd/%d", program->file);
    execv(link, arguments);
    errno = problem;
}
