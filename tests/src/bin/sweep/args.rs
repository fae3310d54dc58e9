//! The command line.

use lexopt::Parser;
use lexopt::prelude::*;
use splitbrain::lab::config::AnyRule;
use splitbrain_tests::swarm::{Profile, profile};
use std::path::PathBuf;

/// How to call it.
pub(crate) const USAGE: &str = "\
cargo sweep --from SEED --count N --seconds S   run N seeds of S simulated seconds each under swarm faults
  --without RULE     with a rule off (again for another)
  --profile NAME     draw from another profile of faults
  --threads T        on T threads (2)
  --json             tell it as JSON
  --resume FILE      write down in FILE what is done; a second call goes on from there
  --shard N          after so many seeds each (500)
cargo sweep --prove [--from SEED]                switch off one rule after the other and show that it is noticed
  --only RULE        only this one
  --most N           try N seeds at most (2000)
cargo sweep --rules                              list the rules
cargo sweep --script --from SEED --seconds S [--without RULE]
                                                 write one seed's run down, for the page to open
cargo sweep --fingerprints --from SEED --count N --seconds S
                                                 list each seed's fingerprint
";

/// What was asked for.
pub(crate) struct Args {
    pub(crate) command: Command,
    pub(crate) from: u64,
    pub(crate) count: u64,
    pub(crate) seconds: u32,
    pub(crate) without: Vec<String>,
    pub(crate) profile: Option<&'static Profile>,
    pub(crate) threads: u32,
    pub(crate) json: bool,
    /// Where what is done is written down.
    pub(crate) resume: Option<PathBuf>,
    /// How many seeds are written down at once.
    pub(crate) shard: u32,
    /// The only rule to prove.
    pub(crate) only: Option<String>,
    /// How many seeds a proof may try.
    pub(crate) most: u64,
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Sweep,
    Prove,
    Rules,
    Script,
    Fingerprints,
    Help,
}

impl Args {
    /// The profile that was asked for, or everything that can happen.
    pub(crate) fn profile(&self) -> &'static Profile {
        self.profile.unwrap_or(&profile::SWARM)
    }
}

/// Reads the command line; the error says what is wrong with it.
pub(crate) fn parse() -> Result<Args, String> {
    let mut args = Args {
        command: Command::Sweep,
        from: 1,
        count: 100,
        seconds: 20,
        without: Vec::new(),
        profile: None,
        only: None,
        most: 2_000,
        threads: 2,
        json: false,
        resume: None,
        shard: 500,
    };
    read(Parser::from_env(), &mut args).map_err(|why| why.to_string())?;
    if args.count == 0 || args.from.checked_add(args.count).is_none() {
        return Err("there are no such seeds: give --count at least 1 and a smaller --from".into());
    }
    if !(1..=100_000).contains(&args.seconds) || !(1..=256).contains(&args.threads) {
        return Err("use 1 to 100000 --seconds and 1 to 256 --threads".into());
    }
    Ok(args)
}

fn read(mut parser: Parser, args: &mut Args) -> Result<(), lexopt::Error> {
    while let Some(argument) = parser.next()? {
        match argument {
            Long("from") => args.from = parser.value()?.parse()?,
            Long("count") => args.count = parser.value()?.parse()?,
            Long("seconds") => args.seconds = parser.value()?.parse()?,
            Long("threads") => args.threads = parser.value()?.parse()?,
            Long("without") => args.without.push(rule(&mut parser)?),
            Long("only") => args.only = Some(rule(&mut parser)?),
            Long("most") => args.most = parser.value()?.parse()?,
            Long("prove") => args.command = Command::Prove,
            Long("profile") => args.profile = Some(one_of_the_profiles(&parser.value()?.string()?)?),
            Long("json") => args.json = true,
            Long("shard") => args.shard = parser.value()?.parse::<u32>()?.max(1),
            Long("resume") => args.resume = Some(parser.value()?.into()),
            Long("rules") => args.command = Command::Rules,
            Long("script") => args.command = Command::Script,
            Long("fingerprints") => args.command = Command::Fingerprints,
            Long("help") | Short('h') => args.command = Command::Help,
            other => return Err(other.unexpected()),
        }
    }
    Ok(())
}

fn rule(parser: &mut Parser) -> Result<String, lexopt::Error> {
    let name = parser.value()?.string()?;
    match AnyRule::named(&name) {
        Ok(rule) => Ok(rule.name().into()),
        Err(_) => Err(format!("there is no rule `{name}`: cargo sweep --rules lists them").into()),
    }
}

fn one_of_the_profiles(name: &str) -> Result<&'static Profile, lexopt::Error> {
    Profile::named(name).ok_or_else(|| {
        let names: Vec<&str> = profile::ALL.iter().map(|profile| profile.name).collect();
        format!("there is no profile `{name}`: there are {}", names.join(", ")).into()
    })
}
