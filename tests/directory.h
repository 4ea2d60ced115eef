/* SPDX-License-Identifier: MIT */
/* A temporary directory for a test: its path is the state. */
#ifndef CROSSPOINT_TESTS_DIRECTORY_H
#define CROSSPOINT_TESTS_DIRECTORY_H

/* For cmocka_unit_test_setup_teardown. */
int directory_make(void **state);
int directory_remove(void **state);

/* Writes a file and the directories it stands in. Asserts on failure. */
void file_write(const char *directory, const char *name, const char *text);

#endif
