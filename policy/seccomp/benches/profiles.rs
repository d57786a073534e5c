//! What a whole default profile costs: to read, to resolve, to compare, to lint.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ringfence_seccomp::{
    Arch, Baseline, Context, Dialect, Loader, Order, Severities, compare, convert, lint, parse,
    resolve, to_json,
};

fn profiles(criterion: &mut Criterion) {
    let context = Context::new(Loader::Docker, Arch::X86_64);
    let baseline = Baseline::from_name("moby").expect("a baseline");
    let text = to_json(&baseline.profile());
    let profile = parse::profile(&text).expect("a profile");
    let resolved = resolve(&profile, &context);
    let reference = baseline.resolve(&context);
    criterion.bench_function("parse", |b| b.iter(|| parse::profile(black_box(&text))));
    criterion.bench_function("resolve", |b| b.iter(|| resolve(black_box(&profile), &context)));
    criterion.bench_function("resolve the baseline", |b| {
        b.iter(|| black_box(baseline).resolve(&context));
    });
    criterion.bench_function("compare with the baseline", |b| {
        b.iter(|| compare(black_box(&resolved), &reference, Order::Effect));
    });
    criterion.bench_function("lint", |b| {
        b.iter(|| lint(black_box(&profile), &resolved, &context, &Severities::new()));
    });
    criterion.bench_function("convert to OCI", |b| {
        b.iter(|| convert(black_box(&profile), Dialect::Oci, &context));
    });
}

criterion_group!(benches, profiles);
criterion_main!(benches);
