//! What a seed draws: a cluster, its load, the faults that are on and how often one strikes.

use super::dice::{Dice, Spans};
use super::kind::Kind;
use super::moment::Moment;
use super::profile::Profile;
use super::text;
use splitbrain::kv::Mix;
use splitbrain::kv::server::Reads;
use splitbrain::lab::Config;
use splitbrain::lab::config::Coordination;
use splitbrain::mapreduce::{Disks, Job};
use splitbrain::time::{Span, Time};

/// The purposes for which a seed is drawn from.
pub(super) mod purpose {
    pub(in crate::swarm) const PLAN: u64 = 1;
    pub(in crate::swarm) const ADVERSARY: u64 = 2;
    /// How jobs run. Drawn apart, so that seeds without MapReduce stay what they were.
    pub(in crate::swarm) const WORKERS: u64 = 3;
    /// And those after it: one for each job.
    pub(in crate::swarm) const JOBS: u64 = 1_000;
}

/// All that is drawn before a run begins.
#[derive(Clone, Debug)]
pub struct Plan {
    /// From what.
    pub seed: u64,
    /// The cluster.
    pub config: Config,
    /// How long the run is.
    pub end: Time,
    /// When faults stop, if they do.
    pub calm_from: Option<Time>,
    /// The kinds of fault that are on, by weight.
    pub kinds: Vec<(Kind, u32)>,
    /// The mean pause between two faults.
    pub gap: Span,
    /// How many faults in a thousand wait for an interesting moment.
    pub keen: u32,
    /// Which moments, by weight.
    pub moments: &'static [(Moment, u32)],
    /// How long what is broken stays so.
    pub spans: Spans,
    /// The load of each client: its pause, and which operations.
    pub loads: Vec<(Span, Mix)>,
    /// How fast a slow worker is, in per cent.
    pub speeds: (u32, u32),
    /// The longest text of a job, in bytes.
    pub longest_text: u32,
}

impl Plan {
    /// What this seed draws from this profile, for a run of so many simulated seconds.
    pub fn draw(seed: u64, profile: &Profile, seconds: u32) -> Plan {
        let dice = &mut Dice::new(seed, purpose::PLAN);
        let has_mapreduce = dice.happens(profile.mapreduce);
        let workers = if has_mapreduce { dice.between(profile.workers.0, profile.workers.1) } else { 0 };
        let apart = &mut Dice::new(seed, purpose::WORKERS);
        let local = apart.happens(profile.local);
        let (backups, (soonest, latest)) = profile.backups;
        let backs_up = apart.happens(backups);
        let backup_after = apart.within(Span::millis(soonest), Span::millis(latest));
        let standby = apart.happens(profile.standbys);
        let (of_workers, others): (Vec<_>, Vec<_>) =
            profile.kinds.iter().partition(|(kind, ..)| kind.is_of_workers());
        let of_workers = (of_workers.into_iter())
            .filter(|&&(kind, on, _)| {
                apart.happens(on) && has_mapreduce && (local || kind != Kind::WipeWorker)
            })
            .map(|&(kind, _, weight)| (kind, weight));
        let kinds: Vec<(Kind, u32)> = (others.into_iter())
            .filter(|&&(kind, on, _)| dice.happens(on) && (has_mapreduce || !kind.needs_mapreduce()))
            .map(|&(kind, _, weight)| (kind, weight))
            .chain(of_workers)
            .collect();
        let mut config = Config {
            seed: seed & ((1 << 53) - 1),
            servers: dice.weighted(profile.servers).unwrap_or(3),
            clients: dice.between(profile.clients.0, profile.clients.1) as u16,
            workers: workers as u16,
            latency: micros(dice.weighted(profile.latency)),
            disk_latency: micros(dice.weighted(profile.disk)),
            task_timeout: dice
                .within(Span::millis(profile.task_timeout.0), Span::millis(profile.task_timeout.1)),
            backup_after: (has_mapreduce && backs_up).then_some(backup_after),
            intermediate: if has_mapreduce && local { Disks::Local } else { Disks::Shared },
            coordinator: if has_mapreduce && standby {
                Coordination::Replicated
            } else {
                Coordination::Plain
            },
            ..Config::default()
        };
        let (messages, tenths) = dice.weighted(profile.elections).unwrap_or((100, 20));
        // A round of votes takes two messages and a write.
        let round = 2 * config.latency.1.0 + config.disk_latency.1.0;
        let shortest = (round * messages / 20).max(10_000);
        config.election_timeout = (Span(shortest), Span(shortest * tenths / 10));
        config.heartbeat =
            Span(shortest / u64::from(dice.between(profile.heartbeats.0, profile.heartbeats.1)));
        let has = |kind| kinds.iter().any(|&(on, _)| on == kind);
        let always = |dice: &mut Dice, kind, most: u32| {
            if has(kind) && dice.happens(400) { dice.between(1, most) } else { 0 }
        };
        config.loss = always(dice, Kind::Loss, 150);
        config.duplication = always(dice, Kind::Duplication, 200);
        config.reordering = always(dice, Kind::Reordering, 150);
        if dice.happens(profile.snapshots) {
            // From every few commands on.
            config.max_raft_state = Some(u64::from(doubling(dice, 256, 4_096)));
            config.snapshot_chunk = dice.happens(500).then(|| doubling(dice, 32, 1_024));
        }
        config.pre_vote = dice.happens(profile.extras);
        config.check_quorum = dice.happens(profile.extras);
        config.reads = dice.weighted(profile.reads).unwrap_or(Reads::Log);
        // Up to how much clocks drift, where something depends on it.
        config.lease_drift = dice.between(10_000, 200_000);
        let end = Time(u64::from(seconds) * 1_000_000);
        let calm = dice.happens(profile.calm);
        let share = u64::from(dice.between(300, 500));
        Plan {
            seed,
            end,
            calm_from: calm.then_some(Time(end.0 * share / 1_000)),
            gap: log_within(dice, profile.gap),
            keen: profile.keen,
            moments: profile.moments,
            spans: spans(&config),
            loads: (0..config.clients)
                .map(|_| {
                    let think = dice.within(Span(profile.think.0), Span(profile.think.1));
                    let mut within = |(least, most)| dice.between(least, most);
                    let (keys, writes) = (within(profile.keys), within(profile.writes));
                    let (hot, cas, deletes) =
                        (within(profile.hot), within(profile.cas), within(profile.deletes));
                    (think, Mix { keys, hot, writes, cas, deletes })
                })
                .collect(),
            speeds: profile.speeds,
            longest_text: profile.longest_text,
            kinds,
            config,
        }
    }

    /// The `n`-th job, where there is MapReduce.
    pub fn job(&self, n: u32) -> Job {
        text::job(&mut Dice::new(self.seed, purpose::JOBS + u64::from(n)), self.longest_text)
    }
}

fn micros(range: Option<(u64, u64)>) -> (Span, Span) {
    range.map_or((Span::millis(1), Span::millis(2)), |(from, to)| (Span(from), Span(to)))
}

/// Milliseconds drawn so that each doubling is as likely as the next.
fn log_within(dice: &mut Dice, (from, to): (u64, u64)) -> Span {
    let doublings = (to / from.max(1)).max(1).ilog2();
    let from = from << dice.between(0, doublings);
    dice.within(Span::millis(from), Span::millis((2 * from).min(to.max(from))))
}

/// A number drawn so that each doubling is as likely as the next.
fn doubling(dice: &mut Dice, from: u32, to: u32) -> u32 {
    let from = from << dice.below((to / from).ilog2());
    dice.between(from, 2 * from)
}

/// What is short and what is long for this cluster.
fn spans(config: &Config) -> Spans {
    let (latency, (shortest, longest)) = (config.latency.1.0, config.election_timeout);
    let (shortest, longest) = (shortest.0, longest.0);
    Spans {
        short: (Span(0), Span(4 * latency)),
        medium: (Span(shortest / 4), Span(2 * longest)),
        long: (Span(2 * longest), Span((12 * longest).clamp(500_000, 4_000_000))),
    }
}
