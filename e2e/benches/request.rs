//! Time of one request: natively, and through the host with a fresh instance, pooled and not.
//!
//! Milliseconds belong to the machine; what can be compared is the ratio of two rows of one run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use e2e::requests;
use ringfence_host::{Cache, Options, Policy};

fn request(criterion: &mut Criterion) {
    let module = e2e::workspace().join("dist/policy.wasm");
    let policy = |pooling| {
        let options = Options { pooling, cache: Cache::Off, ..Options::default() };
        Policy::from_file(&module, &options)
            .expect("dist/policy.wasm: `cargo xtask build` makes it")
    };
    let engines = [("host, pooled", policy(true)), ("host, on demand", policy(false))];
    let mut group = criterion.benchmark_group("request");
    for request in requests::all() {
        let verdict = if request.accepted { "accepted" } else { "denied" };
        let parameter = format!("{}, {verdict}", request.name);
        group.bench_function(BenchmarkId::new("native", &parameter), |bencher| {
            bencher.iter(|| ringfence_policy::validate(&request.payload, &|| None));
        });
        for (name, policy) in &engines {
            group.bench_function(BenchmarkId::new(*name, &parameter), |bencher| {
                bencher.iter(|| policy.validate(&request.payload));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, request);
criterion_main!(benches);
