//! The command itself: what it prints and how it ends.

use splitbrain::lab::config::AnyRule;
use std::process::{Command, Output};

fn sweep(args: &str) -> Output {
    let sweep = Command::new(env!("CARGO_BIN_EXE_sweep")).args(args.split_whitespace()).output();
    sweep.expect("the command starts")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_clean_sweep_ends_well_and_tells_the_same_twice_but_for_cpu_seconds() {
    let (once, again) =
        (sweep("--from 5 --count 6 --seconds 3"), sweep("--from 5 --count 6 --seconds 3 --threads 1"));
    let without_cpu = |output: &Output| {
        told(output).lines().filter(|line| !line.starts_with("CPU")).map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(once.status.code(), Some(0), "{}", told(&once));
    assert_eq!(without_cpu(&once), without_cpu(&again));
    assert!(told(&once).contains("violations                          0"), "{}", told(&once));
}

#[test]
fn a_rule_that_is_off_ends_in_a_violation_with_its_seed_and_step() {
    let output = sweep("--from 1 --count 4 --seconds 5 --without majority-to-win --json");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_str(&told(&output)).expect("it is JSON");
    let first = &report["violations"][0];
    assert_eq!(first["property"], "role-changes", "the first that anybody sees of it");
    assert!(first["seed"].as_u64() >= Some(1) && first["step"].as_u64() > Some(0));
}

#[test]
fn the_rules_are_listed_one_a_line_name_first() {
    let listed = told(&sweep("--rules"));
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, AnyRule::all().map(AnyRule::name).collect::<Vec<_>>());
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_hint() {
    for (args, hint) in [
        ("--without gravity", "there is no rule `gravity`: cargo sweep --rules lists them"),
        ("--profile calm", "there is no profile `calm`"),
        ("--count many", "many"),
        ("--count 0", "--count at least 1"),
        ("--seconds 0", "--seconds"),
        ("--loud", "--loud"),
    ] {
        let output = sweep(args);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(hint) && said.contains("cargo sweep --prove"), "{said}");
    }
}

#[test]
fn one_rule_can_be_proved_on_its_own() {
    let output = sweep("--prove --only majority-to-commit --from 3");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("majority-to-commit") && told(&output).contains("1 of 1 rules"));
}

#[test]
fn what_never_happens_over_a_thousand_seeds_ends_badly() {
    let output = sweep("--profile comebacks --count 1000 --seconds 1");
    assert_eq!(output.status.code(), Some(1));
    let told = told(&output);
    assert!(
        told.contains("never over 1,000 seeds: snapshots")
            && told.contains("violations                          0"),
        "{told}"
    );
}

#[test]
fn the_run_of_a_seed_can_be_written_down_for_the_page() {
    let json = told(&sweep("--script --from 9 --seconds 2 --without one-vote-a-term"));
    let script =
        splitbrain::timeline::Script::<splitbrain::lab::Watch>::from_json(&json).expect("it is a script");
    assert_eq!(script.config.without, ["one-vote-a-term"]);
    assert!(script.saved.step > 0 && !script.acts.is_empty());
}

#[test]
fn a_sweep_that_was_cut_short_goes_on_where_it_was() {
    let file = std::env::temp_dir().join(format!("splitbrain-sweep-{}", std::process::id()));
    let args = format!("--count 25 --shard 10 --seconds 1 --from 7 --resume {}", file.display());
    let whole = told(&sweep(&args));
    let written = std::fs::read_to_string(&file).expect("the file is there");
    assert_eq!(written.lines().count(), 4, "a line says what is swept, and there are three shards");
    // Whatever cut it short did so in the middle of the second shard's line.
    let lines: Vec<&str> = written.lines().collect();
    let cut = format!("{}\n{}\n{}", lines[0], lines[1], &lines[2][..lines[2].len() / 2]);
    std::fs::write(&file, cut).expect("it can be written");
    let resumed = told(&sweep(&args));
    let without_cpu = |text: &str| {
        text.lines().filter(|line| !line.starts_with("CPU")).map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(without_cpu(&whole), without_cpu(&resumed));
    assert!(whole.contains("25 from 7"), "{whole}");
    let other = sweep(&format!("{args} --without majority-to-win"));
    std::fs::remove_file(&file).expect("it can be removed");
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("holds another sweep"));
}
