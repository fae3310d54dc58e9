//! Many seeds under swarm faults, and the proof that every rule is needed.

mod args;
mod pool;
mod sums;
mod shards;
mod report;
mod prove;

use args::{Args, Command};
use cpu_time::ProcessTime;
use splitbrain::lab::config::AnyRule;
use splitbrain_tests::swarm::{Plan, Run};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match args::parse() {
        Ok(args) => args,
        Err(why) => {
            eprintln!("sweep: {why}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    let done = match args.command {
        Command::Help => say(args::USAGE),
        Command::Rules => say(&rules()),
        Command::Sweep => sweep(&args),
        Command::Prove => prove::prove(&args),
        Command::Script => script(&args),
        Command::Fingerprints => say(&fingerprints(&args)),
    };
    match done {
        Ok(code) => code,
        // Whoever reads may have had enough.
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("sweep: {why}");
            ExitCode::from(2)
        }
    }
}

fn say(text: &str) -> io::Result<ExitCode> {
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The rules, one a line, name first.
fn rules() -> String {
    let line = |rule: AnyRule| {
        let kind = match rule.kind() {
            splitbrain::rules::Kind::Safety => "safety",
            splitbrain::rules::Kind::Liveness => "liveness",
            splitbrain::rules::Kind::Cost => "cost",
        };
        format!("{:26} {kind:9} {:22} {}\n", rule.name(), rule.citation(), rule.meaning())
    };
    AnyRule::all().map(line).collect()
}

fn sweep(args: &Args) -> io::Result<ExitCode> {
    let started = ProcessTime::now();
    let sums = shards::each(args, |from, count| {
        let outcomes = pool::each(from, count, args.threads, |seed| {
            let mut plan = Plan::draw(seed, args.profile(), args.seconds);
            plan.config.without.clone_from(&args.without);
            Run::new(plan).until(|_| true)
        });
        let mut sums = sums::Sums::default();
        outcomes.for_each(|outcome| sums.count(&outcome));
        sums
    })?;
    let report = report::Report::new(args, sums);
    let told = if args.json { report.json(started.elapsed()) } else { report.text(started.elapsed()) };
    say(&told)?;
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The run of one seed as a script that the page opens.
fn script(args: &Args) -> io::Result<ExitCode> {
    let mut plan = Plan::draw(args.from, args.profile(), args.seconds);
    plan.config.without.clone_from(&args.without);
    let script = Run::new(plan).script().map_err(io::Error::other)?;
    let json = script.to_json().map_err(|why| io::Error::other(why.to_string()))?;
    say(&format!("{json}\n"))
}

/// A seed and its fingerprint on each line: what another target's list must equal.
fn fingerprints(args: &Args) -> String {
    let outcomes = pool::each(args.from, args.count, args.threads, |seed| {
        (seed, Run::new(Plan::draw(seed, args.profile(), args.seconds)).to_the_end().fingerprint)
    });
    outcomes.map(|(seed, fingerprint)| format!("{seed} {fingerprint:016x}\n")).collect()
}
