//! Where the engine's memory comes from. The allocator that Rust brings for WebAssembly is larger and slower.

#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
