/* SPDX-License-Identifier: MIT */
#include "bare_echo.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { BUFFER_BYTES = 4096 };

static _Noreturn void die(const char *what)
{
    perror(what);
    _exit(EXIT_FAILURE);
}

static int accept_one(int listener)
{
    int one = 1, client = accept(listener, NULL, NULL);
    if (client < 0 || setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        die("accept");
    return client;
}

static void echo(int client)
{
    char buffer[BUFFER_BYTES];
    ssize_t count;
    while ((count = recv(client, buffer, sizeof buffer, 0)) > 0)
        if (send(client, buffer, (size_t)count, MSG_NOSIGNAL) != count)
            break;
    close(client);
}

static void *serve_one(void *argument)
{
    echo((int)(intptr_t)argument);
    return NULL;
}

_Noreturn void bare_threads(int listener)
{
    for (;;) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)accept_one(listener)) ||
            pthread_detach(thread))
            die("pthread_create");
    }
}

_Noreturn void bare_processes(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept_one(listener);
        pid_t process = fork();
        if (process < 0)
            die("fork");
        if (process == 0) {
            close(listener);
            echo(client);
            _exit(EXIT_SUCCESS);
        }
        close(client);
    }
}

static char buffer[65536]; /* one for all: what is read is written before anything else is */

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *given)
{
    (void)handle;
    (void)suggested;
    *given = uv_buf_init(buffer, sizeof buffer);
}

static void forget(uv_handle_t *handle)
{
    free(handle);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    uv_buf_t answer = uv_buf_init(bytes->base, count < 0 ? 0 : (unsigned)count);
    if (count < 0 || (count > 0 && uv_try_write(stream, &answer, 1) != count))
        uv_close((uv_handle_t *)stream, forget);
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_tcp_t *client = malloc(sizeof *client);
    if (status || !client || uv_tcp_init(listener->loop, client) ||
        uv_accept(listener, (uv_stream_t *)client) || uv_tcp_nodelay(client, 1) ||
        uv_read_start((uv_stream_t *)client, give_buffer, on_read))
        die("uv_accept");
}

_Noreturn void bare_libuv(int listener)
{
    uv_tcp_t tcp;
    if (uv_tcp_init(uv_default_loop(), &tcp) || uv_tcp_open(&tcp, listener) ||
        uv_listen((uv_stream_t *)&tcp, SOMAXCONN, on_connection))
        die("uv_listen");
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    die("uv_run");
}
