//! The fingerprints of many runs under faults, a line each: `fingerprints 100 10` for seeds 1 to 100, 10 simulated
//! seconds each. The browser's tests compare their own with these.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let numbers: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [count, seconds] = numbers[..] else {
        eprintln!("usage: fingerprints COUNT SECONDS");
        return std::process::ExitCode::from(2);
    };
    for seed in 1..=u64::from(count) {
        println!("{seed} {:016x}", splitbrain_tests::swarm::fingerprint(seed, seconds));
    }
    std::process::ExitCode::SUCCESS
}

#[cfg(target_arch = "wasm32")]
fn main() {}
