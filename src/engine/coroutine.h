/* SPDX-License-Identifier: MIT */
/* Stackful coroutines: a function on a stack of its own, which parks in the middle of whatever it does and is
 * resumed there. A switch is a few instructions: what a call keeps is saved on the stack, and the stack is
 * changed. Each belongs to the thread that made it. */
#ifndef CROSSPOINT_COROUTINE_H
#define CROSSPOINT_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>

struct coroutine;
typedef void coroutine_body(void *argument);

/* With a stack of so many bytes, of which pages count only when they are touched, and a page below it that
 * nothing may touch. NULL with errno. */
struct coroutine *coroutine_create(size_t stack_bytes);
/* It must not be inside its body. */
void coroutine_destroy(struct coroutine *coroutine); /* NULL is allowed */

/* Begins body(argument), on the same stack again and again. Returns when that has parked or ended. Not from
 * within a coroutine. */
void coroutine_start(struct coroutine *coroutine, coroutine_body *body, void *argument);
/* Goes on where it has parked. As coroutine_start. */
void coroutine_resume(struct coroutine *coroutine);
/* From within: back to who started or resumed it. */
void coroutine_park(void);
bool coroutine_has_ended(const struct coroutine *coroutine);

/* The one that runs in this thread; NULL: none. */
struct coroutine *coroutine_current(void);

/* From now on this process ends with a line on stderr, which begins with name, when a coroutine overflows its
 * stack. 0, or -1 with errno. */
int coroutine_tell_overflows(const char *name);

#endif
