//! What programs can do, and what they are told when they cannot.

use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind, Interpreter};
use splitbrain_script::{QuickJs, answer};

const REDUCE: &str = "\nfunction reduce(key, values) { return values.length }";

fn map_of(code: &str, records: &[(&str, &str)], skipping: bool) -> Result<Answer, Failure> {
    QuickJs.run(&format!("{code}{REDUCE}"), &Call::Map { records, skipping })
}

fn pairs(code: &str) -> Vec<(String, String)> {
    map_of(code, &[("k", "v")], false).unwrap_or_else(|failure| panic!("{failure}")).pairs
}

/// The kind, and the sentence with its place in the code.
fn told(answer: Result<Answer, Failure>) -> (FailureKind, String) {
    let failure = answer.expect_err("this fails");
    (failure.kind, failure.to_string())
}

fn of_map(code: &str) -> (FailureKind, String) {
    told(map_of(code, &[("k", "v")], false))
}

fn reduce(code: &str, groups: &[(&str, Vec<&str>)], skipping: bool) -> Result<Answer, Failure> {
    QuickJs.run(&format!("const map = () => {{}}\n{code}"), &Call::Reduce { groups, skipping })
}

#[test]
fn functions_can_be_defined_in_every_way() {
    for code in [
        "function map(key, value, emit) { emit(key, value) }",
        "const map = (key, value, emit) => emit(key, value)",
        "let map = function (key, value, emit) { emit(key, value) }",
        "var map = { map(...given) { given[2](given[0], given[1]) } }.map",
        "globalThis.map = (key, value, emit) => { emit(key, value) }",
    ] {
        assert_eq!(pairs(code), [("k".to_string(), "v".to_string())], "{code}");
    }
}

#[test]
fn a_check_says_what_a_program_defines_and_lacks() {
    let check = |code: &str| QuickJs.run(code, &Call::Check);
    let both = check("let map = () => {}, reduce = map, combine = map; function partition() {}").unwrap();
    assert!(both.combine && both.partition);
    let none = check("let map = () => {}, reduce = map").unwrap();
    assert!(!none.combine && !none.partition);
    for (code, part) in [
        ("const reduce = () => {}", "the function map is missing"),
        ("const map = () => {}", "the function reduce is missing"),
        ("const map = 1, reduce = 1", "map is not a function"),
        ("const map = () => {}, reduce = map, combine = 1", "combine is not a function"),
        ("const map = () => {}\nthrow new RangeError('no')", "line 2, column 11: RangeError: no"),
        ("const map = () => {}\n\n  const é = 'é', = 1", "line 3, column 18: SyntaxError"),
        ("import x from 'y'", "there are no modules here"),
        ("export const map = 1", "there are no modules here"),
        ("count('x')", "count can be called only while"),
        ("\0", "without the character of code zero"),
    ] {
        let (kind, sentence) = told(check(code));
        assert_eq!(kind, FailureKind::Program, "{code}");
        assert!(sentence.contains(part), "{code}: {sentence}");
    }
}

#[test]
fn what_has_a_text_is_given_out_by_the_rules_of_the_language() {
    let found = pairs(
        "const map = (k, v, emit) => { emit('', 0); emit(1.5, -0); emit(true, 1e21); emit(2n ** 70n, 1 / 3); emit('a\\tb', 'x\\ny\\0') }",
    );
    let found: Vec<_> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(
        found,
        [
            ("", "0"),
            ("1.5", "0"),
            ("true", "1e+21"),
            ("1180591620717411303424", "0.3333333333333333"),
            ("a\tb", "x\ny\0")
        ]
    );
}

#[test]
fn what_has_none_is_told_with_its_place() {
    for (given, part) in [
        ("k", "the value given to emit is undefined"),
        ("", "the key given to emit is undefined"),
        ("k, null", "the value given to emit is null"),
        ("NaN, 1", "the key given to emit is NaN"),
        ("k, -1 / 0", "the value given to emit is an infinite number"),
        ("{}, 1", "the key given to emit is an object"),
        ("k, [1]", "the value given to emit is an array"),
        ("k, emit", "the value given to emit is a function"),
        ("k, Symbol.iterator", "the value given to emit is a symbol"),
        ("k, Promise.resolve(1)", "the value given to emit is a promise"),
        ("k, new String('x')", "the value given to emit is an object"),
        ("'\\ud800', 1", "half a surrogate pair"),
        ("'a\\nb', 1", "holds a line break"),
    ] {
        let (kind, sentence) =
            of_map(&format!("function map(k, v, emit) {{\n  v = v + v\n  emit({given})\n}}"));
        assert_eq!(kind, FailureKind::Wrong, "{given}: {sentence}");
        assert!(sentence.starts_with("line 3, column ") && sentence.contains(part), "{given}: {sentence}");
    }
}

#[test]
fn an_error_is_told_in_its_own_words_with_its_place() {
    for (code, sentence) in [
        ("k.x()", "line 2, column 5: TypeError: not a function"),
        ("  k.x.y", "line 2, column 5: TypeError: cannot read property 'y' of undefined"),
        ("throw new Error('own')", "line 2, column 13: Error: own"),
        ("'x'.repeat(-1)", "line 2, column 7: RangeError: invalid repeat count"),
        ("throw 'a text'", "a text"),
        ("throw null", "null was thrown"),
        ("throw 42", "42 was thrown"),
        ("throw ''", "an empty text was thrown"),
        ("throw { message: 'kept', get stack() { throw 1 } }", "kept"),
        ("throw {}", "something was thrown that has no message: throw new Error(message)"),
        (
            "fetch('x')",
            "line 2, column 3: ReferenceError: fetch is not defined: there is no network here: all that a task reads is its input",
        ),
    ] {
        let (kind, found) = of_map(&format!("function map(k, v, emit) {{\n  {code}\n}}"));
        assert_eq!((kind, found.as_str()), (FailureKind::Thrown, sentence), "{code}");
    }
}

#[test]
fn a_failure_names_the_record() {
    let records = [("a", "1"), ("b", "2"), ("c", "3")];
    let failure = map_of("function map(k, v) { if (k === 'b') throw 1 }", &records, false).unwrap_err();
    assert_eq!(failure.record, Some(1));
    let failure =
        reduce("const reduce = (k, vs) => vs[1].length", &[("a", vec!["1", "2"]), ("b", vec!["1"])], false)
            .unwrap_err();
    assert_eq!(failure.record, Some(1));
    let failure = map_of("while (true) {}\nfunction map() {}", &records, false).unwrap_err();
    assert_eq!((failure.kind, failure.record), (FailureKind::Fuel, None));
}

#[test]
fn a_record_that_is_left_out_leaves_nothing() {
    let records = [("a", ""), ("b", ""), ("c", ""), ("d", "")];
    let code = "function map(k, v, emit) { emit(k, 1); count('begun'); if (k === 'b') throw 1; if (k === 'd') emit(k); count('done', 2) }";
    let answer = map_of(code, &records, true).unwrap();
    assert_eq!(answer.pairs, [("a".to_string(), "1".to_string()), ("c".to_string(), "1".to_string())]);
    assert_eq!(answer.skipped, [1, 3]);
    assert_eq!(answer.counters, [("begun".to_string(), 2), ("done".to_string(), 4)]);

    let groups = [("a", vec!["1"]), ("b", vec!["x"]), ("c", vec![])];
    let answer =
        reduce("const reduce = (k, vs) => { if (vs[0] === 'x') return; return vs.join() }", &groups, true)
            .unwrap();
    assert_eq!((answer.texts, answer.skipped), (vec!["1".to_string(), String::new()], vec![1]));

    let failure = map_of("function map() { while (true) {} }", &records, true).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Fuel, "only what throws or is wrong is of a record");
}

#[test]
fn nothing_is_kept_from_call_to_call() {
    let (kind, sentence) = of_map("let n = 0\nfunction map(k, v, emit) { emit(k, n++) }");
    assert_eq!(kind, FailureKind::Nondeterministic);
    assert!(sentence.starts_with("map gave two answers for the key \"k\""), "{sentence}");

    for code in
        ["let n = 0\nfunction map() { if (n++) throw 1 }", "let n = 0\nfunction map() { if (!n++) throw 1 }"]
    {
        assert_eq!(
            map_of(code, &[("k", "v")], true).unwrap_err().kind,
            FailureKind::Nondeterministic,
            "{code}"
        );
    }
    let groups = [("a", vec!["1"])];
    assert_eq!(
        reduce("let n = 0\nconst reduce = () => n++", &groups, false).unwrap_err().kind,
        FailureKind::Nondeterministic
    );

    // What is only remembered, and changes no answer, is fine. And each call begins anew.
    let code = "const seen = new Map()\nfunction map(k, v, emit) { if (!seen.has(k)) seen.set(k, k + k); emit(k, seen.get(k)); count('calls') }";
    for _ in 0..2 {
        let answer = map_of(code, &[("k", "v"), ("k", "v")], false).unwrap();
        assert_eq!(answer.counters, [("calls".to_string(), 2)], "the repeated call does not count");
        assert_eq!(answer.pairs.len(), 2);
    }
}

#[test]
fn what_waits_is_told() {
    for code in [
        "async function map(k, v, emit) { emit(k, 1) }",
        "function map() { Promise.resolve().then(() => {}) }",
        "function map() { import('x') }",
        "function* map(k, v, emit) { emit(k, 1) }",
    ] {
        assert_eq!(of_map(code).0, FailureKind::Wrong, "{code}");
    }
    assert!(of_map("const map = async () => {}").1.starts_with("map returned a promise: "));
    let (kind, sentence) = told(reduce("const reduce = async () => 1", &[("a", vec![])], false));
    assert!(kind == FailureKind::Wrong && sentence.starts_with("reduce returned a promise: "), "{sentence}");
}

#[test]
fn counts_are_whole_numbers_under_names() {
    let answer = map_of(
        "const map = () => { count('a'); count('a', 2); count('b', 0); count('c', undefined) }",
        &[("", "")],
        false,
    );
    let counters: Vec<_> = answer.unwrap().counters.into_iter().collect();
    assert_eq!(counters, [("a".to_string(), 3), ("b".to_string(), 0), ("c".to_string(), 1)]);
    for given in ["", "1", "'a', -1", "'a', 0.5", "'a', '1'", "'a', 2 ** 53", "'\\ud800'"] {
        let (kind, sentence) = of_map(&format!("const map = () => count({given})"));
        assert_eq!(kind, FailureKind::Wrong, "{given}: {sentence}");
    }
    for code in ["for (let i = 0; i < 1001; i++) count('n' + i)", "count('x'.repeat(101))"] {
        assert_eq!(of_map(&format!("const map = () => {{ {code} }}")).0, FailureKind::Output, "{code}");
    }
}

#[test]
fn partitions_are_whole_numbers_below_their_number() {
    let partition = |body: &str, keys: &[&str]| {
        let code = format!("const map = () => {{}}, reduce = map\nconst partition = (key, n) => {body}");
        QuickJs.run(&code, &Call::Partition { keys, reduces: 4 })
    };
    assert_eq!(partition("key.length % n", &["", "abc", "abcde"]).unwrap().numbers, [0, 3, 1]);
    for body in ["n", "-1", "0.5", "'1'", "NaN", "undefined", "2n"] {
        let failure = partition(body, &["a", "b"]).unwrap_err();
        assert_eq!((failure.kind, failure.record), (FailureKind::Wrong, Some(0)), "{body}");
        assert!(failure.message.contains("from 0 to n - 1, which is 3"), "{failure}");
    }
}

#[test]
fn values_come_as_a_list_of_texts() {
    let groups = [("a", vec!["1", "2", "\u{2028}\"\\\n\0😀"]), ("b", vec![])];
    let answer = reduce(
        "const reduce = (k, vs) => JSON.stringify([k, Array.isArray(vs), vs.map((v) => v.length)])",
        &groups,
        false,
    );
    assert_eq!(answer.unwrap().texts, ["[\"a\",true,[1,1,7]]", "[\"b\",true,[]]"]);
}

#[test]
fn a_limit_that_was_passed_cannot_be_caught() {
    for (code, kind) in [
        ("try { while (true) {} } catch { emit(k, 1) } finally { emit(k, 2) }", FailureKind::Fuel),
        ("try { const a = []; while (true) a.push({}) } catch { emit(k, 1) }", FailureKind::Memory),
        ("const f = () => { try { return f() + 1 } catch { return 0 } }; emit(k, f())", FailureKind::Stack),
        ("try { while (true) emit(k, k.repeat(1e5)) } catch { emit(k, 1) }", FailureKind::Output),
    ] {
        assert_eq!(of_map(&format!("function map(k, v, emit) {{ {code} }}")).0, kind, "{code}");
    }
}

#[test]
fn ordinary_work_on_much_text_uses_a_part_of_what_it_may() {
    let text = "It was the best of times, it was the worst of times, ".repeat(4_000);
    for words in [
        "v.split(/[^A-Za-z]+/)",
        "v.split(/\\s/).map((w) => w.toLowerCase().replace(/[.,]/g, ''))",
        "v.match(/\\w+/g)",
        "[...v]",
    ] {
        // Twice as much as it takes.
        let code = format!(
            "function map(k, v, emit) {{ for (let i = 0; i < 2; i++) for (const word of {words}) if (i === 1) emit(word, 1) }}"
        );
        let found = map_of(&code, &[("k", &text)], false);
        assert!(
            found.as_ref().is_ok_and(|answer| answer.pairs.len() >= 48_000),
            "{words}: {:?}",
            found.err()
        );
    }
}

#[test]
fn methods_of_texts_take_what_the_language_says() {
    for (code, text) in [
        ("'abcabc'.indexOf({ toString: () => 'c' }, 3)", "5"),
        ("'null'.indexOf(null)", "0"),
        ("'undefined'.indexOf()", "0"),
        ("'a'.concat()", "a"),
        ("String.prototype.trim.call({ toString: () => ' a ' })", "a"),
        ("String.prototype.slice.call(1234, 1)", "234"),
        ("'abc'.replace({ [Symbol.replace]: (...given) => given.join('|') }, 'x')", "abc|x"),
        ("'abc'.replace(new (class extends RegExp {})('b'), 'x')", "axc"),
        ("'a1b2'.replaceAll(/\\d/g, (digit) => digit * 2)", "a2b4"),
        ("'a1b2'.split(/\\d/, 1).join()", "a"),
        ("'a1b2'.split({ toString: () => '1' }).join()", "a,b2"),
        ("[...'a1b2'.matchAll(/\\d/g)].join()", "1,2"),
    ] {
        assert_eq!(pairs(&format!("const map = (k, v, emit) => emit(k, {code})"))[0].1, text, "{code}");
    }
    for (code, part) in [
        ("'a'.includes(/a/)", "regexp not supported"),
        ("'aa'.replaceAll(/a/, 'b')", "must have the 'g' flag"),
        ("'aa'.matchAll(/a/)", "must have the 'g' flag"),
        ("String.prototype.trim.call(null)", "null or undefined"),
        ("String.prototype.trim.call(Symbol())", "cannot convert symbol"),
    ] {
        let (kind, sentence) = of_map(&format!("const map = () => {code}"));
        assert!(kind == FailureKind::Thrown && sentence.contains(part), "{code}: {sentence}");
    }
}

#[test]
fn methods_of_lists_take_what_the_language_says() {
    for (code, text) in [
        ("[1, [2, [3, [4]]], , []].flat()", "[1,2,[3,[4]]]"),
        ("[1, [2, [3, [4]]]].flat(Infinity)", "[1,2,3,4]"),
        ("[1, [2, [3, [4]]]].flat('2')", "[1,2,3,[4]]"),
        ("[[1]].flat(NaN)", "[[1]]"),
        ("[1, 2, , 3].flatMap((n, i, all) => [n, [i], all.length])", "[1,[0],4,2,[1],4,3,[3],4]"),
        ("[1].flatMap(function () { return this.x }, { x: 5 })", "[5]"),
        (
            "[1].concat([2, 3], 4, { length: 1, 0: 5 }, { length: 1, 0: 6, [Symbol.isConcatSpreadable]: true })",
            "[1,2,3,4,{\"0\":5,\"length\":1},6]",
        ),
        ("Array.prototype.map.call('ab', (c) => c + c)", "[\"aa\",\"bb\"]"),
        ("(function () { return Array.prototype.slice.call(arguments, 1) })(1, 2, 3)", "[2,3]"),
        ("Array.prototype.map.call({ length: 2, 0: 'a', 1: 'b' }, (c) => c + c)", "[\"aa\",\"bb\"]"),
        ("Array.prototype.map.call(new Set([1]), (c) => c)", "[]"),
        ("[new Proxy({ x: 1 }, {})].find((o) => o.x === 1).x", "1"),
        ("[new Proxy([1], {}), Proxy.revocable({}, {}).proxy].map((o) => o.length ?? 0)", "[1,0]"),
    ] {
        let found = pairs(&format!("const map = (k, v, emit) => emit(k, JSON.stringify({code}))"));
        assert_eq!(found[0].1, text, "{code}");
    }
    for (code, part) in [
        ("[].flatMap(1)", "not a function"),
        ("Array.prototype.flat.call(null)", "TypeError"),
        ("Proxy({}, {})", "TypeError"),
        ("new Proxy({}, {}).map(1)", "not a function"),
        ("new Proxy([], {}).map(() => 1)", "no proxy of one"),
    ] {
        let (kind, sentence) = of_map(&format!("const map = () => {code}"));
        assert!(kind == FailureKind::Thrown && sentence.contains(part), "{code}: {sentence}");
    }
}

#[test]
fn more_input_may_use_more() {
    let code = "function map(k, v) { for (let i = 0; i < 7.5e6; i++); }";
    assert_eq!(map_of(code, &[("k", "")], false).unwrap_err().kind, FailureKind::Fuel);
    assert!(map_of(code, &[("k", &"v".repeat(200_000))], false).is_ok());
}

#[test]
fn a_power_is_the_same_by_either_name_and_on_every_machine() {
    let code = "const map = (k, v, emit) => { for (let i = 1; i < 2000; i++) emit(i / 7 ** 1.5, (i / 7) ** (i / 311)); \
        for (let i = 1; i < 2000; i++) emit(Math.sin(i), Math.pow(i / 7, i / 311)) }";
    let found = pairs(code);
    let (operator, function) = found.split_at(1999);
    for (i, (operator, function)) in (1..2000).zip(operator.iter().zip(function)) {
        let i = f64::from(i);
        assert_eq!(operator.1, function.1);
        assert_eq!(operator.1.parse(), Ok(libm::pow(divided(i, 7.0), divided(i, 311.0))));
        assert_eq!(function.0.parse(), Ok(libm::sin(i)));
    }
}

#[expect(clippy::float_arithmetic, reason = "the program under test does it, too")]
fn divided(a: f64, b: f64) -> f64 {
    a / b
}

#[test]
fn a_request_is_answered_whatever_it_is() {
    let ok = answer(
        r#"{"code": "const map = (k, v, emit) => emit(k, v); const reduce = map", "call": {"map": {"records": [["é", "v"]], "skipping": false}}}"#,
    );
    assert_eq!(
        ok,
        r#"{"ok":{"combine":false,"partition":false,"pairs":[["é","v"]],"texts":[],"numbers":[],"skipped":[],"counters":[]}}"#
    );
    let failed = answer(r#"{"code": "const map = 1", "call": "check"}"#);
    assert!(
        failed.starts_with(r#"{"failed":{"kind":"program","message":"map is not a function"#),
        "{failed}"
    );
    for request in
        ["", "{", "[]", "\0", r#"{"code": ""}"#, r#"{"code": "", "call": "swim"}"#, &"[".repeat(100_000)]
    {
        assert!(
            answer(request).starts_with(r#"{"failed":{"kind":"unavailable","message":"this is no request: "#)
        );
    }
}
