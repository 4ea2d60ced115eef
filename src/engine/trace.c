/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <inttypes.h>

#include "run.h"

struct task_span {
    uint64_t begin_ns, end_ns; /* 0: it did not */
    uint32_t worker, slot;
};

/* In the arena, at one address in every process. */
struct trace {
    struct workload workload; /* what run->workload is while it is traced */
    const struct workload *real;
    void (*complete)(struct run *, struct task *, uint64_t);
    struct task_span spans[TRACE_TASKS_MAX]; /* by task: nobody else writes there */
};

static struct task_span *span_of(struct run *run, const struct task *task)
{
    return task->index < TRACE_TASKS_MAX ? &run->trace->spans[task->index] : NULL;
}

static void note_begin(struct task_span *span, const struct task *task)
{
    if (span)
        *span = (struct task_span){.begin_ns = clock_now_ns(), .worker = task->worker, .slot = task->slot};
}

static void note_end(struct task_span *span)
{
    if (span)
        span->end_ns = clock_now_ns();
}

static uint64_t traced_task(struct run *run, const struct task *task)
{
    struct task_span *span = span_of(run, task);
    note_begin(span, task);
    uint64_t checksum = run->trace->real->task(run, task);
    note_end(span);
    return checksum;
}

static void traced_complete(struct run *run, struct task *task, uint64_t checksum)
{
    note_end(span_of(run, task));
    run->trace->complete(run, task, checksum);
}

/* The same function completes all tasks of a loop, which uses a task's memory again. */
static void traced_begin(struct run *run, struct task *task)
{
    note_begin(span_of(run, task), task);
    if (task->complete != traced_complete) {
        run->trace->complete = task->complete;
        task->complete = traced_complete;
    }
    run->trace->real->begin(run, task);
}

int trace_attach(struct run *run)
{
    struct trace *trace = run_allocate(run, sizeof *trace);
    if (!trace)
        return -1;
    trace->real = run->workload;
    trace->workload = *run->workload;
    trace->workload.task = traced_task;
    if (trace->workload.begin)
        trace->workload.begin = traced_begin;
    run->trace = trace;
    run->workload = &trace->workload;
    return 0;
}

uint64_t trace_left_out(const struct run *run)
{
    uint64_t tasks = run->shared->task_count;
    return tasks > TRACE_TASKS_MAX ? tasks - TRACE_TASKS_MAX : 0;
}

static void put_names(const struct run *run, FILE *out)
{
    for (unsigned worker = 0; worker < run->workers; worker++)
        fprintf(out,
                ",\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%u,\"args\":{\"name\":\"worker %u\"}}",
                worker, worker);
}

/* Times are in microseconds from the barrier; what began before it, as workers that are made for their task
 * do, has a time below 0. */
static void put_span(const struct task_span *span, uint64_t index, uint64_t zero_ns, FILE *out)
{
    fprintf(out,
            ",\n{\"name\":\"task\",\"cat\":\"task\",\"ph\":\"X\",\"ts\":%.3f,\"dur\":%.3f,\"pid\":%" PRIu32
            ",\"tid\":%" PRIu32 ",\"args\":{\"index\":%" PRIu64 "}}",
            (double)(int64_t)(span->begin_ns - zero_ns) / 1e3, (double)(span->end_ns - span->begin_ns) / 1e3,
            span->worker, span->slot, index);
}

int trace_write(const struct run *run, const char *cell, FILE *out)
{
    const struct run_shared *shared = run->shared;
    uint64_t left_out = trace_left_out(run), kept = shared->task_count - left_out;
    fprintf(out,
            "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"cell\":\"%s\",\"tasks\":%" PRIu64
            ",\"tasks_left_out\":%" PRIu64 "},\"traceEvents\":[\n"
            "{\"name\":\"round\",\"cat\":\"round\",\"ph\":\"i\",\"s\":\"g\",\"ts\":0,\"pid\":0,\"tid\":0}",
            cell, shared->task_count, left_out);
    put_names(run, out);
    for (uint64_t i = 0; i < kept; i++)
        if (run->trace->spans[i].end_ns >= run->trace->spans[i].begin_ns && run->trace->spans[i].begin_ns)
            put_span(&run->trace->spans[i], i, shared->clock_start_ns, out);
    fputs("\n]}\n", out);
    return ferror(out) ? -1 : 0;
}
