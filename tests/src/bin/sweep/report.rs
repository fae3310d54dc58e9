//! What came of a sweep, for people and as JSON.

use crate::args::Args;
use crate::sums::Sums;
use serde_json::{Map, Value, json};
use splitbrain_tests::swarm::calm::MOSTLY;
use splitbrain_tests::swarm::{Kind, Profile};
use std::fmt::Write;
use std::time::Duration;

/// Over how many seeds nothing may be left at zero.
const MANY: u64 = 1_000;

/// How many violations are told in full.
const TOLD: usize = 20;

/// Sums over all seeds, and what was asked for.
pub(crate) struct Report {
    from: u64,
    seconds: u32,
    profile: &'static Profile,
    without: Vec<String>,
    sums: Sums,
}

impl Report {
    pub(crate) fn new(args: &Args, sums: Sums) -> Report {
        let (profile, without) = (args.profile(), args.without.clone());
        Report { from: args.from, seconds: args.seconds, profile, without, sums }
    }

    /// Nothing was broken, and nothing that should have happened never did.
    pub(crate) fn is_sound(&self) -> bool {
        self.sums.violations.is_empty() && self.never().is_empty() && !self.is_slow()
    }

    /// Whether too many clusters took too long to elect a leader once faults had stopped.
    fn is_slow(&self) -> bool {
        self.sums.seeds >= MANY && self.sums.led_after(990).1 > MOSTLY
    }

    /// What never happened although there were seeds enough.
    fn never(&self) -> Vec<&'static str> {
        if self.sums.seeds < MANY {
            return Vec::new();
        }
        let faults = self.kinds().filter(|&kind| self.sums.faults.of(kind) == 0).map(Kind::name);
        let counts = self.sums.tally.all().into_iter().filter(|&(_, count)| count == 0).map(|(name, _)| name);
        let of_jobs =
            |name: &str| matches!(name, "jobs" | "reissues" | "backups" | "lost" | "skipped" | "late");
        let can_be = |name: &&str| match *name {
            "lost" => self.profile.local > 0,
            "backups" => self.profile.backups.0 > 0,
            "elections" => true,
            name if of_jobs(name) => self.profile.mapreduce > 0,
            _ => self.profile.clients.1 > 0,
        };
        counts.filter(can_be).chain(faults).collect()
    }

    /// The kinds of fault that can be drawn, and what follows from them.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let has_mapreduce = self.profile.mapreduce > 0;
        let drawn = move |kind: Kind| {
            (has_mapreduce || !kind.needs_mapreduce())
                && self.profile.kinds.iter().any(|&(one, on, _)| one == kind && on > 0)
        };
        Kind::ALL.iter().copied().filter(move |&kind| drawn(kind) || kind == Kind::Restart)
    }

    pub(crate) fn text(&self, cpu: Duration) -> String {
        let (sums, mut text) = (&self.sums, String::new());
        let mut line = |name: &str, what: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:22} {what:>14}");
        };
        line("seeds", format!("{} from {}", grouped(sums.seeds), self.from));
        line("profile", self.profile.name.into());
        for rule in &self.without {
            line("without", rule.clone());
        }
        line("steps", grouped(sums.steps));
        line("median steps/s", grouped(sums.median_pace()));
        line("simulated hours", hours(sums.micros));
        for (name, count) in sums.tally.all() {
            line(name, grouped(count));
        }
        let led = [500, 900, 990, 1_000].map(|per_mille| {
            let (_, hundredths) = sums.led_after(per_mille);
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        });
        line("elected in the calm", grouped(sums.led_after(1_000).0 as u64));
        line("after 50/90/99/100 %", format!("{} time-outs", led.join(" / ")));
        line("faults that changed an outcome", String::new());
        for kind in self.kinds() {
            line(&format!("  {}", kind.name()), grouped(sums.faults.of(kind)));
        }
        line("violations", grouped(sums.violations.len() as u64));
        line("CPU seconds", format!("{}.{:02}", cpu.as_secs(), cpu.subsec_millis() / 10));
        for broken in sums.violations.iter().take(TOLD) {
            let _ = writeln!(text, "seed {}, {} s: {}", broken.seed, self.seconds, broken.told);
        }
        if sums.violations.len() > TOLD {
            let _ = writeln!(text, "and {} more", sums.violations.len() - TOLD);
        }
        if self.is_slow() {
            let _ = writeln!(
                text,
                "too slow: 99 in 100 should have a leader within {MOSTLY} hundredths of a time-out"
            );
        }
        for name in self.never() {
            let _ = writeln!(text, "never over {} seeds: {name}", grouped(sums.seeds));
        }
        text
    }

    pub(crate) fn json(&self, cpu: Duration) -> String {
        let sums = &self.sums;
        let faults: Map<String, Value> =
            self.kinds().map(|kind| (kind.name().into(), sums.faults.of(kind).into())).collect();
        let violations: Vec<Value> = (sums.violations.iter())
            .map(|broken| {
                json!({
                    "seed": broken.seed,
                    "step": broken.step,
                    "at": broken.at,
                    "property": broken.property,
                    "why": broken.why,
                })
            })
            .collect();
        let led = [500, 900, 990, 1_000].map(|per_mille| sums.led_after(per_mille).1);
        let report = json!({
            "from": self.from,
            "seeds": sums.seeds,
            "seconds": self.seconds,
            "profile": self.profile.name,
            "without": self.without,
            "steps": sums.steps,
            "medianStepsPerSecond": sums.median_pace(),
            "simulatedMicroseconds": sums.micros,
            "counts": sums.tally,
            "electedInCalm": {
                "runs": sums.led_after(1_000).0,
                "hundredthsOfATimeOut": led,
            },
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
