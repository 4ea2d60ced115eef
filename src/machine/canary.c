/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "measure.h"
#include "random.h"

enum { ROUNDS = 24, STEPS = 250000, LINES = 1 << 19, LINE_WORDS = 16, LOADS = 5000, WAKE_UPS = 150 };

const char *const canary_names[CANARY_COUNT] = {"integer", "memory", "wake-up", "throughput"};

/* Each step waits for the one before: time is steps x latency, whatever else the core does meanwhile. */
static uint64_t multiply(void)
{
    uint64_t number = 1, factor = 3;
    __asm__ volatile("" : "+r"(factor));
    for (int i = 0; i < STEPS; i++)
        number = number * factor + 1;
    __asm__ volatile("" : "+r"(number));
    return number;
}

/* Four chains side by side, as many operations as a core can begin. */
static uint64_t fill_core(void)
{
    uint64_t a = 1, b = 2, c = 3, d = 4;
    for (int i = 0; i < STEPS / 4; i++) {
        a = (a + 7) ^ (a >> 3);
        b = (b + 7) ^ (b >> 3);
        c = (c + 7) ^ (c >> 3);
        d = (d + 7) ^ (d >> 3);
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    }
    return a + b + c + d;
}

/* One cycle through all lines in a fixed random order (Sattolo), so that each load waits for the one before.
 */
static uint32_t *make_ring(void)
{
    uint32_t *order = malloc(LINES * sizeof *order),
             *ring = malloc((size_t)LINES * LINE_WORDS * sizeof *ring);
    uint64_t state = 1;
    if (!order || !ring)
        _exit(EXIT_FAILURE);
    for (uint32_t i = 0; i < LINES; i++)
        order[i] = i;
    for (uint32_t i = LINES - 1; i > 0; i--) {
        uint32_t j = (uint32_t)random_below(&state, i), swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
    }
    for (uint32_t i = 0; i < LINES; i++)
        ring[(size_t)i * LINE_WORDS] = order[i] * LINE_WORDS;
    free(order);
    return ring;
}

static uint32_t walk(const uint32_t *ring, uint32_t at)
{
    for (int i = 0; i < LOADS; i++)
        at = ring[at];
    __asm__ volatile("" : "+r"(at));
    return at;
}

static void echo_bytes(int in, int out)
{
    char byte;
    while (read(in, &byte, 1) == 1 && write(out, &byte, 1) == 1)
        continue;
    _exit(EXIT_SUCCESS);
}

static void wake_ups(int out, int in)
{
    char byte = 0;
    for (int i = 0; i < WAKE_UPS; i++)
        if (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1)
            _exit(EXIT_FAILURE);
}

static void keep_best(double *best_ns, uint64_t begin_ns)
{
    double ns = (double)(clock_now_ns() - begin_ns);
    if (*best_ns == 0 || ns < *best_ns)
        *best_ns = ns;
}

static _Noreturn void sing(unsigned os_index, double ns[CANARY_COUNT])
{
    cpu_set_t *unit = CPU_ALLOC(os_index + 1);
    size_t bytes = CPU_ALLOC_SIZE(os_index + 1);
    int there[2], back[2];
    CPU_ZERO_S(bytes, unit);
    CPU_SET_S(os_index, bytes, unit);
    if (sched_setaffinity(0, bytes, unit) || pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC))
        _exit(EXIT_FAILURE);
    uint32_t *ring = make_ring(), at = 0;
    if (child_fork() == 0) {
        close(there[1]);
        close(back[0]);
        echo_bytes(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t begin_ns = clock_now_ns();
        multiply();
        keep_best(&ns[CANARY_INTEGER], begin_ns);
        begin_ns = clock_now_ns();
        at = walk(ring, at);
        keep_best(&ns[CANARY_MEMORY], begin_ns);
        begin_ns = clock_now_ns();
        wake_ups(there[1], back[0]);
        keep_best(&ns[CANARY_WAKE_UP], begin_ns);
        begin_ns = clock_now_ns();
        fill_core();
        keep_best(&ns[CANARY_THROUGHPUT], begin_ns);
    }
    close(there[1]);
    waitpid(-1, NULL, 0);
    _exit(EXIT_SUCCESS);
}

void canaries_measure(unsigned os_index, double ns[CANARY_COUNT])
{
    memset(ns, 0, CANARY_COUNT * sizeof ns[0]);
    double *shared =
        mmap(NULL, CANARY_COUNT * sizeof ns[0], PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return;
    pid_t child = child_fork();
    if (child == 0)
        sing(os_index, shared);
    if (child > 0 && child_await(child) == 0)
        memcpy(ns, shared, CANARY_COUNT * sizeof ns[0]);
    munmap(shared, CANARY_COUNT * sizeof ns[0]);
}
