//! The sentence on top of the page: what just happened that matters, and what to try next.

use super::{Kind, tell};
use crate::lab::coordinator::in_charge;
use crate::lab::member::{Member, View};
use crate::lab::watch::Watch;
use crate::raft::Role;
use crate::sim::{Cause, Gate, Status, Step, World};
use crate::time::Time;
use alloc::format;
use alloc::string::String;

/// What just happened, and what to try next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// What happened.
    pub text: String,
    /// What it means, or what to try.
    pub hint: String,
    /// The section of the paper that the rule involved stands in.
    pub section: Option<&'static str>,
    /// The step it speaks of.
    pub step: Option<u64>,
}

/// How many steps are looked through for one that matters.
const LOOK_BACK: usize = 400;

/// How many of them are put into words whatever they are. Words are dear: older steps must look like news first.
const LOOK_CLOSELY: usize = 32;

/// The latest step that matters, in words, and a hint for this state of the cluster.
pub fn headline<'a>(
    world: &World<Member>,
    watch: &Watch,
    newest_first: impl Iterator<Item = &'a Step<Member>>,
) -> Headline {
    let roster = watch.roster();
    let mut best: Option<(u8, &Step<Member>)> = None;
    for (place, step) in newest_first.take(LOOK_BACK).enumerate() {
        // An older step must matter more to be told before a newer one, and nothing is news for longer than a second.
        if world.now().since(step.at).0 > 1_000_000 {
            break;
        }
        if place >= LOOK_CLOSELY && !looks_like_news(step) {
            continue;
        }
        let weight = weight(tell(step, roster).kind);
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, step));
        }
        if weight == 5 {
            break;
        }
    }
    let hint = hint(world, watch);
    match best {
        Some((_, step)) => {
            let told = tell(step, roster);
            Headline { text: told.text, hint, section: told.section, step: Some(step.number) }
        }
        None => Headline { text: calm(world, watch), hint, section: None, step: None },
    }
}

/// Whether somebody did something, or a server has another role or term.
fn looks_like_news(step: &Step<Member>) -> bool {
    let raft = |view: &Option<View>| match view {
        Some(View::Server(view)) => Some((core::mem::discriminant(&view.raft.role), view.raft.current_term)),
        _ => None,
    };
    let turned = step.change.as_ref().is_some_and(|change| raft(&change.before) != raft(&change.after));
    turned || matches!(step.cause, Cause::Action(_) | Cause::Start { .. })
}

fn weight(kind: Kind) -> u8 {
    match kind {
        Kind::Fault => 5,
        Kind::Election => 4,
        Kind::Client => 3,
        Kind::Mapreduce => 2,
        Kind::Replication => 2,
        Kind::Disk | Kind::Quiet => 0,
    }
}

fn calm(world: &World<Member>, watch: &Watch) -> String {
    match leader(world) {
        Some((name, term)) => {
            format!(
                "{} leads term {term}. Its heartbeats keep the others from standing for election.",
                watch.roster().name(name)
            )
        }
        None if world.now() == Time::ZERO => "The servers wake up, and nobody leads yet.".into(),
        None => "Nobody leads at this moment.".into(),
    }
}

fn leader(world: &World<Member>) -> Option<(crate::node::NodeId, u64)> {
    let leads = |node| match world.view(node) {
        Some(View::Server(view)) if matches!(view.raft.role, Role::Leader { .. }) => {
            Some((view.raft.current_term.0, node))
        }
        _ => None,
    };
    world.ids().filter_map(leads).max().map(|(term, node)| (node, term))
}

fn runs_a_job(world: &World<Member>, watch: &Watch) -> bool {
    let view = in_charge(world, watch.roster()).and_then(|node| world.view(node));
    matches!(view, Some(View::Coordinator(view)) if view.is_running())
}

fn hint(world: &World<Member>, watch: &Watch) -> String {
    let roster = watch.roster();
    let servers = || roster.servers();
    let majority = servers().count() / 2 + 1;
    let down = servers().filter(|&node| world.status(node) == Status::Down).count();
    let cut = servers().any(|from| servers().any(|to| from != to && world.gate(from, to) != Gate::Open));
    if let Some(violation) = watch.verdicts().violations().first() {
        return format!("A property is broken: {}", violation.why);
    }
    if servers().count() - down < majority {
        return "Fewer than a majority are up: nothing can be committed. Restart a server.".into();
    }
    match leader(world) {
        None if cut => "A side without a majority elects nobody. Heal the network, or wait.".into(),
        None => "Whose election timer runs out first asks the others for their votes.".into(),
        Some(_) if cut => "The side with a majority goes on; the other one cannot commit. Heal the network to see it catch up.".into(),
        Some(_) if down > 0 => "A majority is enough to go on. Restart the crashed server to see it catch up.".into(),
        Some(_) if runs_a_job(world, watch) => {
            "Try this: crash a worker half-way, and see its task go to another.".into()
        }
        Some((node, _)) => format!(
            "Try this: crash {}, the leader, and watch an election; or let a client put a key.",
            roster.name(node)
        ),
    }
}
