//! The course's words: what its tests are written in. Their limits are the course's, in virtual time.

use super::agreement::{Look, One};
use super::stage::Try;
use super::tester::Tester;
use crate::kv::Text;
use crate::raft::log::{Index, Term};
use crate::time::Span;
use alloc::format;
use alloc::vec::Vec;

/// What the tester takes for an election time-out; no server's setting.
pub(super) const RAFT_ELECTION_TIMEOUT: Span = Span::millis(1_000);

/// What comes of [`Tester::wait`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// This was delivered.
    Delivered(Text),
    /// Somebody is in a later term: the test begins again.
    TermChanged,
}

impl Tester {
    /// Waits for a leader, for ten rounds of half a second; more than one in a term is one too many. The leader of the
    /// highest term counts, for an older one may not know yet.
    pub(super) fn check_one_leader(&mut self) -> Try<usize> {
        for _ in 0..10 {
            let round = Span::millis(450 + u64::from(self.draw(100)));
            self.sleep(round)?;
            let leads = |&server: &usize| self.is_connected(server) && self.leads(server);
            let leaders = (0..self.servers()).filter(leads);
            let mut leaders: Vec<_> =
                leaders.map(|server| (self.term(server).unwrap_or_default(), server)).collect();
            leaders.sort_unstable();
            if let Some(two) = leaders.windows(2).find(|two| two[0].0 == two[1].0) {
                let (term, one, other) = (two[0].0, two[0].1 + 1, two[1].1 + 1);
                return self.fail(|| format!("term {term} has two leaders: S{one} and S{other}"));
            }
            if let Some(&(_, leader)) = leaders.last() {
                return Ok(leader);
            }
        }
        self.fail(|| "there was no leader for five seconds".into())
    }

    /// All connected servers are in the same term, which is returned.
    pub(super) fn check_terms(&self) -> Try<Term> {
        let mut terms = (0..self.servers())
            .filter(|&server| self.is_connected(server))
            .filter_map(|server| self.term(server));
        let first = terms.next().unwrap_or_default();
        match terms.find(|&term| term != first) {
            None => Ok(first),
            Some(other) => {
                self.fail(|| format!("servers disagree on the term: one is in {first}, one in {other}"))
            }
        }
    }

    /// No connected server leads.
    pub(super) fn check_no_leader(&self) -> Try<()> {
        let leader = (0..self.servers()).find(|&server| self.is_connected(server) && self.leads(server));
        self.expect(leader.is_none(), || {
            format!("S{} leads without a majority", leader.unwrap_or_default() + 1)
        })
    }

    /// Reaches agreement on a command: offers it to one connected server after the other until one takes it, and looks
    /// whether so many servers deliver it within two seconds; all within ten. Returns its index.
    pub(super) fn one(&mut self, command: impl Into<Text>, servers: usize, retry: bool) -> Try<Index> {
        let mut one = One::new(self, command.into(), servers, retry);
        loop {
            match one.look(self)? {
                Look::Done(index) => return Ok(index),
                Look::Again(at) => self.sleep(at.since(self.now()))?,
            }
        }
    }

    /// The same with a random command.
    pub(super) fn one_random(&mut self, servers: usize, retry: bool) -> Try<Index> {
        let command = self.random_command();
        self.one(command, servers, retry)
    }

    /// Waits, up to half a minute, until so many servers have delivered this index. With a term it gives up as soon as
    /// somebody is in a later one.
    pub(super) fn wait(&mut self, index: Index, servers: usize, term: Option<Term>) -> Try<Waited> {
        let mut pause = Span::millis(10);
        for _ in 0..30 {
            if self.n_committed(index) >= servers {
                break;
            }
            self.sleep(pause)?;
            if pause < Span::secs(1) {
                pause = pause + pause;
            }
            if let Some(term) = term
                && self.terms().any(|later| later > term)
            {
                return Ok(Waited::TermChanged);
            }
        }
        match self.delivered(index).cloned() {
            Some(command) if self.n_committed(index) >= servers => Ok(Waited::Delivered(command)),
            _ => self.fail(|| {
                let reached = self.n_committed(index);
                format!("only {reached} servers delivered index {index}; there should be {servers}")
            }),
        }
    }

    /// Hands a leader a command that it must take at this index.
    pub(super) fn must_start(&mut self, server: usize, command: &str) -> Try<(Index, Term)> {
        match self.start(server, &command.into())? {
            Some(taken) => Ok(taken),
            None => self.fail(|| format!("S{} leads and did not take a command", server + 1)),
        }
    }

    /// Hands a server many random commands, which it may refuse.
    pub(super) fn start_many(&mut self, server: usize, commands: u32) -> Try<()> {
        for _ in 0..commands {
            let command = self.random_command();
            self.start(server, &command)?;
        }
        Ok(())
    }

    /// So many servers further round.
    pub(super) fn after(&self, server: usize, by: usize) -> usize {
        (server + by) % self.servers()
    }
}
