//! ninefold: a deterministic simulator of high availability in virtualized datacenters.

#![forbid(unsafe_code)]

pub mod special;

pub mod engine;
pub mod stats;

pub mod model;

pub mod scenario;
pub mod state;

pub mod policy;

pub mod sim;

pub mod probe;

pub mod experiment;

pub mod report;

pub mod cli;
