/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "coroutine.h"

enum { STACK_BYTES = 64 * 1024 };

struct steps {
    char text[64];
    unsigned parks;
};

static void add(struct steps *steps, char letter)
{
    size_t used = strlen(steps->text);
    steps->text[used] = letter;
    steps->text[used + 1] = '\0';
}

static void walk(void *argument)
{
    struct steps *steps = argument;
    assert_non_null(coroutine_current());
    for (unsigned i = 0; i < steps->parks; i++) {
        add(steps, 'a' + (char)i);
        coroutine_park();
    }
    add(steps, 'z');
}

/* It goes on where it parked, and begins anew on the stack that it has. */
static void test_order(void **state)
{
    (void)state;
    struct coroutine *coroutine = coroutine_create(STACK_BYTES);
    assert_non_null(coroutine);
    for (unsigned parks = 0; parks < 3; parks++) {
        struct steps steps = {.parks = parks};
        coroutine_start(coroutine, walk, &steps);
        for (unsigned i = 0; i < parks; i++) {
            assert_false(coroutine_has_ended(coroutine));
            assert_null(coroutine_current());
            add(&steps, '-');
            coroutine_resume(coroutine);
        }
        assert_true(coroutine_has_ended(coroutine));
        assert_string_equal(steps.text, parks == 0 ? "z" : parks == 1 ? "a-z" : "a-b-z");
    }
    coroutine_destroy(coroutine);
    coroutine_destroy(NULL);
}

struct sum {
    uint64_t from, integers;
    double fractions;
};

/* Enough of both kinds that some live in registers that a call keeps, over every park. */
static void add_up(void *argument)
{
    struct sum *sum = argument;
    uint64_t a = sum->from, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5;
    double x = (double)a / 4, y = x + 1, z = x + 2;
    for (int i = 0; i < 10; i++) {
        coroutine_park();
        a += b, b += c, c += d, d += e, e += f, f += 1;
        x += y, y += z, z += 0.25;
    }
    sum->integers = a + b + c + d + e + f;
    sum->fractions = x + y + z;
}

/* Ten thousand at once, each with what is its own. */
static void test_many(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__ /* has room for fewer fibers */
    enum { COUNT = 500 };
#else
    enum { COUNT = 10000 };
#endif
    struct coroutine **coroutines = calloc(COUNT, sizeof *coroutines);
    struct sum *sums = calloc(COUNT, sizeof *sums);
    assert_true(coroutines && sums);
    for (size_t i = 0; i < COUNT; i++) {
        coroutines[i] = coroutine_create(STACK_BYTES);
        assert_non_null(coroutines[i]);
        sums[i].from = i;
        coroutine_start(coroutines[i], add_up, &sums[i]);
    }
    for (int round = 0; round < 10; round++)
        for (size_t i = 0; i < COUNT; i++)
            coroutine_resume(coroutines[i]);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(coroutine_has_ended(coroutines[i]));
        /* One more to begin with is one more in each of 1, 11, 55, ... terms: both sums are linear in it. */
        assert_int_equal(sums[i].integers - sums[0].integers, i * ((sums[1].integers - sums[0].integers)));
        assert_true(sums[i].fractions - sums[0].fractions ==
                    (double)i * (sums[1].fractions - sums[0].fractions));
        coroutine_destroy(coroutines[i]);
    }
    free(sums);
    free(coroutines);
}

static volatile unsigned depth;

__attribute__((noinline)) static unsigned dig(unsigned more)
{
    volatile char room[1024];
    room[0] = (char)more;
    depth++;
    unsigned below = more ? dig(more - 1) : 0;
    return below + (unsigned)room[0];
}

static void overflow(void *argument)
{
    (void)argument;
    dig(1000);
}

/* Is told, and by whom; 200 deep there is room. */
static void test_overflow(void **state)
{
    (void)state;
    int ends[2];
    char text[256] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        coroutine_tell_overflows("echo");
        coroutine_start(coroutine_create(STACK_BYTES), overflow, NULL);
        _exit(0);
    }
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) >= 0);
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_string_equal(text, "echo: a coroutine overflowed its stack\n");
}

/* Another fault stays what it is. */
static void test_other_fault(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        coroutine_tell_overflows("echo");
        kill(getpid(), SIGSEGV);
        pause();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_other_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
