# SPDX-License-Identifier: MIT
"""Half of what a launch takes to begin would be modules that its cell has no use for."""

import importlib


class Lazy:
    """A module that is imported when something of it is first asked for: in the warm-up, at the latest."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)  # and is not asked for again
        return value
