//! What one random number costs: addressed bits, and a draw from each law.

use criterion::{Criterion, criterion_group, criterion_main};
use ninefold::engine::{Law, Randomness, Stream};
use std::hint::black_box;
use std::time::Duration;

/// The alternative that was measured against Philox: SplitMix64's finalizer over a keyed counter, twice.
fn splitmix(seed: u64, replication: u32, stream: u64, draw: u32) -> u64 {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let key = mix(seed ^ stream);
    mix(key
        .wrapping_add((u64::from(replication) << 32 | u64::from(draw)).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

fn costs(c: &mut Criterion) {
    let (randomness, stream) = (Randomness::new(42, 0), Stream::new("host-1", "crash"));
    let mut draw = 0_u32;
    let mut next = move || {
        draw = draw.wrapping_add(1);
        black_box(draw)
    };
    c.bench_function("philox bits", |b| b.iter(|| randomness.bits(black_box(stream), next())));
    c.bench_function("splitmix bits", |b| b.iter(|| splitmix(42, 0, black_box(stream).0, next())));
    c.bench_function("philox uniform", |b| b.iter(|| randomness.uniform(black_box(stream), next())));
    let laws = [
        Law::exponential(7200.0),
        Law::weibull_from_mean(0.7, 1e6),
        Law::lognormal_from_median(120.0, 0.4),
        Law::gamma_from_mean(0.4, 3600.0),
        Law::erlang(5, 3600.0),
        Law::gamma_from_mean(80.0, 3600.0),
        Law::uniform(60.0, 120.0),
        Law::triangular(60.0, 90.0, 300.0),
        Law::empirical(vec![1.0, 2.0, 2.0, 5.0, 40.0]),
    ];
    for law in laws.into_iter().flatten() {
        c.bench_function(&format!("sample {law}"), |b| {
            b.iter(|| black_box(&law).sample(randomness.uniform(stream, next())));
        });
        c.bench_function(&format!("residual {law}"), |b| {
            b.iter(|| black_box(&law).residual(randomness.uniform(stream, next())));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(300));
    targets = costs
}
criterion_main!(benches);
