//! The replicated state machine: a map from keys to values.

use crate::codec::{Decoder, Encoder, Malformed};
use serde::{Deserialize, Serialize};
use splitbrain::raft::Command;
use std::collections::BTreeMap;

/// The only command there is. To put the same twice does no harm, so whoever is not sure may ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Put {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Two texts, each with its length.
impl Command for Put {
    fn size(&self) -> u64 {
        16 + self.key.len() as u64 + self.value.len() as u64
    }
}

/// Equal on every server that has applied the same commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Store(pub(crate) BTreeMap<String, String>);

impl Store {
    pub(crate) fn apply(&mut self, Put { key, value }: Put) {
        self.0.insert(key, value);
    }

    /// What goes into a snapshot.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let pairs = self.0.iter();
        let put = |encoder: Encoder, (key, value): (&String, &String)| {
            encoder.bytes(key.as_bytes()).bytes(value.as_bytes())
        };
        pairs.fold(Encoder::default(), put).done()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Store, Malformed> {
        let (mut store, mut rest) = (Store::default(), Decoder(bytes));
        while !rest.0.is_empty() {
            store.apply(rest.put()?);
        }
        Ok(store)
    }
}
