//! A run as versioned JSON: its config, its seed and its acts, and the moment it was saved at.

use super::Subject;
use crate::json;
use crate::time::Time;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of the format written here, and the only one read.
pub const FORMAT: u32 = 1;

/// No script longer than this is looked at.
const MAX_BYTES: usize = 32 << 20;

/// No script with more acts than this is run.
const MAX_ACTS: usize = 100_000;

/// No script that goes on for longer than a day is run.
const LATEST: Time = Time(24 * 3_600 * 1_000_000);

/// A run, as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script<S: Subject> {
    /// The version of the engine that wrote it.
    pub engine: String,
    /// How the run begins.
    pub config: S::Config,
    /// What was done to it, in order.
    pub acts: Vec<Recorded<S::Act>>,
    /// The moment it was saved at.
    pub saved: Place,
    /// The fingerprint of its steps up to that moment, if it says.
    pub fingerprint: Option<u64>,
}

/// A moment of the one branch a script holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The virtual time in microseconds.
    pub at: Time,
    /// The number of the last step taken.
    pub step: u64,
}

/// An act with its place in the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded<A> {
    /// When it was done.
    pub at: Time,
    /// The number of the step it followed, so that a tie in time replays as it happened.
    pub after: u64,
    /// What was done.
    pub act: A,
}

/// Why a text is not a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError(pub String);

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for ScriptError {}

#[derive(Serialize)]
struct Written<'a, S: Subject> {
    splitbrain: u32,
    engine: &'a str,
    config: &'a S::Config,
    acts: &'a [Recorded<S::Act>],
    saved: Place,
    fingerprint: Option<Hex>,
}

#[derive(Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Read<S: Subject> {
    #[serde(rename = "splitbrain")]
    _format: u32,
    #[serde(default)]
    engine: String,
    config: S::Config,
    #[serde(default = "Vec::new")]
    acts: Vec<Recorded<S::Act>>,
    #[serde(default)]
    saved: Option<Place>,
    #[serde(default)]
    fingerprint: Option<Hex>,
}

/// Only the version, which decides whether the rest can be understood.
#[derive(Deserialize)]
struct Version {
    splitbrain: Option<u32>,
}

/// Sixty-four bits as text: JSON's numbers are not exact above 2^53.
#[derive(Clone, Copy)]
struct Hex(u64);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map(Hex)
            .map_err(|_| D::Error::custom("a fingerprint is 16 hexadecimal digits"))
    }
}

impl<S: Subject> Script<S> {
    /// The script as JSON.
    pub fn to_json(&self) -> Result<String, ScriptError> {
        let written = Written::<S> {
            splitbrain: FORMAT,
            engine: &self.engine,
            config: &self.config,
            acts: &self.acts,
            saved: self.saved,
            fingerprint: self.fingerprint.map(Hex),
        };
        json::write(&written)
            .map_err(|error| ScriptError(format!("this run cannot be written down: {error}")))
    }

    /// Reads a script. A bad one is refused with the place and the reason.
    pub fn from_json(text: &str) -> Result<Self, ScriptError> {
        if text.len() > MAX_BYTES {
            let size = text.len() >> 20;
            return Err(ScriptError(format!(
                "this run is {size} MB long; at most {} MB are read",
                MAX_BYTES >> 20
            )));
        }
        let malformed = |error: json::Error| ScriptError(format!("this is not a Splitbrain run: {error}"));
        let value = json::parse(text).map_err(malformed)?;
        let version: Version = json::understand(&value).map_err(malformed)?;
        match version.splitbrain {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(ScriptError(format!(
                    "this run has format {other}, and this engine reads format {FORMAT}: open it with the version that wrote it"
                )));
            }
            None => {
                return Err(ScriptError("this is not a Splitbrain run: it has no field `splitbrain`".into()));
            }
        }
        let read: Read<S> = json::understand(&value).map_err(malformed)?;
        if read.acts.len() > MAX_ACTS {
            let many = read.acts.len();
            return Err(ScriptError(format!("this run has {many} acts; at most {MAX_ACTS} are run")));
        }
        let (mut at, mut after) = (Time::ZERO, 0);
        for (place, act) in read.acts.iter().enumerate() {
            if act.at < at || act.after < after {
                let (this, before) = (act.at, at);
                return Err(ScriptError(format!(
                    "act {} is at {this}, before the one ahead of it at {before}: acts must be in order of time",
                    place + 1
                )));
            }
            (at, after) = (act.at, act.after);
        }
        let last = Place { at, step: after };
        let saved = read.saved.unwrap_or(last);
        if saved.at.max(at) > LATEST {
            let late = saved.at.max(at);
            return Err(ScriptError(format!("this run goes on to {late}; at most {LATEST} are replayed")));
        }
        Ok(Script {
            engine: read.engine,
            config: read.config,
            acts: read.acts,
            saved,
            fingerprint: read.fingerprint.map(|Hex(fingerprint)| fingerprint),
        })
    }
}
