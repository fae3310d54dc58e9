//! What is said when the engine fails: one line on the console, with the place in our own sources.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn report(line: &str);
}

/// Runs once, when the module is loaded.
#[wasm_bindgen(start)]
fn say_where_it_failed() {
    std::panic::set_hook(Box::new(|panic| report(&format!("Splitbrain's engine failed: {panic}"))));
}
