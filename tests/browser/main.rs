//! The binding in a real browser: one module for each thing asked of it.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod help;
mod playing;
mod acting;
mod scripts;
mod jobs;
mod foreign;
mod determinism;
mod labs;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_binding_names_its_version() {
    assert_eq!(splitbrain_web::version(), env!("CARGO_PKG_VERSION"));
}
