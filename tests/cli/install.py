# SPDX-License-Identifier: MIT
"""The installed copy needs neither the source tree nor the place it was installed for."""

import os
import pathlib
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


    def test_plugin(self):
        """The example is built as its head says, with nothing but what was installed."""
        meson, compiler, pkg_config = map(shutil.which, ('meson', 'cc', 'pkg-config'))
        if not (meson and compiler and pkg_config):
            self.skipTest('meson, cc or pkg-config is not here')
        stage = self.folder / 'stage'
        subprocess.run([meson, 'install', '-C', BUILD, '--no-rebuild', '--destdir', stage], check=True,
                       capture_output=True, timeout=LIMIT_S)
        program, = stage.rglob('bin/crosspoint')
        description, = stage.rglob('crosspoint.pc')
        flags = subprocess.run([pkg_config, '--cflags', 'crosspoint'], check=True, capture_output=True, text=True,
                               env=dict(os.environ, PKG_CONFIG_PATH=description.parent, PKG_CONFIG_SYSROOT_DIR=stage))
        example = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'examples' / 'divisors.c'
        subprocess.run([compiler, '-shared', '-fPIC', *flags.stdout.split(), example, '-o', 'mine.so'], check=True,
                       cwd=self.folder)
        output = self.crosspoint('launch', 'native/own/divisors/thread-pool/workers:2/place:none', '--items', 4,
                                 '--plugin', 'mine.so', program=program)[0]
        self.assertIn('status=ok', output)


if __name__ == '__main__':
    main()
