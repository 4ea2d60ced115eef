# SPDX-License-Identifier: MIT
"""The installed copy needs neither the source tree nor the place it was installed for."""

import shutil
import subprocess

from harness import BUILD, LIMIT_S, Case, main


class Install(Case):
    def test_moved(self):
        meson = shutil.which('meson')
        if not meson:
            self.skipTest('meson is not here')
        subprocess.run([meson, 'install', '-C', BUILD, '--no-rebuild', '--destdir', self.folder / 'stage'], check=True,
                       capture_output=True, timeout=LIMIT_S)
        program, = (self.folder / 'stage').rglob('bin/crosspoint')
        prefix = program.parents[1].rename(self.folder / 'moved')
        program = prefix / 'bin' / 'crosspoint'
        for name in 'rules', 'gnuplot':
            self.assertTrue(any((prefix / 'share' / 'crosspoint' / name).iterdir()))
        self.assertTrue(any(prefix.rglob('crosspoint.1*')))

        # A rule that only the copy has is known, one that it lost is not: they are its own.
        rules = prefix / 'share' / 'crosspoint' / 'rules'
        lost = min(rules.iterdir())
        lost.rename(rules / 'only-here.ini')
        listed = self.crosspoint('list', 'rules', program=program)[0]
        self.assertIn('only-here ', listed)
        self.assertNotIn(f'{lost.stem} ', listed)

        systems = prefix / 'share' / 'crosspoint' / 'systems.ini'
        systems.write_text(systems.read_text().splitlines()[0] +
                           '\n[a]\nname = Only here\nwhat = nothing\nnative = null/empty/serial\n')
        self.assertEqual(self.crosspoint('list', 'systems', program=program)[0],
                         'Only here: nothing\n  native/null/empty/serial\n')

        output, errors = self.crosspoint('run', '--profile', 'smoke', '--rule', 'only-here', '--out', 'out',
                                         program=program)
        self.assertIn('only-here ', output)
        self.assertIn('report: out/report.html', output)
        self.assertEqual([path.name for path in sorted((self.folder / 'out' / 'charts').iterdir())],
                         [f'only-here.{suffix}' for suffix in ('csv', 'gp', 'png', 'svg')])


if __name__ == '__main__':
    main()
