/* SPDX-License-Identifier: MIT */
#ifndef CROSSPOINT_RULES_USED_H
#define CROSSPOINT_RULES_USED_H

/* Says on stderr that a run (a folder, or its samples.csv) was made with rules of one's own while it is
 * judged by those that come along: which path its run.json names is told, and not opened. rules: --rules, or
 * NULL. */
void rules_used_tell(const char *results, const char *rules);

#endif
