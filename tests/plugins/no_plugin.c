/* SPDX-License-Identifier: MIT */
int no_plugin(void)
{
    return 1;
}
