/* SPDX-License-Identifier: MIT */
/* A stackful coroutine for each task in flight, on one libuv loop in the calling thread. The blocking half of
 * a workload runs in it as it stands: where it says that it waits (run_until_readable() and its kin), the
 * coroutine parks and the loop goes on. Stacks are made once and used again. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "coroutine.h"
#include "run.h"
#include "waiting.h"

enum { STACK_BYTES = 64 * 1024, READY_BATCH = 64 };

struct strand {
    struct coroutine *coroutine;
    struct strand *next; /* of those that wait for the same, or are free */
    struct strands *all;
    struct task task;
    uint64_t checksum;
    uv_timer_t timer;
    bool timer_open;
    const _Atomic uint32_t *word; /* it waits for a change of it */
    struct watched *watched;      /* it waits for it, but no longer than its timer runs */
    bool late;                    /* it has waited in vain */
};

/* First in, first out. */
struct line {
    struct strand *first, *last;
};

/* A descriptor that strands wait for: its handle stays as long as it is open. */
struct watched {
    uv_poll_t poll;
    struct strands *all;
    int events; /* of the handle; 0: stopped */
    int file;
    struct line waiting[2]; /* to read, to write */
};

struct strands {
    uv_loop_t loop;
    uv_idle_t idle; /* runs while tasks are left to begin, or strands are ready */
    struct run *run;
    struct strand *strands, *current;
    struct line unused, ready, on_words;
    struct watched **watched; /* by descriptor */
    size_t watched_room;
    uint64_t next, done, checksum;
};

static void put_last(struct line *line, struct strand *strand)
{
    strand->next = NULL;
    if (line->last)
        line->last->next = strand;
    else
        line->first = strand;
    line->last = strand;
}

static struct strand *take_first(struct line *line)
{
    struct strand *strand = line->first;
    if (strand && !(line->first = strand->next))
        line->last = NULL;
    return strand;
}

/* Running */

static void do_task(void *argument)
{
    struct strand *strand = argument;
    struct run *run = strand->all->run;
    strand->checksum = run->workload->task(run, &strand->task);
}

static void run_ready(uv_idle_t *idle);

/* Mortal workloads: each task by itself, since the process may not live to count. */
static void settle(struct strands *all, struct strand *strand)
{
    all->current = NULL;
    if (!coroutine_has_ended(strand->coroutine))
        return;
    if (all->run->workload->mortal) {
        run_record(all->run, 1, strand->checksum);
    } else {
        all->checksum += strand->checksum;
        all->done++;
    }
    put_last(&all->unused, strand);
    if (all->next < all->run->shared->task_count)
        uv_idle_start(&all->idle, run_ready);
}

static void resume(struct strand *strand)
{
    struct strands *all = strand->all;
    all->current = strand;
    coroutine_resume(strand->coroutine);
    settle(all, strand);
}

static void park(struct strands *all)
{
    struct strand *strand = all->current;
    coroutine_park();
    all->current = strand;
}

static void run_ready(uv_idle_t *idle)
{
    struct strands *all = idle->loop->data;
    struct strand *strand;
    for (int i = 0; i < READY_BATCH && (strand = take_first(&all->ready)); i++)
        resume(strand);
    for (int i = 0;
         i < READY_BATCH && all->next < all->run->shared->task_count && (strand = take_first(&all->unused));
         i++) {
        strand->task.index = all->next++;
        all->current = strand;
        coroutine_start(strand->coroutine, do_task, strand);
        settle(all, strand);
    }
    bool more = all->next < all->run->shared->task_count && all->unused.first;
    if (!all->ready.first && !more)
        uv_idle_stop(idle);
}

/* Waits */

static void on_ready(uv_poll_t *poll, int status, int events);

static void fail(struct strands *all, const char *what, int problem)
{
    if (problem)
        run_fail(all->run, "%s: %s", what, uv_strerror(problem));
}

static struct watched *watch(struct strands *all, int file)
{
    if ((size_t)file >= all->watched_room) {
        size_t room = 2 * ((size_t)file + 1);
        struct watched **grown = realloc(all->watched, room * sizeof *grown);
        if (!grown)
            run_fail(all->run, "out of memory for %zu descriptors", room);
        memset(grown + all->watched_room, 0, (room - all->watched_room) * sizeof *grown);
        all->watched = grown;
        all->watched_room = room;
    }
    struct watched *watched = all->watched[file];
    if (watched)
        return watched;
    watched = all->watched[file] = calloc(1, sizeof *watched);
    if (!watched)
        run_fail(all->run, "out of memory for descriptor %d", file);
    watched->all = all;
    watched->file = file;
    fail(all, "uv_poll_init", uv_poll_init(&all->loop, &watched->poll, file));
    watched->poll.data = watched;
    return watched;
}

static void set_events(struct watched *watched)
{
    int events =
        (watched->waiting[0].first ? UV_READABLE : 0) | (watched->waiting[1].first ? UV_WRITABLE : 0);
    if (events == watched->events)
        return;
    watched->events = events;
    fail(watched->all, "uv_poll",
         events ? uv_poll_start(&watched->poll, events, on_ready) : uv_poll_stop(&watched->poll));
}

static bool is_ready_still(int file, short events)
{
    struct pollfd one = {.fd = file, .events = events};
    return poll(&one, 1, 0) > 0;
}

/* As many as it is ready for, one after the other. The handle stays as it is, for a strand that reads will
 * read again; only where nobody came back is it stopped. */
static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = poll->data;
    struct strands *all = watched->all;
    int file = watched->file;
    if (status < 0) { /* libuv has stopped the handle; the call that follows tells why */
        events = UV_READABLE | UV_WRITABLE;
        watched->events = 0;
    }
    for (int way = 0; way < 2; way++) {
        if (!(events & (way ? UV_WRITABLE : UV_READABLE)))
            continue;
        struct strand *strand = take_first(&watched->waiting[way]);
        while (strand) {
            resume(strand);
            if (all->watched[file] != watched) /* closed by its strand */
                return;
            if (!watched->waiting[way].first || watched->waiting[way].first == strand ||
                !is_ready_still(file, way ? POLLOUT : POLLIN))
                break;
            strand = take_first(&watched->waiting[way]);
        }
    }
    set_events(watched);
}

/* libuv's timers tell milliseconds: rounded up, so that none is too short. */
static void start_timer(struct strand *strand, uint64_t ns, uv_timer_cb expired)
{
    struct strands *all = strand->all;
    if (!strand->timer_open)
        uv_timer_init(&all->loop, &strand->timer);
    strand->timer_open = true;
    strand->timer.data = strand;
    uv_update_time(&all->loop);
    uv_timer_start(&strand->timer, expired, (ns + 999999) / 1000000, 0);
}

static void take_out(struct line *line, const struct strand *strand)
{
    struct line kept = {NULL, NULL};
    for (struct strand *one; (one = take_first(line));)
        if (one != strand)
            put_last(&kept, one);
    *line = kept;
}

static void give_up(uv_timer_t *timer)
{
    struct strand *strand = timer->data;
    take_out(&strand->watched->waiting[0], strand);
    take_out(&strand->watched->waiting[1], strand);
    set_events(strand->watched);
    strand->late = true;
    resume(strand);
}

static bool wait_for_file(struct run *run, int file, bool to_write, uint64_t limit_ns)
{
    struct strands *all = run->model_data;
    struct strand *strand = all->current;
    struct watched *watched = watch(all, file);
    strand->late = false;
    strand->watched = watched;
    put_last(&watched->waiting[to_write], strand);
    set_events(watched);
    if (limit_ns)
        start_timer(strand, limit_ns, give_up);
    park(all);
    if (limit_ns)
        uv_timer_stop(&strand->timer);
    return !strand->late;
}

static void free_watched(uv_handle_t *handle)
{
    free(handle->data);
}

static void close_file(struct run *run, int file)
{
    struct strands *all = run->model_data;
    if (file < 0 || (size_t)file >= all->watched_room || !all->watched[file])
        return;
    uv_poll_stop(&all->watched[file]->poll);
    uv_close((uv_handle_t *)&all->watched[file]->poll, free_watched);
    all->watched[file] = NULL;
}

static void expired(uv_timer_t *timer)
{
    resume(timer->data);
}

static void wait_for_time(struct run *run, uint64_t ns)
{
    struct strands *all = run->model_data;
    start_timer(all->current, ns, expired);
    park(all);
}

static void wait_for_word(struct run *run, _Atomic uint32_t *word, uint32_t seen)
{
    struct strands *all = run->model_data;
    if (atomic_load(word) != seen)
        return;
    all->current->word = word;
    put_last(&all->on_words, all->current);
    park(all);
}

static void wake_word(struct run *run, _Atomic uint32_t *word, int count)
{
    struct strands *all = run->model_data;
    struct line kept = {NULL, NULL};
    for (struct strand *strand; (strand = take_first(&all->on_words));) {
        bool wake = strand->word == word && count > 0;
        count -= wake;
        put_last(wake ? &all->ready : &kept, strand);
    }
    all->on_words = kept;
    if (all->ready.first)
        uv_idle_start(&all->idle, run_ready);
}

static const struct waiting waits_of_coroutines = {
    .file = wait_for_file,
    .closes = close_file,
    .time = wait_for_time,
    .word = wait_for_word,
    .wake = wake_word,
};

/* The model */

static int start(struct run *run)
{
    struct strands *all = calloc(1, sizeof *all);
    struct strand *strands = calloc(run->conc, sizeof *strands);
    if (!all || !strands) {
        free(all);
        free(strands);
        return error_set(&run->error, "out of memory");
    }
    all->run = run;
    all->strands = strands;
    for (unsigned i = 0; i < run->conc; i++) {
        strands[i] = (struct strand){.all = all, .task = {.slot = i}};
        strands[i].coroutine = coroutine_create(STACK_BYTES);
        if (!strands[i].coroutine)
            return error_set(&run->error,
                             "the stack of coroutine %u could not be made: %s; raise vm.max_map_count or "
                             "RLIMIT_AS (ulimit -v)",
                             i, strerror(errno));
        put_last(&all->unused, &strands[i]);
    }
    int problem = uv_loop_init(&all->loop);
    if (problem)
        return error_set(&run->error, "uv_loop_init: %s", uv_strerror(problem));
    all->loop.data = all;
    uv_idle_init(&all->loop, &all->idle);
    if (!run->workload->mortal)
        coroutine_tell_overflows(run->workload->name);
    run->model_data = all;
    run->waiting = &waits_of_coroutines;
    run_worker_ready(run, 0);
    return 0;
}

static int run_tasks(struct run *run, uint64_t task_count)
{
    struct strands *all = run->model_data;
    (void)task_count;
    all->next = all->done = all->checksum = 0;
    run_begin_clock(run);
    uv_idle_start(&all->idle, run_ready);
    uv_run(&all->loop, UV_RUN_DEFAULT);
    if (all->on_words.first)
        return error_set(&run->error, "coroutines wait for one another, and none is left to go on");
    run_record(run, all->done, all->checksum);
    return 0;
}

static void stop(struct run *run)
{
    struct strands *all = run->model_data;
    for (size_t file = 0; file < all->watched_room; file++)
        close_file(run, (int)file);
    for (unsigned i = 0; i < run->conc; i++)
        if (all->strands[i].timer_open)
            uv_close((uv_handle_t *)&all->strands[i].timer, NULL);
    uv_close((uv_handle_t *)&all->idle, NULL);
    uv_run(&all->loop, UV_RUN_DEFAULT);
    uv_loop_close(&all->loop);
    for (unsigned i = 0; i < run->conc; i++)
        coroutine_destroy(all->strands[i].coroutine);
    free(all->watched);
    free(all->strands);
    free(all);
    run->waiting = NULL;
    run_worker_end(run, 0);
}

const struct model model_coroutines = {
    .name = "coroutines",
    .summary = "a stackful coroutine for each task in flight, on one libuv loop",
    .loop = true,
    .coroutines = true,
    .gives = MODEL_LASTING,
    .gives_parked = MODEL_CONCURRENT,
    .start = start,
    .run = run_tasks,
    .stop = stop,
};
