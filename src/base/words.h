/* SPDX-License-Identifier: MIT */
/* Numbers in words. Every function fills text and cuts what does not fit. */
#ifndef CROSSPOINT_WORDS_H
#define CROSSPOINT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Shortest decimal that reads back the same; empty for NaN and infinities. For machines. */
void word_number(double value, char *text, size_t text_bytes);

/* Three significant digits: "1.97", "0.0123", "64", "12.3k", "4.56M". */
void word_figure(double value, char *text, size_t text_bytes);

/* The same with a unit behind it, and no exponent or suffix: "12.3 ms". */
void word_figure_plain(double value, const char *suffix, char *text, size_t text_bytes);

/* "1.97× (1.95–1.99)"; empty if ratio is NaN. */
void word_ratio(double ratio, double low, double high, char *text, size_t text_bytes);

/* "10 %", "−10 %": the effect of a rule. */
void word_effect(double effect, char *text, size_t text_bytes);

/* A terminal obeys control characters, and text from files may hold any: in plain text each byte of them, and
 * of what is no UTF-8, reads "\x1b". It takes at most WORD_PLAIN_GROWTH times the bytes. */
enum { WORD_PLAIN_GROWTH = 4 };
bool word_is_plain(const char *text);
void word_plain(const char *text, char *plain, size_t plain_bytes);
/* printf for terminals: what was formatted is made plain, but for its line ends. */
void word_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with a line end behind it, and on a terminal broken to fit it: what is said on stderr. */
void word_tell(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Columns that UTF-8 text takes on a terminal. */
size_t word_width(const char *text);

/* How many bytes of text stand in a line of so many columns: up to a space, else behind a slash, else what
 * fits. */
size_t word_line_bytes(const char *text, size_t width);

/* Text, broken into lines that fit (width 0: not at all), the first behind so many spaces, the others behind
 * indent. */
void word_wrap(FILE *out, const char *text, size_t first, size_t indent, size_t width);

/* Copies text, cut to width columns with an ellipsis. */
void word_cut(const char *text, size_t width, char *cut, size_t cut_bytes);

#endif
