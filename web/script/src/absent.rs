//! What is not there, and why.
//!
//! A browser and Node.js have much that is no part of the language, and a program here has none of it: a name that is not
//! defined is an ordinary error. To that error a sentence is added, for whoever expected it.

const CLOCK: &str = "there is no clock here: every attempt at a task must give the same answer";
const TIMER: &str = "there are no timers here: a function does all of its work before it returns";
const NETWORK: &str = "there is no network here: all that a task reads is its input";
const STORE: &str =
    "nothing is stored here: a task may run again, and elsewhere, so it leaves nothing behind but its answer";
const MODULE: &str = "there are no modules here: a program is one script, with all that it uses";
const PAGE: &str = "there is no page here: a program only makes texts of texts";
const PROCESS: &str = "there is no operating system here: a program only makes texts of texts";
const THREAD: &str = "there are no threads here: a task is one of many that run beside each other already";
const CONSOLE: &str =
    "there is no console here: count(name) counts what you want to know of, and the job shows it";
const COLLECTOR: &str =
    "when memory is collected differs from machine to machine, so a program cannot watch it";
const BINARY: &str = "there are no binary arrays here: they show how a machine writes its numbers, and machines differ; \
    use an ordinary array";
const LANGUAGE: &str = "there are no languages or regions here: their rules differ from machine to machine";

const CODE: &str = "a program is one text: nothing is made of another text here";

/// Why a name is not there.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    Some(match name {
        "Date" | "performance" | "Temporal" => CLOCK,
        "setTimeout"
        | "setInterval"
        | "setImmediate"
        | "queueMicrotask"
        | "requestAnimationFrame"
        | "requestIdleCallback" => TIMER,
        "fetch" | "XMLHttpRequest" | "WebSocket" | "EventSource" | "WebTransport" | "RTCPeerConnection"
        | "Request" | "Response" => NETWORK,
        "localStorage" | "sessionStorage" | "indexedDB" | "caches" | "cookieStore" => STORE,
        "require" | "module" | "exports" | "define" | "importScripts" => MODULE,
        "window" | "document" | "self" | "navigator" | "location" | "alert" | "prompt" | "confirm"
        | "postMessage" => PAGE,
        "process" | "std" | "os" | "Deno" | "Bun" | "global" | "Buffer" => PROCESS,
        "Worker" | "SharedWorker" | "Atomics" | "SharedArrayBuffer" | "BroadcastChannel"
        | "MessageChannel" => THREAD,
        "console" | "print" => CONSOLE,
        "WeakRef" | "FinalizationRegistry" => COLLECTOR,
        "ArrayBuffer" | "DataView" | "Int8Array" | "Uint8Array" | "Uint8ClampedArray" | "Int16Array"
        | "Uint16Array" | "Int32Array" | "Uint32Array" | "BigInt64Array" | "BigUint64Array"
        | "Float16Array" | "Float32Array" | "Float64Array" => BINARY,
        "Intl" => LANGUAGE,
        "eval" => CODE,
        _ => return None,
    })
}

/// Adds to the text of an error why what it misses is not there.
pub(crate) fn explain(text: &str) -> Option<String> {
    let name = text.strip_prefix("ReferenceError: ")?.strip_suffix(" is not defined")?;
    reason(name).map(|reason| format!("{text}: {reason}"))
}

/// Adds to the text of an error of syntax what the program tried.
pub(crate) fn explain_syntax(text: &str, line: &str) -> Option<String> {
    let line = line.trim_start();
    (line.starts_with("import") || line.starts_with("export")).then(|| format!("{text}: {MODULE}"))
}

/// What `Math.random` throws.
pub(crate) const CHANCE: &str = "there is no chance here: every attempt at a task must give the same answer; \
    a number that looks random can be made of the key";
