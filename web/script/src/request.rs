//! A call as JSON, and its answer: what crosses between the page's engine and this module.

use serde::{Deserialize, Serialize};
use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind, Interpreter};

use crate::QuickJs;
use crate::failure::failure;

/// What is asked: a program and a call of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    code: String,
    call: Owned,
}

/// A [`Call`] that owns its texts.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Owned {
    Check,
    Map { records: Vec<(String, String)>, skipping: bool },
    Partition { keys: Vec<String>, reduces: u32 },
    Combine { groups: Vec<(String, Vec<String>)> },
    Reduce { groups: Vec<(String, Vec<String>)>, skipping: bool },
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Response {
    Ok(Answer),
    Failed(Failure),
}

/// Answers `{"code": …, "call": …}` with `{"ok": …}` or `{"failed": …}`: a [`Call`] to begin with, an [`Answer`] or a [`Failure`]
/// in the end, whatever the text is.
pub fn answer(request: &str) -> String {
    let response = match serde_json::from_str(request) {
        Ok(request) => run(&request),
        Err(error) => Err(failure(FailureKind::Unavailable, format!("this is no request: {error}"))),
    };
    let response = response.map_or_else(Response::Failed, Response::Ok);
    serde_json::to_string(&response).expect("texts and numbers are always JSON")
}

fn run(Request { code, call }: &Request) -> Result<Answer, Failure> {
    fn groups(groups: &[(String, Vec<String>)]) -> Vec<(&str, Vec<&str>)> {
        groups
            .iter()
            .map(|(key, values)| (key.as_str(), values.iter().map(String::as_str).collect()))
            .collect()
    }
    match call {
        Owned::Check => QuickJs.run(code, &Call::Check),
        Owned::Map { records, skipping } => {
            let records: Vec<_> = records.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            QuickJs.run(code, &Call::Map { records: &records, skipping: *skipping })
        }
        Owned::Partition { keys, reduces } => {
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            QuickJs.run(code, &Call::Partition { keys: &keys, reduces: *reduces })
        }
        Owned::Combine { groups: of } => QuickJs.run(code, &Call::Combine { groups: &groups(of) }),
        Owned::Reduce { groups: of, skipping } => {
            QuickJs.run(code, &Call::Reduce { groups: &groups(of), skipping: *skipping })
        }
    }
}
