//! The history of a run. A run keeps only its last operations, so it is run again from its beginning, and all are written down.

use crate::engine::engine;
use crate::history::{History, Origin, Source};
use js_sys::Function;
use splitbrain::check::linearizable::Model;
use splitbrain::lab::operations::Operations;
use splitbrain::lab::{Act, Watch};
use splitbrain::mapreduce::Bytes;
use splitbrain::timeline::{Script, Timeline};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// How many steps are taken between two words about how far it is.
const SLICE: u64 = 20_000;

#[wasm_bindgen]
impl History {
    /// What the clients of a run saw up to the moment that its script was saved at. Texts that the script names by hash only are
    /// found among `texts` by their contents. `programs` tells whether what people have written may run. `progress` hears of
    /// steps taken, and twice of all that there are.
    ///
    /// # Errors
    /// If it is no script, or what `progress` throws.
    #[wasm_bindgen(js_name = ofRun)]
    pub fn of_run(
        script: &str,
        texts: Vec<String>,
        programs: bool,
        #[wasm_bindgen(unchecked_param_type = "HistoryProgress")] progress: &Function,
    ) -> Result<History, JsValue> {
        let mut script = Script::<Watch>::from_json(script).map_err(|error| JsError::new(&error.0))?;
        let texts: Vec<Bytes> = texts.iter().map(|text| Bytes::from(text.as_str())).collect();
        for recorded in &mut script.acts {
            if let Act::Submit { job } = &mut recorded.act {
                *job = job.resolved(|_, hash| texts.iter().find(|text| text.hash() == hash).cloned());
            }
        }
        if programs {
            script.config.engine = engine();
        }
        let saved = script.saved;
        let mut timeline = Timeline::from_script(script).map_err(|why| JsError::new(&why))?;
        let mut operations = Operations::keeping(u64::MAX);
        loop {
            let before = timeline.now().step;
            if before >= saved.step || !timeline.step(saved.at) {
                break;
            }
            // An act that can no longer be done takes its turn without a step.
            if timeline.now().step == before {
                continue;
            }
            operations.observe(timeline.world());
            if before % SLICE == 0 {
                let [done, all] = [before as f64, saved.step as f64].map(JsValue::from);
                progress.call3(&JsValue::NULL, &done, &all, &all)?;
            }
        }
        let seen = operations.iter().filter_map(|operation| {
            let origin = Origin {
                session: operation.session,
                number: operation.number,
                called: operation.called,
                returned: operation.returned.as_ref().map(|&(_, moment)| moment),
            };
            Some((operation.seen()?, origin))
        });
        let (operations, origins) = seen.unzip();
        Ok(History { model: Model::KeyValue, operations, source: Source::Run(origins) })
    }
}
