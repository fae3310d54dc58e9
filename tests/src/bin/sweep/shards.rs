//! A long sweep in shards: what is done is written down, and a second call goes on from there.
//!
//! The file has a line of JSON for each shard, and before them one that says what was swept and by which engine: shards of
//! different sweeps, or of different engines, must not be added up. A line that was cut short, by whatever ended the sweep,
//! is done again.

use crate::args::Args;
use crate::sums::Sums;
use serde::{Deserialize, Serialize};
use splitbrain_tests::swarm;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What is swept.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Sweep {
    seconds: u32,
    profile: String,
    without: Vec<String>,
    /// What one short run comes to: another engine gives another number.
    engine: u64,
}

/// The seeds from one on, and what came of them.
#[derive(Serialize, Deserialize)]
struct Shard {
    from: u64,
    sums: Sums,
}

/// The sums over all seeds: those that the file has, and the others, which `sweep` is asked for and the file is then told.
pub(crate) fn each(args: &Args, sweep: impl Fn(u64, u64) -> Sums) -> io::Result<Sums> {
    let mut sums = Sums::default();
    let Some(path) = &args.resume else {
        sums.add(sweep(args.from, args.count));
        return Ok(sums);
    };
    let (mut done, mut file) = open(path, args)?;
    let end = args.from + args.count;
    for from in (args.from..end).step_by(args.shard as usize) {
        let count = u64::from(args.shard).min(end - from);
        let known = done.iter().position(|shard| shard.from == from && shard.sums.seeds == count);
        let shard = match known {
            Some(place) => done.swap_remove(place),
            None => {
                let shard = Shard { from, sums: sweep(from, count) };
                let mut line = serde_json::to_string(&shard).map_err(io::Error::other)?;
                line.push('\n');
                file.write_all(line.as_bytes())?;
                shard
            }
        };
        sums.add(shard.sums);
    }
    Ok(sums)
}

/// The shards of an earlier call, and the file to which others are added.
fn open(path: &Path, args: &Args) -> io::Result<(Vec<Shard>, File)> {
    let swept = Sweep {
        seconds: args.seconds,
        profile: args.profile().name.into(),
        without: args.without.clone(),
        engine: swarm::fingerprint(1, 2),
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => String::new(),
        Err(why) => return Err(why),
    };
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let mut lines = text.lines();
    match lines.next().map(serde_json::from_str::<Sweep>) {
        None => writeln!(file, "{}", serde_json::to_string(&swept).map_err(io::Error::other)?)?,
        Some(Ok(other)) if other == swept => {}
        Some(_) => {
            let why =
                format!("{} holds another sweep, or another engine's: name another file", path.display());
            return Err(io::Error::other(why));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        writeln!(file)?;
    }
    Ok((lines.filter_map(|line| serde_json::from_str(line).ok()).collect(), file))
}
