/* SPDX-License-Identifier: MIT */
/* A server, as a user names it. */
#ifndef CROSSPOINT_LOAD_TARGET_H
#define CROSSPOINT_LOAD_TARGET_H

#include <netinet/in.h>
#include <stdbool.h>

#include "error.h"

enum { LOAD_PATH_BYTES = 2048 };

struct load_target {
    struct sockaddr_in address;
    bool http;                  /* else echo */
    char host[64];              /* as it was given, with the port */
    char path[LOAD_PATH_BYTES]; /* of HTTP */
};

/* "http://ADDRESS[:PORT][/PATH]" or "ADDRESS:PORT"; ADDRESS is of IPv4, or localhost. -1: error says what is
 * wrong and how it would be right. */
int load_target_parse(const char *text, struct load_target *target, struct error *error);
/* 0 if it is this machine's. */
int load_target_check_local(const struct load_target *target, struct error *error);

/* The GET for it; once: on a connection that ends with it. */
enum { LOAD_REQUEST_BYTES = LOAD_PATH_BYTES + 256 };
void load_target_request(const struct load_target *target, bool once, char request[LOAD_REQUEST_BYTES]);

#endif
