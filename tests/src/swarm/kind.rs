//! The kinds of fault a swarm draws from: all that can be done to a cluster (design §5) but a server's wipe, which Raft does
//! not survive.

use serde::{Serialize, Serializer};

/// Declares the kinds: `Variant "name" "when one counts";` for each.
macro_rules! kinds {
    ($($kind:ident $name:literal $counts:literal;)+) => {
        /// A kind of fault. It is counted when it changed an outcome, not when it was merely done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = $counts] $kind,)+
        }

        impl Kind {
            /// Every kind, in the order in which they are reported.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),+];

            /// Its name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name),+ }
            }

            /// What makes one count.
            pub fn counts(self) -> &'static str {
                match self { $(Kind::$kind => $counts),+ }
            }
        }
    };
}

kinds! {
    CrashServer "crash-server" "A server's volatile state was lost.";
    CrashAllServers "crash-all-servers" "No server was left.";
    CrashClient "crash-client" "A client forgot the operation it was waiting for.";
    CrashWorker "crash-worker" "A worker lost an attempt at a task.";
    WipeWorker "wipe-worker" "A completed map had to run again because its output was lost with a worker's disk.";
    SlowWorker "slow-worker" "A worker computed at less than its usual speed.";
    CrashCoordinator "crash-coordinator" "A job died with its coordinator.";
    CrashStore "crash-store" "The shared file system missed a message while it was down.";
    LostWrites "lost-writes" "A crash lost writes that had not completed.";
    TornPut "torn-put" "A crash left a large put torn.";
    Restart "restart" "A crashed node booted from its disk and took its first input.";
    Pause "pause" "A message or a timer was due while a node was paused.";
    Slow "slow" "A message waited for a slow node.";
    FireTimer "fire-timer" "A timer ran out before its time.";
    PostponeTimer "postpone-timer" "A timer ran out after its time.";
    Drift "drift" "A timer ran out on a clock that was too fast or too slow.";
    Transfer "transfer" "A server stood for election because its leader told it to.";
    Partition "partition" "A message was lost between two groups.";
    Minority "minority" "A message was lost between a leader with few followers and the others.";
    Bridge "bridge" "A message was lost between two groups that both hear one node.";
    Isolate "isolate" "A message from or to an isolated node was lost.";
    Sever "sever" "A message was lost between a server and the others, while clients reached them all.";
    CutOneWay "cut-one-way" "A message was lost on a link that was cut in one direction.";
    HoldLink "hold-link" "A message was held by its link.";
    Latency "latency" "A message took a time that it could not have taken at first.";
    Loss "loss" "A message that would have been delivered was lost.";
    Duplication "duplication" "A second copy of a message arrived.";
    Reordering "reordering" "A message was overtaken by a later one on its link.";
    DropOne "drop-one" "A message that would have been delivered was dropped.";
    DuplicateOne "duplicate-one" "A second copy of a chosen message arrived.";
    CorruptOne "corrupt-one" "A damaged message arrived and was not taken in.";
    DeliverOne "deliver-one" "A message arrived before its time.";
    HoldOne "hold-one" "A message arrived after it had been held.";
    DelayOne "delay-one" "A delayed message arrived.";
    DiskLatency "disk-latency" "A write took a time that it could not have taken at first.";
    Stall "stall" "A write waited for a stalled disk.";
}

impl Kind {
    /// Whether it can only be done where there is MapReduce.
    pub fn needs_mapreduce(self) -> bool {
        matches!(self, Kind::CrashWorker | Kind::CrashCoordinator | Kind::CrashStore | Kind::TornPut)
            || self.is_of_workers()
    }

    /// Whether it is drawn apart from the others, with how jobs run: a seed without MapReduce is what it was before there
    /// were these.
    pub fn is_of_workers(self) -> bool {
        matches!(self, Kind::WipeWorker | Kind::SlowWorker)
    }
}

/// Its name.
impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
