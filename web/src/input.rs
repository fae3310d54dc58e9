//! What JavaScript hands in, in TypeScript's words. Core reads it itself: a test holds each action against this list.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const INPUT: &str = r#"
/** All that a run needs to begin. What is left out is as in `Playground.defaultConfig()`. */
export interface Config {
    /** Raft servers, 1 to 101. */
    servers: number;
    /** Clients of the key/value service, 0 to 32. */
    clients: number;
    /** MapReduce workers, 0 to 32; with none there is no MapReduce at all. */
    workers: number;
    /** All chance is drawn from this number, 0 to 2^53 - 1. */
    seed: number;
    /** The shortest and the longest time a message takes. */
    latency: [Micros, Micros];
    /** How many messages in a thousand are lost. */
    loss: number;
    /** How many messages in a thousand arrive twice. */
    duplication: number;
    /** How many messages in a thousand take up to two seconds more. */
    reordering?: number;
    /** The shortest and the longest time a write takes. */
    diskLatency: [Micros, Micros];
    /** How often an idle leader sends heartbeats. */
    heartbeat: Micros;
    /** The shortest and the longest election time-out. */
    electionTimeout: [Micros, Micros];
    /** The size of a server's Raft state, in bytes, near which it takes a snapshot; null if it never does. */
    maxRaftState?: number | null;
    /** The most bytes of a snapshot that one message carries; null if snapshots are sent whole. */
    snapshotChunk?: number | null;
    /** Whether a server asks if it would be elected before it raises its term. */
    preVote?: boolean;
    /** Whether a leader that no majority answers steps down. */
    checkQuorum?: boolean;
    /** How reads are answered: by way of the log, by asking a majority who leads, under a lease, or locally, against the rules. */
    reads?: "log" | "read-index" | "lease" | "local";
    /** The bound on clocks that leases rely on: by how many parts in a million one may gain on another. */
    leaseDrift?: number;
    /** How long a MapReduce task may be in progress before another worker gets it. */
    taskTimeout?: Micros;
    /** How long a task must be in progress before an idle worker makes a backup attempt at it; null for none. */
    backupAfter?: Micros | null;
    /** Where maps keep their output: in the shared file system, or on the disk of the worker that ran them. */
    intermediate?: "shared" | "local";
    /** Whether a job dies with its coordinator, or a standby takes over. */
    coordinator?: "plain" | "replicated";
    /** Who executes what the servers have committed: the service, or a tester that proposes commands itself. */
    host?: "service" | "tester";
    /** The names of rules that are off from the beginning. */
    without?: string[];
}

/** One thing done to the cluster. Ratios are per mille. */
export type Action =
    | { do: "crash" | "restart" | "pause" | "resume" | "isolate" | "wipe"; node: NodeId }
    | { do: "slow"; node: NodeId; by: Micros }
    | { do: "speed"; node: NodeId; percent: number }
    | { do: "drift"; node: NodeId; ppm: number }
    | { do: "fire"; node: NodeId; timer: string }
    | { do: "postpone"; node: NodeId; timer: string; by: Micros }
    | { do: "link"; from: NodeId; to: NodeId; state: "open" | "cut" | "hold" }
    | { do: "quality"; from: NodeId | null; to: NodeId | null; latency?: [Micros, Micros]; loss?: number; duplication?: number; reordering?: number }
    | { do: "partition"; groups: NodeId[][] }
    | { do: "heal" }
    | { do: "flight"; flight: number; fate: "drop" | "duplicate" | "corrupt" | "deliver" | "hold" | "release" | { delay: Micros } }
    | { do: "disk"; node: NodeId; latency: [Micros, Micros] }
    | { do: "stall" | "unstall"; node: NodeId }
    | { do: "get"; client: NodeId; key: string }
    | { do: "put" | "append"; client: NodeId; key: string; value: string }
    | { do: "cas"; client: NodeId; key: string; expected?: string | null; value: string }
    | { do: "delete"; client: NodeId; key: string }
    | { do: "load"; client: NodeId; every: Micros; keys: number; writes: number; hot?: number; cas?: number; deletes?: number }
    | { do: "quiet"; client: NodeId }
    | { do: "start"; node: NodeId; command: string }
    | { do: "snapshot"; node: NodeId; index: number }
    | { do: "transfer"; node: NodeId; to: NodeId }
    | { do: "network"; mode: "reliable" | "unreliable" | "reordering" }
    | { do: "reseed"; seed: number }
    | { do: "rule"; rule: string; on: boolean };
"#;

#[cfg(test)]
mod tests {
    use splitbrain::lab::{Act, Config};

    /// One of each, as the page writes them.
    const ACTIONS: [&str; 38] = [
        r#"{"do":"crash","node":0}"#,
        r#"{"do":"restart","node":0}"#,
        r#"{"do":"pause","node":0}"#,
        r#"{"do":"resume","node":0}"#,
        r#"{"do":"isolate","node":0}"#,
        r#"{"do":"wipe","node":0}"#,
        r#"{"do":"slow","node":0,"by":1000}"#,
        r#"{"do":"drift","node":0,"ppm":-200}"#,
        r#"{"do":"fire","node":0,"timer":"election"}"#,
        r#"{"do":"postpone","node":0,"timer":"election","by":1000}"#,
        r#"{"do":"link","from":0,"to":1,"state":"open"}"#,
        r#"{"do":"link","from":0,"to":1,"state":"cut"}"#,
        r#"{"do":"link","from":0,"to":1,"state":"hold"}"#,
        r#"{"do":"quality","from":null,"to":null,"loss":100}"#,
        r#"{"do":"quality","from":0,"to":null,"latency":[1000,2000],"duplication":1,"reordering":2}"#,
        r#"{"do":"partition","groups":[[0,1],[2,3,4]]}"#,
        r#"{"do":"heal"}"#,
        r#"{"do":"flight","flight":1,"fate":"drop"}"#,
        r#"{"do":"flight","flight":1,"fate":"duplicate"}"#,
        r#"{"do":"flight","flight":1,"fate":"corrupt"}"#,
        r#"{"do":"flight","flight":1,"fate":"deliver"}"#,
        r#"{"do":"flight","flight":1,"fate":"hold"}"#,
        r#"{"do":"flight","flight":1,"fate":"release"}"#,
        r#"{"do":"flight","flight":1,"fate":{"delay":1000}}"#,
        r#"{"do":"disk","node":0,"latency":[1000,2000]}"#,
        r#"{"do":"stall","node":0}"#,
        r#"{"do":"unstall","node":0}"#,
        r#"{"do":"get","client":5,"key":"__proto__"}"#,
        r#"{"do":"put","client":5,"key":"x","value":""}"#,
        r#"{"do":"append","client":5,"key":"x","value":"1"}"#,
        r#"{"do":"load","client":5,"every":1000,"keys":10,"writes":500}"#,
        r#"{"do":"quiet","client":5}"#,
        r#"{"do":"start","node":0,"command":"101"}"#,
        r#"{"do":"snapshot","node":0,"index":9}"#,
        r#"{"do":"transfer","node":0,"to":1}"#,
        r#"{"do":"network","mode":"reordering"}"#,
        r#"{"do":"reseed","seed":9007199254740991}"#,
        r#"{"do":"rule","rule":"current-term-commit","on":false}"#,
    ];

    #[test]
    fn core_reads_every_action_as_the_page_writes_it_and_writes_it_the_same_way() {
        for json in ACTIONS {
            let act: Act = splitbrain::json::read(json).unwrap_or_else(|error| panic!("{json}: {error}"));
            let again = splitbrain::json::write(&act).unwrap();
            assert_eq!(again, json.replace(r#""from":null,"#, "").replace(r#""to":null,"#, ""));
        }
    }

    #[test]
    fn an_action_is_read_to_the_letter() {
        for (json, complaint) in [
            (r#"{"do":"crash"}"#, "missing field `node`"),
            (r#"{"do":"crash","node":0,"nodes":1}"#, "unknown field `nodes`"),
            (r#"{"do":"crash","node":0,"by":1}"#, "`crash` has no field `by`"),
            (r#"{"do":"crash","node":70000}"#, "70000"),
            (r#"{"do":"crash","node":-1}"#, "-1"),
            (r#"{"do":"crash","node":0.5}"#, "0.5"),
            (r#"{"do":"crash","node":"NaN"}"#, "NaN"),
            (r#"{"do":"crash","node":0,"node":1}"#, "duplicate field `node`"),
            (r#"{"do":"explode","node":0}"#, "there is no act `explode`"),
            (r#"{"node":0}"#, "missing field `do`"),
        ] {
            let error = splitbrain::json::read::<Act>(json).unwrap_err().to_string();
            assert!(error.contains(complaint), "{json}: {error}");
        }
    }

    #[test]
    fn a_config_may_leave_out_what_is_as_usual_and_names_no_more_than_there_is() {
        let config: Config =
            splitbrain::json::read(r#"{"servers":3,"diskLatency":[0,0],"electionTimeout":[1000,2000]}"#)
                .unwrap();
        assert_eq!((config.servers, config.clients), (3, Config::default().clients));
        let error = splitbrain::json::read::<Config>(r#"{"server":3}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `server`"), "{error}");
    }
}
