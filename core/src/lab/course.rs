//! The network of the course's labs (labrpc).

use crate::chance::Ratio;
use crate::sim::{Quality, Replies};
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// How the course's network works, of which requests and replies have a different experience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// Nothing is lost. The course's has no latency at all; this one takes up to 2 ms, or nothing could be seen.
    Reliable,
    /// A request takes up to 26 ms more, and one message in ten is lost.
    Unreliable,
    /// Unreliable, and two replies in three are held back for 200 ms to 2.2 s.
    Reordering,
}

impl Course {
    /// The quality of every link.
    pub(super) fn quality(self) -> Quality {
        let hop = (Span::ZERO, Span::millis(2));
        let reliable = self == Course::Reliable;
        let held = if self == Course::Reordering { Ratio { of: 2, out_of: 3 } } else { Ratio::NEVER };
        let long_delay = (Span::millis(200), Span::millis(2_199));
        Quality {
            latency: if reliable { hop } else { (Span::ZERO, Span::millis(26)) },
            loss: Ratio::per_mille(if reliable { 0 } else { 100 }),
            duplication: Ratio::NEVER,
            reordering: Ratio::NEVER,
            long_delay,
            replies: Some(Replies { latency: hop, reordering: held, long_delay }),
        }
    }
}
