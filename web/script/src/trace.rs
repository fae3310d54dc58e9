//! Each error that is made, noted: it is charged for, and one that was made because the stack ran out passes that limit.
//!
//! The engine checks its stack by itself, and throws an error that a program can catch: it would go on with an answer that depends
//! on the target. But whenever something is thrown, or an error made, the engine hands it to a function that prepares its trace, with
//! the places of the calls that led to it. That one is ours, and is called however little stack is left.
//!
//! One error is thrown without that, and by the language's own rule nobody hears of it: when an iterator is closed because of another
//! error, and its method `return` wants more of the stack than is left. Its work is left undone then.
#![allow(unsafe_code)] // The limit of the stack is raised while a program runs, which the safe call refuses.

use std::rc::Rc;

use rquickjs::function::FuncArg;
use rquickjs::{Ctx, Function, Object, Result, Value, qjs};

use crate::ledger::Ledger;
use crate::limits::{STACK, STACK_TO_NOTE, STEPS_AN_ERROR};
use crate::meter::Limit;
use crate::world::script;

const TRACE: &str = include_str!("trace.js");

/// Notes every error from now on. Gives back a function that tells the trace of one.
pub(crate) fn note<'js>(ctx: &Ctx<'js>, ledger: &Rc<Ledger>) -> Result<Function<'js>> {
    let noting = Rc::clone(ledger);
    let noted = move |hook: FuncArg<Object<'js>>, error: Value<'js>, sites: Value<'js>| {
        let meter = &noting.meter;
        meter.charge(STEPS_AN_ERROR);
        with_room(error.ctx(), || {
            if error.is_error() && ask(&hook, "ranOut", &error) {
                meter.pass(Limit::Stack);
            }
            // A tick that comes when the engine calls us ends nothing. Now that one has to, it calls us no more.
            if meter.passed().is_some() {
                ask(&hook, "forget", &error);
            }
        });
        sites
    };
    let trace: Function = ctx.eval_with_options(TRACE, script("splitbrain", true))?;
    trace.call((Function::new(ctx.clone(), noted)?,))
}

/// Asks a function of trace.js. If it cannot answer, a limit has been passed.
fn ask<'js>(hook: &Object<'js>, name: &str, error: &Value<'js>) -> bool {
    let answer = hook.get(name).and_then(|ask: Function<'js>| ask.call((error,)));
    answer.unwrap_or_else(|_| {
        error.ctx().catch();
        false
    })
}

/// Does something of ours with a stack that is a little larger than the program's.
fn with_room(ctx: &Ctx<'_>, act: impl FnOnce()) {
    // SAFETY: the runtime is the one that is running, on this thread, and this sets two numbers in it.
    let limit = |bytes: usize| unsafe {
        qjs::JS_SetMaxStackSize(qjs::JS_GetRuntime(ctx.as_raw().as_ptr()), bytes as _);
    };
    limit(STACK + STACK_TO_NOTE);
    act();
    limit(STACK);
}
