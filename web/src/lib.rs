//! The WebAssembly binding: `Playground`, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the engine, as a script or a link carries it.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
