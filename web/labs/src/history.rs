//! Histories: anybody's, read from a file, or that of a run; judged, and written in other forms.

use crate::give;
use js_sys::Function;
use serde::Serialize;
use splitbrain::check::history::{self, jepsen, lines, porcupine};
use splitbrain::check::linearizable::{Judge, Model, Operation, Value, Verdict};
use splitbrain::kv::Session;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a history is one of. */
export type HistoryModel = "register" | "kv" | "queue";

/** An operation of a history. */
export interface HistoryOperation {
    /** Who called. */
    process: number;
    key: string | null;
    /** In words: `x: read → 1`. */
    text: string;
    /** Whether it leaves the object as it is. */
    reads: boolean;
    /** In the file's own unit; of a run's history in microseconds. */
    called: number;
    /** null if nobody learned what came of it. */
    returned: number | null;
    /** The line of the file, from 1; null in the history of a run. */
    line: number | null;
    /** In the history of a run: which operation it is, and the steps of its call and its return. */
    origin: { client: number; life: number; number: number; calledStep: number; returnedStep: number | null } | null;
}

/** What is said of the operations of one key. */
export interface JudgedKey {
    key: string | null;
    /** How many there are. */
    operations: number;
    verdict: "yes" | "no" | "undecided";
    /** Places of operations: the one linearization, or the longest partial ones, longest first. */
    orders: number[][];
    /** The operation that nothing explains. */
    blamed: number | null;
    /** It, and what cannot be placed before it either. */
    unplaced: number[];
    /** What the key holds after the longest partial linearization. */
    held: string | null;
}

/** A history that was judged, as far as the steps allowed. */
export interface JudgedHistory {
    verdict: "yes" | "no" | "undecided";
    steps: number;
    keys: JudgedKey[];
}

/** Called now and then: steps taken, keys decided, keys in all. */
export type HistoryProgress = (steps: number, decided: number, of: number) => void;
"#;

/// How far a judge goes between two looks at what has come of it, in steps.
const SLICE: u64 = 50_000;

/// At most this many characters of an operation are shown.
const SHOWN: usize = 120;

/// A history that was read.
#[wasm_bindgen]
pub struct History {
    pub(crate) model: Model,
    pub(crate) operations: Vec<Operation>,
    pub(crate) source: Source,
}

/// Where a history comes from.
pub(crate) enum Source {
    /// A file: for each operation its line.
    File(Vec<u32>),
    /// A run: for each operation which one it is and when, in virtual time and steps.
    Run(Vec<Origin>),
}

/// An operation of a run.
pub(crate) struct Origin {
    pub(crate) session: Session,
    pub(crate) number: u64,
    pub(crate) called: splitbrain::check::Moment,
    pub(crate) returned: Option<splitbrain::check::Moment>,
}

#[derive(Serialize)]
struct Drawn {
    process: u64,
    key: Option<String>,
    text: String,
    reads: bool,
    called: u64,
    returned: Option<u64>,
    line: Option<u32>,
    origin: Option<DrawnOrigin>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DrawnOrigin {
    client: u16,
    life: u64,
    number: u64,
    called_step: u64,
    returned_step: Option<u64>,
}

#[derive(Serialize)]
struct Judged {
    verdict: &'static str,
    steps: u64,
    keys: Vec<JudgedKey>,
}

#[derive(Serialize)]
struct JudgedKey {
    key: Option<String>,
    operations: u32,
    verdict: &'static str,
    orders: Vec<Vec<u32>>,
    blamed: Option<u32>,
    unplaced: Vec<u32>,
    held: Option<String>,
}

#[wasm_bindgen]
impl History {
    /// Reads Jepsen's EDN or a line of JSON for each operation.
    ///
    /// # Errors
    /// Where the text is no history: line, column, what was expected and what was found.
    pub fn read(
        text: &str,
        #[wasm_bindgen(unchecked_param_type = "HistoryModel")] model: &str,
    ) -> Result<History, JsError> {
        let model = history::model_named(model)
            .ok_or_else(|| JsError::new("a history is of a register, a kv or a queue"))?;
        let history::History { operations, lines } =
            history::read(text, model).map_err(|error| JsError::new(&error.to_string()))?;
        Ok(History { model, operations, source: Source::File(lines) })
    }

    /// Its operations, in the order of their calls.
    ///
    /// # Errors
    /// None that a caller could cause.
    #[wasm_bindgen(unchecked_return_type = "HistoryOperation[]")]
    pub fn operations(&self) -> Result<JsValue, JsError> {
        let drawn = |(place, operation): (usize, &Operation)| self.drawn(place, operation);
        give(&self.operations.iter().enumerate().map(drawn).collect::<Vec<_>>())
    }

    /// Judges it, in at most so many steps.
    ///
    /// # Errors
    /// What `progress` throws.
    #[wasm_bindgen(unchecked_return_type = "JudgedHistory")]
    pub fn judge(
        &self,
        steps: f64,
        #[wasm_bindgen(unchecked_param_type = "HistoryProgress")] progress: &Function,
    ) -> Result<JsValue, JsValue> {
        let judge = self.judged(steps, progress)?;
        let answer = Judged {
            verdict: match judge.is_linearizable() {
                Some(true) => "yes",
                Some(false) => "no",
                None => "undecided",
            },
            steps: judge.steps(),
            keys: judge.parts().iter().map(|part| key(&judge, part)).collect(),
        };
        Ok(give(&answer)?)
    }

    /// It as Jepsen's EDN, as lines of JSON or, judged in at most so many steps, as what Porcupine's page draws.
    ///
    /// # Errors
    /// If there is no such form; what `progress` throws.
    pub fn write(
        &self,
        #[wasm_bindgen(unchecked_param_type = "\"edn\" | \"lines\" | \"porcupine\"")] form: &str,
        steps: f64,
        #[wasm_bindgen(unchecked_param_type = "HistoryProgress")] progress: &Function,
    ) -> Result<String, JsValue> {
        match form {
            "edn" => Ok(jepsen::write(&self.operations)),
            "lines" => Ok(lines::write(&self.operations)),
            "porcupine" => Ok(porcupine::write(&self.operations, &self.judged(steps, progress)?)),
            _ => Err(JsError::new("a history is written as edn, lines or porcupine").into()),
        }
    }
}

impl History {
    /// Slice by slice, so that a page hears how far it is; whoever does not want to wait any longer ends the worker.
    fn judged(&self, steps: f64, progress: &Function) -> Result<Judge<'_>, JsValue> {
        // Whatever is no number of steps becomes none or as many as there are.
        let most = steps as u64;
        let mut judge = Judge::new(&self.operations, self.model);
        while !judge.advance(SLICE.min(most.saturating_sub(judge.steps()))) && judge.steps() < most {
            let of = judge.parts().len();
            let decided = judge.parts().iter().filter(|part| part.verdict != Verdict::Undecided).count();
            let [steps, decided, of] = [judge.steps() as f64, decided as f64, of as f64].map(JsValue::from);
            progress.call3(&JsValue::NULL, &steps, &decided, &of)?;
        }
        Ok(judge)
    }

    fn drawn(&self, place: usize, operation: &Operation) -> Drawn {
        let mut drawn = Drawn {
            process: operation.process,
            key: operation.key.as_ref().map(|key| cut(key.as_str())),
            text: cut(&operation.to_string()),
            reads: operation.call.is_read(),
            called: operation.called,
            returned: operation.returned.as_ref().map(|&(at, _)| at),
            line: None,
            origin: None,
        };
        match &self.source {
            Source::File(lines) => drawn.line = lines.get(place).copied(),
            Source::Run(origins) => {
                if let Some(Origin { session, number, called, returned }) = origins.get(place) {
                    (drawn.called, drawn.returned) = (called.at.0, returned.map(|moment| moment.at.0));
                    drawn.origin = Some(DrawnOrigin {
                        client: session.client.0,
                        life: session.incarnation,
                        number: *number,
                        called_step: called.step,
                        returned_step: returned.map(|moment| moment.step),
                    });
                }
            }
        }
        drawn
    }
}

fn key(judge: &Judge<'_>, part: &splitbrain::check::linearizable::Part) -> JudgedKey {
    let mut key = JudgedKey {
        key: part.key.as_ref().map(|key| cut(key.as_str())),
        operations: part.operations.len() as u32,
        verdict: "undecided",
        orders: Vec::new(),
        blamed: None,
        unplaced: Vec::new(),
        held: None,
    };
    match &part.verdict {
        Verdict::Yes(order) => {
            key.verdict = "yes";
            key.orders.push(order.clone());
        }
        Verdict::No(failure) => {
            key.verdict = "no";
            key.orders.clone_from(&failure.partial);
            key.orders.sort_by_key(|order| core::cmp::Reverse(order.len()));
            key.blamed = Some(failure.blamed);
            key.unplaced.clone_from(&failure.unplaced);
            let longest = key.orders.first().map(|order| judge.held_after(order));
            let held = longest.and_then(|mut held| held.pop()).unwrap_or_default();
            key.held = Some(if held.is_empty() { "nil".to_owned() } else { told(&held) });
        }
        Verdict::Undecided => {}
    }
    key
}

/// What an object holds, in words.
fn told(held: &[Value]) -> String {
    let one = |value: &Value| match value {
        None => "nil".to_owned(),
        Some(text) if text.is_empty() => "\"\"".to_owned(),
        Some(text) => cut(text.as_str()),
    };
    cut(&held.iter().map(one).collect::<Vec<_>>().join(" "))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
