//! MapReduce, as the paper has it (Dean and Ghemawat, 2004) and as the course's first lab builds it, in messages.
pub mod app;
pub mod job;
pub mod message;
pub mod rules;
pub mod note;
pub mod view;
pub mod config;
pub mod bytes;
pub mod table;
