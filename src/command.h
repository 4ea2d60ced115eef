/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_COMMAND_H
#define CROSSPOINT_COMMAND_H

/* Each takes its own argument vector (argv[0] is the command's name) and returns an exit code. */
int cmd_run(int argc, char **argv);
int cmd_advise(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_track(int argc, char **argv);
int cmd_fleet(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_topo(int argc, char **argv);
int cmd_selftest(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_launch(int argc, char **argv);

#endif
