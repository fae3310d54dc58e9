//! Lab 1: MapReduce.

use super::jobs::JobTester;
use super::stage::Try;
use super::{Program, Test};
use crate::mapreduce::{self, Phase};
use crate::time::Time;
use alloc::format;
use alloc::string::ToString;

const fn test(
    name: &'static str,
    function: &'static str,
    workers: u16,
    app: fn() -> mapreduce::Program,
    program: fn(&mut JobTester) -> Try<()>,
) -> Test {
    Test::new("1", name, function, Program::Jobs { workers, app, program })
}

/// The functions are the applications that the course's script runs.
pub(super) const TESTS: &[Test] = &[
    test("wc test", "wc", 3, || mapreduce::Program::WordCount, same_output),
    test("indexer test", "indexer", 2, || mapreduce::Program::InvertedIndex, same_output),
    test("map parallelism test", "mtiming", 2, || mapreduce::Program::MapTiming, map_parallelism),
    test("reduce parallelism test", "rtiming", 2, || mapreduce::Program::ReduceTiming, reduce_parallelism),
    test("job count test", "jobcount", 4, || mapreduce::Program::JobCount, job_count),
    test("early exit test", "early_exit", 3, || mapreduce::Program::EarlyExit, same_output),
    test("crash test", "crash", 4, || mapreduce::Program::Crash, crash),
];

/// The output is that of a sequential run, and nobody has left before it was complete.
fn same_output(t: &mut JobTester) -> Try<()> {
    let workers = t.config().workers;
    t.begin(usize::from(workers))?;
    t.until_done()?;
    t.all_have_left()
}

fn map_parallelism(t: &mut JobTester) -> Try<()> {
    same_output(t)?;
    let (executors, beside) = (t.executors(Phase::Map), t.calls_beside_others(Phase::Map));
    t.expect(executors == 2, || format!("{executors} workers executed maps; both should have"))?;
    t.expect(beside > 0, || "no two maps were executed at the same time".into())
}

fn reduce_parallelism(t: &mut JobTester) -> Try<()> {
    same_output(t)?;
    let beside = t.calls_beside_others(Phase::Reduce);
    t.expect(beside >= 2, || format!("{beside} reduces were executed beside another; there should be 2"))
}

fn job_count(t: &mut JobTester) -> Try<()> {
    t.begin(2)?;
    // The other two start when the first has left, and find nothing to do.
    t.wait_until(Time::ZERO + super::LIMIT, JobTester::one_has_left)?;
    t.start(2..4)?;
    t.until_done()?;
    t.all_have_left()?;
    let (maps, lines) = (t.executions(Phase::Map), t.lines());
    t.expect(maps == 8, || format!("maps were executed {maps} times; there are 8 files"))?;
    t.expect(lines == ["a 8".to_string()], || format!("{} was printed; it should be 8", lines.join(", ")))
}

/// Workers crash in their calls and are replaced a second later, or sleep for so long that others get their tasks.
fn crash(t: &mut JobTester) -> Try<()> {
    t.begin(4)?;
    t.until_done()
}
