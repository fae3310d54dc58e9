//! What a client appends, and whether all of it is there: the course's check of appends.

use alloc::format;
use alloc::string::String;

/// The `j`-th text that a client appends.
pub(super) fn text(client: u32, j: u32) -> String {
    format!("x {client} {j} y")
}

/// Whether a value holds everything that a client appended, `count` texts, each once and in order. Others may have
/// appended in between. The error says what is wrong.
pub(super) fn check(value: &str, client: u32, count: u32) -> Result<(), String> {
    let mut after = None;
    for j in 0..count {
        let wanted = text(client, j);
        let Some(place) = value.find(&wanted) else {
            return Err(format!(
                "an append is lost: of {count} appends of client {client}, `{wanted}` is missing"
            ));
        };
        if value.rfind(&wanted) != Some(place) {
            return Err(format!("an append took effect twice: `{wanted}`"));
        }
        if Some(place) < after {
            return Err(format!(
                "appends are out of order: `{wanted}` stands before the one that was called first"
            ));
        }
        after = Some(place);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_append_is_there_once_and_in_order() {
        assert_eq!(check("x 0 0 yx 1 0 yx 0 1 yx 1 1 y", 0, 2), Ok(()));
        assert_eq!(check("", 0, 0), Ok(()));
        for (value, why) in [
            ("x 0 0 yx 1 1 y", "lost"),
            ("x 0 0 yx 0 1 yx 0 0 y", "twice"),
            ("x 0 1 yx 0 0 y", "out of order"),
        ] {
            let said = check(value, 0, 2).unwrap_err();
            assert!(said.contains(why), "{value}: {said}");
        }
    }
}
