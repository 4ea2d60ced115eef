# SPDX-License-Identifier: MIT
"""Names in our gnuplot scripts: none that a newer gnuplot may take for a function of its own."""

import re

from harness import Case, HERE, main

SCRIPTS = sorted((HERE.parent.parent / 'scripts' / 'gnuplot').glob('*.gp'))
DEFINED = re.compile(r'(\w+)(\([^()]*\))? = ')


class Gnuplot(Case):
    def test_names_are_ours(self):
        self.assertTrue(SCRIPTS)
        for script in SCRIPTS:
            for number, line in enumerate(script.read_text().splitlines(), 1):
                defined = DEFINED.match(line)
                if not defined:
                    continue
                name, is_function = defined.group(1, 2)
                ours = name.startswith('cp_') or (
                    not is_function and name.isupper() and not name.startswith(('ARG', 'FIT_', 'GPVAL_', 'MOUSE_')))
                self.assertTrue(ours, f'{script.name}:{number}: {name}')

    def test_capitals_that_are_generated(self):
        """Those that the scripts use."""
        for script in SCRIPTS:
            code = '\n'.join(line for line in script.read_text().splitlines() if not line.startswith('#'))
            self.assertEqual(re.findall(r'\b(?:ARG|FIT_|GPVAL_|MOUSE_)\w*', code), [], script.name)


if __name__ == '__main__':
    main()
