//! The shape of the repository, checked by reading it: which room may know which, and what stands in no file at all.

use std::fs;
use std::path::{Path, PathBuf};

/// What each room of the core may import. The front door (`lib.rs`) names them all, and `lab` may use them all.
const ROOMS: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("chance", &["time"]),
    ("tree", &[]),
    ("node", &["time", "tree"]),
    ("fingerprint", &[]),
    ("bytes", &["fingerprint"]),
    ("rules", &[]),
    ("json", &[]),
    ("raft", &["node", "time", "fingerprint", "bytes", "rules"]),
    ("mapreduce", &["node", "time", "fingerprint", "bytes", "tree", "rules", "json"]),
    ("kv", &["node", "time", "chance", "raft", "fingerprint", "bytes", "tree", "rules"]),
    ("sim", &["node", "time", "chance", "fingerprint"]),
    ("check", &["node", "time", "fingerprint", "tree", "json", "raft", "kv", "mapreduce"]),
    ("timeline", &["node", "time", "fingerprint", "json", "sim", "check"]),
    (
        "lab",
        &[
            "time",
            "chance",
            "node",
            "fingerprint",
            "bytes",
            "tree",
            "rules",
            "raft",
            "mapreduce",
            "kv",
            "sim",
            "check",
            "timeline",
        ],
    ),
    (
        "suites",
        &["time", "chance", "node", "bytes", "raft", "kv", "mapreduce", "sim", "check", "timeline", "lab"],
    ),
];

/// What a checker may know of a protocol: views and messages, and the values that these are made of. The store is also
/// the sequential specification, and a program's two functions are what a sequential run is made of.
const SEEN_FROM_OUTSIDE: &[&str] = &[
    "raft::log",
    "raft::message",
    "raft::view",
    "kv::message",
    "kv::session",
    "kv::snapshot",
    "kv::store",
    "kv::text",
    "kv::view",
    "mapreduce::job",
    "mapreduce::message",
    "mapreduce::program",
    "mapreduce::script",
    "mapreduce::table",
    "mapreduce::view",
    "mapreduce::Bytes",
    "mapreduce::Counters",
    "mapreduce::Disks",
    "mapreduce::Engine",
    "mapreduce::Hash",
    "mapreduce::Job",
    "mapreduce::Spec",
    "mapreduce::permit",
];

/// The longest file of code, in lines: beyond this a second idea is hiding in it.
const LONGEST: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file under a folder of the repository, by its path from the root; what is built or installed is left out.
fn files(under: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository can be read") {
            let entry = entry.expect("an entry of a folder can be read");
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let kind = entry.file_type().expect("an entry has a type");
            if kind.is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules" | "dist" | ".git" | "pkg") {
                    folders.push(path);
                }
            } else if kind.is_file() && name != ".git" {
                let short = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.push((short, path));
            }
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The code of a file without its comments and its tests, which may know more than what they test.
fn code(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test)]"));
    lines.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn core_code() -> impl Iterator<Item = (String, String)> {
    let is_test = |name: &str| name.contains("/tests/") || name.ends_with("/tests.rs");
    let sources =
        files("core/src").into_iter().filter(move |(name, _)| name.ends_with(".rs") && !is_test(name));
    sources.filter_map(|(name, path)| text(&path).map(|text| (name, code(&text))))
}

/// The room of a file of the core.
fn room(name: &str) -> &str {
    let inside = name.trim_start_matches("core/src/");
    inside.split(['/', '.']).next().unwrap_or(inside)
}

/// Every path that begins at the crate's root, at most two words long: `node::NodeId` of `use crate::node::{NodeId, ..}`.
fn paths_from_the_root(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (place, _) in code.match_indices("crate::") {
        let rest = &code[place + "crate::".len()..];
        // `use crate::{kv, raft}` and `use crate::kv::{store, text}`: one path for each in the braces.
        let (stem, list) =
            match rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':') {
                Some(end) if rest[end..].starts_with('{') => {
                    let close = rest[end..].find('}').map_or(rest.len(), |close| end + close);
                    (&rest[..end], rest[end + 1..close].split(',').map(str::trim).collect())
                }
                Some(end) => (&rest[..end], vec![""]),
                None => (rest, vec![""]),
            };
        paths.extend(list.iter().map(|one| {
            let whole = format!("{stem}{one}");
            whole
                .split("::")
                .map(|word| word.split_whitespace().next().unwrap_or(""))
                .take(2)
                .collect::<Vec<_>>()
                .join("::")
        }));
    }
    paths.retain(|path| !path.is_empty());
    paths
}

#[test]
fn a_room_imports_only_what_it_may() {
    let mut wrong = Vec::new();
    for (name, code) in core_code().filter(|(name, _)| name != "core/src/lib.rs") {
        let room = room(&name).to_string();
        let Some((_, may)) = ROOMS.iter().find(|(one, _)| *one == room) else {
            wrong.push(format!("{name} is in a room that has no place in the table"));
            continue;
        };
        for path in paths_from_the_root(&code) {
            let wanted = path.split("::").next().unwrap_or_default();
            if wanted != room && !may.contains(&wanted) {
                wrong.push(format!("{name}: {room} must not know {wanted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_checker_sees_a_protocol_only_from_outside() {
    let protocols = ["raft", "kv", "mapreduce"];
    for (name, code) in core_code().filter(|(name, _)| room(name) == "check") {
        for path in paths_from_the_root(&code) {
            let of_protocol = path.split("::").next().is_some_and(|first| protocols.contains(&first));
            let seen = SEEN_FROM_OUTSIDE.contains(&path.as_str());
            assert!(!of_protocol || seen, "{name} knows {path}, which cannot be seen from outside");
        }
    }
}

#[test]
fn no_path_climbs_out_of_its_room_unseen() {
    for (name, code) in core_code() {
        let inside = name.trim_start_matches("core/src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let depth = inside.split('/').count();
        let climb = "super::".repeat(depth + 1);
        assert!(!code.contains(&climb), "{name} climbs to the crate's root: write crate:: instead");
    }
}

#[test]
fn nothing_in_the_core_depends_on_an_address_a_rounding_or_a_machine() {
    for (name, code) in core_code() {
        for word in ["HashMap", "HashSet", "std::", "unsafe", "isize", "Instant", "SystemTime"] {
            assert!(!code.contains(word), "{name} says {word}");
        }
        // A serialiser or its counterpart must have a method for every type that serde knows.
        if !["core/src/fingerprint.rs", "core/src/json/reader.rs", "core/src/json/writer.rs"]
            .contains(&name.as_str())
        {
            for word in ["f32", "f64"] {
                assert!(!code.contains(word), "{name} says {word}: a float must not change a run");
            }
        }
        assert!(
            !code.lines().any(|line| line.trim_start().starts_with("pub ") && line.contains(": usize,")),
            "{name} has a public field of a width that differs between targets"
        );
    }
}

#[test]
fn the_page_knows_only_the_package() {
    for (name, path) in files("www/src").into_iter().filter(|(name, _)| name.ends_with(".ts")) {
        let Some(text) = text(&path) else { continue };
        for word in ["web/pkg", "splitbrain_bg", "WebAssembly.instantiate", "WebAssembly.compile"] {
            assert!(!text.contains(word), "{name} reaches past the npm package: {word}");
        }
    }
}

#[test]
fn a_file_has_one_subject_and_so_an_end() {
    for (name, path) in ["core", "web", "tests", "www", "tools"].into_iter().flat_map(files) {
        let is_code = [".rs", ".ts", ".mjs", ".sh"].iter().any(|end| name.ends_with(end));
        let Some(text) = text(&path).filter(|_| is_code) else { continue };
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{name} has {lines} lines: look for the second idea in it");
    }
}

#[test]
fn no_file_names_a_machine_or_leaves_something_for_later() {
    // Each word is put together here, so that this file does not hold it.
    let words = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/Us", "ers/"],
        ["C:", "\\\\"],
        ["TO", "DO"],
        ["FIX", "ME"],
        ["#[ig", "nore"],
        ["un", "implemented!"],
        ["to", "do!("],
    ]
    .map(|halves| halves.concat());
    let is_ours = |name: &str| !name.ends_with(".lock") && !name.ends_with("package-lock.json");
    for (name, path) in files(".").into_iter().filter(|(name, _)| is_ours(name)) {
        let Some(text) = text(&path) else { continue };
        for word in &words {
            assert!(!text.contains(word.as_str()), "{name} says {word}");
        }
    }
}

#[test]
fn every_rule_of_this_file_would_notice() {
    assert_eq!(
        paths_from_the_root("use crate::{kv, raft::log};\nlet x = crate::node::NodeId(1);"),
        ["kv", "raft::log", "node::NodeId"]
    );
    assert_eq!(
        paths_from_the_root("use crate::sim::{Action,\n Step as Other};"),
        ["sim::Action", "sim::Step"]
    );
    assert_eq!(room("core/src/check/raft/mod.rs"), "check");
    assert_eq!(room("core/src/time.rs"), "time");
    assert_eq!(code("use a;\n// use b;\n  #[cfg(test)]\nuse c;"), "use a;");
}
