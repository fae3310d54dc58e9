//! Raft's steps in words.

use super::{Kind, Names, Sentence, entries};
use crate::kv::{self, Command, ServerView};
use crate::lab::member::{self, Member, View};
use crate::node::{Effect, NodeId};
use crate::raft::{Appended, Message, Note, Received, Role, Timer, Vote};
use crate::sim::Step;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A message as a noun phrase.
pub(super) fn name(message: &Message<Command>) -> &'static str {
    match message {
        Message::RequestVote { .. } => "A vote request",
        Message::RequestPreVote { .. } => "A question before an election",
        Message::PreVoteReply { granted: true, .. } => "The promise of a vote",
        Message::PreVoteReply { .. } => "The refusal of a vote to come",
        Message::TimeoutNow { .. } => "A call to take over",
        Message::VoteReply { granted: true, .. } => "A vote",
        Message::VoteReply { .. } => "A refused vote",
        Message::AppendEntries { prev_log_index, entries, .. } if entries.last_index() == *prev_log_index => {
            "A heartbeat"
        }
        Message::AppendEntries { .. } => "Entries",
        Message::AppendReply { outcome: Appended::Match(_), .. } => "An acknowledgement",
        Message::AppendReply { .. } => "A refusal of entries",
        Message::InstallSnapshot { offset: 0, done: true, .. } => "A snapshot",
        Message::InstallSnapshot { .. } => "A part of a snapshot",
        Message::SnapshotReply { outcome: Received::Stale, .. } => "A refusal of a snapshot",
        Message::SnapshotReply { .. } => "An acknowledgement",
    }
}

/// A message in one line, with its fields.
pub(super) fn describe(message: &Message<Command>) -> String {
    match message {
        Message::RequestVote { term, last_log_index, last_log_term, .. } => {
            format!("RequestVote, term {term}: my log ends at {last_log_index} with term {last_log_term}")
        }
        Message::RequestPreVote { term, last_log_index, last_log_term } => {
            format!(
                "pre-vote asked for, term {term}: my log ends at {last_log_index} with term {last_log_term}"
            )
        }
        Message::PreVoteReply { term, granted, .. } => {
            format!("pre-vote {}, term {term}", if *granted { "granted" } else { "refused" })
        }
        Message::TimeoutNow { term } => format!("TimeoutNow, term {term}: stand for election at once"),
        Message::VoteReply { term, granted } => {
            format!("vote {}, term {term}", if *granted { "granted" } else { "refused" })
        }
        Message::AppendEntries { term, prev_log_index, entries: log, leader_commit, .. } => {
            let last = log.last_index();
            if last <= *prev_log_index {
                format!("heartbeat, term {term}: committed up to {leader_commit}")
            } else {
                let what = entries(prev_log_index + 1, last);
                format!("AppendEntries, term {term}: {what}, committed up to {leader_commit}")
            }
        }
        Message::AppendReply { term, outcome, .. } => match outcome {
            Appended::Match(index) => format!("acknowledged up to {index}, term {term}"),
            Appended::TooShort { last_index } => format!("refused, term {term}: my log ends at {last_index}"),
            Appended::Conflict { term: other, first_index } => {
                format!("refused, term {term}: I hold term {other} there, from {first_index}")
            }
            Appended::Stale => format!("refused: this is term {term}"),
        },
        Message::InstallSnapshot { term, last_included_index, offset, data, done, .. } => {
            let last = if *done { ", the last" } else { "" };
            let (end, len) = (offset + data.len(), data.len());
            let part = if *offset == 0 && *done {
                format!("{len} bytes")
            } else {
                format!("bytes {offset} to {end}{last}")
            };
            format!("InstallSnapshot, term {term}: all up to {last_included_index}, {part}")
        }
        Message::SnapshotReply { term, last_included_index, outcome, .. } => match outcome {
            Received::Installed => format!("holds all up to {last_included_index}, term {term}"),
            Received::Upto(bytes) => {
                format!("has {bytes} bytes of the snapshot to {last_included_index}, term {term}")
            }
            Received::Stale => format!("refused: this is term {term}"),
        },
    }
}

pub(super) fn alarm(step: &Step<Member>, names: Names, node: NodeId, timer: Timer) -> Sentence {
    let name = names.of(node);
    match (timer, after(step)) {
        (Timer::Election, Some(view)) if view.raft.canvassed.is_some() => {
            let text = format!("{name} heard from no leader for too long, so it asks who would vote for it.");
            Sentence::new(Kind::Election, "dissertation §9.6", text)
        }
        (Timer::Election, Some(view)) => {
            let term = view.raft.current_term;
            let text = match view.raft.role {
                Role::Leader { .. } => format!("{name} heard from no leader and leads term {term} alone."),
                _ => {
                    format!("{name} heard from no leader for too long, so it asks for votes in term {term}.")
                }
            };
            Sentence::new(Kind::Election, "§5.2", text)
        }
        (Timer::Election, None) => Sentence::plain(Kind::Quiet, format!("{name}'s election timer ran out.")),
        (Timer::Quorum, Some(view)) if matches!(view.raft.role, Role::Follower) => {
            let text = format!("No majority has answered {name} for too long, so it leads no more.");
            Sentence::new(Kind::Election, "dissertation §6.2", text)
        }
        (Timer::Quorum, _) => {
            let text = format!("{name} looked whether a majority still answers it.");
            Sentence::new(Kind::Quiet, "dissertation §6.2", text)
        }
        (Timer::Transfer, _) => {
            let text = format!("Nobody has taken over from {name} in time, so it goes on leading.");
            Sentence::new(Kind::Election, "dissertation §3.10", text)
        }
        (Timer::Heartbeat, _) => {
            Sentence::new(Kind::Quiet, "§5.2", format!("{name} leads and tells everybody so."))
        }
    }
}

pub(super) fn arrival(
    step: &Step<Member>,
    names: Names,
    from: NodeId,
    to: NodeId,
    message: &Message<Command>,
) -> Sentence {
    let (from, to) = (names.of(from), names.of(to));
    let told = match message {
        Message::RequestVote { term, .. } => vote_requested(step, &from, &to, term.0),
        Message::VoteReply { granted, .. } => vote_answered(step, &from, &to, *granted),
        Message::RequestPreVote { .. } => {
            let why = match note(step) {
                Some(Note::PreVoteRefusedLeaderHeard) => ": it hears a leader",
                Some(Note::PreVoteRefusedLogBehind) => ": that log is less up to date",
                Some(Note::PreVoteRefusedStaleTerm) => ": that term is over",
                _ => "",
            };
            let would = if why.is_empty() { "would" } else { "would not" };
            let text = format!("{to} said that it {would} vote for {from}{why}.");
            Sentence::new(Kind::Election, "dissertation §9.6", text)
        }
        Message::PreVoteReply { granted, .. } => {
            let text = match after(step) {
                Some(view) if matches!(view.raft.role, Role::Candidate { .. }) && *granted => {
                    let term = view.raft.current_term;
                    format!("A majority would vote for {to}, so it asks for votes in term {term}.")
                }
                _ if *granted => format!("{to} learned that {from} would vote for it."),
                _ => format!("{to} learned that {from} would not vote for it."),
            };
            Sentence::new(Kind::Election, "dissertation §9.6", text)
        }
        Message::TimeoutNow { .. } => {
            let text = match after(step) {
                Some(view) => {
                    let term = view.raft.current_term;
                    format!("{to} takes over as {from} asks: it stands for election in term {term}.")
                }
                None => format!("{to} did not take over from {from}, who leads no more."),
            };
            Sentence::new(Kind::Election, "dissertation §3.10", text)
        }
        Message::AppendEntries { .. } => entries_received(step, &from, &to),
        Message::AppendReply { outcome, .. } => append_answered(step, &from, &to, outcome),
        Message::InstallSnapshot { last_included_index, .. } => {
            snapshot_received(step, &from, &to, *last_included_index)
        }
        Message::SnapshotReply { last_included_index, outcome, .. } => {
            snapshot_answered(step, &from, &to, *last_included_index, *outcome)
        }
    };
    let told = stepped_down(step, &from, &to).unwrap_or(told);
    if matches!(message, Message::InstallSnapshot { .. }) { told } else { with_snapshot(step, &to, told) }
}

/// A server that applied something may have taken a snapshot right after it.
fn with_snapshot(step: &Step<Member>, name: &str, told: Sentence) -> Sentence {
    let compacted = |(before, after): &(&ServerView, &ServerView)| {
        after.raft.log.base_index() > before.raft.log.base_index()
    };
    match both(step).filter(compacted) {
        Some((_, after)) => {
            let upto = after.raft.log.base_index();
            let text = format!("{} {name} saved a snapshot and dropped its entries up to {upto}.", told.text);
            Sentence::new(Kind::Replication, "§7", text)
        }
        None => told,
    }
}

fn vote_requested(step: &Step<Member>, from: &str, to: &str, term: u64) -> Sentence {
    let granted = step.effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::Send {
                body: member::Message::Kv(kv::Message::Raft(Message::VoteReply { granted: true, .. })),
                ..
            }
        )
    });
    if granted {
        let text = format!("{to} granted its vote to {from} for term {term}.");
        return Sentence::new(Kind::Election, "§5.2", text);
    }
    let (why, section) = match note(step) {
        Some(Note::VoteRefusedLogBehind) => (format!("{from}'s log is less up to date"), "§5.4.1"),
        Some(Note::VoteRefusedAlreadyVoted) => ("it has voted in this term".into(), "§5.2"),
        Some(Note::VoteRefusedLeaderHeard) => ("it hears a leader".into(), "§6"),
        Some(Note::VoteRefusedStaleTerm) => (format!("term {term} is over"), "§5.1"),
        _ => ("the request is of no use".into(), "§5.2"),
    };
    Sentence::new(Kind::Election, section, format!("{to} refused {from} its vote for term {term}: {why}."))
}

fn vote_answered(step: &Step<Member>, from: &str, to: &str, granted: bool) -> Sentence {
    if note(step) == Some(Note::VoteReplyOfOtherTerm) {
        let text = format!("{from}'s answer belongs to an earlier election, so {to} does not count it.");
        return Sentence::new(Kind::Quiet, "§5.1", text);
    }
    let text = match (after(step), granted) {
        (Some(view), true) => match &view.raft.role {
            Role::Leader { progress } => {
                let all = progress.len() + 1;
                let term = view.raft.current_term;
                let majority = all / 2 + 1;
                format!("{to} has {majority} of {all} votes, a majority: it leads term {term}.")
            }
            Role::Candidate { votes } => {
                let count = votes.iter().filter(|(_, vote)| *vote == Vote::Granted).count();
                let all = votes.len();
                let missing = (all / 2 + 1).saturating_sub(count);
                let more =
                    if missing == 1 { "One more makes".into() } else { format!("{missing} more make") };
                format!("{to} has {from}'s vote, {count} of {all}. {more} a majority.")
            }
            Role::Follower => format!("{to} received {from}'s vote."),
        },
        (_, true) => {
            return Sentence::new(
                Kind::Quiet,
                "§5.2",
                format!("{from}'s vote reached {to} after the election."),
            );
        }
        (None, false) => {
            let text = format!("{from}'s refusal reached {to} after the election.");
            return Sentence::new(Kind::Quiet, "§5.2", text);
        }
        (Some(_), false) => format!("{to} learned that {from} does not vote for it."),
    };
    Sentence::new(Kind::Election, "§5.2", text)
}

fn entries_received(step: &Step<Member>, from: &str, to: &str) -> Sentence {
    let refused = match note(step) {
        Some(Note::EntriesRefusedTooShort) => Some(("its log ends before them", "§5.3")),
        Some(Note::EntriesRefusedConflict) => Some(("the entry before them is another one here", "§5.3")),
        Some(Note::EntriesRefusedStaleTerm) => Some(("their sender's term is over", "§5.1")),
        _ => None,
    };
    if let Some((why, section)) = refused {
        return Sentence::new(Kind::Replication, section, format!("{to} refused what {from} sent: {why}."));
    }
    if note(step) == Some(Note::EntriesFromSecondLeader) {
        let text = format!("{to} ignored what {from} sent: it leads this term itself.");
        return Sentence::new(Kind::Election, "§5.2", text);
    }
    let Some((before, after)) = both(step) else {
        return Sentence::new(Kind::Quiet, "§5.2", format!("{to} heard from {from}, its leader."));
    };
    let (old, new) = (&before.raft, &after.raft);
    let mut told = Vec::new();
    if old.log != new.log {
        let (last, kept) = (new.log.last_index(), common(before, after));
        if kept < old.log.last_index() {
            // Where nothing takes their place, nothing conflicted: a rule is off.
            let why = if kept < last { "which conflicted" } else { "though nothing conflicted" };
            told.push(format!("dropped {}, {why}", entries(kept + 1, old.log.last_index())));
        }
        if kept < last {
            told.push(format!("appended {} from {from}", entries(kept + 1, last)));
        }
    }
    if new.commit_index > old.commit_index {
        told.push(format!("applied {}", entries(old.commit_index + 1, new.commit_index)));
    }
    if told.is_empty() {
        let text = format!("{to} now follows {from}, the leader of term {}.", new.current_term);
        return if old.leader == new.leader {
            Sentence::new(Kind::Quiet, "§5.2", format!("{to} heard from {from}, its leader."))
        } else {
            Sentence::new(Kind::Election, "§5.2", text)
        };
    }
    Sentence::new(Kind::Replication, "§5.3", format!("{to} {}.", told.join(" and ")))
}

fn snapshot_received(step: &Step<Member>, from: &str, to: &str, index: u64) -> Sentence {
    if let Some((before, after)) = both(step) {
        if after.raft.last_applied < before.raft.last_applied {
            let text = format!("{to} went back to what {from}'s snapshot up to {index} holds.");
            return Sentence::new(Kind::Replication, "§7", text);
        }
        if after.raft.log.base_index() > before.raft.log.base_index() {
            let text = format!("{to} installed {from}'s snapshot in place of all entries up to {index}.");
            return Sentence::new(Kind::Replication, "§7", text);
        }
        if let Some(receiving) = after.raft.receiving
            && note(step) != Some(Note::ChunkOutOfPlace)
        {
            let bytes = receiving.bytes;
            let text = format!("{to} has {bytes} bytes of {from}'s snapshot up to {index}.");
            return Sentence::new(Kind::Replication, "§7", text);
        }
    }
    let (text, section) = match note(step) {
        Some(Note::SnapshotRefusedStaleTerm) => {
            (format!("{to} refused {from}'s snapshot: the term is over."), "§5.1")
        }
        Some(Note::ChunkOutOfPlace) => (
            format!("{to} did not take a part of {from}'s snapshot: it does not belong where it would go."),
            "§7",
        ),
        _ => (format!("{to} holds all that {from}'s snapshot up to {index} replaces."), "§7"),
    };
    Sentence::new(Kind::Replication, section, text)
}

fn snapshot_answered(step: &Step<Member>, from: &str, to: &str, index: u64, outcome: Received) -> Sentence {
    if note(step).is_some() {
        return unused(from, to);
    }
    let text = match outcome {
        Received::Installed => format!("{to} knows that {from} holds everything up to {index}."),
        Received::Upto(bytes) => {
            format!("{to} knows that {from} has {bytes} bytes of the snapshot up to {index}.")
        }
        Received::Stale => format!("{to} was told by {from} that its term is over."),
    };
    Sentence::new(Kind::Quiet, "§7", text)
}

/// The reason is the note.
fn unused(from: &str, to: &str) -> Sentence {
    Sentence::new(Kind::Quiet, "§5.1", format!("{to} did not use what {from} answered."))
}

fn append_answered(step: &Step<Member>, from: &str, to: &str, outcome: &Appended) -> Sentence {
    if let Some((before, after)) = both(step)
        && after.raft.commit_index > before.raft.commit_index
    {
        let what = entries(before.raft.commit_index + 1, after.raft.commit_index);
        let text = format!(
            "{from} holds {what} too: that makes a majority, so {to} committed and applied {}.",
            pronoun(before, after)
        );
        return Sentence::new(Kind::Replication, "§5.3", text);
    }
    match note(step) {
        Some(Note::RefusalSettled) => {
            let text = format!("Another refusal by {from} reached {to}, which is backing up already.");
            return Sentence::new(Kind::Quiet, "§5.3", text);
        }
        Some(
            Note::AppendReplyOfOtherTerm
            | Note::AppendReplyAfterLeading
            | Note::AppendReplyFromStranger
            | Note::MatchBeyondLog,
        ) => return unused(from, to),
        _ => {}
    }
    let (kind, text) = match outcome {
        Appended::Match(index) => {
            (Kind::Quiet, format!("{to} knows that {from} holds everything up to {index}."))
        }
        Appended::TooShort { last_index } => {
            (Kind::Replication, format!("{to} learned that {from}'s log ends at {last_index}, and backs up."))
        }
        Appended::Conflict { term, first_index } => (
            Kind::Replication,
            format!(
                "{to} learned that {from} has other entries, of term {term}, from {first_index}, and backs up."
            ),
        ),
        Appended::Stale => (Kind::Quiet, format!("{to} was told by {from} that its term is over.")),
    };
    Sentence::new(kind, "§5.3", text)
}

fn pronoun(before: &ServerView, after: &ServerView) -> &'static str {
    if after.raft.commit_index == before.raft.commit_index + 1 { "it" } else { "them" }
}

/// A leader or candidate that learned of a higher term says so first: that is the news.
fn stepped_down(step: &Step<Member>, from: &str, to: &str) -> Option<Sentence> {
    let (before, after) = both(step)?;
    let fell = !matches!(before.raft.role, Role::Follower) && matches!(after.raft.role, Role::Follower);
    if !fell {
        return None;
    }
    let was = if matches!(before.raft.role, Role::Leader { .. }) { "leader" } else { "candidate" };
    let (old, new) = (before.raft.current_term, after.raft.current_term);
    let text = if new > old {
        format!("{to} learned of term {new} from {from}: no longer {was} of term {old}, it follows.")
    } else {
        format!("{to} found that {from} leads term {new}: no longer {was}, it follows.")
    };
    Some(Sentence::new(Kind::Election, "§5.1", text))
}

/// The last index up to which the logs before and after are the same. What is in a snapshot is.
fn common(before: &ServerView, after: &ServerView) -> u64 {
    let (old, new) = (&before.raft.log, &after.raft.log);
    let (mut same, mut differ) =
        (old.base_index().max(new.base_index()), old.last_index().min(new.last_index()) + 1);
    while same + 1 < differ {
        let middle = same.midpoint(differ);
        if old.chain_at(middle) == new.chain_at(middle) { same = middle } else { differ = middle }
    }
    same
}

pub(super) fn changes(before: &ServerView, after: &ServerView, names: Names) -> Vec<String> {
    let (old, new) = (&before.raft, &after.raft);
    let mut changes = Vec::new();
    let mut changed = |what: &str, from: String, to: String| {
        if from != to {
            changes.push(format!("{what} {from} → {to}"));
        }
    };
    changed("role", role(&old.role).into(), role(&new.role).into());
    changed("currentTerm", format!("{}", old.current_term), format!("{}", new.current_term));
    changed("votedFor", names.maybe(old.voted_for), names.maybe(new.voted_for));
    let base = |log: &crate::raft::Log<Command>| format!("{}", log.base_index());
    changed("snapshot to", base(&old.log), base(&new.log));
    changed("last log index", format!("{}", old.log.last_index()), format!("{}", new.log.last_index()));
    changed("commitIndex", format!("{}", old.commit_index), format!("{}", new.commit_index));
    changed("lastApplied", format!("{}", old.last_applied), format!("{}", new.last_applied));
    if let (Role::Leader { progress: was }, Role::Leader { progress: is }) = (&old.role, &new.role) {
        for ((peer, was), (_, is)) in was.iter().zip(is.iter()) {
            let peer = names.of(*peer);
            changed(
                &format!("nextIndex[{peer}]"),
                format!("{}", was.next_index),
                format!("{}", is.next_index),
            );
            changed(
                &format!("matchIndex[{peer}]"),
                format!("{}", was.match_index),
                format!("{}", is.match_index),
            );
        }
    }
    changes
}

/// A role's name.
pub fn role(role: &Role) -> &'static str {
    match role {
        Role::Follower => "follower",
        Role::Candidate { .. } => "candidate",
        Role::Leader { .. } => "leader",
    }
}

fn note(step: &Step<Member>) -> Option<Note> {
    step.notes().find_map(|note| match note {
        member::Note::Kv(kv::Note::Raft(note)) => Some(*note),
        _ => None,
    })
}

fn after(step: &Step<Member>) -> Option<&ServerView> {
    match step.change.as_ref()?.after.as_ref()? {
        View::Server(view) => Some(view),
        _ => None,
    }
}

fn both(step: &Step<Member>) -> Option<(&ServerView, &ServerView)> {
    match (step.change.as_ref()?.before.as_ref()?, step.change.as_ref()?.after.as_ref()?) {
        (View::Server(before), View::Server(after)) => Some((before, after)),
        _ => None,
    }
}
