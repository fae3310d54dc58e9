//! The one function of the WebAssembly module, and the one thing that the engine asks of its host.
#![allow(unsafe_code)] // C finds a function by its name: it must be `no_mangle`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Answers a request: JSON in, JSON out.
#[wasm_bindgen]
pub fn run(request: &str) -> String {
    crate::answer(request)
}

/// The time, which the engine asks for: there is no clock here, so it is always the same.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    0.0
}
