/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. What is read is read from files: each input becomes one, in a folder of its
 * own. */
#ifndef CROSSPOINT_FUZZ_H
#define CROSSPOINT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the input to a file of this name, and gives its path, or its folder's. Aborts if it cannot. */
const char *fuzz_file(const char *name, const uint8_t *data, size_t size);
const char *fuzz_folder(const char *name, const uint8_t *data, size_t size);

#endif
