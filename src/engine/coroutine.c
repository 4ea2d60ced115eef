/* SPDX-License-Identifier: MIT */
#include "coroutine.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define FOLLOWED_BY_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FOLLOWED_BY_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define FOLLOWED_BY_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FOLLOWED_BY_TSAN 1
#endif
#endif
#ifdef FOLLOWED_BY_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef FOLLOWED_BY_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#if !defined(__x86_64__) && !defined(__aarch64__)
#define PORTABLE 1
#include <ucontext.h>
#endif

/* Where one of the two goes on: its stack, with all that a call keeps on top of it. */
struct context {
#ifdef PORTABLE
    ucontext_t uc;
#else
    void *top;
#endif
};

struct coroutine {
    struct context own, caller;
    coroutine_body *body;
    void *argument;
    char *mapping; /* the guard page, then the stack */
    size_t mapping_bytes, guard_bytes;
    bool ended;
#ifdef FOLLOWED_BY_ASAN
    void *own_frames, *caller_frames; /* of its fake stacks */
    const void *caller_stack;
    size_t caller_stack_bytes;
#endif
#ifdef FOLLOWED_BY_TSAN
    void *own_fiber, *caller_fiber;
#endif
};

static __thread struct coroutine *current;

/* The switch: saves what a call keeps (System V ABI; AAPCS64), changes stacks, takes back the same. */
#if defined(__x86_64__)
void coroutine_switch(void **from, void *to);
__asm__(".text\n"
        ".p2align 4\n"
        ".type coroutine_switch, @function\n"
        "coroutine_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    subq $8, %rsp\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    addq $8, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size coroutine_switch, .-coroutine_switch\n");
enum { SAVED_WORDS = 7 };
#elif defined(__aarch64__)
void coroutine_switch(void **from, void *to);
__asm__(".text\n"
        ".p2align 4\n"
        ".type coroutine_switch, %function\n"
        "coroutine_switch:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size coroutine_switch, .-coroutine_switch\n");
#endif

static void change(struct context *from, const struct context *to)
{
#ifdef PORTABLE
    swapcontext(&from->uc, &to->uc);
#else
    coroutine_switch(&from->top, to->top);
#endif
}

static void enter(struct coroutine *coroutine)
{
#ifdef FOLLOWED_BY_ASAN
    __sanitizer_start_switch_fiber(&coroutine->caller_frames, coroutine->mapping + coroutine->guard_bytes,
                                   coroutine->mapping_bytes - coroutine->guard_bytes);
#endif
#ifdef FOLLOWED_BY_TSAN
    coroutine->caller_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(coroutine->own_fiber, 0);
#endif
    current = coroutine;
    change(&coroutine->caller, &coroutine->own);
    current = NULL;
#ifdef FOLLOWED_BY_ASAN
    __sanitizer_finish_switch_fiber(coroutine->caller_frames, NULL, NULL);
#endif
}

static void arrive(struct coroutine *coroutine)
{
    (void)coroutine;
#ifdef FOLLOWED_BY_ASAN
    __sanitizer_finish_switch_fiber(coroutine->own_frames, &coroutine->caller_stack,
                                    &coroutine->caller_stack_bytes);
#endif
}

static void leave(struct coroutine *coroutine)
{
#ifdef FOLLOWED_BY_ASAN
    __sanitizer_start_switch_fiber(coroutine->ended ? NULL : &coroutine->own_frames, coroutine->caller_stack,
                                   coroutine->caller_stack_bytes);
#endif
#ifdef FOLLOWED_BY_TSAN
    __tsan_switch_to_fiber(coroutine->caller_fiber, 0);
#endif
    change(&coroutine->own, &coroutine->caller);
    arrive(coroutine);
}

/* The bottom of each stack. */
static void begin(void)
{
    struct coroutine *coroutine = current;
#ifdef FOLLOWED_BY_ASAN
    coroutine->own_frames = NULL;
#endif
    arrive(coroutine);
    coroutine->body(coroutine->argument);
    coroutine->ended = true;
    leave(coroutine);
    abort(); /* nobody resumes one that has ended */
}

static void set_up(struct coroutine *coroutine)
{
    char *bottom = coroutine->mapping + coroutine->guard_bytes;
#ifdef PORTABLE
    getcontext(&coroutine->own.uc);
    coroutine->own.uc.uc_stack.ss_sp = bottom;
    coroutine->own.uc.uc_stack.ss_size = coroutine->mapping_bytes - coroutine->guard_bytes;
    coroutine->own.uc.uc_link = NULL;
    makecontext(&coroutine->own.uc, begin, 0);
#else
    uintptr_t *top = (uintptr_t *)(coroutine->mapping + coroutine->mapping_bytes);
    (void)bottom;
#if defined(__x86_64__)
    struct {
        uint32_t sse;
        uint16_t x87;
    } control = {0, 0};
    __asm__ volatile("stmxcsr %0" : "=m"(control.sse));
    __asm__ volatile("fnstcw %0" : "=m"(control.x87));
    *--top = 0; /* so that begin() finds the stack as after a call */
    *--top = (uintptr_t)begin;
    top -= SAVED_WORDS;
    memset(top, 0, SAVED_WORDS * sizeof *top);
    memcpy(top, &control, sizeof control);
#else
    top -= 20;
    memset(top, 0, 20 * sizeof *top);
    top[11] = (uintptr_t)begin; /* x30 */
#endif
    coroutine->own.top = top;
#endif
}

struct coroutine *coroutine_create(size_t stack_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct coroutine *coroutine = calloc(1, sizeof *coroutine);
    if (!coroutine)
        return NULL;
    coroutine->guard_bytes = page;
    coroutine->mapping_bytes = page + (stack_bytes + page - 1) / page * page;
    coroutine->mapping = mmap(NULL, coroutine->mapping_bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (coroutine->mapping == MAP_FAILED || mprotect(coroutine->mapping, page, PROT_NONE)) {
        int problem = errno;
        if (coroutine->mapping != MAP_FAILED)
            munmap(coroutine->mapping, coroutine->mapping_bytes);
        free(coroutine);
        errno = problem;
        return NULL;
    }
    coroutine->ended = true;
#ifdef FOLLOWED_BY_TSAN
    coroutine->own_fiber = __tsan_create_fiber(0);
#endif
    return coroutine;
}

void coroutine_destroy(struct coroutine *coroutine)
{
    if (!coroutine)
        return;
#ifdef FOLLOWED_BY_TSAN
    __tsan_destroy_fiber(coroutine->own_fiber);
#endif
    munmap(coroutine->mapping, coroutine->mapping_bytes);
    free(coroutine);
}

void coroutine_start(struct coroutine *coroutine, coroutine_body *body, void *argument)
{
    coroutine->body = body;
    coroutine->argument = argument;
    coroutine->ended = false;
    set_up(coroutine);
    enter(coroutine);
}

void coroutine_resume(struct coroutine *coroutine)
{
    enter(coroutine);
}

void coroutine_park(void)
{
    leave(current);
}

bool coroutine_has_ended(const struct coroutine *coroutine)
{
    return coroutine->ended;
}

struct coroutine *coroutine_current(void)
{
    return current;
}

/* Overflow */

static const char *overflow_name;
static size_t overflow_name_bytes;

/* Runs on a stack of its own: there is none left. What is no overflow dies of its signal as it would have. */
static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    static const char text[] = ": a coroutine overflowed its stack\n";
    (void)context;
    const char *at = info->si_addr;
    if (current && at >= current->mapping && at < current->mapping + current->guard_bytes) {
        const struct iovec line[2] = {{(char *)overflow_name, overflow_name_bytes},
                                      {(char *)text, sizeof text - 1}};
        ssize_t written = writev(STDERR_FILENO, line, 2);
        (void)written;
        _exit(EXIT_FAILURE);
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

int coroutine_tell_overflows(const char *name)
{
    static char stack[16384];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    const struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    overflow_name = name;
    overflow_name_bytes = strlen(name);
    return sigaltstack(&own, NULL) || sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL)
               ? -1
               : 0;
}
