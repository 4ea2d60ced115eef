/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

struct answer {
    int thread_errno; /* 0: threads can be made */
    struct error unbound;
};

static void *do_nothing(void *argument)
{
    return argument;
}

static _Noreturn void answer_from_child(const struct topology *topology, int to)
{
    struct answer answer = {0};
    size_t unit_count;
    pthread_t thread;
    unsigned unit = topology_units(topology, &unit_count)[0].os_index;
    answer.thread_errno = pthread_create(&thread, NULL, do_nothing, NULL);
    if (answer.thread_errno == 0)
        pthread_join(thread, NULL);
    topology_bind_self(topology, &unit, 1, &answer.unbound);
    _exit(write(to, &answer, sizeof answer) == sizeof answer ? EXIT_SUCCESS : EXIT_FAILURE);
}

int probe_launches(const struct topology *topology, struct error *unbound, struct error *error)
{
    struct answer answer = {0};
    int ends[2];
    unbound->text[0] = '\0';
    if (pipe2(ends, O_CLOEXEC))
        return error_set(error, "pipe: %s", strerror(errno));
    pid_t child = child_fork();
    if (child == 0)
        answer_from_child(topology, ends[1]);
    int problem = errno;
    close(ends[1]);
    bool answered = child > 0 && read(ends[0], &answer, sizeof answer) == sizeof answer;
    close(ends[0]);
    if (child < 0)
        return error_set(error, "no process can be made: fork: %s", strerror(problem));
    child_await(child);
    if (!answered)
        return error_set(error, "a process that tried what launches do ended without an answer");
    if (answer.thread_errno && answer.thread_errno != EAGAIN) /* a limit: cells that fit it are measured */
        return error_set(error,
                         "no thread can be made: %s; does a filter of system calls that is older than clone3 "
                         "(of an old container runtime) forbid it?",
                         strerror(answer.thread_errno));
    *unbound = answer.unbound;
    return 0;
}
