use super::*;

#[test]
fn every_test_passes_on_a_seed() {
    for test in all() {
        let outcome = test.run(1, &[]).unwrap();
        assert_eq!(outcome.report.verdict, Verdict::Passed, "{}", test.name);
    }
}
