//! Profiles: how likely a swarm draws what. A profile has weights and ranges, never a schedule.

mod jobs;

pub use jobs::{JOBS, STANDBYS, STRAGGLERS};

use super::kind::Kind;
use super::moment::Moment;
use splitbrain::kv::server::Reads;

/// From what a seed draws its plan.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// Sizes of the cluster by weight.
    pub servers: &'static [(u16, u32)],
    /// The fewest and the most clients.
    pub clients: (u32, u32),
    /// In how many seeds in a thousand there is MapReduce.
    pub mapreduce: u32,
    /// The fewest and the most workers where there is.
    pub workers: (u32, u32),
    /// In how many seeds in a thousand with MapReduce maps keep their output on their workers' disks.
    pub local: u32,
    /// In how many there are backup attempts, and how long an attempt must then have been under way, in milliseconds.
    pub backups: (u32, (u64, u64)),
    /// In how many there are two coordinators that share their state.
    pub standbys: u32,
    /// How fast a slow worker is, in per cent.
    pub speeds: (u32, u32),
    /// The longest text of an input, in bytes.
    pub longest_text: u32,
    /// Shortest and longest times of messages, in microseconds, by weight.
    pub latency: &'static [((u64, u64), u32)],
    /// Shortest and longest times of writes, in microseconds, by weight.
    pub disk: &'static [((u64, u64), u32)],
    /// The shortest election time-out in longest message times, and the longest in shortest ones (in tenths).
    pub elections: &'static [((u64, u64), u32)],
    /// How many heartbeats go into the shortest election time-out.
    pub heartbeats: (u32, u32),
    /// The pause of a client between two operations, in microseconds.
    pub think: (u64, u64),
    /// How many operations in a thousand write.
    pub writes: (u32, u32),
    /// Over how many keys.
    pub keys: (u32, u32),
    /// How many operations in a thousand are on the first key, whatever the others are on.
    pub hot: (u32, u32),
    /// How many writes in a thousand compare and set.
    pub cas: (u32, u32),
    /// How many writes in a thousand delete.
    pub deletes: (u32, u32),
    /// In how many seeds in a thousand servers take snapshots.
    pub snapshots: u32,
    /// In how many seeds in a thousand servers ask for pre-votes, and in how many leaders look for a quorum.
    pub extras: u32,
    /// How reads are answered, by weight.
    pub reads: &'static [(Reads, u32)],
    /// How long a task may be in progress, in milliseconds.
    pub task_timeout: (u64, u64),
    /// In how many seeds in a thousand faults stop some time before the end, and bounds in time are watched.
    pub calm: u32,
    /// The mean pause between two faults, in milliseconds.
    pub gap: (u64, u64),
    /// How many faults in a thousand wait for an interesting moment.
    pub keen: u32,
    /// Which moments, by weight.
    pub moments: &'static [(Moment, u32)],
    /// For each kind of fault: in how many seeds in a thousand it is on, and its weight where it is.
    pub kinds: &'static [(Kind, u32, u32)],
}

impl Profile {
    /// The profile of that name.
    pub fn named(name: &str) -> Option<&'static Profile> {
        ALL.iter().copied().find(|profile| profile.name == name)
    }
}

/// Every profile.
pub const ALL: &[&Profile] = &[
    &SWARM,
    &RAFT,
    &SERVICE,
    &JOBS,
    &STRAGGLERS,
    &STANDBYS,
    &VOTES,
    &FIGURE_8,
    &LAGGARDS,
    &RETURNS,
    &SNAPSHOTS,
    &LATE_SNAPSHOTS,
    &LEASES,
    &SUCCESSIONS,
    &LATE_ANSWERS,
    &BRIDGES,
    &COMEBACKS,
    &STEADY,
    &STORMS,
    &DEPOSED,
];

/// Latencies from a rack to a city, with election time-outs to match, so that much happens in little time.
const NETWORKS: &[((u64, u64), u32)] =
    &[((200, 1_000), 2), ((500, 3_000), 4), ((1_000, 6_000), 3), ((8_000, 16_000), 1)];
const DISKS: &[((u64, u64), u32)] =
    &[((50, 200), 2), ((200, 2_000), 4), ((1_000, 4_000), 3), ((5_000, 20_000), 1)];

/// Everything that can happen.
pub const SWARM: Profile = Profile {
    name: "swarm",
    servers: &[(1, 1), (3, 8), (5, 9), (7, 2)],
    clients: (1, 5),
    mapreduce: 500,
    workers: (2, 5),
    local: 500,
    backups: (500, (100, 600)),
    standbys: 200,
    speeds: (5, 50),
    longest_text: 9_000,
    latency: NETWORKS,
    disk: DISKS,
    elections: &[((100, 20), 5), ((200, 20), 3), ((60, 13), 1), ((50, 40), 1)],
    heartbeats: (2, 6),
    think: (200, 22_000),
    writes: (300, 950),
    keys: (1, 12),
    hot: (0, 500),
    cas: (0, 400),
    deletes: (0, 100),
    snapshots: 500,
    extras: 300,
    reads: &[(Reads::Log, 4), (Reads::ReadIndex, 3), (Reads::Lease, 3)],
    task_timeout: (300, 2_000),
    calm: 400,
    gap: (20, 1_500),
    keen: 650,
    moments: &[
        (Moment::Elected, 6),
        (Moment::Stood, 5),
        (Moment::Voted, 5),
        (Moment::Truncated, 4),
        (Moment::Compacted, 4),
        (Moment::Proposed, 5),
        (Moment::Appended, 5),
        (Moment::Committed, 4),
        (Moment::Retried, 3),
        (Moment::Worked, 4),
        (Moment::Coordinated, 2),
        (Moment::Stored, 3),
    ],
    kinds: &[
        (Kind::CrashServer, 600, 12),
        (Kind::CrashAllServers, 200, 2),
        (Kind::CrashClient, 250, 3),
        (Kind::CrashWorker, 400, 5),
        (Kind::CrashCoordinator, 200, 2),
        (Kind::CrashStore, 300, 3),
        (Kind::LostWrites, 350, 5),
        (Kind::TornPut, 250, 4),
        (Kind::Pause, 300, 5),
        (Kind::Slow, 250, 3),
        (Kind::FireTimer, 300, 4),
        (Kind::PostponeTimer, 250, 3),
        (Kind::Drift, 300, 4),
        (Kind::Transfer, 200, 3),
        (Kind::Partition, 450, 9),
        (Kind::Bridge, 200, 3),
        (Kind::Isolate, 350, 5),
        (Kind::Sever, 200, 3),
        (Kind::CutOneWay, 300, 4),
        (Kind::HoldLink, 300, 4),
        (Kind::Latency, 250, 2),
        (Kind::Loss, 350, 3),
        (Kind::Duplication, 350, 2),
        (Kind::Reordering, 300, 2),
        (Kind::DropOne, 250, 4),
        (Kind::DuplicateOne, 250, 4),
        (Kind::CorruptOne, 200, 3),
        (Kind::DeliverOne, 200, 3),
        (Kind::HoldOne, 250, 4),
        (Kind::DelayOne, 250, 4),
        (Kind::DiskLatency, 250, 2),
        (Kind::Stall, 250, 3),
        (Kind::WipeWorker, 400, 4),
        (Kind::SlowWorker, 400, 4),
    ],
};

/// The same for Raft alone: no jobs, and so few and slow clients that many more seeds are run in the same time.
pub const RAFT: Profile =
    Profile { name: "raft", mapreduce: 0, clients: (1, 3), think: (5_000, 80_000), ..SWARM };

/// The same for the key/value service: clients that share few keys, compare and set, and ask again because answers are lost.
/// Networks are slow and heartbeats few, so that most of what is done is done for a client.
pub const SERVICE: Profile = Profile {
    name: "service",
    servers: &[(3, 8), (5, 3)],
    clients: (2, 4),
    mapreduce: 0,
    latency: &[((500, 3_000), 2), ((1_000, 6_000), 3), ((8_000, 16_000), 1)],
    heartbeats: (2, 3),
    think: (10_000, 80_000),
    keys: (1, 4),
    cas: (100, 500),
    ..SWARM
};

/// Only servers, a little load, and whatever the profiles below add.
const SERVERS: Profile = Profile {
    name: "servers",
    servers: &[(3, 1), (5, 1)],
    clients: (1, 2),
    mapreduce: 0,
    workers: (2, 2),
    local: 0,
    backups: (0, (100, 600)),
    standbys: 0,
    speeds: (100, 100),
    longest_text: 1_000,
    latency: &[((500, 3_000), 1)],
    disk: &[((200, 2_000), 1)],
    elections: &[((100, 20), 1)],
    heartbeats: (3, 4),
    think: (1_000, 20_000),
    writes: (500, 900),
    keys: (1, 3),
    hot: (0, 0),
    cas: (0, 0),
    deletes: (0, 0),
    snapshots: 500,
    extras: 0,
    reads: &[(Reads::Log, 1)],
    task_timeout: (1_000, 1_000),
    calm: 0,
    gap: (20, 100),
    keen: 1_000,
    moments: &[],
    kinds: &[],
};

/// Many candidates at once, messages that overtake each other and come twice, voters that crash right after a vote and
/// are soon back.
pub const VOTES: Profile = Profile {
    name: "votes",
    servers: &[(3, 1)],
    latency: &[((200, 20_000), 1)],
    disk: &[((50, 500), 1)],
    elections: &[((12, 15), 1), ((25, 13), 1)],
    think: (5_000, 50_000),
    moments: &[(Moment::Voted, 8), (Moment::Stood, 2)],
    kinds: &[(Kind::CrashServer, 1_000, 6), (Kind::Duplication, 700, 1), (Kind::Reordering, 300, 1)],
    ..SERVERS
};

/// Leaders that fall soon after they have begun to replicate something, as in Figure 8: few entries, many terms.
pub const FIGURE_8: Profile = Profile {
    name: "figure-8",
    servers: &[(5, 1)],
    clients: (1, 2),
    latency: &[((500, 3_000), 1)],
    elections: &[((60, 20), 1)],
    think: (20_000, 120_000),
    gap: (20, 60),
    moments: &[(Moment::Proposed, 6), (Moment::Appended, 3), (Moment::Elected, 2)],
    kinds: &[
        (Kind::CrashServer, 1_000, 6),
        (Kind::Isolate, 500, 2),
        (Kind::Partition, 500, 2),
        (Kind::Loss, 500, 1),
        (Kind::DiskLatency, 300, 1),
    ],
    ..SERVERS
};

/// Leaders and followers that are cut off while many entries are proposed.
pub const LAGGARDS: Profile = Profile {
    name: "laggards",
    clients: (3, 5),
    think: (200, 2_000),
    gap: (100, 400),
    moments: &[(Moment::Proposed, 1), (Moment::Elected, 1)],
    kinds: &[(Kind::Isolate, 1_000, 1), (Kind::Partition, 1_000, 1), (Kind::CrashServer, 500, 1)],
    ..SERVERS
};

/// Leaders that are cut off with a follower or alone, and stand again as soon as what they appended there is gone: before what
/// took its place is as long.
pub const RETURNS: Profile = Profile {
    name: "returns",
    servers: &[(5, 1)],
    clients: (6, 8),
    latency: &[((200, 5_000), 1)],
    disk: &[((50, 200), 1)],
    elections: &[((60, 20), 1)],
    heartbeats: (2, 3),
    think: (50_000, 200_000),
    writes: (800, 900),
    snapshots: 0,
    gap: (5, 20),
    moments: &[(Moment::Truncated, 4), (Moment::Proposed, 4), (Moment::Elected, 1)],
    kinds: &[(Kind::Minority, 1_000, 3), (Kind::FireTimer, 1_000, 2)],
    ..SERVERS
};

/// Servers that snapshot all the time, leaders that soon fall, and followers that are sent a snapshot while what they were
/// sent before is still on its way, late, twice or in another order.
pub const SNAPSHOTS: Profile = Profile {
    name: "snapshots",
    servers: &[(3, 1)],
    clients: (2, 4),
    latency: &[((200, 20_000), 1)],
    disk: &[((50, 500), 1)],
    elections: &[((25, 20), 1)],
    heartbeats: (4, 8),
    think: (500, 5_000),
    snapshots: 1_000,
    gap: (20, 80),
    moments: &[(Moment::Elected, 4), (Moment::Compacted, 4), (Moment::Appended, 2)],
    kinds: &[
        (Kind::CrashServer, 1_000, 4),
        (Kind::Isolate, 1_000, 4),
        (Kind::CutOneWay, 500, 2),
        (Kind::Duplication, 700, 1),
        (Kind::Reordering, 700, 1),
        (Kind::DelayOne, 500, 1),
    ],
    ..SERVERS
};

/// Followers that receive a snapshot together with what was sent before and after it, because their link was held, and
/// leaders that are cut off just then.
pub const LATE_SNAPSHOTS: Profile = Profile {
    name: "late-snapshots",
    clients: (10, 14),
    kinds: &[(Kind::Minority, 1_000, 4), (Kind::HoldLink, 1_000, 4), (Kind::Reordering, 700, 1)],
    ..SNAPSHOTS
};

/// Reads that spare the log, while leaders are cut off, make way for each other and are elected on short notice.
pub const LEASES: Profile = Profile {
    name: "leases",
    clients: (4, 6),
    latency: &[((500, 3_000), 1), ((200, 10_000), 1)],
    elections: &[((40, 20), 1), ((60, 13), 1)],
    heartbeats: (2, 4),
    think: (200, 3_000),
    writes: (300, 600),
    keys: (1, 1),
    reads: &[(Reads::Lease, 1), (Reads::ReadIndex, 1)],
    extras: 200,
    gap: (20, 120),
    moments: &[(Moment::Elected, 6), (Moment::Committed, 2), (Moment::Proposed, 2)],
    kinds: &[
        (Kind::Partition, 700, 4),
        (Kind::Isolate, 700, 4),
        (Kind::CutOneWay, 500, 3),
        (Kind::Transfer, 700, 4),
        (Kind::FireTimer, 500, 2),
        (Kind::CrashServer, 300, 2),
        (Kind::Latency, 300, 1),
        (Kind::Pause, 300, 1),
        (Kind::Slow, 300, 1),
        (Kind::Drift, 500, 1),
    ],
    ..SERVERS
};

/// A leader whom the other servers cease to hear just as another takes over because it was told to, while some clients read
/// on from the one and others write to the other.
pub const SUCCESSIONS: Profile = Profile {
    name: "successions",
    servers: &[(3, 1)],
    clients: (5, 6),
    latency: &[((200, 2_000), 1)],
    disk: &[((50, 200), 1)],
    elections: &[((400, 12), 1)],
    heartbeats: (4, 8),
    think: (1_000, 20_000),
    writes: (20, 200),
    keys: (1, 1),
    snapshots: 0,
    reads: &[(Reads::Lease, 1)],
    gap: (2, 8),
    moments: &[(Moment::Stood, 4), (Moment::Appended, 2)],
    kinds: &[(Kind::Sever, 1_000, 5), (Kind::Transfer, 1_000, 5), (Kind::CrashClient, 500, 2)],
    ..SERVERS
};

/// A leader whom the other servers cease to hear while their answers are late.
pub const LATE_ANSWERS: Profile = Profile {
    name: "late-answers",
    elections: &[((800, 12), 1)],
    gap: (300, 600),
    moments: &[(Moment::Proposed, 1), (Moment::Committed, 1)],
    kinds: &[(Kind::Sever, 1_000, 1)],
    ..SUCCESSIONS
};

/// A leader and a server that hear another, but not each other, and clients on both sides: most only read.
pub const BRIDGES: Profile = Profile {
    name: "bridges",
    clients: (6, 8),
    heartbeats: (2, 2),
    think: (500, 8_000),
    writes: (5, 60),
    gap: (200, 400),
    moments: &[(Moment::Appended, 1), (Moment::Committed, 1)],
    kinds: &[(Kind::Bridge, 1_000, 1)],
    ..SUCCESSIONS
};

/// Nothing is ever broken.
pub const STEADY: Profile =
    Profile { name: "steady", clients: (2, 4), think: (1_000, 10_000), snapshots: 1_000, ..SERVERS };

/// Leaders that crash and are long in being replaced, on a network that answers at once that nobody leads.
pub const STORMS: Profile = Profile {
    name: "storms",
    latency: &[((200, 500), 1)],
    elections: &[((400, 12), 1)],
    heartbeats: (2, 2),
    gap: (500, 1_000),
    moments: &[(Moment::Elected, 1), (Moment::Committed, 1)],
    kinds: &[(Kind::CrashServer, 1_000, 1)],
    ..SERVERS
};

/// Leaders that hand leadership on while clients wait for them. Nothing is lost.
pub const DEPOSED: Profile = Profile {
    name: "deposed",
    clients: (4, 6),
    think: (500, 5_000),
    gap: (50, 200),
    moments: &[(Moment::Proposed, 1)],
    kinds: &[(Kind::Transfer, 1_000, 1), (Kind::FireTimer, 1_000, 3)],
    ..SERVERS
};

/// Followers that are cut off now and then and miss next to nothing, for little is written, until all is well again.
pub const COMEBACKS: Profile = Profile {
    name: "comebacks",
    servers: &[(5, 1)],
    clients: (1, 1),
    latency: &[((200, 500), 1)],
    disk: &[((50, 200), 1)],
    elections: &[((400, 11), 1)],
    heartbeats: (2, 2),
    think: (50_000, 100_000),
    writes: (5, 20),
    snapshots: 0,
    extras: 1_000,
    reads: &[(Reads::ReadIndex, 1)],
    calm: 1_000,
    gap: (100, 200),
    moments: &[],
    kinds: &[(Kind::Isolate, 1_000, 1)],
    keen: 0,
    ..SERVERS
};
