# SPDX-License-Identifier: MIT
"""The rules on each partition: `reframe -c contrib/reframe -r --performance-report`. See docs/launchers.md."""

import os

import reframe as rfm
import reframe.utility.sanity as sn

LINE = r'^(?P<rule>\S+) (?P<verdict>holds|does-not-hold|inconclusive) (?P<ratio>\S+)$'


@rfm.simple_test
class CrosspointRules(rfm.RunOnlyRegressionTest):
    """Rules have verdicts; ratios are performance variables, whose references are the site's."""

    valid_systems = ['*']
    valid_prog_environs = ['*']
    executable = 'crosspoint'
    executable_opts = ['run', '--quiet', '--runtime=native', '--out=run']
    postrun_cmds = ['crosspoint rules run --format plain >rules.txt']
    exclusive_access = True
    time_limit = '30m'

    @sanity_function
    def has_verdicts(self):
        return sn.assert_found(LINE, 'rules.txt')

    @run_before('performance')
    def take_ratios(self):
        rules = os.path.join(self.stagedir, 'rules.txt')  # before the stage ReFrame is in a folder of its own
        lines = sn.extractall(LINE, rules, ('rule', 'ratio')).evaluate()
        self.perf_variables = {rule: sn.make_performance_function(sn.defer(float(ratio)), 'times')
                               for rule, ratio in lines if ratio != '-'}
