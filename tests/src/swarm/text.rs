//! Texts for jobs, drawn rather than stored.

use super::dice::Dice;
use splitbrain::mapreduce::{Input, Job, Program, Records, Spec};

/// Enough for words that come up in every input and words that do not.
const WORDS: [&str; 40] = [
    "a",
    "the",
    "of",
    "whale",
    "sea",
    "ship",
    "captain",
    "harpoon",
    "boat",
    "white",
    "deep",
    "wind",
    "sail",
    "mast",
    "rope",
    "oil",
    "lamp",
    "night",
    "morning",
    "island",
    "shore",
    "story",
    "letter",
    "ledger",
    "vote",
    "term",
    "leader",
    "log",
    "entry",
    "commit",
    "crash",
    "restart",
    "partition",
    "heal",
    "quorum",
    "client",
    "worker",
    "map",
    "reduce",
    "split",
];

/// Now and then an address stands among the words.
const ADDRESSES: [&str; 4] = [
    "http://ship.example/log",
    "http://ship.example/crew",
    "https://shore.example/",
    "https://sea.example/deep",
];

/// A job over a few drawn texts; `longest` is the most bytes of one of them. The lab's programs that only take time are left
/// out: what they compute is trivial, they take longer than tasks here may, and the lab's own tests run them.
pub(super) fn job(dice: &mut Dice, longest: u32) -> Job {
    let app = match dice.below(9) {
        0..3 => Program::WordCount,
        3 => Program::InvertedIndex,
        4 => Program::Sort,
        5 => Program::UrlFrequency,
        6 => Program::ReverseLinks,
        7 => Program::Crash,
        _ => Program::Grep { pattern: WORDS[dice.below(WORDS.len() as u32) as usize].into() },
    };
    let records = if dice.happens(500) { Records::Lines } else { Records::Whole };
    // Without that a bad record fails the job.
    let skip_bad_records = dice.happens(400);
    let inputs: Vec<Input> = (0..dice.between(2, 6))
        .map(|n| {
            let bytes = dice.between(longest.min(100), longest);
            let is_bad = skip_bad_records && dice.happens(400);
            Input::new(&format!("chapter-{n}"), &text(dice, bytes as usize, is_bad))
        })
        .collect();
    let job = Job::new(app, dice.between(1, 5), inputs);
    Job::from(Spec { records, combine: dice.happens(500), skip_bad_records, ..job.spec().clone() })
}

/// Words and lines; in one that is bad, two lines or fewer are no text.
fn text(dice: &mut Dice, bytes: usize, is_bad: bool) -> String {
    let mut text = String::with_capacity(bytes + 32);
    // Some inputs have few words and so leave some reduce tasks without any.
    let words = dice.between(3, WORDS.len() as u32);
    while text.len() < bytes {
        let address = if dice.happens(50) { dice.pick(&ADDRESSES) } else { None };
        text.push_str(address.unwrap_or(WORDS[dice.below(words) as usize]));
        text.push(if dice.happens(100) { '\n' } else { ' ' });
    }
    if is_bad {
        let lines = text.lines().count() as u32;
        let bad = [dice.below(lines), dice.below(lines)];
        let spoiled = (0..).zip(text.lines()).map(|(place, line)| {
            if bad.contains(&place) { format!("{line} \u{fffd}\n") } else { format!("{line}\n") }
        });
        text = spoiled.collect();
    }
    text
}
