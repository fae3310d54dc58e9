//! The real clock, for budgets alone: no run ever sees it.

use wasm_bindgen::JsCast;
use web_sys::{Performance, Window, WorkerGlobalScope};

/// A moment of real time by which work should stop.
pub(crate) struct Deadline {
    clock: Option<Performance>,
    at: f64,
}

impl Deadline {
    /// So many milliseconds from now.
    #[expect(clippy::float_arithmetic, reason = "real time decides how far a call gets, never what happens")]
    pub(crate) fn after(milliseconds: f64) -> Deadline {
        let clock = performance();
        let at = now(clock.as_ref()) + milliseconds;
        Deadline { clock, at }
    }

    /// Whether there is time left.
    pub(crate) fn is_ahead(&self) -> bool {
        now(self.clock.as_ref()) < self.at
    }
}

fn now(clock: Option<&Performance>) -> f64 {
    clock.map_or_else(js_sys::Date::now, Performance::now)
}

fn performance() -> Option<Performance> {
    let global = js_sys::global();
    match global.dyn_ref::<WorkerGlobalScope>() {
        Some(worker) => worker.performance(),
        None => global.dyn_ref::<Window>().and_then(Window::performance),
    }
}
