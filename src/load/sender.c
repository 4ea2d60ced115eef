/* SPDX-License-Identifier: MIT */
#include "sender.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "measure.h"
#include "topology.h"

enum { EVENTS = 256, REST_NS = 100000000, LOOK_NS = 50000000 };

void plan_fail(const struct plan *plan, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    plan->options->failed(plan->options->context, text);
    abort();
}

void sender_bind(const struct plan *plan, unsigned index)
{
    struct error error;
    const struct load_options *options = plan->options;
    if (options->units && topology_bind_self(options->topology, &options->units[index], 1, &error))
        plan_fail(plan, "%s", error.text);
}

static void watch(struct sender *sender, struct connection *connection, int change)
{
    struct epoll_event event = {.data.ptr = connection};
    event.events = EPOLLIN | (connection->polls_out ? EPOLLOUT : 0);
    if (epoll_ctl(sender->poll, change, connection->socket, &event))
        plan_fail(sender->plan, "epoll_ctl: %s", strerror(errno));
}

static void poll_out(struct sender *sender, struct connection *connection, bool polls)
{
    if (connection->polls_out == polls)
        return;
    connection->polls_out = polls;
    watch(sender, connection, EPOLL_CTL_MOD);
}

static void count_error(struct sender *sender, const struct step_error *error, uint64_t count)
{
    sender->counts.errors[error->kind] += count;
    if (!sender->counts.error)
        sender->counts.error = error->text;
}

/* Messages that are never sent, now that no connection is left. */
static void give_up_messages(struct sender *sender)
{
    static const struct step_error none_left = {LOAD_UNSENT, "no connection was left"};
    count_error(sender, &none_left, sender->end_message - sender->next_message);
    sender->next_message = sender->end_message;
    sender->counts.stop_ns = clock_now_ns();
}

/* With the last connection that is given up goes what is left to send. */
static void end_with_error(struct sender *sender, struct connection *connection,
                           const struct step_error *error)
{
    bool keeps = sender->plan->options->persists;
    TAILQ_REMOVE(connection->waits ? &sender->waiting : &sender->idle, connection, next);
    connection_close(connection);
    connection->waits = false;
    count_error(sender, error, 1);
    sender->counts.stop_ns = clock_now_ns();
    if (keeps && error->kind == LOAD_CONNECT) {
        connection->rested_ns = sender->counts.stop_ns + REST_NS;
        TAILQ_INSERT_TAIL(&sender->resting, connection, next);
    } else if (keeps) {
        TAILQ_INSERT_TAIL(&sender->idle, connection, next);
    } else if (--sender->connections_left == 0) {
        give_up_messages(sender);
    }
}

static enum step open_connection(struct sender *sender, struct connection *connection,
                                 struct step_error *error)
{
    if (connection_open(connection, &sender->plan->route, sender->plan->options, error) == STEP_ERROR)
        return STEP_ERROR;
    sender->counts.connects++;
    watch(sender, connection, EPOLL_CTL_ADD);
    return STEP_MORE;
}

static void send_message(struct sender *sender, struct connection *connection, uint64_t message,
                         uint64_t now_ns)
{
    struct step_error error;
    unsigned every = sender->plan->options->mark_every;
    TAILQ_REMOVE(&sender->idle, connection, next);
    TAILQ_INSERT_TAIL(&sender->waiting, connection, next);
    connection->waits = true;
    connection->sent_ns = now_ns;
    connection->due_ns = sender->due_ns ? sender->due_ns : now_ns;
    enum step step = connection->socket < 0 ? open_connection(sender, connection, &error) : STEP_MORE;
    if (step != STEP_ERROR)
        step = connection_ask(connection, every && message % every == every - 1, &error);
    if (step == STEP_ERROR)
        end_with_error(sender, connection, &error);
    else
        poll_out(sender, connection, step == STEP_MORE);
}

/* A closed loop sends nothing new then; what is due in an open loop has as long to be sent as for its answer.
 */
static uint64_t end_of(const struct plan *plan)
{
    return plan->start_ns + plan->duration_ns + (plan->options->rate > 0 ? plan->options->limit_ns : 0);
}

static bool is_over(const struct sender *sender, uint64_t now_ns)
{
    return sender->plan->duration_ns && now_ns >= end_of(sender->plan);
}

/* The schedule's next; an open loop's duration is where it ends. */
static void plan_next(struct sender *sender)
{
    const struct plan *plan = sender->plan;
    sender->next_message++;
    if (plan->options->rate <= 0)
        return;
    uint64_t at_ns = schedule_next(&sender->schedule);
    sender->due_ns = plan->start_ns + at_ns;
    if (plan->duration_ns && at_ns >= plan->duration_ns)
        sender->end_message = sender->next_message;
}

/* What is due and finds a connection. One that has failed stays out of the way until the next turn. */
static void send_due(struct sender *sender, uint64_t now_ns)
{
    struct connection *connection;
    if (is_over(sender, now_ns))
        return;
    while (sender->next_message < sender->end_message && sender->due_ns <= now_ns &&
           (connection = TAILQ_FIRST(&sender->idle))) {
        uint64_t message = sender->next_message;
        send_message(sender, connection, message, now_ns);
        if (sender->next_message == message)
            plan_next(sender);
    }
}

static void take_answer(struct sender *sender, struct connection *connection, uint64_t now_ns)
{
    static const struct step_error status = {LOAD_STATUS, "the status is 400 or above"};
    const struct load_options *options = sender->plan->options;
    const struct talk *talk = &connection->talk;
    if (!talk->marked)
        histogram_record(&sender->latency, now_ns - connection->due_ns);
    if (!talk->marked && options->rate > 0)
        histogram_record(&sender->latency_uncorrected, now_ns - connection->sent_ns);
    if (options->http && talk->status < LOAD_STATUS_END)
        sender->counts.statuses[talk->status]++;
    if (options->http && talk->status >= 400)
        count_error(sender, &status, 1);
    sender->counts.answers++;
    sender->counts.stop_ns = now_ns;
    TAILQ_REMOVE(&sender->waiting, connection, next);
    TAILQ_INSERT_TAIL(&sender->idle, connection, next);
    connection->waits = false;
    if (options->once || talk->ends)
        connection_close(connection);
}

static void take_event(struct sender *sender, const struct epoll_event *event, char *buffer)
{
    struct connection *connection = event->data.ptr;
    struct step_error error;
    size_t got = 0;
    enum step step = STEP_DONE;
    if (connection->socket < 0) /* closed since */
        return;
    if (event->events & EPOLLOUT && (step = connection_send_rest(connection, &error)) != STEP_ERROR)
        poll_out(sender, connection, step == STEP_MORE);
    if (step != STEP_ERROR && event->events & ~(uint32_t)EPOLLOUT)
        step = connection_hear(connection, buffer, &got, &error);
    else if (step != STEP_ERROR)
        return;
    sender->counts.bytes += got;
    /* A server may end a connection that it owes nothing. */
    if (step == STEP_ERROR && !connection->waits && error.kind != LOAD_WRONG &&
        sender->plan->options->persists)
        connection_close(connection);
    else if (step == STEP_ERROR)
        end_with_error(sender, connection, &error);
    if (step != STEP_DONE)
        return;
    uint64_t now_ns = clock_now_ns();
    take_answer(sender, connection, now_ns);
    send_due(sender, now_ns);
}

static void end_late(struct sender *sender, uint64_t now_ns)
{
    static const struct step_error late = {LOAD_TIMED_OUT, "no answer in time"};
    uint64_t limit_ns = sender->plan->options->limit_ns;
    struct connection *first;
    while (limit_ns && (first = TAILQ_FIRST(&sender->waiting)) && now_ns - first->sent_ns >= limit_ns)
        end_with_error(sender, first, &late);
}

static void end_rest(struct sender *sender, uint64_t now_ns)
{
    struct connection *first;
    while ((first = TAILQ_FIRST(&sender->resting)) && first->rested_ns <= now_ns) {
        TAILQ_REMOVE(&sender->resting, first, next);
        TAILQ_INSERT_TAIL(&sender->idle, first, next);
    }
}

/* What was due, and has found no connection in time. */
static void count_unsent(struct sender *sender)
{
    static const struct step_error unsent = {LOAD_UNSENT, "no connection was free in time"};
    while (sender->plan->options->rate > 0 && sender->next_message < sender->end_message) {
        count_error(sender, &unsent, 1);
        plan_next(sender);
    }
    sender->end_message = sender->next_message;
}

static void sooner(uint64_t *wake_ns, uint64_t at_ns)
{
    if (at_ns < *wake_ns)
        *wake_ns = at_ns;
}

/* When something is to be done though no answer comes; UINT64_MAX: never. */
static uint64_t wake_time(const struct sender *sender, uint64_t now_ns)
{
    const struct plan *plan = sender->plan;
    const struct connection *waiting = TAILQ_FIRST(&sender->waiting),
                            *resting = TAILQ_FIRST(&sender->resting);
    uint64_t wake_ns = plan->stop ? now_ns + LOOK_NS : UINT64_MAX;
    bool sends = sender->next_message < sender->end_message;
    if (sends && TAILQ_FIRST(&sender->idle))
        sooner(&wake_ns, sender->due_ns);
    if (sends && plan->duration_ns)
        sooner(&wake_ns, end_of(plan));
    if (resting)
        sooner(&wake_ns, resting->rested_ns);
    if (waiting && plan->options->limit_ns)
        sooner(&wake_ns, waiting->sent_ns + plan->options->limit_ns);
    return wake_ns;
}

static int await(const struct sender *sender, struct epoll_event *events)
{
    uint64_t now_ns = 0, wake_ns = UINT64_MAX;
    const struct plan *plan = sender->plan;
    if (plan->stop || plan->duration_ns || plan->options->limit_ns || plan->options->rate > 0 ||
        TAILQ_FIRST(&sender->resting)) {
        now_ns = clock_now_ns();
        wake_ns = wake_time(sender, now_ns);
    }
    uint64_t wait_ns = wake_ns > now_ns ? wake_ns - now_ns : 0;
    const struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000),
                                  .tv_nsec = (long)(wait_ns % 1000000000)};
    return epoll_pwait2(sender->poll, events, EVENTS, wake_ns == UINT64_MAX ? NULL : &wait, NULL);
}

static bool goes_on(const struct sender *sender)
{
    const struct plan *plan = sender->plan;
    if (plan->stop && atomic_load_explicit(plan->stop, memory_order_relaxed))
        return false;
    return sender->next_message < sender->end_message || TAILQ_FIRST(&sender->waiting);
}

static void work(struct sender *sender, char *buffer)
{
    struct epoll_event events[EVENTS];
    while (goes_on(sender)) {
        int count = await(sender, events);
        if (count < 0 && errno != EINTR)
            plan_fail(sender->plan, "epoll_pwait2 (Linux 5.11 or newer): %s", strerror(errno));
        for (int i = 0; i < count; i++)
            take_event(sender, &events[i], buffer);
        uint64_t now_ns = clock_now_ns();
        end_late(sender, now_ns);
        end_rest(sender, now_ns);
        send_due(sender, now_ns);
        if (is_over(sender, now_ns))
            count_unsent(sender);
    }
}

static void begin(struct sender *sender)
{
    const struct plan *plan = sender->plan;
    TAILQ_INIT(&sender->idle);
    TAILQ_INIT(&sender->waiting);
    TAILQ_INIT(&sender->resting);
    for (size_t i = 0; i < sender->connection_count; i++) {
        TAILQ_INSERT_TAIL(&sender->idle, &sender->connections[i], next);
        if (sender->connections[i].socket >= 0)
            watch(sender, &sender->connections[i], EPOLL_CTL_ADD);
    }
    schedule_begin(&sender->schedule, plan->options, sender->index, plan->options->threads);
    sender->next_message--;
    plan_next(sender);
}

void *sender_run(void *argument)
{
    struct sender *sender = argument;
    char *buffer = malloc(CONNECTION_BUFFER_BYTES);
    sender_bind(sender->plan, sender->index);
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1UL); /* else what is due waits 50 us more */
    sender->poll = epoll_create1(EPOLL_CLOEXEC);
    if (sender->poll < 0 || !buffer)
        plan_fail(sender->plan, "epoll_create1: %s", strerror(errno));
    begin(sender);
    send_due(sender, clock_now_ns());
    work(sender, buffer);
    prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns);
    close(sender->poll);
    free(buffer);
    return NULL;
}
