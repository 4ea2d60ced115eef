/* SPDX-License-Identifier: MIT */
#include "gbench_shim.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <vector>

namespace
{

bool any_failed;

/* An iteration is an item. Items beyond those asked for are scaled away, so that time per iteration stays
 * time per item. */
void measure_case(benchmark::State &state, const gbench_case *benchmark)
{
    gbench_round round = {};
    const auto asked = static_cast<uint64_t>(state.max_iterations);
    if (benchmark->measure(benchmark->context, asked, &round)) {
        any_failed |= !round.skipped;
        state.SkipWithError(round.error);
    }
    while (state.KeepRunningBatch(state.max_iterations))
        state.SetIterationTime(round.seconds * static_cast<double>(asked) / static_cast<double>(round.items));
    state.SetItemsProcessed(state.iterations());
    if (round.latency_p50_ns > 0)
        state.counters["latency_p50_ns"] = round.latency_p50_ns;
    if (round.latency_p99_ns > 0)
        state.counters["latency_p99_ns"] = round.latency_p99_ns;
}

benchmark::internal::Benchmark *add_case(const gbench_case *benchmark)
{
    return benchmark::RegisterBenchmark(
               benchmark->name, [benchmark](benchmark::State &state) { measure_case(state, benchmark); })
        ->UseManualTime();
}

/* Hands the finished run back instead of printing it. */
class CapturingReporter : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context &) override
    {
        return true;
    }
    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            seconds = run.real_accumulated_time;
            count++;
        }
    }
    double seconds = 0;
    int count = 0;
};

} // namespace

extern "C" int gbench_run_once(const gbench_case *benchmark, uint64_t items, double *seconds)
{
    CapturingReporter reporter;
    any_failed = false;
    add_case(benchmark)->Iterations(static_cast<benchmark::IterationCount>(items));
    benchmark::RunSpecifiedBenchmarks(&reporter, ".");
    benchmark::ClearRegisteredBenchmarks();
    *seconds = reporter.seconds;
    return !any_failed && reporter.count == 1 ? 0 : -1;
}

extern "C" int gbench_main(int argc, char **argv, const gbench_case *cases, size_t count)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    any_failed = false;
    for (size_t i = 0; i < count; i++)
        add_case(&cases[i]);
    const size_t matched = benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return matched == 0 ? 2 : any_failed ? 1 : 0;
}
