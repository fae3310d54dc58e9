//! Everything that is drawn of one moment: a page needs nothing else to draw any time until the next step.

use crate::flight::{self, Flight};
use crate::job::{self, Job};
use crate::moment::{Micros, Moment};
use crate::node::{self, Node};
use crate::run::Run;
use serde::Serialize;
use splitbrain::chance::Ratio;
use splitbrain::check::Property;
use splitbrain::lab::Config;
use splitbrain::lab::config::AllRules;
use splitbrain::lab::member::{Member, View};
use splitbrain::lab::tell::headline;
use splitbrain::node::NodeId;
use splitbrain::raft::{Role, Term};
use splitbrain::sim::{Gate, World};
use tsify::Tsify;

/// A moment of the run, as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// This moment.
    pub moment: Moment,
    /// The furthest moment that this branch has reached.
    pub end: Moment,
    /// The leader of the highest term that has one which is not down.
    pub leader: Option<NodeId>,
    /// What just happened, in one sentence.
    pub headline: String,
    /// What it means, or what to try next.
    pub hint: String,
    /// The section of the paper that the rule involved stands in.
    pub section: Option<&'static str>,
    /// The step that the headline is about.
    pub headline_step: Option<u64>,
    /// The names of the rules that are off.
    pub rules_off: Vec<&'static str>,
    /// Where a replay was first seen to differ from what was recorded, in a sentence; null while it gives the same steps.
    pub mismatch: Option<String>,
    /// Every node, in order.
    pub nodes: Vec<Node>,
    /// Every message on its way, oldest first.
    pub flights: Vec<Flight>,
    /// The links that are not open.
    pub links: Vec<Link>,
    /// The links whose quality is not as the run began.
    pub qualities: Vec<LinkQuality>,
    /// How many properties hold.
    pub verdict: Verdict,
    /// The job that runs, or the last one that did.
    pub job: Option<Job>,
}

/// One direction of a link that is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Link {
    /// Its sending side.
    pub from: NodeId,
    /// Its receiving side.
    pub to: NodeId,
    /// What it does instead.
    pub state: Closed,
}

/// How well one direction of a link works that does not work as the run began. Ratios are per mille.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct LinkQuality {
    /// Its sending side.
    pub from: NodeId,
    /// Its receiving side.
    pub to: NodeId,
    /// The shortest and the longest time a message takes.
    #[tsify(type = "[Micros, Micros]")]
    pub latency: (Micros, Micros),
    /// How many messages are lost.
    pub loss: u32,
    /// How many arrive twice.
    pub duplication: u32,
    /// How many are overtaken.
    pub reordering: u32,
}

/// What a link does that is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// What is sent, and what arrives, is lost.
    Cut,
    /// What is sent is kept.
    Hold,
}

/// How the checks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Verdict {
    /// How many of the properties that are watched have held so far.
    pub holds: u32,
    /// How many were broken.
    pub broken: u32,
}

/// The frame of this moment.
pub(crate) fn frame(run: &Run) -> Frame {
    let timeline = run.timeline();
    let (world, watch) = (timeline.world(), timeline.subject());
    let roster = watch.roster();
    let told = headline(world, watch, timeline.trace().rev());
    let broken = watch.verdicts().violations().len() as u32;
    Frame {
        moment: timeline.now().into(),
        end: timeline.end().into(),
        leader: leader(world).map(|(_, node)| node),
        headline: told.text,
        hint: told.hint,
        section: told.section,
        headline_step: told.step,
        rules_off: AllRules::of(world).off().map(|rule| rule.name()).collect(),
        mismatch: timeline.mismatch().map(|mismatch| mismatch.to_string()),
        nodes: node::nodes(world, roster),
        flights: flight::flights(world, roster),
        links: links(world),
        qualities: qualities(world, timeline.config()),
        verdict: Verdict { holds: (watched().count() as u32).saturating_sub(broken), broken },
        job: job::job(world, watch),
    }
}

/// The properties that are judged while a run is watched. What must happen within a bound is judged by sweeps, which know
/// when the faults have stopped; a person who is breaking things has not stopped.
pub(crate) fn watched() -> impl Iterator<Item = Property> {
    Property::ALL.into_iter().filter(|property| !property.is_liveness())
}

fn leader(world: &World<Member>) -> Option<(Term, NodeId)> {
    let leads = |node: NodeId| match world.view(node) {
        Some(View::Server(view)) if matches!(view.raft.role, Role::Leader { .. }) => {
            Some((view.raft.current_term, node))
        }
        _ => None,
    };
    world.ids().filter_map(leads).max()
}

fn qualities(world: &World<Member>, config: &Config) -> Vec<LinkQuality> {
    let usual = config.quality();
    let all = world.ids().flat_map(|from| world.ids().map(move |to| (from, to)));
    all.filter(|(from, to)| from != to)
        .map(|(from, to)| (from, to, world.quality(from, to)))
        .filter(|(_, _, quality)| *quality != usual)
        .map(|(from, to, quality)| LinkQuality {
            from,
            to,
            latency: (quality.latency.0.0, quality.latency.1.0),
            loss: per_mille(quality.loss),
            duplication: per_mille(quality.duplication),
            reordering: per_mille(quality.reordering),
        })
        .collect()
}

fn per_mille(ratio: Ratio) -> u32 {
    (u64::from(ratio.of) * 1_000 / u64::from(ratio.out_of.max(1))) as u32
}

fn links(world: &World<Member>) -> Vec<Link> {
    let all = world.ids().flat_map(|from| world.ids().map(move |to| (from, to)));
    all.filter_map(|(from, to)| {
        let state = match world.gate(from, to) {
            Gate::Open => return None,
            Gate::Cut => Closed::Cut,
            Gate::Hold => Closed::Hold,
        };
        Some(Link { from, to, state })
    })
    .collect()
}
