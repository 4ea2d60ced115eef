/* SPDX-License-Identifier: MIT */
/* A description that somebody else wrote is read in a child: hwloc's readers end the process on some. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "child.h"
#include "file.h"
#include "topology_private.h"

#define DESCRIPTION_EXAMPLE "\"pack:2 numa:2 l3:1 core:8 pu:2\""

enum { CPU_SECONDS_MAX = 10, FILE_BYTES_MAX = 64 << 20, MEMORY_BYTES_MAX = 1 << 30 };

/* A path's file is read here; hwloc has what was read. */
struct description {
    const char *name;
    char *xml; /* NULL: it is synthetic */
    size_t xml_bytes;
};

/* What the child sends first; the units follow. */
struct answer {
    size_t unit_count; /* 0: error */
    char text[TOPOLOGY_TEXT_BYTES];
    struct error error;
};

static bool is_path(const char *description)
{
    static const char suffix[] = ".xml";
    size_t length = strlen(description), suffix_length = sizeof suffix - 1;
    return (length >= suffix_length && !strcmp(description + length - suffix_length, suffix)) ||
           !access(description, F_OK);
}

static int refuse_large(const char *description, struct error *error)
{
    return error_set(error, "%.200s has more than %d processing units, the most that can be described",
                     description, TOPOLOGY_UNITS_MAX);
}

/* Before hwloc makes them, which takes it long: each count multiplies, whatever it is of; those of levels in
 * brackets stand beside. */
static int check_synthetic(const char *description, struct error *error)
{
    double units = 1;
    int depth = 0;
    for (const char *at = description; *at; at++) {
        depth += (*at == '[' || *at == '(') - (*at == ']' || *at == ')');
        bool begins = at == description || isspace((unsigned char)at[-1]) || at[-1] == ':';
        if (depth == 0 && begins && isdigit((unsigned char)*at))
            units *= strtod(at, NULL);
    }
    return units > TOPOLOGY_UNITS_MAX ? refuse_large(description, error) : 0;
}

static int set_source(hwloc_topology_t hwloc, const struct description *description, struct error *error)
{
    if (description->xml)
        return hwloc_topology_set_xmlbuffer(hwloc, description->xml, (int)description->xml_bytes + 1)
                   ? error_set(error,
                               "%s is no topology: it should be an XML export such as the topology.xml in a "
                               "results folder, or as lstopo writes",
                               description->name)
                   : 0;
    return hwloc_topology_set_synthetic(hwloc, description->name)
               ? error_set(
                     error,
                     "\"%s\" is neither an XML file that exists nor a machine that hwloc can make up: it "
                     "should be a path, or levels from the outside in such as " DESCRIPTION_EXAMPLE
                     ", the last one pu",
                     description->name)
               : 0;
}

static int load(struct topology *topology, const struct description *description, struct error *error)
{
    if (hwloc_topology_init(&topology->hwloc))
        return error_set(error, "cannot set up hwloc: %s", strerror(errno));
    if (set_source(topology->hwloc, description, error))
        return -1;
    if (hwloc_topology_load(topology->hwloc))
        return error_set(error,
                         "%s is no topology that hwloc can read: it should be an XML export such as the "
                         "topology.xml in a results folder, or as lstopo writes",
                         description->name);
    if (hwloc_get_nbobjs_by_type(topology->hwloc, HWLOC_OBJ_PU) > TOPOLOGY_UNITS_MAX)
        return refuse_large(description->name, error);
    return topology_list_units(topology, NULL, error);
}

static bool send_all(int to, const void *data, size_t bytes)
{
    for (const char *at = data; bytes > 0;) {
        ssize_t sent = write(to, at, bytes);
        if (sent < 0 && errno != EINTR)
            return false;
        at += sent > 0 ? sent : 0;
        bytes -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

/* Beside what we have: a sanitizer has much. */
static void limit_memory(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return;
    if (fscanf(file, "%lu", &pages) == 1) {
        rlim_t bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_BYTES_MAX;
        struct rlimit limit;
        if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur > bytes)
            setrlimit(RLIMIT_AS, &(struct rlimit){bytes, limit.rlim_max});
    }
    fclose(file);
}

/* How it ends is our message; not a core file, a sanitizer's report or hwloc's own words. */
static _Noreturn void read_in_child(const struct description *description, int to)
{
    static const int deaths[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    struct topology topology = {.hwloc = NULL};
    struct answer answer = {.unit_count = 0};
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++)
        signal(deaths[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){CPU_SECONDS_MAX, CPU_SECONDS_MAX});
    limit_memory();
    if (!freopen("/dev/null", "w", stderr))
        _exit(EXIT_FAILURE);
    if (load(&topology, description, &answer.error) == 0) {
        answer.unit_count = topology.unit_count;
        memcpy(answer.text, topology.text, sizeof answer.text);
    }
    bool sent = send_all(to, &answer, sizeof answer) &&
                send_all(to, topology.units, answer.unit_count * sizeof *topology.units);
    _exit(sent ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool receive_all(int from, void *data, size_t bytes)
{
    for (char *at = data; bytes > 0;) {
        ssize_t got = read(from, at, bytes);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        at += got > 0 ? got : 0;
        bytes -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* 1: the child sent an answer, even that it is no topology. */
static int receive(struct topology *topology, int from, struct answer *answer)
{
    if (!receive_all(from, answer, sizeof *answer) || answer->unit_count > TOPOLOGY_UNITS_MAX)
        return 0;
    answer->text[sizeof answer->text - 1] = '\0';
    answer->error.text[sizeof answer->error.text - 1] = '\0';
    memcpy(topology->text, answer->text, sizeof topology->text);
    topology->unit_count = answer->unit_count;
    topology->units = calloc(answer->unit_count + 1, sizeof *topology->units);
    return topology->units &&
           receive_all(from, topology->units, answer->unit_count * sizeof *topology->units);
}

static int read_description(struct topology *topology, const struct description *description,
                            struct error *error)
{
    int ends[2];
    struct answer answer = {.unit_count = 0};
    if (pipe2(ends, O_CLOEXEC))
        return error_set(error, "pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t child = child_fork();
    if (child == 0)
        read_in_child(description, ends[1]);
    close(ends[1]);
    int answered = child > 0 && receive(topology, ends[0], &answer);
    close(ends[0]);
    int status = child > 0 ? child_await(child) : 0;
    if (child < 0)
        return error_set(error, "fork: %s", strerror(errno));
    if (answered && answer.unit_count > 0)
        return 0;
    if (answered)
        return error_set(error, "%s", answer.error.text);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
        return error_set(error, "%.200s takes hwloc longer than %d s to read", description->name,
                         CPU_SECONDS_MAX);
    return error_set(error, "%.200s is no topology: hwloc %s broke down when it read it", description->name,
                     topology_library_version());
}

struct topology *topology_open_description(const char *name, struct error *error)
{
    char ignored[TOPOLOGY_TEXT_BYTES];
    struct description description = {.name = name};
    struct topology *topology = calloc(1, sizeof *topology);
    topology_ignore_environment(ignored, sizeof ignored);
    int failed = topology ? 0 : error_set(error, "out of memory");
    if (!failed && is_path(name)) {
        description.xml = file_read(name, 0, FILE_BYTES_MAX, &description.xml_bytes, NULL, error);
        failed = description.xml ? 0 : error_prefix(error, "cannot read the topology");
    } else if (!failed) {
        failed = check_synthetic(name, error);
    }
    if (!failed)
        failed = read_description(topology, &description, error);
    free(description.xml);
    if (!failed)
        return topology;
    topology_close(topology);
    return NULL;
}
