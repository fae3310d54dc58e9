//! Sine and its kin, the same to the last bit on every machine.
//!
//! QuickJS calls C's own functions for these, and no two C libraries round them alike: glibc picks by processor, and what is
//! linked into WebAssembly is another library again. The standard asks for none of it. So what the linker finds under these names
//! is ours, on every target, for `Math.pow` and the operator `**` alike. What IEEE 754 does define (`sqrt`, `floor`, `fmod`)
//! stays.
#![allow(unsafe_code)] // C finds a function by its name: it must be `no_mangle`.

macro_rules! of_one {
    ($($name:ident)*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name(x: f64) -> f64 {
            libm::$name(x)
        }
    )* };
}

macro_rules! of_two {
    ($($name:ident)*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name(x: f64, y: f64) -> f64 {
            libm::$name(x, y)
        }
    )* };
}

of_one! { sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp expm1 log log2 log10 log1p cbrt }
of_two! { pow atan2 hypot }

/// Names them all, so that a linker that takes in only what is asked for takes these in before it reads the engine.
pub(crate) fn link() {
    let one: [extern "C" fn(f64) -> f64; 19] = [
        sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp, expm1, log, log2, log10,
        log1p, cbrt,
    ];
    let two: [extern "C" fn(f64, f64) -> f64; 3] = [pow, atan2, hypot];
    std::hint::black_box((one, two));
}
