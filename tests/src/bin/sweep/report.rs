//! What came of a sweep, for people and as JSON.

use crate::args::Args;
use serde_json::{Map, Value, json};
use splitbrain::check::Violation;
use splitbrain_tests::swarm::effect::Counts;
use splitbrain_tests::swarm::tally::Tally;
use splitbrain_tests::swarm::{Kind, Outcome, Profile};
use std::fmt::Write;
use std::time::Duration;

/// Over how many seeds nothing may be left at zero.
const MANY: u64 = 1_000;

/// How many violations are told in full.
const TOLD: usize = 20;

/// Sums over all seeds.
pub(crate) struct Report {
    from: u64,
    seeds: u64,
    seconds: u32,
    profile: &'static Profile,
    without: Vec<String>,
    steps: u64,
    micros: u64,
    /// Steps a simulated second of each seed.
    paces: Vec<u64>,
    tally: Tally,
    faults: Counts,
    violations: Vec<(u64, Violation)>,
}

impl Report {
    pub(crate) fn new(args: &Args) -> Report {
        Report {
            from: args.from,
            seeds: 0,
            seconds: args.seconds,
            profile: args.profile(),
            without: args.without.clone(),
            steps: 0,
            micros: 0,
            paces: Vec::new(),
            tally: Tally::default(),
            faults: Counts::default(),
            violations: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        self.steps += outcome.steps;
        self.micros += outcome.at.0;
        self.paces.push(outcome.steps * 1_000_000 / outcome.at.0.max(1));
        self.tally.add(&outcome.tally);
        self.faults.add(&outcome.faults);
        self.violations.extend(outcome.violations.into_iter().map(|violation| (outcome.seed, violation)));
    }

    /// Nothing was broken, and nothing that should have happened never did.
    pub(crate) fn is_sound(&self) -> bool {
        self.violations.is_empty() && self.never().is_empty()
    }

    /// What never happened although there were seeds enough.
    fn never(&self) -> Vec<&'static str> {
        if self.seeds < MANY {
            return Vec::new();
        }
        let faults = self.kinds().filter(|&kind| self.faults.of(kind) == 0).map(Kind::name);
        let counts = self.tally.all().into_iter().filter(|&(_, count)| count == 0).map(|(name, _)| name);
        counts.chain(faults).collect()
    }

    /// The kinds of fault that can be drawn, and what follows from them.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let drawn = |kind: Kind| self.profile.kinds.iter().any(|&(one, on, _)| one == kind && on > 0);
        Kind::ALL.iter().copied().filter(move |&kind| drawn(kind) || kind == Kind::Restart)
    }

    fn median_pace(&self) -> u64 {
        let mut paces = self.paces.clone();
        paces.sort_unstable();
        paces.get(paces.len() / 2).copied().unwrap_or(0)
    }

    pub(crate) fn text(&self, cpu: Duration) -> String {
        let mut text = String::new();
        let mut line = |name: &str, what: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:22} {what:>14}");
        };
        line("seeds", format!("{} from {}", grouped(self.seeds), self.from));
        line("profile", self.profile.name.into());
        for rule in &self.without {
            line("without", rule.clone());
        }
        line("steps", grouped(self.steps));
        line("median steps/s", grouped(self.median_pace()));
        line("simulated hours", hours(self.micros));
        for (name, count) in self.tally.all() {
            line(name, grouped(count));
        }
        line("faults that changed an outcome", String::new());
        for kind in self.kinds() {
            line(&format!("  {}", kind.name()), grouped(self.faults.of(kind)));
        }
        line("violations", grouped(self.violations.len() as u64));
        line("CPU seconds", format!("{}.{:02}", cpu.as_secs(), cpu.subsec_millis() / 10));
        for (seed, violation) in self.violations.iter().take(TOLD) {
            let _ = writeln!(text, "seed {seed}, {} s: {violation}", self.seconds);
        }
        if self.violations.len() > TOLD {
            let _ = writeln!(text, "and {} more", self.violations.len() - TOLD);
        }
        for name in self.never() {
            let _ = writeln!(text, "never over {} seeds: {name}", grouped(self.seeds));
        }
        text
    }

    pub(crate) fn json(&self, cpu: Duration) -> String {
        let faults: Map<String, Value> =
            self.kinds().map(|kind| (kind.name().into(), self.faults.of(kind).into())).collect();
        let violations: Vec<Value> = (self.violations.iter())
            .map(|(seed, violation)| {
                json!({
                    "seed": seed,
                    "step": violation.moment.step,
                    "at": violation.moment.at.0,
                    "property": violation.property.name(),
                    "why": violation.why,
                })
            })
            .collect();
        let report = json!({
            "from": self.from,
            "seeds": self.seeds,
            "seconds": self.seconds,
            "profile": self.profile.name,
            "without": self.without,
            "steps": self.steps,
            "medianStepsPerSecond": self.median_pace(),
            "simulatedMicroseconds": self.micros,
            "counts": self.tally,
            "faults": faults,
            "violations": violations,
            "never": self.never(),
            "cpuMilliseconds": u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX),
        });
        format!("{report:#}\n")
    }
}

/// `12,345,678`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn hours(micros: u64) -> String {
    let hundredths = micros / 36_000_000;
    format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100)
}
