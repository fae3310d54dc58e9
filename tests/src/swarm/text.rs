//! Texts for jobs, drawn rather than stored.

use super::dice::Dice;
use splitbrain::mapreduce::{Program, Input, Job};

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

/// A job over a few drawn texts; `longest` is the most bytes of one of them.
pub(super) fn job(dice: &mut Dice, longest: u32) -> Job {
    let app = if dice.happens(700) { Program::WordCount } else { Program::InvertedIndex };
    let inputs: Vec<Input> = (0..dice.between(2, 6))
        .map(|n| {
            let bytes = dice.between(100, longest);
            Input::new(&format!("chapter-{n}"), &text(dice, bytes as usize))
        })
        .collect();
    Job::new(app, dice.between(1, 5), inputs)
}

fn text(dice: &mut Dice, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 16);
    // Some inputs have few words and so leave some reduce tasks without any.
    let words = dice.between(3, WORDS.len() as u32);
    while text.len() < bytes {
        text.push_str(WORDS[dice.below(words) as usize]);
        text.push(if dice.happens(100) { '\n' } else { ' ' });
    }
    text
}
