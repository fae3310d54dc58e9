//! What shows that a rule is needed: switched off, and only then, something that matters goes wrong.
//!
//! A safety rule is missed when a property is broken that is a *consequence* of the rule. A check that merely restates
//! it (that votes are on disk before they are told, where it is the vote's saving that was switched off) does not
//! count. A liveness rule is missed when a bound is, in the calm after the faults; a cost rule when a budget is
//! overspent. In each case the same seeds must pass with the rule on.

use super::plan::Plan;
use super::profile::{self, Profile};
use super::run::{Outcome, Run};
use splitbrain::check::{Property, Violation};
use splitbrain::lab::config::AnyRule;
use splitbrain::rules::Kind;
use splitbrain::{kv, mapreduce, raft};

/// What a cost rule keeps small.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Of what.
    pub what: &'static str,
    /// The most that there may be in one run.
    pub most: u64,
    spent: fn(&Outcome) -> u64,
}

impl Budget {
    /// What this rule keeps small, if it is a cost rule.
    pub fn of(rule: AnyRule) -> Option<Budget> {
        Some(match rule {
            // With fast back-up each skips a whole term (§5.3), and few terms ever differ.
            AnyRule::Raft(raft::Rule::FastBackup) => {
                Budget { what: "steps back", most: 12, spent: |outcome| outcome.costs.steps_back }
            }
            // A clerk asks once, unless it must look for a new leader.
            AnyRule::Kv(kv::Rule::AskLastLeader) => Budget {
                what: "repeats per 100 answers",
                most: 20,
                spent: |outcome| outcome.tally.retries * 100 / outcome.tally.answers.max(100),
            },
            // One round, and another where a clerk has been sent in circles.
            AnyRule::Kv(kv::Rule::PauseBetweenRounds) => {
                Budget { what: "rounds per pause", most: 2, spent: |outcome| outcome.costs.rounds }
            }
            // The word of it, and a request that was on its way. Without, a clerk waits until it is impatient.
            AnyRule::Kv(kv::Rule::ReleaseWaiters) => {
                Budget { what: "message times stranded", most: 3, spent: |outcome| outcome.costs.stranded }
            }
            // The course's tests ask for eight times the limit.
            AnyRule::Kv(kv::Rule::SnapshotNearLimit) => {
                Budget { what: "times the limit", most: 8, spent: |outcome| outcome.costs.state }
            }
            // A second attempt begins within a poll of when it may, and takes no longer than others do.
            AnyRule::MapReduce(mapreduce::Rule::BackupTasks) => {
                Budget { what: "tenths of a second a job", most: 40, spent: |outcome| outcome.costs.job }
            }
            _ => return None,
        })
    }

    /// How much too much was spent; none if it was not.
    fn overspent(&self, outcome: &Outcome) -> Option<u64> {
        Some((self.spent)(outcome)).filter(|&spent| spent > self.most)
    }
}

/// How the absence of one rule is shown.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// The rule.
    pub rule: AnyRule,
    /// From what seeds are drawn.
    pub profile: &'static Profile,
    /// How long each run is, in simulated seconds.
    pub seconds: u32,
    /// Properties that say the same as the rule, and so prove nothing.
    pub restated_by: &'static [Property],
}

/// That, and how, the absence of a rule was noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A property was broken.
    Broken(Violation),
    /// The rule's budget was overspent: this much.
    Overspent(u64),
}

impl Proof {
    /// How the absence of this rule is shown.
    pub fn of(rule: AnyRule) -> Proof {
        let profile = match rule {
            AnyRule::Raft(raft::Rule::VotePersisted | raft::Rule::StaleRepliesIgnored) => &profile::VOTES,
            AnyRule::Raft(
                raft::Rule::StandAgain | raft::Rule::StaleRequestsRefused | raft::Rule::CountEachVoterOnce,
            ) => &profile::RAFT,
            AnyRule::Raft(raft::Rule::CurrentTermCommit) => &profile::FIGURE_8,
            AnyRule::Raft(raft::Rule::ProgressResetAtElection) => &profile::RETURNS,
            AnyRule::Raft(raft::Rule::SnapshotMonotone) => &profile::SNAPSHOTS,
            AnyRule::Raft(raft::Rule::KeepTailAfterSnapshot) => &profile::LATE_SNAPSHOTS,
            AnyRule::Raft(raft::Rule::ReadsConfirmed | raft::Rule::ReadAfterOwnCommit) => &profile::LEASES,
            AnyRule::Raft(raft::Rule::LeaseEndsAtTransfer) => &profile::SUCCESSIONS,
            AnyRule::Raft(raft::Rule::LeaseRefusesVotes) => &profile::BRIDGES,
            AnyRule::Raft(raft::Rule::LeaseFromSendTime) => &profile::LATE_ANSWERS,
            AnyRule::Raft(raft::Rule::PreVoteNeedsSilence) => &profile::COMEBACKS,
            AnyRule::Raft(raft::Rule::FastBackup) => &profile::LAGGARDS,
            AnyRule::Kv(kv::Rule::AskLastLeader | kv::Rule::SnapshotNearLimit) => &profile::STEADY,
            AnyRule::Kv(kv::Rule::PauseBetweenRounds) => &profile::STORMS,
            AnyRule::Kv(kv::Rule::ReleaseWaiters) => &profile::DEPOSED,
            AnyRule::Kv(_) => &profile::SERVICE,
            AnyRule::MapReduce(mapreduce::Rule::BackupTasks) => &profile::STRAGGLERS,
            AnyRule::MapReduce(mapreduce::Rule::KeptBeforeCounted) => &profile::STANDBYS,
            AnyRule::MapReduce(_) => &profile::JOBS,
            _ => &profile::SWARM,
        };
        let restated_by: &[Property] = match rule {
            // That somebody is told what has not been done yet is what the rule forbids; what counts is that they miss it.
            AnyRule::Kv(kv::Rule::AnswerAfterApply) => &[Property::ExactlyOnce],
            // Tables that differ are what the rule forbids; what counts is that a command is executed twice.
            AnyRule::Kv(kv::Rule::SessionsOnEveryReplica) => &[Property::SameState],
            AnyRule::MapReduce(mapreduce::Rule::ReportAfterRename | mapreduce::Rule::AtomicRename) => {
                &[Property::TaskCommittedOnce]
            }
            _ => &[],
        };
        // Most of a run that waits for its calm is spent in it.
        let seconds = if rule == AnyRule::Raft(raft::Rule::PreVoteNeedsSilence) { 6 } else { 20 };
        Proof { rule, profile, seconds, restated_by }
    }

    /// Whether a broken property shows that this rule is missed.
    pub fn counts(&self, property: Property) -> bool {
        match self.rule.kind() {
            Kind::Safety => is_consequence(property) && !self.restated_by.contains(&property),
            Kind::Liveness => property.is_liveness(),
            Kind::Cost => false,
        }
    }

    /// One seed with the rule off.
    pub fn without(&self, seed: u64) -> (Outcome, Option<Notice>) {
        let mut plan = Plan::draw(seed, self.profile, self.seconds);
        plan.config.without = vec![self.rule.name().into()];
        let outcome = Run::new(plan).until(|property| self.counts(property));
        let broken = outcome.violations.iter().find(|violation| self.counts(violation.property));
        let notice = match broken {
            Some(violation) => Some(Notice::Broken(violation.clone())),
            None => self.overspent(&outcome).map(Notice::Overspent),
        };
        (outcome, notice)
    }

    /// The same seed with the rule on; the error says what is wrong with it.
    pub fn with(&self, seed: u64) -> Result<Outcome, String> {
        let outcome = Run::new(Plan::draw(seed, self.profile, self.seconds)).until(|_| true);
        match outcome.violations.first() {
            Some(violation) => Err(violation.to_string()),
            None => match self.overspent(&outcome) {
                Some(spent) => Err(self.told(spent)),
                None => Ok(outcome),
            },
        }
    }

    fn overspent(&self, outcome: &Outcome) -> Option<u64> {
        Budget::of(self.rule)?.overspent(outcome)
    }

    /// What was overspent, and what would have been right.
    pub fn told(&self, spent: u64) -> String {
        Budget::of(self.rule)
            .map_or(String::new(), |budget| format!("{spent} {}, not {}", budget.what, budget.most))
    }
}

/// Whether somebody outside is hurt: the five properties of Figure 3, and what clients and jobs are given. The others
/// are promises beneath these, and say much the same as the rules that keep them.
fn is_consequence(property: Property) -> bool {
    matches!(
        property,
        Property::ElectionSafety
            | Property::LeaderAppendOnly
            | Property::LogMatching
            | Property::LeaderCompleteness
            | Property::StateMachineSafety
            | Property::SameState
            | Property::ExactlyOnce
            | Property::FreshReads
            | Property::TaskCommittedOnce
            | Property::OutputEqualsSequential
            | Property::CountersEqualSequential
            | Property::NoTaskForgotten
    )
}
