# SPDX-License-Identifier: MIT
"""Runs crosspoint's cells in Python: docs/runtime.md says how the two talk.

Nothing is imported here: a process that is spawned imports this file, as it would its user's own."""


def main():
    import launch
    launch.main()


if __name__ == '__main__':
    main()
