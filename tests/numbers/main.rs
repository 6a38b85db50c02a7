//! Numbers that can be trusted: rare outages, runs that stop by themselves, several strategies at once.

mod best;
mod dawn;
mod effort;
mod hidden;
mod known;
mod percentiles;
mod precision;
mod rare;
mod refined;
mod seldom;
mod unlike;
