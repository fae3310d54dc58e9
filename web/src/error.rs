//! What a caller did wrong, as a JavaScript `Error` with a sentence that says what to do instead.

use wasm_bindgen::JsError;

/// A mistake of the caller's. The playground is as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

impl From<String> for Mistake {
    fn from(sentence: String) -> Mistake {
        Mistake(sentence)
    }
}

impl From<&str> for Mistake {
    fn from(sentence: &str) -> Mistake {
        Mistake(sentence.to_owned())
    }
}

impl From<Mistake> for JsError {
    fn from(mistake: Mistake) -> JsError {
        JsError::new(&mistake.0)
    }
}
