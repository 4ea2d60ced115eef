/* SPDX-License-Identifier: MIT */
#include "gbench_shim.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

namespace
{

bool any_failed;

/* The library has no way to stop: thrown from inside of a case, through it. */
struct Interrupted {
};

/* An iteration is an item. Items beyond those asked for are scaled away, so that time per iteration stays
 * time per item. */
void measure_case(benchmark::State &state, const gbench_case *benchmark)
{
    gbench_round round = {};
    const auto asked = static_cast<uint64_t>(state.max_iterations);
    if (benchmark->measure(benchmark->context, asked, &round)) {
        if (round.interrupted)
            throw Interrupted();
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

/* What C++ writes into a C stream, which knows at its close whether all of it was taken. */
class FileBuffer : public std::streambuf
{
  public:
    explicit FileBuffer(FILE *file) : file_(file)
    {
    }

  protected:
    int_type overflow(int_type c) override
    {
        return traits_type::eq_int_type(c, traits_type::eof()) ? 0 : std::fputc(c, file_);
    }
    std::streamsize xsputn(const char *text, std::streamsize bytes) override
    {
        return static_cast<std::streamsize>(std::fwrite(text, 1, static_cast<size_t>(bytes), file_));
    }
    int sync() override
    {
        return std::fflush(file_);
    }

  private:
    FILE *file_;
};

/* A reporter of Google Benchmark's that keeps to our stream: it is given one of the library's before each
 * run.
 */
template <typename Reporter> class FileReporter : public Reporter
{
  public:
    template <typename... Arguments>
    explicit FileReporter(std::ostream *out, Arguments... arguments) : Reporter(arguments...), out_(out)
    {
    }
    bool ReportContext(const benchmark::BenchmarkReporter::Context &context) override
    {
        this->SetOutputStream(out_);
        this->SetErrorStream(out_);
        begun_ = true;
        return Reporter::ReportContext(context);
    }

    /* At the end, and at an interruption: the file is whole, or empty. */
    void Finalize() override
    {
        if (begun_)
            Reporter::Finalize();
        begun_ = false;
    }

  private:
    std::ostream *out_;
    bool begun_ = false;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* CSV: there as long as the flag is */
std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const gbench_out *out, std::ostream *stream)
{
    using benchmark::BenchmarkReporter;
    using benchmark::ConsoleReporter;
    const std::string format = out->format;
    if (format == "csv")
        return std::unique_ptr<BenchmarkReporter>(new FileReporter<benchmark::CSVReporter>(stream));
    if (format == "console")
        return std::unique_ptr<BenchmarkReporter>(new FileReporter<ConsoleReporter>(
            stream, out->tabular ? ConsoleReporter::OO_Tabular : ConsoleReporter::OO_None));
    return std::unique_ptr<BenchmarkReporter>(new FileReporter<benchmark::JSONReporter>(stream));
}
#pragma GCC diagnostic pop

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

extern "C" int gbench_main(int argc, char **argv, const gbench_case *cases, size_t count,
                           const gbench_out *out)
{
    /* A reporter for a file is taken only with the name of one. */
    std::vector<char *> arguments(argv, argv + argc);
    std::string all = "--benchmark_filter=all", nowhere = "--benchmark_out=/dev/null";
    arguments.push_back(&all[0]);
    if (out->stream)
        arguments.push_back(&nowhere[0]);
    argc = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&argc, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(argc, arguments.data()))
        return 2;
    any_failed = false;
    for (size_t i = 0; i < count; i++)
        add_case(&cases[i]);
    FileBuffer buffer(out->stream);
    std::ostream stream(&buffer);
    std::unique_ptr<benchmark::BenchmarkReporter> reporter;
    if (out->stream)
        reporter = make_reporter(out, &stream);
    std::unique_ptr<benchmark::BenchmarkReporter> display;
    if (out->json)
        display.reset(new FileReporter<benchmark::JSONReporter>(&std::cout));
    size_t matched = 0;
    bool interrupted = false;
    try {
        matched = benchmark::RunSpecifiedBenchmarks(display.get(), reporter.get());
    } catch (const Interrupted &) {
        interrupted = true;
        if (reporter)
            reporter->Finalize();
        if (display)
            display->Finalize();
    }
    stream.flush();
    std::cout.flush();
    std::fflush(stdout);
    benchmark::Shutdown();
    return interrupted ? 130 : matched == 0 ? 2 : any_failed ? 1 : 0;
}
