//! The WebAssembly binding: `Playground`, and nothing else.
