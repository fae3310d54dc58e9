//! The generic test: the body of most tests of lab 3. Users work for five seconds while servers are split and ended
//! around them, three times; then all that they wrote must be there.

use super::appends;
use super::primitives::RAFT_ELECTION_TIMEOUT;
use super::service::ServiceTester;
use super::stage::Try;
use super::user::{Work, key};
use crate::time::Span;
use alloc::format;

/// What is the case in one such test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generic {
    /// How many users there are.
    pub(super) users: u16,
    /// Whether all servers are ended and started again.
    pub(super) crash: bool,
    /// Whether servers are split at random.
    pub(super) partitions: bool,
    /// Whether users write each other's keys, of which there are as many as users.
    pub(super) random_keys: bool,
}

/// How many bytes of log a server may keep for each byte at which it takes a snapshot.
const LOG_LIMIT: u64 = 8;

impl Generic {
    /// Calm and steady, with a key for each user.
    pub(super) const fn of(users: u16) -> Generic {
        Generic { users, crash: false, partitions: false, random_keys: false }
    }

    pub(super) fn run(self, t: &mut ServiceTester) -> Try<()> {
        let users = u32::from(self.users);
        for round in 0..3 {
            t.begin_users(users, if self.random_keys { Work::AnyKey(users) } else { Work::OwnKey })?;
            if self.partitions {
                t.sleep(Span::secs(1))?;
                t.begin_partitioner();
            }
            t.sleep(Span::millis(2_500))?;
            if round == 1 {
                t.interesting();
            }
            t.sleep(Span::millis(2_500))?;
            t.clients_stop = true;
            if self.partitions {
                t.join_partitioner()?;
                t.connect_all()?;
                t.sleep(RAFT_ELECTION_TIMEOUT)?;
            }
            if self.crash {
                t.shut_down_all()?;
                t.sleep(RAFT_ELECTION_TIMEOUT)?;
                t.start_all()?;
                t.connect_all()?;
                if round == 1 {
                    t.interesting();
                }
            }
            t.join_clients()?;
            self.check_values(t)?;
            check_sizes(t)?;
        }
        Ok(())
    }

    /// Whoever reads afterwards finds all that a user wrote to a key of its own.
    fn check_values(self, t: &mut ServiceTester) -> Try<()> {
        let reader = t.client(u32::from(self.users));
        for (user, count) in (0..).zip(t.written()) {
            let value = t.get(reader, key(user))?;
            if !self.random_keys {
                appends::check(value.as_str(), user, count).or_else(|why| t.fail(|| why))?;
            }
        }
        Ok(())
    }
}

/// No server keeps more of its log than it may; one that is to take no snapshots has taken none.
pub(super) fn check_sizes(t: &ServiceTester) -> Try<()> {
    let largest = t.largest_snapshot();
    let Some(max_raft_state) = t.max_raft_state() else {
        return t.expect(largest == 0, || {
            format!("a server took a snapshot of {largest} bytes; it should take none")
        });
    };
    let (size, limit) = (t.log_size(), LOG_LIMIT * max_raft_state);
    t.expect(size <= limit, || format!("a log takes {size} bytes; it should be at most {limit}"))?;
    // Else nothing was asked of snapshots.
    t.expect(largest > 0, || "no server has taken a snapshot".into())
}
