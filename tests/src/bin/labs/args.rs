//! The command line.

use lexopt::Parser;
use lexopt::prelude::*;
use splitbrain::lab::config::AnyRule;
use splitbrain::suites::{self, Options, Test};

/// How to call it.
pub(crate) const USAGE: &str = "\
cargo labs [--from SEED] [--count N]     run the course's tests on N seeds
  --suite 1,2A,3B    only these labs or parts of them
  --test NAME        only tests whose name, as the course prints it, or whose function has this in it
  --without RULE     with a rule off (again for another)
  --course-only        what the checks find is passed over: the course's own conditions decide
  --threads T        on T threads (2)
  --json             tell it as JSON, one line for each test and seed
cargo labs --script --test NAME [--from SEED]
                     write one test's run down, for the page to open
cargo labs --list    list the tests
";

/// What was asked for.
pub(crate) struct Args {
    pub(crate) command: Command,
    pub(crate) tests: Vec<&'static Test>,
    pub(crate) from: u64,
    pub(crate) count: u64,
    pub(crate) options: Options,
    pub(crate) threads: u32,
    pub(crate) json: bool,
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Run,
    Script,
    List,
    Help,
}

/// Reads the command line; the error says what is wrong with it.
pub(crate) fn parse() -> Result<Args, String> {
    let mut args = Args {
        command: Command::Run,
        tests: suites::all().collect(),
        from: 1,
        count: 1,
        options: Options::default(),
        threads: 2,
        json: false,
    };
    read(Parser::from_env(), &mut args).map_err(|why| why.to_string())?;
    if args.count == 0 || args.from.checked_add(args.count).is_none() {
        return Err("there are no such seeds: give --count at least 1 and a smaller --from".into());
    }
    if !(1..=256).contains(&args.threads) {
        return Err("use 1 to 256 --threads".into());
    }
    Ok(args)
}

fn read(mut parser: Parser, args: &mut Args) -> Result<(), lexopt::Error> {
    while let Some(argument) = parser.next()? {
        match argument {
            Long("from") => args.from = parser.value()?.parse()?,
            Long("count") => args.count = parser.value()?.parse()?,
            Long("threads") => args.threads = parser.value()?.parse()?,
            Long("suite") => {
                let meant = super::of_suites(&parser.value()?.string()?)?;
                args.tests.retain(|test| meant.iter().any(|one| one.name == test.name));
            }
            Long("test") => {
                let name = parser.value()?.string()?;
                args.tests.retain(|test| suites::named(&name).any(|one| one.name == test.name));
                if args.tests.is_empty() {
                    return Err(
                        format!("no test has `{name}` in its name: cargo labs --list lists them").into()
                    );
                }
            }
            Long("without") => {
                let name = parser.value()?.string()?;
                if AnyRule::named(&name).is_err() {
                    return Err(format!("there is no rule `{name}`: cargo sweep --rules lists them").into());
                }
                args.options.without.push(name);
            }
            Long("course-only") => args.options.course_only = true,
            Long("json") => args.json = true,
            Long("script") => args.command = Command::Script,
            Long("list") => args.command = Command::List,
            Long("help") | Short('h') => args.command = Command::Help,
            other => return Err(other.unexpected()),
        }
    }
    Ok(())
}
