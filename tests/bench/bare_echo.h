/* SPDX-License-Identifier: MIT */
/* Echo servers as one would write them by hand: what our own are to be as fast as. */
#ifndef CROSSPOINT_BARE_ECHO_H
#define CROSSPOINT_BARE_ECHO_H

/* Each serves whoever comes to the listening socket, and does not return. */
_Noreturn void bare_threads(int listener);   /* accept, create, recv, send */
_Noreturn void bare_processes(int listener); /* accept, fork, recv, send */
_Noreturn void bare_libuv(int listener);     /* uv_read_start, uv_try_write */

#endif
