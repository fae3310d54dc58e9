//! What a program finds around it: the language, `count`, and what Rust asks of the engine.

use std::rc::Rc;

use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::function::Opt;
use rquickjs::{Context, Ctx, Error, Exception, Function, Object, Result, Runtime, Value};

use crate::absent::CHANCE;
use crate::failure::PROGRAM;
use crate::ledger::Ledger;
use crate::limits::{STACK, STEPS_A_CALL};
use crate::math;
use crate::memory::Counted;
use crate::meter::Meter;
use crate::trace::note;

const WORLD: &str = include_str!("world.js");
const FUEL: &str = include_str!("fuel.js");

/// The parts of the language that there are. Not dates, not what tells when memory is collected, and not binary arrays: those
/// show the bits of a number, and two machines do not agree on the sign of *not a number*.
type Language = (
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::Promise,
);

/// A fresh engine, with its limits.
pub(crate) fn engine(meter: &Rc<Meter>) -> Result<Context> {
    math::link();
    let runtime = Runtime::new_with_alloc(Counted(Rc::clone(meter)))?;
    runtime.set_max_stack_size(STACK);
    let ticking = Rc::clone(meter);
    runtime.set_interrupt_handler(Some(Box::new(move || !ticking.tick())));
    // An asynchronous function that has no stack left to begin on says so to nobody but a promise; it has just been made.
    let promising = Rc::clone(meter);
    runtime.set_promise_hook(Some(Box::new(move |_, _, _, _| promising.look_down())));
    Context::custom::<Language>(&runtime)
}

/// What Rust asks of the engine: functions of the language as they were before the program was there.
pub(crate) struct Asked<'js> {
    /// The text of what was thrown, and its trace.
    pub(crate) tell: Function<'js>,
    /// What kind of object it is.
    pub(crate) kind: Function<'js>,
    /// `JSON.parse`.
    pub(crate) parse: Function<'js>,
}

/// Furnishes a context.
pub(crate) fn furnish<'js>(ctx: &Ctx<'js>, ledger: &Rc<Ledger>) -> Result<Asked<'js>> {
    let paying = Rc::clone(ledger);
    let pay = Function::new(ctx.clone(), move |ctx: Ctx<'js>, steps: f64| {
        match paying.meter.charge(steps as u64) {
            true => Ok(()),
            false => Err(stop(&ctx)),
        }
    })?;
    let deep = Rc::clone(ledger);
    let within = Function::new(ctx.clone(), move |act: Function<'js>| -> Result<Value<'js>> {
        deep.meter.within(|| act.call(()))
    })?;
    let counting = Rc::clone(ledger);
    let count =
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: Opt<Value<'js>>, by: Opt<Value<'js>>| {
            count(&ctx, &counting, name.0, by.0)
        })?
        .with_name("count")?
        .with_length(1)?;
    let chance = Function::new(ctx.clone(), |ctx: Ctx<'js>| -> Result<()> {
        Err(Exception::throw_message(&ctx, CHANCE))
    })?
    .with_name("random")?;

    let trace = note(ctx, ledger)?;
    let world: Function = ctx.eval_with_options(WORLD, script("splitbrain", true))?;
    let asked: Object = world.call((count, chance, trace))?;
    let fuel: Function = ctx.eval_with_options(FUEL, script("splitbrain", true))?;
    fuel.call::<_, ()>((pay, within))?;
    Ok(Asked { tell: asked.get(0)?, kind: asked.get(1)?, parse: asked.get(2)? })
}

/// How a script is read.
pub(crate) fn script(name: &str, strict: bool) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.strict = strict;
    options.filename = Some(name.to_string());
    options
}

/// How the program is read: as a classic script.
pub(crate) fn program() -> EvalOptions {
    script(PROGRAM, false)
}

/// What is thrown to a program that has passed a limit. It may catch it; the next tick ends it all the same.
pub(crate) fn stop(ctx: &Ctx<'_>) -> Error {
    Exception::throw_internal(ctx, "a limit was passed")
}

/// Throws an error of ours to the program: a sentence that says what was wrong and what would be right.
pub(crate) fn complain(ctx: &Ctx<'_>, ledger: &Ledger, message: String) -> Error {
    // The engine cuts a message after 255 bytes.
    debug_assert!(message.len() < 256, "a sentence of ours is short");
    Exception::throw_type(ctx, &ledger.complain(message))
}

/// Charges for a call of something of ours; `otherwise` is what is wrong while the program is not being run.
pub(crate) fn called(ctx: &Ctx<'_>, ledger: &Ledger, otherwise: &str) -> Result<()> {
    if !ledger.meter.charge(STEPS_A_CALL) {
        return Err(stop(ctx));
    }
    if ledger.is_running() { Ok(()) } else { Err(complain(ctx, ledger, otherwise.into())) }
}

fn count<'js>(
    ctx: &Ctx<'js>,
    ledger: &Ledger,
    name: Option<Value<'js>>,
    by: Option<Value<'js>>,
) -> Result<()> {
    called(ctx, ledger, "count can be called only while map, combine, partition or reduce runs")?;
    let Some(name) = name.as_ref().and_then(Value::as_string) else {
        return Err(complain(
            ctx,
            ledger,
            "count takes a name first, which is a text: count(\"words\")".into(),
        ));
    };
    let by = match by.filter(|by| !by.is_undefined()) {
        None => Some(1),
        // Exact as JavaScript counts: 2^53 - 1 and less.
        Some(by) => by
            .as_number()
            .filter(|by| *by >= 0.0 && by.fract() == 0.0 && *by < 9_007_199_254_740_992.0)
            .map(|by| by as u64),
    };
    let Some(by) = by else {
        return Err(complain(
            ctx,
            ledger,
            "count takes a whole number second, zero or more: count(\"letters\", word.length)".into(),
        ));
    };
    let Ok(name) = name.to_string() else {
        return Err(complain(
            ctx,
            ledger,
            "the name of a count is a whole text, without half a surrogate pair".into(),
        ));
    };
    match ledger.count(&name, by) {
        true => Ok(()),
        false => Err(stop(ctx)),
    }
}
