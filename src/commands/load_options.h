/* SPDX-License-Identifier: MIT */
/* What is told a load generator on its command line. */
#ifndef CROSSPOINT_LOAD_OPTIONS_H
#define CROSSPOINT_LOAD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "load.h"
#include "load_target.h"

struct load_command {
    const char *server, *hgrm; /* hgrm NULL: none */
    bool json, payload_given;
    uint64_t duration_ns;
    struct load_options load;
    struct load_target target;
    char request[LOAD_REQUEST_BYTES];
    struct load_http http;
};

#define LOAD_ARGUMENTS "http://ADDRESS[:PORT][/PATH] | ADDRESS:PORT"

/* Its input is a struct load_command. */
extern const struct argp load_argp;

struct load_command load_command_default(void);

/* Of options as they were parsed: reads the server, and sets what the generator is to say to it. load points
 * into options from now on. -1 with error. */
int load_command_check(struct load_command *options, struct error *error);

#endif
