//! A run hands on a fingerprint only if whoever replays it comes to the same one.

use std::rc::Rc;

use splitbrain::lab::act::Act;
use splitbrain::lab::{Config, Watch};
use splitbrain::mapreduce::{Engine, Input, Job, Program};
use splitbrain::time::{Span, Time};
use splitbrain::timeline::{Target, Timeline};
use splitbrain_script::QuickJs;

/// Whether a run in which this is the body of map keeps its fingerprint.
fn keeps_its_fingerprint(engine: Engine, body: &str) -> bool {
    let at = |seconds| Target { at: Time::ZERO + Span::secs(seconds), step: None };
    let config = Config { servers: 1, clients: 0, workers: 1, engine, ..Config::default() };
    let mut run = Timeline::<Watch>::open(config).unwrap();
    run.seek(at(1), &mut || true);
    let code = format!("function map(key, value, emit) {{ {body} }}\nfunction reduce() {{ return '' }}");
    let job = Job::new(Program::Script { code: code.as_str().into() }, 1, [Input::new("a.txt", "text")]);
    run.act(Act::Submit { job }).unwrap();
    run.seek(at(20), &mut || true);
    run.script().fingerprint.is_some()
}

#[test]
fn what_others_may_not_see_is_not_handed_on() {
    for (body, keeps) in [
        ("emit(key, value)", true),
        ("throw new Error('x')", true),
        ("while (true) {}", true),
        ("'x'.repeat(2 ** 29)", false),
        ("map(key, value, emit)", false),
    ] {
        assert_eq!(keeps_its_fingerprint(Engine::new(Rc::new(QuickJs)), body), keeps, "{body}");
    }
}

#[test]
fn what_fails_for_want_of_an_interpreter_is_not_handed_on() {
    assert!(!keeps_its_fingerprint(Engine::default(), "emit(key, value)"));
}
