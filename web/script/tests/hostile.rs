//! Programs that try to escape, to stay for ever or to fill the machine: each ends soon, and as it should.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Deserialize;
use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind, Interpreter};
use splitbrain_script::QuickJs;

/// The list is data, since the page's tests read it as well.
const HOSTILE: &str = include_str!("../hostile.json");

/// A second or two, and more on a machine that is busy with other things.
const SOON: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Hostile {
    name: String,
    code: String,
    /// The kind of failure, or `fine`.
    ends: String,
}

/// A whole job, as small as can be.
fn job(code: &str) -> Result<(), Failure> {
    let run = |call: &Call<'_>| QuickJs.run(code, call);
    let check = run(&Call::Check)?;
    let records = [("a.txt", "It was the best of times,\nit was the worst of times.\n"), ("b.txt", "")];
    let Answer { pairs, .. } = run(&Call::Map { records: &records, skipping: false })?;
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in &pairs {
        groups.entry(key).or_default().push(value);
    }
    let groups: Vec<_> = groups.into_iter().collect();
    if check.partition {
        let keys: Vec<_> = groups.iter().map(|(key, _)| *key).collect();
        run(&Call::Partition { keys: &keys, reduces: 3 })?;
    }
    if check.combine {
        run(&Call::Combine { groups: &groups })?;
    }
    let Answer { texts, .. } = run(&Call::Reduce { groups: &groups, skipping: false })?;
    assert_eq!(texts.len(), groups.len());
    Ok(())
}

#[test]
fn every_hostile_program_ends_soon_and_as_it_should() {
    let hostile: Vec<Hostile> = serde_json::from_str(HOSTILE).expect("the list is JSON");
    let mut wrong = Vec::new();
    for Hostile { name, code, ends } in hostile {
        let start = Instant::now();
        let end = job(&code);
        let took = start.elapsed();
        let kind = match &end {
            Ok(()) => "fine".to_string(),
            Err(failure) => serde_json::to_string(&failure.kind).unwrap().trim_matches('"').to_string(),
        };
        println!(
            "{name}: {kind} after {took:?}: {}",
            end.as_ref().err().map(Failure::to_string).unwrap_or_default()
        );
        if kind != ends || took > SOON {
            wrong.push(format!("{name}: {kind} instead of {ends} after {took:?}: {end:?}"));
        }
        if let Err(Failure { kind, message, .. }) = end {
            assert!(
                !message.is_empty() && message.len() < 1_200,
                "{name}: {kind:?} is told in a sentence, not in {message:?}"
            );
            assert_ne!(kind, FailureKind::Unavailable, "{name}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
