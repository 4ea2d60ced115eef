/* SPDX-License-Identifier: MIT */
#include "load_target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail_form(const char *text, struct error *error)
{
    return error_set(error,
                     "'%.80s%s' is no server, as http://127.0.0.1:8080/path and 127.0.0.1:9000 (echo) are",
                     text, strlen(text) > 80 ? "..." : "");
}

/* host: ADDRESS[:PORT]; port_default 0: it must be there. */
static int read_host(const char *host, unsigned port_default, struct sockaddr_in *address)
{
    char name[64];
    const char *colon = strchr(host, ':');
    char *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : port_default;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(host, ":"), host);
    if ((colon && (!isdigit((unsigned char)colon[1]) || *end)) || port == 0 || port > UINT16_MAX)
        return -1;
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, strcmp(name, "localhost") == 0 ? "127.0.0.1" : name, &address->sin_addr) == 1
               ? 0
               : -1;
}

/* What a request's line can hold; the part behind # is not the server's. */
static int read_path(const char *path, struct load_target *target)
{
    size_t length = strcspn(path, "#");
    for (size_t i = 0; i < length; i++)
        if (path[i] <= ' ' || path[i] >= 127)
            return -1;
    if (length + 2 > sizeof target->path)
        return -1;
    snprintf(target->path, sizeof target->path, "%s%.*s", *path == '/' ? "" : "/", (int)length, path);
    return 0;
}

/* An address can be bound where it is this machine's. */
int load_target_check_local(const struct load_target *target, struct error *error)
{
    struct sockaddr_in any_port = {.sin_family = AF_INET, .sin_addr = target->address.sin_addr};
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int problem = file < 0 || bind(file, (struct sockaddr *)&any_port, sizeof any_port) ? errno : 0;
    if (file >= 0)
        close(file);
    if (problem == EADDRNOTAVAIL)
        return error_set(error, "%s is not this machine: a load generator is for a server beside it",
                         target->host);
    return problem ? error_set(error, "%s: %s", target->host, strerror(problem)) : 0;
}

int load_target_parse(const char *text, struct load_target *target, struct error *error)
{
    static const char scheme[] = "http://", secure[] = "https://";
    *target = (struct load_target){.http = strncmp(text, scheme, sizeof scheme - 1) == 0};
    if (strncmp(text, secure, sizeof secure - 1) == 0)
        return error_set(error, "'%s': TLS is not spoken here; take http://", text);
    const char *host = target->http ? text + sizeof scheme - 1 : text;
    size_t length = strcspn(host, "/?#");
    if (length >= sizeof target->host || (!target->http && host[length]))
        return fail_form(text, error);
    snprintf(target->host, sizeof target->host, "%.*s", (int)length, host);
    if (read_host(target->host, target->http ? 80 : 0, &target->address) ||
        (target->http && read_path(host + length, target)))
        return fail_form(text, error);
    return 0;
}

void load_target_request(const struct load_target *target, bool once, char request[LOAD_REQUEST_BYTES])
{
    snprintf(request, LOAD_REQUEST_BYTES, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target->path, target->host,
             once ? "Connection: close\r\n" : "");
}
