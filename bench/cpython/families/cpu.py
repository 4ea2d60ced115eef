# SPDX-License-Identifier: MIT
"""Work for the processor alone, in bytecode."""

import array

from workload import ALL, INTERPRETERS, WORD, Param, Workload, sum_of_squares_below

STRIDE = 0x9e3779b97f4a7c15
WORD_BYTES, WORDS_PER_KIB, KIB_PER_MIB = 8, 128, 1024
KERNEL = 1, 4, 6, 4, 1
REACH = 2
BATCH = 16


class SumSquares(Workload):
    """Task i sums the squares of `terms` numbers from i * terms on."""

    family, name = 'cpu', 'sum-squares'
    summary = 'integer arithmetic, one step after the other'
    params = Param('terms', 10000, 'squares a task, some 50 ns each'),
    models = ALL + INTERPRETERS
    computes = True

    def prepare(self, run):
        run.data = run.number('terms')

    def task(self, run, index, worker):
        terms, total = run.data, 0
        for number in range(index * terms, (index + 1) * terms):
            total += number * number
        return total & WORD

    def account(self, run, items):
        return sum_of_squares_below(items * run.data)


class Image(Workload):
    """A blur is linear: a weighted sum of what comes out is one of what goes in, under blurred weights."""

    family, name = 'cpu', 'image'
    summary = 'a Gaussian blur of 5 x 5 over an image of a batch'
    item = 'image'
    params = Param('size', 64, 'pixels a side', least=2 * REACH + 1),
    models = ALL + INTERPRETERS
    computes = True

    def prepare(self, run):
        import random
        side, numbers = run.number('size'), random.Random(1)
        batch = [[[numbers.randrange(256) for _ in range(side)] for _ in range(side)] for _ in range(BATCH)]
        weights = [numbers.getrandbits(32) for _ in range(side)]
        run.data = side, batch, weights

    @staticmethod
    def blur(image, side):
        """Row by row, then column by column; borders wrap around."""
        a, b, c, d, e = KERNEL
        rows = []
        for row in image:
            wide = row[-REACH:] + row + row[:REACH]
            rows.append([a * wide[x] + b * wide[x + 1] + c * wide[x + 2] + d * wide[x + 3] + e * wide[x + 4]
                         for x in range(side)])
        rows = rows[-REACH:] + rows + rows[:REACH]
        return [[a * p + b * q + c * r + d * s + e * t for p, q, r, s, t in zip(*rows[y:y + 2 * REACH + 1])]
                for y in range(side)]

    def task(self, run, index, worker):
        side, batch, weights = run.data
        blurred = self.blur(batch[index % BATCH], side)
        return sum(weight * sum(map(int.__mul__, weights, row)) for weight, row in zip(weights, blurred)) & WORD

    def account(self, run, items):
        side, batch, weights = run.data
        smooth = [sum(KERNEL[tap] * weights[(x + tap - REACH) % side] for tap in range(len(KERNEL)))
                  for x in range(side)]
        total = 0
        for number, image in enumerate(batch[:items]):
            times = (items - number - 1) // BATCH + 1
            total += times * sum(smooth[y] * smooth[x] * image[y][x] for y in range(side) for x in range(side))
        return total


class Chunks(Workload):
    """A task sums the squares of the words of its chunk. After the last chunk the first one comes again."""

    family, name = 'cpu', 'chunks'
    summary = 'one data set processed chunk by chunk'
    item = 'chunk'
    params = (Param('chunk-kib', 64, "a task's part of it in KiB, some 10 us each"),
              Param('mib', 4, 'size of the data set in MiB'))
    models = ALL + INTERPRETERS
    computes = True

    def prepare(self, run):
        size, words = run.number('chunk-kib') * WORDS_PER_KIB, run.number('mib') * KIB_PER_MIB * WORDS_PER_KIB
        if size > words:
            raise ValueError(f"chunk-kib:{run.key('chunk-kib')} is more than the data set of mib:{run.key('mib')}; "
                             'take a smaller chunk-kib')
        run.data = array.array('Q', (i * STRIDE & WORD for i in range(words))), size, -(-words // size)

    def task(self, run, index, worker):
        words, size, count = run.data
        chunk, total = index % count, 0
        for word in words[chunk * size:(chunk + 1) * size]:
            total += word * word
        return total & WORD

    def account(self, run, items):
        words, size, count = run.data
        whole, rest = divmod(items, count)
        squares = whole * sum_of_squares_below(len(words)) + sum_of_squares_below(rest * size)
        return STRIDE * STRIDE * squares


WORKLOADS = SumSquares, Image, Chunks
