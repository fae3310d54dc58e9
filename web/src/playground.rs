//! The class that JavaScript holds. Each method reads what is foreign, asks the [`Run`], and hands out plain objects.
//!
//! Nothing that a caller passes makes the engine trap or spoils the instance: arguments come in as whatever they are and
//! are looked at here, and a mistake is an `Error` after which everything is as it was.

use crate::clock::Deadline;
use crate::crossing::{budget, give, take, take_any, text, whole, whole_if_any};
use crate::error::Mistake;
use crate::run::Run;
use crate::{checks, frame, logs, marks, moment, operations, rules, told};
use serde::Deserialize;
use splitbrain::lab::Config;
use splitbrain::time::Time;
use splitbrain::timeline::Target;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

pub(crate) type Answer = Result<JsValue, JsError>;

/// How many milliseconds are spent on looking for the causes of a step.
const SEARCH: f64 = 250.0;

/// A run of a cluster: it can be stepped, broken, looked into, walked both ways and branched.
#[wasm_bindgen]
pub struct Playground {
    pub(crate) run: Run,
}

/// A text that a script may name by its hash.
#[derive(Deserialize)]
struct Known {
    text: String,
}

#[wasm_bindgen]
impl Playground {
    /// A new run. What the config leaves out is as usual.
    pub fn open(
        #[wasm_bindgen(unchecked_param_type = "Config")] config: &JsValue,
    ) -> Result<Playground, JsError> {
        let config: Config = take("a config", config)?;
        Ok(Playground { run: Run::open(config)? })
    }

    /// Opens a run from its script (JSON text). It stands at the beginning; `seek` to the script's `saved` next. Texts that
    /// the script names by hash only are found among `texts` by their contents.
    #[wasm_bindgen(js_name = fromScript)]
    pub fn from_script(
        #[wasm_bindgen(unchecked_param_type = "string")] json: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "{ name: string; text: string }[]")] texts: &JsValue,
    ) -> Result<Playground, JsError> {
        let json = text("a script", json)?;
        let texts: Vec<Known> =
            if texts.is_undefined() { Vec::new() } else { take_any("a list of texts", texts)? };
        let texts = texts.into_iter().map(|known| known.text).collect();
        Ok(Playground { run: Run::from_script(&json, texts)? })
    }

    /// What a cluster is like unless a config says otherwise.
    #[wasm_bindgen(js_name = defaultConfig, unchecked_return_type = "Config")]
    pub fn default_config() -> Answer {
        Ok(give(&Config::default())?)
    }

    /// The config of this run.
    #[wasm_bindgen(unchecked_return_type = "Config")]
    pub fn config(&self) -> Answer {
        Ok(give(self.run.timeline().config())?)
    }

    /// One step forward.
    #[wasm_bindgen(unchecked_return_type = "Moment")]
    pub fn step(&mut self) -> Answer {
        Ok(give(&self.run.step())?)
    }

    /// Exactly one step back; at the beginning, nothing happens.
    #[wasm_bindgen(js_name = stepBack, unchecked_return_type = "Moment")]
    pub fn step_back(&mut self) -> Answer {
        Ok(give(&self.run.step_back())?)
    }

    /// Forward to a time, or as far as the budget of real milliseconds lasts. However small it is, something is done.
    #[wasm_bindgen(js_name = runUntil, unchecked_return_type = "Progress")]
    pub fn run_until(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Micros")] at: &JsValue,
        #[wasm_bindgen(js_name = budgetMs, unchecked_param_type = "number")] budget_ms: &JsValue,
    ) -> Answer {
        let at = Time(whole("a time", at)?);
        let deadline = Deadline::after(budget(budget_ms)?);
        Ok(give(&self.run.run_until(at, || deadline.is_ahead())?)?)
    }

    /// To any moment of this branch, or as far as the budget lasts: call it again until it is done. With a step, to where
    /// that step was the last one taken.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub fn seek(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Micros")] at: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | undefined")] step: &JsValue,
        #[wasm_bindgen(js_name = budgetMs, unchecked_param_type = "number")] budget_ms: &JsValue,
    ) -> Answer {
        let to = Target { at: Time(whole("a time", at)?), step: whole_if_any("a step", step)? };
        let deadline = Deadline::after(budget(budget_ms)?);
        Ok(give(&self.run.seek(to, || deadline.is_ahead())?)?)
    }

    /// Does something to the cluster at this moment. In the past, that starts a branch and switches to it.
    #[wasm_bindgen(unchecked_return_type = "Moment")]
    pub fn act(&mut self, #[wasm_bindgen(unchecked_param_type = "Action")] action: &JsValue) -> Answer {
        let act = take("an action", action)?;
        Ok(give(&self.run.act(act)?)?)
    }

    /// All branches, oldest first.
    #[wasm_bindgen(unchecked_return_type = "Branch[]")]
    pub fn branches(&self) -> Answer {
        Ok(give(&moment::branches(&self.run))?)
    }

    /// Stands at the beginning of another branch; `seek` from there.
    #[wasm_bindgen(js_name = switchBranch)]
    pub fn switch_branch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "number")] id: &JsValue,
    ) -> Result<(), JsError> {
        let branch = whole("a branch", id)?;
        Ok(self.run.switch(branch)?)
    }

    /// All that is drawn of this moment.
    #[wasm_bindgen(unchecked_return_type = "Frame")]
    pub fn frame(&self) -> Answer {
        Ok(give(&frame::frame(&self.run))?)
    }

    /// The entries of every server's log from an index (from 1) on, at most `count` (at most 1,000) of each.
    #[wasm_bindgen(unchecked_return_type = "LogRow[]")]
    pub fn logs(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] from: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] count: &JsValue,
    ) -> Answer {
        let (from, count) = (whole("an index", from)?, whole("a number of entries", count)?);
        Ok(give(&logs::logs(&self.run, from, count))?)
    }

    /// The operations that clients called last, each with its way through the cluster, the last one first: at most `count`,
    /// and at most 256.
    #[wasm_bindgen(unchecked_return_type = "Way[]")]
    pub fn operations(&self, #[wasm_bindgen(unchecked_param_type = "number")] count: &JsValue) -> Answer {
        let count = whole("a number of operations", count)?;
        Ok(give(&operations::operations(&self.run, count))?)
    }

    /// The newest steps after one of this branch, up to now, newest last: at most `limit`, and at most 500.
    #[wasm_bindgen(js_name = stepsSince, unchecked_return_type = "ToldStep[]")]
    pub fn steps_since(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] step: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] limit: &JsValue,
    ) -> Answer {
        let (step, limit) = (whole("a step", step)?, whole("a number of steps", limit)?);
        Ok(give(&told::since(&self.run, step, limit))?)
    }

    /// The step, then what caused it, then what caused that: at most 64.
    #[wasm_bindgen(unchecked_return_type = "ToldStep[]")]
    pub fn why(&self, #[wasm_bindgen(unchecked_param_type = "number")] step: &JsValue) -> Answer {
        let step = whole("a step", step)?;
        let deadline = Deadline::after(SEARCH);
        Ok(give(&told::why(&self.run, step, || deadline.is_ahead())?)?)
    }

    /// Every property that is watched, and how it stands.
    #[wasm_bindgen(unchecked_return_type = "Check[]")]
    pub fn checks(&self) -> Answer {
        Ok(give(&checks::checks(&self.run))?)
    }

    /// The timeline's marks of this branch from number `since` (from 0) on. A branch's list only ever grows.
    #[wasm_bindgen(unchecked_return_type = "Mark[]")]
    pub fn marks(&self, #[wasm_bindgen(unchecked_param_type = "number")] since: &JsValue) -> Answer {
        let since = whole("a number of marks", since)?;
        Ok(give(&marks::marks(&self.run, since))?)
    }

    /// Every rule, and whether it is kept.
    #[wasm_bindgen(unchecked_return_type = "Rule[]")]
    pub fn rules(&self) -> Answer {
        Ok(give(&rules::rules(&self.run))?)
    }

    /// This branch of the run as versioned JSON, with `saved` at this moment.
    pub fn script(&self) -> Result<String, JsError> {
        Ok(self.run.script()?)
    }

    /// Every branch as versioned JSON, saved at its end: with `branches`, all that another build of the engine needs to go on.
    pub fn scripts(&self) -> Result<Vec<String>, JsError> {
        Ok(self.run.scripts()?)
    }

    /// The fingerprint of all steps up to this moment, as 16 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", self.run.timeline().world().fingerprint())
    }

    /// For tests only: makes the engine trap, as a fault of ours would.
    #[wasm_bindgen(js_name = provokeTrap)]
    pub fn provoke_trap(&mut self) {
        panic!("a test asked for it");
    }
}

/// A seed that nobody has seen before, from 0 to 2^53 - 1.
#[wasm_bindgen(js_name = freshSeed)]
pub fn fresh_seed() -> Result<f64, JsError> {
    match random() {
        Some(bits) => Ok((bits >> 11) as f64),
        None => Err(Mistake::from("this browser gives no random numbers: type a seed").into()),
    }
}

#[cfg(target_arch = "wasm32")]
fn random() -> Option<u64> {
    getrandom::u64().ok()
}

/// Only a browser is asked for seeds.
#[cfg(not(target_arch = "wasm32"))]
fn random() -> Option<u64> {
    None
}
