//! How figures are taken and told.

use cpu_time::ThreadTime;
use serde_json::{Value, json};

/// One line of the table.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What we want it to be.
    pub(crate) aim: Option<&'static str>,
    /// What others reach.
    pub(crate) peers: Option<String>,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Row {
        Row { name: name.into(), value, unit, aim: None, peers: None }
    }

    pub(crate) fn aim(self, aim: &'static str) -> Row {
        Row { aim: Some(aim), ..self }
    }

    pub(crate) fn peers(self, peers: String) -> Row {
        Row { peers: Some(peers), ..self }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut row = json!({ "name": self.name, "value": self.value, "unit": self.unit });
        if let Some(aim) = self.aim {
            row["aim"] = aim.into();
        }
        if let Some(peers) = &self.peers {
            row["peers"] = peers.as_str().into();
        }
        row
    }
}

/// The CPU seconds that this thread spends on something, and what comes of it.
pub(crate) fn cpu_seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = ThreadTime::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

/// The middle one of an odd number of samples.
pub(crate) fn median(samples: usize, mut sample: impl FnMut() -> f64) -> f64 {
    let mut taken: Vec<f64> = (0..samples | 1).map(|_| sample()).collect();
    taken.sort_by(f64::total_cmp);
    taken[taken.len() / 2]
}
