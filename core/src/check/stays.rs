//! A leader that a majority hears stays: once faults have stopped, nobody stands for election against it.
//!
//! Who was cut off and comes back may depose a leader who has served everybody else meanwhile. With pre-votes that must
//! not happen (dissertation §9.6): of any majority that would elect another, somebody hears the leader. This watches who
//! hears whom all the time, and is asked whether a candidate stands against such a leader only in the calm.
//!
//! What a server said before it heard the leader may arrive late. So only a leader is judged that a majority has heard
//! without a gap for longer than any message is under way.

use super::{Moment, Property, Verdicts};
use crate::node::NodeId;
use crate::raft::log::Term;
use crate::time::{Span, Time};
use alloc::collections::BTreeMap;
use alloc::format;

/// Watches who hears the leader of the highest term that is led.
#[derive(Clone, Debug)]
pub struct Stays {
    /// Who heard it longer ago than this does not count as hearing it. Less than the shortest election time-out by as
    /// much as a clock may go too fast.
    silence: Span,
    /// For how long a majority must have heard it: longer than any message is under way.
    margin: Span,
    majority: usize,
    leads: Option<(NodeId, Term)>,
    /// When each server that is up last heard it.
    heard: BTreeMap<NodeId, Time>,
    /// Since when a majority that this server is not one of has heard it without a gap; none if none does.
    since: BTreeMap<NodeId, Option<Time>>,
}

impl Stays {
    /// Nobody has heard anybody yet.
    pub fn new(servers: impl Iterator<Item = NodeId>, silence: Span, margin: Span) -> Stays {
        let since: BTreeMap<NodeId, Option<Time>> = servers.map(|server| (server, None)).collect();
        Stays { silence, margin, majority: since.len() / 2 + 1, leads: None, heard: BTreeMap::new(), since }
    }

    /// A server was elected.
    pub fn elected(&mut self, leader: NodeId, term: Term) {
        if self.leads.is_none_or(|(_, led)| led < term) {
            self.leads = Some((leader, term));
            self.heard.clear();
            self.since.values_mut().for_each(|since| *since = None);
        }
    }

    /// A server heard the leader of this term.
    pub fn heard(&mut self, now: Time, server: NodeId, term: Term) {
        if self.leads.is_some_and(|(_, led)| led == term) {
            self.look(now);
            self.heard.insert(server, now);
            self.look(now);
        }
    }

    /// A server crashed, or is no follower of that leader any more. A leader that leads no more has nobody to hear it.
    pub fn left(&mut self, now: Time, server: NodeId) {
        if self.leads.is_some_and(|(leader, _)| leader == server) {
            self.leads = None;
            self.heard.clear();
        } else {
            self.heard.remove(&server);
        }
        self.look(now);
    }

    /// A server stands for election in this term, of its own accord; asked only once faults have stopped.
    pub fn stands(&mut self, now: Moment, candidate: NodeId, term: Term, verdicts: &mut Verdicts) {
        self.look(now.at);
        let Some((leader, led)) = self.leads.filter(|&(leader, led)| led < term && leader != candidate)
        else {
            return;
        };
        let since = self.since.get(&candidate).copied().flatten();
        if let Some(since) = since.filter(|&since| now.at.since(since) > self.margin) {
            verdicts.broken(Property::LeaderStays, now, &[candidate, leader], || {
                format!(
                    "faults have stopped and a majority has heard the leader of {led} since {since}, but this server \
                     stands against it in {term}."
                )
            });
        }
    }

    /// Which majorities hear the leader at this moment.
    fn look(&mut self, now: Time) {
        let (heard, silence, leads) = (&self.heard, self.silence, self.leads);
        let hears = |server: NodeId| heard.get(&server).is_some_and(|&at| now.since(at) < silence);
        let servers = self.since.keys().copied();
        let hearing = servers
            .filter(|&server| leads.is_some_and(|(leader, _)| leader == server) || hears(server))
            .count();
        let majority = self.majority;
        for (&server, since) in &mut self.since {
            if hearing - usize::from(hears(server)) < majority {
                *since = None;
            } else if since.is_none() {
                *since = Some(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const S: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];

    /// S1 leads term 4 and S2 hears it every 5 ms until `until`, but S3 does not.
    fn led(until: u64) -> Stays {
        let mut stays = Stays::new(S.into_iter(), Span::millis(10), Span::millis(100));
        stays.elected(S[0], Term(4));
        for at in (0..=until).step_by(5) {
            stays.heard(Time(at * 1_000), S[1], Term(4));
        }
        stays
    }

    fn broken(stays: &mut Stays, millis: u64, candidate: NodeId, term: u64) -> Vec<Property> {
        let mut verdicts = Verdicts::new();
        stays.stands(Moment { step: 1, at: Time(millis * 1_000) }, candidate, Term(term), &mut verdicts);
        verdicts.violations().iter().map(|violation| violation.property).collect()
    }

    #[test]
    fn nobody_stands_against_a_leader_that_a_majority_has_heard_for_long() {
        assert_eq!(broken(&mut led(150), 151, S[2], 5), [Property::LeaderStays]);
        assert_eq!(broken(&mut led(80), 81, S[2], 5), [], "a late word of before may have elected it");
        assert_eq!(broken(&mut led(150), 151, S[2], 4), [], "an earlier candidate is of no account");
    }

    #[test]
    fn a_leader_that_is_not_heard_may_be_deposed() {
        assert_eq!(broken(&mut led(150), 161, S[2], 5), [], "the leader has fallen silent");
        assert_eq!(broken(&mut led(150), 151, S[1], 5), [], "without the candidate it has no majority");
        let mut stays = led(150);
        stays.heard(Time(165_000), S[1], Term(4));
        assert_eq!(broken(&mut stays, 166, S[2], 5), [], "there was a gap a moment ago");
    }

    #[test]
    fn who_crashes_hears_nobody_and_who_leads_no_more_is_not_heard() {
        for left in [S[0], S[1]] {
            let mut stays = led(150);
            stays.left(Time(151_000), left);
            assert_eq!(broken(&mut stays, 152, S[2], 5), []);
        }
        let mut stays = led(150);
        stays.elected(S[1], Term(5));
        assert_eq!(broken(&mut stays, 152, S[2], 6), []);
    }
}
