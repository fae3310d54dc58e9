//! Seeds on several threads, outcomes in the order of the seeds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

/// Runs `one` on `count` seeds from `from` and yields what comes of each, in their order.
pub(crate) fn each<T: Send>(
    from: u64,
    count: u64,
    threads: u32,
    one: impl Fn(u64) -> T + Sync,
) -> impl Iterator<Item = T> {
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::channel();
    let mut outcomes = BTreeMap::new();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (send, next, one) = (send.clone(), &next, &one);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count || send.send((place, one(from + place))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        outcomes.extend(receive);
    });
    outcomes.into_values()
}
