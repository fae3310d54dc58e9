//! Every rule is needed: switched off, it is missed.

use crate::args::Args;
use crate::pool;
use cpu_time::ThreadTime;
use splitbrain::lab::config::AnyRule;
use splitbrain_tests::swarm::proof::{Notice, Proof};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

/// How long it may take to notice that a rule is off, and that the same seeds pass with it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of the attempt to prove one rule.
struct Proved {
    proof: Proof,
    /// The seed, the notice and the time of it; none if the rule was not missed.
    noticed: Option<(u64, Notice)>,
    /// What was wrong with a seed although the rule was on.
    unsound: Option<(u64, String)>,
    seeds: u64,
    cpu: (Duration, Duration),
}

/// Tries to prove every rule, and tells of each.
pub(crate) fn prove(args: &Args) -> io::Result<ExitCode> {
    let rules: Vec<AnyRule> =
        AnyRule::all().filter(|rule| args.only.as_deref().is_none_or(|only| only == rule.name())).collect();
    let all: Vec<Proved> = pool::each(0, rules.len() as u64, args.threads, |place| {
        let proof = Proof::of(rules[place as usize]);
        attempt(Proof { profile: args.profile.unwrap_or(proof.profile), ..proof }, args.from, args.most)
    })
    .collect();
    let out = &mut io::stdout().lock();
    writeln!(
        out,
        "{:26} {:12} {:24} {:>8} {:>6} {:>9}",
        "without", "profile", "noticed by", "at seed", "seeds", "CPU s"
    )?;
    for proved in &all {
        out.write_all(proved.told().as_bytes())?;
    }
    let cpu: Duration = all.iter().map(|proved| proved.cpu.0 + proved.cpu.1).sum();
    let missed = all.iter().filter(|proved| !proved.holds()).count();
    writeln!(
        out,
        "{} of {} rules are missed when they are off; {} CPU s",
        all.len() - missed,
        all.len(),
        seconds(cpu)
    )?;
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Tries seed after seed without the rule until it is missed, then the same seeds with it.
fn attempt(proof: Proof, from: u64, most: u64) -> Proved {
    let started = ThreadTime::now();
    let noticed = (from..from + most).find_map(|seed| proof.without(seed).1.map(|notice| (seed, notice)));
    let without = started.elapsed();
    let seeds = noticed.as_ref().map_or(most, |(seed, _)| seed - from + 1);
    let unsound = (from..from + seeds).find_map(|seed| proof.with(seed).err().map(|why| (seed, why)));
    Proved { proof, noticed, unsound, seeds, cpu: (without, started.elapsed() - without) }
}

impl Proved {
    fn holds(&self) -> bool {
        self.noticed.is_some() && self.unsound.is_none() && !self.is_slow()
    }

    fn is_slow(&self) -> bool {
        self.cpu.0 + self.cpu.1 > PATIENCE
    }

    fn told(&self) -> String {
        let (by, seed) = match &self.noticed {
            Some((seed, Notice::Broken(violation))) => {
                (violation.property.name().to_string(), seed.to_string())
            }
            Some((seed, Notice::Overspent(spent))) => (self.proof.told(*spent), seed.to_string()),
            None => ("NOTHING".into(), "-".into()),
        };
        let mut text = format!(
            "{:26} {:12} {by:24} {seed:>8} {:>6} {:>4}+{}\n",
            self.proof.rule.name(),
            self.proof.profile.name,
            self.seeds,
            seconds(self.cpu.0),
            seconds(self.cpu.1),
        );
        if self.is_slow() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  BUT that took more than {} CPU s", PATIENCE.as_secs());
        }
        if let Some((seed, why)) = &self.unsound {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  BUT with the rule on, seed {seed} does not pass either: {why}");
        }
        text
    }
}

fn seconds(span: Duration) -> String {
    format!("{}.{}", span.as_secs(), span.subsec_millis() / 100)
}
