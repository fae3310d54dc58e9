//! A program that has been read, and the calls of its functions: texts in, texts out.

use std::rc::Rc;

use rquickjs::function::{IntoArgs, Opt};
use rquickjs::{Coerced, Ctx, Error, FromJs, Function, Object, Result, Value};
use splitbrain::mapreduce::script::{Failure, FailureKind};

use crate::failure::{failure, of_limit, of_thrown, shown};
use crate::ledger::Ledger;
use crate::limits::STEPS_A_CALL;
use crate::meter::Limit;
use crate::world::{Asked, called, complain, furnish, program, script, stop};

/// Names the functions of a program: `null` for what is defined and is none.
const FUNCTIONS: &str = r#"[
    typeof map === "function" ? map : typeof map === "undefined" ? undefined : null,
    typeof reduce === "function" ? reduce : typeof reduce === "undefined" ? undefined : null,
    typeof combine === "function" ? combine : typeof combine === "undefined" ? undefined : null,
    typeof partition === "function" ? partition : typeof partition === "undefined" ? undefined : null,
]"#;

/// What a program of one's own may look like at least, for whoever lacks a function.
const SHAPE: &str = "a program defines map(key, value, emit) and reduce(key, values), and may define combine(key, values) and \
    partition(key, n)";

/// What came of it, or the failure.
pub(crate) type Judged<T> = std::result::Result<T, Failure>;

/// A program that has been read.
pub(crate) struct Program<'a, 'js> {
    ctx: Ctx<'js>,
    code: &'a str,
    ledger: Rc<Ledger>,
    asked: Asked<'js>,
}

/// The functions of a program.
pub(crate) struct Functions<'js> {
    pub(crate) map: Function<'js>,
    pub(crate) reduce: Function<'js>,
    pub(crate) combine: Option<Function<'js>>,
    pub(crate) partition: Option<Function<'js>>,
}

impl<'a, 'js> Program<'a, 'js> {
    /// Reads a program, and runs what stands outside of its functions.
    pub(crate) fn read(ctx: &Ctx<'js>, code: &'a str, ledger: &Rc<Ledger>) -> Judged<(Self, Functions<'js>)> {
        let asked = furnish(ctx, ledger).map_err(|_| of_limit(Limit::Memory))?;
        let read = Program { ctx: ctx.clone(), code, ledger: Rc::clone(ledger), asked };
        if code.contains('\0') {
            return Err(failure(
                FailureKind::Program,
                "a program is a text without the character of code zero",
            ));
        }
        let functions = read.eval().map_err(|failure| match failure.kind {
            // Not of a record, whatever it is.
            FailureKind::Thrown | FailureKind::Wrong => Failure { kind: FailureKind::Program, ..failure },
            _ => failure,
        })?;
        Ok((read, functions))
    }

    fn eval(&self) -> Judged<Functions<'js>> {
        let done: Result<Value> =
            self.ledger.meter.within(|| self.ctx.eval_with_options(self.code, program()));
        self.settle(done)?;
        self.nothing_waits("the program")?;
        let names: Result<Object> = self.ctx.eval_with_options(FUNCTIONS, script("splitbrain", true));
        let names = self.settle(names)?;
        let function = |place: u32, name: &str| {
            let found: Value = self.settle(names.get(place))?;
            match found.is_null() {
                true => Err(failure(FailureKind::Program, format!("{name} is not a function: {SHAPE}"))),
                false => Ok(found.into_function()),
            }
        };
        let lacks =
            |name: &str| failure(FailureKind::Program, format!("the function {name} is missing: {SHAPE}"));
        Ok(Functions {
            map: function(0, "map")?.ok_or_else(|| lacks("map"))?,
            reduce: function(1, "reduce")?.ok_or_else(|| lacks("reduce"))?,
            combine: function(2, "combine")?,
            partition: function(3, "partition")?,
        })
    }

    /// The function by which a map gives out pairs.
    pub(crate) fn emit(&self) -> Judged<Function<'js>> {
        let ledger = Rc::clone(&self.ledger);
        let emit = move |ctx: Ctx<'js>, key: Opt<Value<'js>>, value: Opt<Value<'js>>| {
            emit(&ctx, &ledger, key.0, value.0)
        };
        let made =
            Function::new(self.ctx.clone(), emit).and_then(|emit| emit.with_name("emit")?.with_length(2));
        self.settle(made)
    }

    /// Calls a function of the program.
    pub(crate) fn call<A: IntoArgs<'js>>(
        &self,
        name: &str,
        function: &Function<'js>,
        given: A,
    ) -> Judged<Value<'js>> {
        self.ledger.begin();
        let returned: Judged<Value> = self.settle(function.call(given));
        self.ledger.end();
        let returned = returned?;
        if returned.is_promise() {
            let sentence = format!(
                "{name} returned a promise: it does all of its work before it returns, without async and await"
            );
            return Err(failure(FailureKind::Wrong, sentence));
        }
        self.nothing_waits(name)?;
        Ok(returned)
    }

    /// The text that a reduce or a combine returned.
    pub(crate) fn text(&self, name: &str, value: &Value<'js>) -> Judged<String> {
        match text_of(&self.ctx, value) {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(what)) => {
                Err(failure(FailureKind::Wrong, format!("{name} returned {what}: it returns {TEXTS}")))
            }
            Err(error) => self.settle(Err(error)),
        }
    }

    /// What kind of object it is, if it is one.
    pub(crate) fn kind(&self, value: &Value<'js>) -> Judged<Option<String>> {
        if !value.is_object() {
            return Ok(None);
        }
        self.settle(self.asked.kind.call((value.clone(),))).map(Some)
    }

    /// A list of texts, made in one go.
    pub(crate) fn list(&self, texts: &[&str]) -> Judged<Value<'js>> {
        let json = serde_json::to_string(texts)
            .map_err(|error| failure(FailureKind::Unavailable, error.to_string()))?;
        self.settle(self.asked.parse.call((json,)))
    }

    /// Nothing may be left for later: there is no later.
    fn nothing_waits(&self, name: &str) -> Judged<()> {
        let mut waited = false;
        while self.ctx.execute_pending_job() {
            waited = true;
            if !self.ledger.meter.charge(STEPS_A_CALL) {
                break;
            }
        }
        self.settle(Ok(()))?;
        match waited {
            true => Err(failure(
                FailureKind::Wrong,
                format!(
                    "{name} left work for later: it does all of its work before it returns, without promises, async, await and import()"
                ),
            )),
            false => Ok(()),
        }
    }

    /// From what the engine says to what is said of it. A limit that was passed counts before all else.
    pub(crate) fn settle<T>(&self, result: Result<T>) -> Judged<T> {
        let error = match result {
            Ok(value) if self.ledger.meter.passed().is_none() => return Ok(value),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        let told = error.map(|error| match error {
            Error::Exception => self.told(&self.ctx.catch()),
            // The engine threw nothing, or what it threw is about what Rust wanted.
            error => {
                self.ctx.catch();
                failure(FailureKind::Thrown, error.to_string())
            }
        });
        Err(match (self.ledger.meter.passed(), told) {
            (Some(limit), Some(told)) => Failure { line: told.line, column: told.column, ..of_limit(limit) },
            (Some(limit), None) => of_limit(limit),
            (None, Some(told)) => told,
            (None, None) => unreachable!("what is not fine has been told"),
        })
    }

    fn told(&self, thrown: &Value<'js>) -> Failure {
        let told: Result<Object> = self.asked.tell.call((thrown.clone(),));
        let texts = told.and_then(|told| Ok((told.get::<_, String>(0)?, told.get::<_, String>(1)?)));
        match texts {
            Ok((said, stack)) => of_thrown(self.code, &self.ledger, &said, &stack),
            Err(_) => {
                self.ctx.catch();
                failure(FailureKind::Thrown, "something was thrown that cannot be read")
            }
        }
    }
}

/// What may be given out.
const TEXTS: &str = "a text, a finite number, true or false (JSON.stringify makes a text of anything else)";

/// The text of a value by JavaScript's own rule, or what it is if it may not be given out.
fn text_of<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<std::result::Result<String, &'static str>> {
    if let Some(text) = value.as_string() {
        return match text.to_string() {
            Ok(text) => Ok(Ok(text)),
            Err(Error::Utf8(_)) => {
                Ok(Err("a text with half a surrogate pair in it, which toWellFormed() mends"))
            }
            Err(_) => Err(Error::Exception),
        };
    }
    if let Some(number) = value.as_int() {
        return Ok(Ok(number.to_string()));
    }
    let number = value.as_float();
    let what = match value {
        value if value.is_bool() || value.is_big_int() || number.is_some_and(f64::is_finite) => {
            let text: Coerced<String> = Coerced::from_js(ctx, value.clone())?;
            return Ok(Ok(text.0));
        }
        value if value.is_float() && number.is_some_and(f64::is_nan) => "NaN",
        value if value.is_float() => "an infinite number",
        value if value.is_undefined() => "undefined",
        value if value.is_null() => "null",
        value if value.is_symbol() => "a symbol",
        value if value.is_array() => "an array",
        value if value.is_function() => "a function",
        value if value.is_promise() => "a promise",
        _ => "an object",
    };
    Ok(Err(what))
}

fn emit<'js>(
    ctx: &Ctx<'js>,
    ledger: &Ledger,
    key: Option<Value<'js>>,
    value: Option<Value<'js>>,
) -> Result<()> {
    called(ctx, ledger, "emit can be called only while the map runs that it was given to")?;
    let text = |part: &str, given: Option<Value<'js>>| {
        let given = given.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
        text_of(ctx, &given)?.map_err(|what| {
            complain(ctx, ledger, format!("the {part} given to emit is {what}: it takes {TEXTS}"))
        })
    };
    let key = text("key", key)?;
    let value = text("value", value)?;
    if key.contains('\n') {
        let key = shown(&key);
        let sentence =
            format!("the key \"{key}\" holds a line break: a key and its value are one line of the output");
        return Err(complain(ctx, ledger, sentence));
    }
    match ledger.emit(key, value) {
        true => Ok(()),
        false => Err(stop(ctx)),
    }
}
