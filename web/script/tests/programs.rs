//! What programs do and are told, by example.

use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind, Interpreter};
use splitbrain_script::QuickJs;

const REDUCE: &str = "\nfunction reduce(key, values) { return values.length }";

fn map_of(code: &str, records: &[(&str, &str)], skipping: bool) -> Result<Answer, Failure> {
    QuickJs.run(&format!("{code}{REDUCE}"), &Call::Map { records, skipping })
}

fn map(code: &str) -> Result<Answer, Failure> {
    map_of(code, &[("k", "v")], false)
}

fn reduce(code: &str, groups: &[(&str, Vec<&str>)]) -> Result<Answer, Failure> {
    QuickJs.run(&format!("const map = () => {{}}\n{code}"), &Call::Reduce { groups, skipping: false })
}

fn pairs(answer: &Answer) -> Vec<(&str, &str)> {
    answer.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

fn told(failure: Result<Answer, Failure>) -> (FailureKind, String) {
    let failure = failure.expect_err("this fails");
    (failure.kind, failure.to_string())
}

#[test]
fn try_all() {
    for code in [
        "const map = (k, v, emit) => emit(k, 1.5)",
        "let map = (k, v, emit) => { emit(k, -0); emit(1e21, true); emit(10n**30n, 'x') }",
        "var map = function (k, v, emit) { emit({}, 1) }",
        "function map(k, v, emit) {\n  emit(k, NaN)\n}",
        "function map(k, v, emit) {\n  emit('a\\nb', 1)\n}",
        "function map(k, v, emit) {\n  emit('a\\ud800', 1)\n}",
        "function map(k, v, emit) {\n  emit(k)\n}",
        "function map(k, v, emit) {\n  k.x()\n}",
        "function map(k, v, emit) {\n  foo.x()\n}",
        "function map(k, v, emit) {\n  é = 'ééé'; k.x.y\n}",
        "function map(k, v, emit) {\n  let x = ;\n}",
        "import x from 'y'",
        "export const a = 1",
        "function map(k, v, emit) { throw 'text' }",
        "function map(k, v, emit) { throw null }",
        "function map(k, v, emit) { throw undefined }",
        "function map(k, v, emit) { throw 42 }",
        "function map(k, v, emit) { throw Symbol('x') }",
        "function map(k, v, emit) { throw {} }",
        "function map(k, v, emit) { throw {message: 'mm', get stack() { throw 1 }} }",
        "function map(k, v, emit) { throw {get message() { throw 1 }} }",
        "function map(k, v, emit) { throw {get message() { while(1); }} }",
        "function map(k, v, emit) { throw new Proxy(new Error('x'), {get() { throw 1 }}) }",
        "function map(k, v, emit) { throw Object.defineProperty(new Error('x'), 'message', {get() { return {} }}) }",
        "function map(k, v, emit) { throw map }",
        "function map(k, v, emit) { throw '\\ud800' }",
        "class E extends Error {}; function map(k, v, emit) { throw new E('aa') }",
        "async function map(k, v, emit) { emit(1, 2) }",
        "function* map(k, v, emit) { emit(1, 2) }",
        "function map(k, v, emit) { Promise.resolve().then(() => 1) }",
        "function map(k, v, emit) { import('x') }",
        "async function f() { await 1 } f(); function map(){}",
        "function map(k, v, emit) { new Date() }",
        "function map(k, v, emit) { Math.random() }",
        "function map(k, v, emit) { fetch('x') }",
        "let n = 0; function map(k, v, emit) { emit(k, n++) }",
        "let n = 0; function map(k, v, emit) { if (n++) throw 1 }",
        "function map(k, v, emit) { count('a'); count('a', 2); count('b', 0) }",
        "function map(k, v, emit) { count('a', -1) }",
        "function map(k, v, emit) { count() }",
        "function map(k, v, emit) { count('a', 1.5) }",
        "count('a')",
        "function map(k, v, emit) { for (let i = 0; ; i++) count('a' + i) }",
        "while(true);",
        "function map(k, v, emit) { while(true) { try { while(true); } catch {} } }",
        "function map(k, v, emit) { function f() { try { return f() + 1 } catch { return 0 } }; emit(1, f()) }",
        "function map(k, v, emit) { let s = 'x'; try { for(;;) s += s } catch (e) { emit(1, String(e)) } }",
        "function map(k, v, emit) { let a = []; try { for(;;) a.push({}) } catch (e) { emit(1, String(e)) } }",
        "function map(k, v, emit) { while (true) try { emit(1, 2) } catch {} }",
        "function map(k, v, emit) { 'x'.repeat(2**29) }",
        "function map(k, v, emit) { /(a+)+$/.test('a'.repeat(40) + 'b') }",
        "function map(k, v, emit) { throw new Error('a'.repeat(5000)) }",
        "const map = 3",
        "",
        "function map() {} var reduce2 = 1; let combine = 5",
        "\0",
        "throw new TypeError('top')",
        "function map(k, v, emit) { Error.prepareStackTrace = () => { while(1); }; null.x }",
        "function map(k, v, emit) { Object.defineProperty(Error.prototype, 'stack', {get() { while(1); }}); null.x }",
        "function map(k, v, emit) { emit(typeof Date, Object.getOwnPropertyNames(globalThis).join()) }",
        "function map(k, v, emit) { emit(eval.toString(), ''.slice.toString()); emit(''.slice.name, ''.slice.length) }",
        "function map(k, v, emit) { try { null.x } catch (e) { emit(1, e.stack) } try { emit({}) } catch (e) { emit(1, e.stack) } try { 'x'.match('(') } catch (e) { emit(1, e.stack) } }",
    ] {
        let start = std::time::Instant::now();
        let answer = map(code);
        let took = start.elapsed();
        match answer {
            Ok(answer) => println!(
                "{took:?} {code}\n    OK {:?} {:?}",
                answer.pairs.iter().take(5).collect::<Vec<_>>(),
                answer.counters
            ),
            Err(failure) => {
                println!("{took:?} {code}\n    {:?} {failure} [{:?}]", failure.kind, failure.record)
            }
        }
    }
}
#[test]
fn deep() {
    println!(
        "{:?}",
        map(
            "function map(k, v, emit) { function f() { try { return f() + 1 } catch { return 0 } }; emit(1, f()) }"
        )
    );
    println!(
        "{:?}",
        map(
            "function map(k, v, emit) { const f = () => { try { return [1].map(f) + 1 } catch { return 0 } }; emit(1, f()) }"
        )
    );
    println!(
        "{:?}",
        map(
            "function map(k, v, emit) { const f = { get f() { try { return this.f + 1 } catch { return 0 } }}; emit(1, f.f) }"
        )
    );
    println!(
        "{:?}",
        map(
            "function map(k, v, emit) { let s = '['.repeat(100000); try { JSON.parse(s) } catch (e) { return 0 } }"
        )
    );
    println!(
        "{:?}",
        map(
            "function map(k, v, emit) { let s = '('.repeat(100000); try { eval(s) } catch (e) { return 0 } }"
        )
    );
    println!(
        "{:?}",
        map(
            "function map(k, v, emit) { let s = '('.repeat(100000); try { RegExp(s) } catch (e) { return 0 } }"
        )
    );
}
