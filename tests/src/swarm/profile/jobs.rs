//! Profiles for MapReduce alone.

use super::{Kind, Moment, Profile, Reads, SWARM};

/// Jobs, one after the other, as many as there is time for: little to read, and nothing beside them but a server that idles.
pub const JOBS: Profile = Profile {
    name: "jobs",
    servers: &[(1, 1)],
    clients: (0, 0),
    mapreduce: 1_000,
    workers: (2, 6),
    standbys: 0,
    longest_text: 400,
    latency: &[((200, 1_000), 2), ((500, 3_000), 3), ((200, 10_000), 1)],
    disk: &[((50, 200), 2), ((200, 2_000), 4), ((1_000, 4_000), 2)],
    elections: &[((200, 20), 1)],
    heartbeats: (1, 1),
    snapshots: 0,
    extras: 0,
    reads: &[(Reads::Log, 1)],
    task_timeout: (300, 1_000),
    calm: 500,
    gap: (20, 600),
    moments: &[(Moment::Worked, 6), (Moment::Coordinated, 3), (Moment::Stored, 3)],
    kinds: &[
        (Kind::CrashWorker, 600, 10),
        (Kind::CrashCoordinator, 200, 1),
        (Kind::CrashStore, 400, 4),
        (Kind::LostWrites, 350, 5),
        (Kind::Pause, 400, 5),
        (Kind::Slow, 250, 3),
        (Kind::FireTimer, 300, 4),
        (Kind::PostponeTimer, 300, 4),
        (Kind::Drift, 300, 3),
        (Kind::Partition, 450, 6),
        (Kind::Isolate, 450, 6),
        (Kind::CutOneWay, 300, 4),
        (Kind::HoldLink, 300, 4),
        (Kind::Latency, 250, 2),
        (Kind::Loss, 350, 3),
        (Kind::Duplication, 350, 2),
        (Kind::Reordering, 300, 2),
        (Kind::DropOne, 300, 4),
        (Kind::DuplicateOne, 300, 4),
        (Kind::CorruptOne, 200, 3),
        (Kind::DeliverOne, 200, 3),
        (Kind::HoldOne, 250, 4),
        (Kind::DelayOne, 300, 4),
        (Kind::DiskLatency, 250, 2),
        (Kind::Stall, 250, 3),
        (Kind::WipeWorker, 600, 6),
        (Kind::SlowWorker, 500, 5),
    ],
    ..SWARM
};

/// Workers that are slow for a while, and nothing else: what backup attempts are for.
pub const STRAGGLERS: Profile = Profile {
    name: "stragglers",
    workers: (4, 6),
    local: 0,
    backups: (1_000, (200, 300)),
    speeds: (1, 2),
    task_timeout: (20_000, 20_000),
    calm: 0,
    gap: (300, 600),
    keen: 0,
    kinds: &[(Kind::SlowWorker, 1_000, 1)],
    ..JOBS
};

/// Coordinators that crash and are cut off while another stands by: who takes over must know all that is finished.
pub const STANDBYS: Profile = Profile {
    name: "standbys",
    servers: &[(3, 1)],
    workers: (4, 6),
    standbys: 1_000,
    local: 300,
    elections: &[((100, 20), 1)],
    heartbeats: (4, 4),
    gap: (200, 1_500),
    moments: &[(Moment::Coordinated, 1)],
    kinds: &[
        (Kind::CrashCoordinator, 1_000, 6),
        (Kind::CrashServer, 300, 2),
        (Kind::CrashWorker, 400, 2),
        (Kind::Isolate, 500, 3),
        (Kind::Partition, 300, 2),
        (Kind::Loss, 300, 2),
        (Kind::DelayOne, 300, 2),
    ],
    ..JOBS
};
