//! What one random number costs: addressed bits, and a draw from each law.

use criterion::{Criterion, criterion_group, criterion_main};
use ninefold::engine::{Law, Randomness, Stream};
use std::hint::black_box;
use std::time::Duration;

/// The alternative: ten rounds of Philox on four 32-bit words (Salmon et al., SC 2011).
#[inline]
const fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let mut round = 0;
    while round < 10 {
        let first = 0xd251_1f53_u64 * counter[0] as u64;
        let second = 0xcd9e_8d57_u64 * counter[2] as u64;
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
        round += 1;
    }
    counter
}

fn costs(c: &mut Criterion) {
    let (randomness, stream) = (Randomness::new(42, 0), Stream::new("host-1", "crash"));
    let mut draw = 0_u32;
    let mut next = move || {
        draw = draw.wrapping_add(1);
        black_box(draw)
    };
    c.bench_function("splitmix bits", |b| b.iter(|| randomness.bits(black_box(stream), next())));
    c.bench_function("philox bits", |b| b.iter(|| philox4x32_10([next(), 0, 7, 9], black_box([42, 0]))));
    c.bench_function("splitmix uniform", |b| b.iter(|| randomness.uniform(black_box(stream), next())));
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
