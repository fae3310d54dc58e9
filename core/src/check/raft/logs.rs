//! What a server's log may do: match the others', keep its order, and lose nothing that is committed or its own.

use super::super::{Moment, Property, Server, Verdicts};
use super::terms::Terms;
use super::{leads, told};
use crate::node::NodeId;
use crate::raft::log::{Command, Index, Link, Log, chain_hash};
use crate::raft::view::View;
use alloc::format;
use alloc::vec::Vec;

/// Log Matching (§5.3), for all that is new in a server's log.
///
/// Entries of a term are made by its one leader, in the order of their indexes, so each lies on the log known for
/// that term or is the next to lengthen it. What is new is hashed again, so that the hashes that a node shows can be
/// compared in place of its entries.
pub(super) fn judge<C: Command>(
    terms: &mut Terms<C>,
    past: &Log<C>,
    now: Moment,
    server: NodeId,
    before: Option<&Log<C>>,
    after: &View<C>,
    verdicts: &mut Verdicts,
) {
    let new = new_links(terms, before, &after.log);
    let Some(first) = new.first() else {
        return;
    };
    let mut term = after.log.term_at(first.index - 1).unwrap_or_default();
    let mut chain = after.log.chain_at(first.index - 1).unwrap_or_default();
    for (place, link) in new.iter().enumerate() {
        if link.entry.term < term {
            verdicts.broken(Property::InOrder, now, &[server], || {
                format!(
                    "in the log of {} an entry of term {} follows one of term {term}, at index {}.",
                    Server(server),
                    link.entry.term,
                    link.index
                )
            });
        }
        term = link.entry.term;
        chain = chain_hash(chain, &link.entry);
        if chain != link.chain {
            verdicts.broken(Property::LogMatching, now, &[server], || {
                format!("the log of {} is not what its hash at index {} says.", Server(server), link.index)
            });
        }
        // If the last of several entries of a term lies on that term's log, so do the others.
        let last_of_term = new.get(place + 1).is_none_or(|next| next.entry.term != term);
        if last_of_term && !lies_on(terms, past, &after.log, link) {
            mismatch(terms, past, now, server, &after.log, link, verdicts);
        }
    }
}

/// The links of a log that have not been judged yet, in order. A link is one and the same object in every log that
/// shares it, so all up to one that is known was judged with it.
fn new_links<'a, C: Command>(
    terms: &Terms<C>,
    before: Option<&Log<C>>,
    after: &'a Log<C>,
) -> Vec<&'a Link<C>> {
    let is =
        |log: &Log<C>, link: &Link<C>| log.link(link.index).is_some_and(|known| core::ptr::eq(known, link));
    let mut new = Vec::new();
    for index in (after.base_index() + 1..=after.last_index()).rev() {
        let Some(link) = after.link(index) else {
            break;
        };
        let judged = terms.of(link.entry.term).is_some_and(|record| is(&record.log, link))
            || before.is_some_and(|before| is(before, link));
        if judged {
            break;
        }
        new.push(link);
    }
    new.reverse();
    new
}

/// Whether an entry lies on the log of its term, which it lengthens if it is the next.
fn lies_on<C: Command>(terms: &mut Terms<C>, past: &Log<C>, log: &Log<C>, link: &Link<C>) -> bool {
    let record = terms.of_mut(link.entry.term);
    if link.index <= record.log.last_index() {
        chain_at(past, &record.log, link.index) == Some(link.chain)
    } else if holds(past, log, &record.log) {
        record.log = log.prefix(link.index);
        true
    } else {
        false
    }
}

fn mismatch<C: Command>(
    terms: &Terms<C>,
    past: &Log<C>,
    now: Moment,
    server: NodeId,
    log: &Log<C>,
    link: &Link<C>,
    verdicts: &mut Verdicts,
) {
    let term = link.entry.term;
    let record = terms.of(term);
    let leader = record.and_then(|record| record.leader);
    let mut nodes = [server; 2];
    if let Some(leader) = leader {
        nodes[1] = leader;
    }
    let nodes = &nodes[..if leader.is_some_and(|leader| leader != server) { 2 } else { 1 }];
    verdicts.broken(Property::LogMatching, now, nodes, || {
        let empty = Log::new();
        let theirs = record.map_or(&empty, |record| &record.log);
        let index = first_difference(past, theirs, log).min(link.index);
        let (here, there) = told(log, theirs, index);
        format!(
            "{} has an entry of term {term} at index {}, as others have, but at index {index} it holds {here} and they \
             hold {there}.",
            Server(server),
            link.index
        )
    });
}

/// What must survive every step of one incarnation: a leader's own log (Leader Append-Only, §5.3) and whatever the
/// server knows is committed.
pub(super) fn nothing_lost<C: Command>(
    past: &Log<C>,
    now: Moment,
    server: NodeId,
    before: &View<C>,
    after: &View<C>,
    verdicts: &mut Verdicts,
) {
    if holds(past, &after.log, &before.log) {
        return;
    }
    let index = first_difference(past, &before.log, &after.log);
    if leads(before) && leads(after) && before.current_term == after.current_term {
        verdicts.broken(Property::LeaderAppendOnly, now, &[server], || {
            let (was, is) = told(&before.log, &after.log, index);
            format!(
                "{} leads term {} and had {was} at index {index} of its own log; now it has {is} there.",
                Server(server),
                after.current_term
            )
        });
    }
    if index <= before.commit_index {
        verdicts.broken(Property::CommittedStays, now, &[server], || {
            let (was, is) = told(&before.log, &after.log, index);
            format!(
                "{} knew that all up to index {} is committed, but where it had {was}, at index {index}, it now has \
                 {is}.",
                Server(server),
                before.commit_index
            )
        });
    }
}

/// The hash of all entries of a log up to an index, if it holds so much. What a snapshot has replaced in it is in `past`, the
/// longest log that anybody has applied: its base was applied, and what anybody applied is a beginning of that.
pub(super) fn chain_at<C: Command>(past: &Log<C>, log: &Log<C>, index: Index) -> Option<u64> {
    log.chain_at(index).or_else(|| if index < log.base_index() { past.chain_at(index) } else { None })
}

/// Whether a log holds another, entries that a snapshot has replaced included.
pub(super) fn holds<C: Command>(past: &Log<C>, log: &Log<C>, other: &Log<C>) -> bool {
    chain_at(past, log, other.last_index()) == Some(other.chain())
}

/// The first index at which two logs differ, or one ends: one more than the length of what they share.
pub(super) fn first_difference<C: Command>(past: &Log<C>, one: &Log<C>, other: &Log<C>) -> Index {
    let (mut same, mut differ) = (0, one.last_index().min(other.last_index()) + 1);
    while differ - same > 1 {
        let middle = same + (differ - same) / 2;
        if chain_at(past, one, middle) == chain_at(past, other, middle) {
            same = middle
        } else {
            differ = middle
        }
    }
    differ
}
