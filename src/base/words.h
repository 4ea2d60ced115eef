/* SPDX-License-Identifier: MIT */
/* Numbers in words. Every function fills text and cuts what does not fit. */
#ifndef CROSSPOINT_WORDS_H
#define CROSSPOINT_WORDS_H

#include <stddef.h>

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

/* Columns that UTF-8 text takes on a terminal. */
size_t word_width(const char *text);

/* Copies text, cut to width columns with an ellipsis. */
void word_cut(const char *text, size_t width, char *cut, size_t cut_bytes);

#endif
