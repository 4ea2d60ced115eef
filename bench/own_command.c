/* SPDX-License-Identifier: MIT */
/* A command of the user's, started once a task, with the task's number for {index}. What it prints is thrown
 * away; of one that fails the last line it complained with is told. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "child.h"
#include "histogram.h"
#include "lock.h"
#include "own_command.h"
#include "workload.h"

/* One for each task in flight. */
struct place {
    int complaints;        /* a file in memory: what it says on standard error */
    _Atomic pid_t running; /* 0: nothing */
    uint64_t begin_ns;
    struct run *run;
    struct task *task; /* in a loop */
    uv_process_t process;
};

struct started {
    _Atomic bool failing;
    int null_read, null_write;
    pthread_mutex_t mutex; /* latencies are put down one by one */
    struct place places[];
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int prepare(struct run *run)
{
    unsigned count = run_in_flight(run);
    struct started *started = run_allocate(run, sizeof *started + count * sizeof started->places[0]);
    run_set_data(run, started);
    if (!started || lock_init_mutex(run, &started->mutex))
        return -1;
    started->null_read = open("/dev/null", O_RDONLY | O_CLOEXEC);
    started->null_write = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (started->null_read < 0 || started->null_write < 0)
        return run_error(run, "/dev/null: %s", strerror(errno));
    for (unsigned slot = 0; slot < count; slot++) {
        started->places[slot].run = run;
        started->places[slot].complaints = memfd_create("complaints", MFD_CLOEXEC);
        if (started->places[slot].complaints < 0)
            return run_error(run, "memfd_create: %s", strerror(errno));
    }
    return 0;
}

/* The last line that is not empty. */
static void read_complaint(int file, char *text, size_t text_bytes)
{
    char tail[1024];
    off_t bytes = lseek(file, 0, SEEK_END),
          from = bytes > (off_t)sizeof tail - 1 ? bytes - (off_t)sizeof tail + 1 : 0;
    ssize_t got = bytes > 0 ? pread(file, tail, sizeof tail - 1, from) : 0;
    size_t end = got > 0 ? (size_t)got : 0;
    while (end > 0 && strchr("\n\r\t ", tail[end - 1]))
        end--;
    tail[end] = '\0';
    const char *line = strrchr(tail, '\n');
    snprintf(text, text_bytes, "%s", line ? line + 1 : tail);
}

/* The first that fails tells, and ends the commands of all others: those who await them say nothing. */
static void begin_failing(const struct run *run)
{
    struct started *started = run_data(run);
    if (atomic_exchange(&started->failing, true))
        for (;;)
            pause();
    for (unsigned slot = 0; slot < run_in_flight(run); slot++) {
        pid_t running = atomic_load(&started->places[slot].running);
        if (running > 0)
            kill(running, SIGKILL);
    }
}

static void note_running(struct started *started, struct place *place, pid_t process)
{
    atomic_store(&place->running, process);
    if (atomic_load(&started->failing))
        kill(process, SIGKILL);
}

static void check(const struct run *run, struct place *place, uint64_t index, int code, int signal_number)
{
    atomic_store(&place->running, 0);
    char complaint[256], ended[64];
    if (code == 0 && signal_number == 0)
        return;
    if (signal_number)
        snprintf(ended, sizeof ended, "was killed by signal %d", signal_number);
    else
        snprintf(ended, sizeof ended, "ended with exit code %d", code);
    begin_failing(run);
    read_complaint(place->complaints, complaint, sizeof complaint);
    run_fail(run, "the command of task %" PRIu64 " %s%s%s", index, ended, *complaint ? ": " : "", complaint);
}

static void begin_place(struct place *place)
{
    if (lseek(place->complaints, 0, SEEK_END) > 0 && ftruncate(place->complaints, 0) == 0)
        lseek(place->complaints, 0, SEEK_SET);
    place->begin_ns = now_ns();
}

static void put_down(struct run *run, struct started *started, uint64_t begin_ns)
{
    uint64_t taken_ns = now_ns() - begin_ns;
    run_add(run, taken_ns);
    pthread_mutex_lock(&started->mutex);
    histogram_record(run_latency(run), taken_ns);
    pthread_mutex_unlock(&started->mutex);
}

static void fill(const struct run *run, uint64_t index, struct command_line_arguments *arguments)
{
    if (command_line_fill(own_command(), index, arguments))
        run_fail(run, "the command of task %" PRIu64 " is longer than %d characters", index,
                 COMMAND_LINE_BYTES - 1);
}

static int spawn(const struct started *started, const struct place *place, char *const *words, pid_t *process)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, started->null_read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, started->null_write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, place->complaints, STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int problem = posix_spawn(process, own_command()->program, &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

static uint64_t task(struct run *run, const struct task *task)
{
    struct started *started = run_data(run);
    struct place *place = &started->places[task->slot];
    struct command_line_arguments arguments;
    pid_t process;
    fill(run, task->index, &arguments);
    begin_place(place);
    int problem = spawn(started, place, arguments.words, &process);
    if (!problem)
        note_running(started, place, process);
    int status = problem ? 0 : child_await(process);
    if (problem || status < 0) {
        begin_failing(run);
        run_fail(run, "%s: %s", own_command()->program, strerror(problem ? problem : errno));
    }
    check(run, place, task->index, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
          WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    put_down(run, started, place->begin_ns);
    return task->index + 1;
}

static void closed(uv_handle_t *handle)
{
    struct place *place = handle->data;
    place->task->complete(place->run, place->task, place->task->index + 1);
}

static void exited(uv_process_t *process, int64_t code, int signal_number)
{
    struct place *place = process->data;
    check(place->run, place, place->task->index, (int)code, signal_number);
    put_down(place->run, run_data(place->run), place->begin_ns);
    uv_close((uv_handle_t *)process, closed);
}

static void begin(struct run *run, struct task *task)
{
    struct started *started = run_data(run);
    struct place *place = &started->places[task->slot];
    struct command_line_arguments arguments;
    uv_stdio_container_t streams[] = {{.flags = UV_INHERIT_FD, .data.fd = started->null_read},
                                      {.flags = UV_INHERIT_FD, .data.fd = started->null_write},
                                      {.flags = UV_INHERIT_FD, .data.fd = place->complaints}};
    fill(run, task->index, &arguments);
    const uv_process_options_t options = {.file = own_command()->program,
                                          .args = arguments.words,
                                          .stdio = streams,
                                          .stdio_count = 3,
                                          .exit_cb = exited};
    place->task = task;
    place->process.data = place;
    begin_place(place);
    int problem = uv_spawn(task->loop, &place->process, &options);
    if (problem) {
        begin_failing(run);
        run_fail(run, "%s: %s", own_command()->program, uv_strerror(problem));
    }
    note_running(started, place, place->process.pid);
}

static void account(const struct run *run, uint64_t items, struct account *account)
{
    workload_account_indices(run, items, account);
    account->value = (double)run_sum(run) / (double)items;
}

static void cleanup(struct run *run)
{
    struct started *started = run_data(run);
    for (unsigned slot = 0; slot < run_in_flight(run); slot++)
        close(started->places[slot].complaints);
    close(started->null_read);
    close(started->null_write);
    pthread_mutex_destroy(&started->mutex);
}

const struct workload workload_own_command = {
    .family = "own",
    .name = "command",
    .summary = "a command of your own, started once a task (--command)",
    .item = "command",
    .value_unit = "latency_mean_ns",
    .cell_default = "place:none",
    .waits = true,
    .latency = true,
    .prepare = prepare,
    .task = task,
    .begin = begin,
    .account = account,
    .cleanup = cleanup,
};
