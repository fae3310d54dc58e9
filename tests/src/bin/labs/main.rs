//! The course's tests of labs 1 to 3, on as many seeds as one likes.

mod args;
#[path = "../sweep/pool.rs"]
mod pool;
mod table;

use args::{Args, Command};
use cpu_time::ProcessTime;
use splitbrain::suites::{self, Report, Test};
use splitbrain_tests::chapters;
use std::io::{self, Write};
use std::process::ExitCode;
use table::Table;

fn main() -> ExitCode {
    let done = args::parse().map_err(Failed::Asked).and_then(|args| match args.command {
        Command::Help => say(args::USAGE),
        Command::List => say(&list(&args)),
        Command::Run => run(&with_chapters(args)?),
        Command::Script => script(&with_chapters(args)?),
    });
    match done {
        Ok(code) => code,
        // Whoever reads may have had enough.
        Err(Failed::Said(why)) if why.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failed::Said(why)) => {
            eprintln!("labs: {why}");
            ExitCode::from(2)
        }
        Err(Failed::Asked(why)) => {
            eprintln!("labs: {why}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
}

/// Why nothing was run.
enum Failed {
    /// What was asked for cannot be.
    Asked(String),
    /// What came of it could not be told.
    Said(io::Error),
}

fn say(text: &str) -> Result<ExitCode, Failed> {
    io::stdout().lock().write_all(text.as_bytes()).map_err(Failed::Said)?;
    Ok(ExitCode::SUCCESS)
}

/// The same, with what lab 1 reads if it is among what was asked for.
fn with_chapters(mut args: Args) -> Result<Args, Failed> {
    if args.tests.iter().any(|test| test.suite == "1") {
        args.options.chapters = chapters::moby_dick().map_err(Failed::Asked)?;
    }
    Ok(args)
}

/// The tests, one a line.
fn list(args: &Args) -> String {
    args.tests.iter().map(|test| format!("{:32} {}\n", test.function, test.name)).collect()
}

fn run(args: &Args) -> Result<ExitCode, Failed> {
    let started = ProcessTime::now();
    let mut table = Table::new(args);
    let outcomes = pool::each(args.from, args.count, args.threads, |seed| {
        args.tests.iter().map(|test| report(test, seed, args)).collect::<Result<Vec<_>, _>>()
    });
    for reports in outcomes {
        reports.map_err(Failed::Asked)?.into_iter().for_each(|report| table.add(report));
    }
    let cpu = started.elapsed();
    say(&if args.json { table.json(cpu) } else { table.text(cpu) })?;
    Ok(if table.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(test: &Test, seed: u64, args: &Args) -> Result<Report, String> {
    Ok(test.run(seed, &args.options)?.report)
}

/// The run of one test on one seed, as a script that the page opens.
fn script(args: &Args) -> Result<ExitCode, Failed> {
    let [test] = args.tests[..] else {
        let many = args.tests.len();
        return Err(Failed::Asked(format!(
            "--script writes down one test, and {many} are meant: use --test"
        )));
    };
    let outcome = test.run(args.from, &args.options).map_err(Failed::Asked)?;
    let json = outcome.script.to_json().map_err(|why| Failed::Asked(why.to_string()))?;
    say(&format!("{json}\n"))
}

/// Every test of these suites; an error names the suites that there are.
fn of_suites(names: &str) -> Result<Vec<&'static Test>, String> {
    let mut tests = Vec::new();
    for name in names.split(',') {
        let known = suites::SUITES.iter().any(|suite| suite.eq_ignore_ascii_case(name));
        if !known {
            return Err(format!("there is no suite `{name}`: there are {}", suites::SUITES.join(", ")));
        }
        tests.extend(suites::all().filter(|test| test.suite.eq_ignore_ascii_case(name)));
    }
    Ok(tests)
}
