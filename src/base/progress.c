/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "words.h"

int progress_width(int descriptor)
{
    struct winsize size;
    if (!isatty(descriptor))
        return 0;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool progress_colour(int descriptor)
{
    const char *no_color = getenv("NO_COLOR");
    return isatty(descriptor) && !(no_color && *no_color);
}

static void rewrite(const char *text)
{
    int width = progress_width(STDERR_FILENO);
    if (width > 0)
        fprintf(stderr, "\r\033[K%.*s", width - 1, text);
}

void progress_calibrating(bool quiet, size_t done, size_t count, const char *cell)
{
    char text[512];
    snprintf(text, sizeof text, "calibrating %zu of %zu  %s", done + 1, count, cell);
    if (quiet)
        return;
    if (isatty(STDERR_FILENO))
        rewrite(text);
    else if (done == 0)
        word_tell(stderr, "calibrating %zu cell%s", count, count == 1 ? "" : "s");
}

static void format_left(double left_s, char text[32])
{
    if (left_s < 60)
        snprintf(text, 32, "%.0f s", ceil(left_s));
    else
        snprintf(text, 32, "%d min %02d s", (int)left_s / 60, (int)left_s % 60);
}

void progress_launch(bool quiet, uint64_t done, uint64_t count, double left_s, const char *cell)
{
    char text[512], left[32];
    if (quiet)
        return;
    format_left(left_s, left);
    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " launches, %s left  %s", done, count, left, cell);
    rewrite(text);
}

void progress_block(bool quiet, unsigned done, unsigned count, uint64_t failed, double left_s)
{
    char left[32];
    if (quiet || isatty(STDERR_FILENO))
        return;
    format_left(left_s, left);
    word_tell(stderr, "block %u of %u, %" PRIu64 " failed, %s left", done, count, failed, left);
}

void progress_disturbed(bool quiet, unsigned block, const char *reason, bool repeat)
{
    if (quiet)
        return;
    rewrite("");
    word_tell(stderr, "block %u disturbed: %s; %s", block + 1, reason,
              repeat ? "it will be repeated" : "no repeats are left, it does not count");
}

void progress_clear(bool quiet)
{
    if (!quiet)
        rewrite("");
}
