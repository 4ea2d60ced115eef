/* SPDX-License-Identifier: MIT */
/* run.json of a results folder, read in one place. */
#ifndef CROSSPOINT_RUN_FILE_H
#define CROSSPOINT_RUN_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "error.h"

/* The object in FOLDER/run.json, to be given to json_decref, or NULL with error, which names the file and, of
 * what does not read, the line. */
json_t *run_file_load(const char *folder, struct error *error);

/* The same where it may be absent, as beside a bare samples.csv: then 0 and *run is NULL. -1 with error: it
 * is there and does not read. */
int run_file_load_if_any(const char *folder, json_t **run, struct error *error);

/* What stands at "machine.fingerprint.cpu_model", borrowed; NULL if nothing does, or run is NULL. */
json_t *run_file_value(const json_t *run, const char *path);
/* The same as text or number; the default if it is none. */
const char *run_file_text(const json_t *run, const char *path, const char *otherwise);
double run_file_number(const json_t *run, const char *path, double otherwise);
bool run_file_is_true(const json_t *run, const char *path);

/* What it was built with, "gcc 12.2.0 release -O3", and how long its launches are, "launches of 40 ms". */
void run_file_word_build(const json_t *run, char *text, size_t text_bytes);
void run_file_word_launches(const json_t *run, char *text, size_t text_bytes);

#endif
