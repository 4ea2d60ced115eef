/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_HTML_H
#define CROSSPOINT_HTML_H

#include <stdio.h>

/* text with what HTML would take for markup escaped. */
void html_put_text(FILE *out, const char *text);

/* The same between open and close, which are markup and go out as they are. */
void html_put_element(FILE *out, const char *open, const char *text, const char *close);

#endif
