//! Checks anybody's history: `cargo run --release -p splitbrain --example check-history -- --model register FILE`.

use splitbrain::check::history::{self, History, porcupine};
use splitbrain::check::linearizable::{Failure, Judge, Model, Part};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
check-history [--model register|kv|queue] [--steps N] [--porcupine OUT] FILE
  FILE          Jepsen's EDN, or a line of JSON for each operation; up to 64 MiB and 1,000,000 operations
  --model       what it is a history of (register)
  --steps       give up after so many steps (100,000,000; each tries one operation in one place)
  --porcupine   write what Porcupine's page draws to this file
Ends with 0 if the history is linearizable, 1 if it is not, 2 if the steps did not suffice, 3 if there is no history to check.
";

struct Args {
    model: Model,
    steps: u64,
    porcupine: Option<PathBuf>,
    file: PathBuf,
}

fn main() -> ExitCode {
    match args().and_then(|args| check(&args)) {
        Ok((told, code)) => {
            print!("{told}");
            ExitCode::from(code)
        }
        Err(why) => {
            eprintln!("check-history: {why}");
            ExitCode::from(3)
        }
    }
}

fn args() -> Result<Args, String> {
    let (mut model, mut steps, mut porcupine, mut file) = (Model::Register, 100_000_000, None, None);
    let mut args = std::env::args_os().skip(1);
    while let Some(argument) = args.next() {
        let mut value =
            || args.next().ok_or_else(|| format!("{} needs a value\n\n{USAGE}", argument.display()));
        match argument.to_str() {
            Some("--model") => {
                let name = value()?;
                model = name.to_str().and_then(history::model_named).ok_or_else(|| {
                    format!("there is no model `{}`: there are register, kv and queue", name.display())
                })?;
            }
            Some("--steps") => {
                let number = value()?;
                steps = number.to_str().and_then(|number| number.parse().ok()).ok_or_else(|| {
                    format!("`{}` is no number of steps: give a whole number", number.display())
                })?;
            }
            Some("--porcupine") => porcupine = Some(value()?.into()),
            Some(flag) if flag.starts_with("--") => return Err(format!("there is no {flag}\n\n{USAGE}")),
            _ if file.is_none() => file = Some(argument.into()),
            _ => return Err(format!("one file at a time\n\n{USAGE}")),
        }
    }
    let file = file.ok_or_else(|| format!("which file?\n\n{USAGE}"))?;
    Ok(Args { model, steps, porcupine, file })
}

/// What is said of the history, and how the command ends.
fn check(args: &Args) -> Result<(String, u8), String> {
    let shown = args.file.display();
    let length = std::fs::metadata(&args.file).map_err(|why| format!("{shown}: {why}"))?.len();
    if length > history::LONGEST as u64 {
        return Err(format!("{shown} has {length} bytes: at most {} are read", history::LONGEST));
    }
    let bytes = std::fs::read(&args.file).map_err(|why| format!("{shown}: {why}"))?;
    let text = String::from_utf8(bytes).map_err(|why| {
        format!("{shown}: byte {} is not UTF-8: histories are text", why.utf8_error().valid_up_to() + 1)
    })?;
    let read = history::read(&text, args.model).map_err(|why| format!("{shown}: {why}"))?;
    let mut judge = Judge::new(&read.operations, args.model);
    judge.advance(args.steps);
    if let Some(out) = &args.porcupine {
        let drawing = porcupine::write(&read.operations, &judge);
        std::fs::write(out, drawing).map_err(|why| format!("{}: {why}", out.display()))?;
    }
    let (operations, keys, steps) = (read.operations.len(), judge.parts().len(), judge.steps());
    let size = format!("operations: {operations}, keys: {keys}, steps: {steps}");
    Ok(match (judge.is_linearizable(), judge.failed()) {
        (_, Some((part, failure))) => {
            (format!("not linearizable ({size})\n{}", told(&read, part, failure)), 1)
        }
        (Some(_), None) => (format!("linearizable ({size})\n"), 0),
        (None, None) => (format!("undecided ({size}): give more with --steps\n"), 2),
    })
}

/// Who is to blame, and how far an explanation goes.
fn told(history: &History, part: &Part, failure: &Failure) -> String {
    let line = |place: u32| {
        let (operation, line) = (&history.operations[place as usize], history.lines[place as usize]);
        format!("line {line}: process {}: {operation}", operation.process)
    };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "nothing explains {}", line(failure.blamed));
    let rest = failure.unplaced.iter().filter(|&&place| place != failure.blamed);
    rest.for_each(|&place| _ = writeln!(text, "  nor, with it, {}", line(place)));
    let longest = failure.partial.first().map_or(&[][..], |order| order);
    let (explained, of) = (longest.len(), part.operations.len());
    let _ = writeln!(text, "explained before it: {explained} of {of} operations, the last of them");
    for &place in longest.iter().skip(explained.saturating_sub(5)) {
        let _ = writeln!(text, "  {}", line(place));
    }
    text
}
