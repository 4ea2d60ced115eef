/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "command.h"
#include "nearest.h"
#include "options.h"
#include "words.h"

static const struct command {
    const char *name, *summary; /* summary NULL: not for users */
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "measure, judge the rules, draw charts and a report", cmd_run},
    {"bench", "the cells under Google Benchmark's own flags", cmd_bench},
    {"advise", "how to run your own task: model, workers, and how sure", cmd_advise},
    {"rules", "the verdicts from a results folder", cmd_rules},
    {"report", "charts and report.html again, from the CSV alone", cmd_report},
    {"compare", "two runs, cell by cell: what got slower", cmd_compare},
    {"track", "many runs, over time: what stepped, and when", cmd_track},
    {"fleet", "many machines: where each rule holds", cmd_fleet},
    {"export", "results in the formats of performance trackers", cmd_export},
    {"list", "models, workloads, rules, systems or cells", cmd_list},
    {"topo", "the machine, and who sits where", cmd_topo},
    {"selftest", "checks the instrument itself on this machine", cmd_selftest},
    {"serve", "a cell's server by hand, for any client", cmd_serve},
    {"load", "drives any web or echo server on this machine", cmd_load},
    {"launch", NULL, cmd_launch},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    fputs("Usage: crosspoint COMMAND [OPTION...]\n"
          "Threads, processes or an event loop? Measures it on this machine.\n\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (commands[i].summary)
            fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`crosspoint COMMAND --help` tells its options, `--version` which version it is.\n", out);
}

static int fail(const char *what, const char *name)
{
    struct nearest nearest;
    nearest_begin(&nearest, name ? name : "", name ? strlen(name) : 0, "");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (commands[i].summary)
            nearest_offer(&nearest, commands[i].name);
    word_tell(stderr, "crosspoint: %s%s%s%s; %s", what, name ? " '" : "", name ? name : "", name ? "'" : "",
              nearest_tell(&nearest));
    return EXIT_USAGE;
}

/* A closed standard stream would lend its number to the next file that is opened: samples.csv, say. */
static void open_standard_streams(void)
{
    int file;
    while ((file = open("/dev/null", O_RDWR)) >= 0 && file <= STDERR_FILENO)
        continue;
    if (file >= 0)
        close(file);
}

/* Ignored or blocked by whoever started us, it would hide how our children ended. */
static void heed_children(void)
{
    sigset_t mask;
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

/* A limit of file size (ulimit -f) is an error of the write, which is told, and not the end of us. */
static void heed_file_limit(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

/* Output that was lost is an error. */
static int finish(int code)
{
    if (code != EXIT_FINE || (fflush(stdout) == 0 && !ferror(stdout)))
        return code;
    word_tell(stderr, "crosspoint: standard output: %s", strerror(errno));
    return EXIT_USAGE;
}

/* A launch is started by a descriptor, and the kernel names it after that. */
static void name_process(const char *path)
{
    const char *slash = strrchr(path, '/');
    prctl(PR_SET_NAME, slash ? slash + 1 : path);
}

int main(int argc, char **argv)
{
    open_standard_streams();
    heed_children();
    heed_file_limit();
    if (argc > 0)
        name_process(argv[0]);
    if (argc < 2)
        return fail("a command is missing", NULL);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return finish(commands[i].run(argc - 1, argv + 1));
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return finish(EXIT_FINE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(argp_program_version);
        return finish(EXIT_FINE);
    }
    return fail(argv[1][0] == '-' ? "no option" : "no command", argv[1]);
}
