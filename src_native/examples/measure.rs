//! Numbers for docs/performance.md: `cargo run --release --example measure`.
use std::hint::black_box;
use std::time::{Duration, Instant};

use gwmatch_native::set::Set;

const LIMIT: usize = 65_536;

fn main() {
    for count in [1usize, 10, 100, 1_000, 10_000] {
        let own: Vec<String> = (0..count).map(|i| format!("/api/v[0-9]+/users{i}/[a-z]+")).collect();
        build(&format!("/api/v[0-9]+/usersI/[a-z]+ x {count}"), &own);
        let last: Vec<String> = (0..count).map(|i| format!("/api/v[0-9]+/users/[a-z]+{i}")).collect();
        build(&format!("/api/v[0-9]+/users/[a-z]+I x {count}"), &last);
    }
    for count in [100usize, 1_000] {
        let multiply: Vec<String> = (0..count).map(|i| format!("/.*x{i}.*y")).collect();
        build(&format!("/.*xI.*y x {count}"), &multiply);
    }
    walk();
}

fn build(name: &str, patterns: &[String]) {
    for budget in [1 << 18, 1 << 20, 1 << 22] {
        let begin = Instant::now();
        match Set::new(patterns, LIMIT, budget) {
            Ok(set) => println!(
                "build {name}, budget {budget}: {:.2?}, {} automata, {} bytes",
                begin.elapsed(),
                set.automata(),
                set.memory()
            ),
            Err(refused) => println!("build {name}: {refused:?}"),
        }
    }
}

fn walk() {
    let patterns: Vec<String> = (0..1_000).map(|i| format!("/api/v[0-9]+/users{i}/[a-z]+")).collect();
    let set = Set::new(&patterns, LIMIT, 1 << 22).expect("accepted");
    let mut bits = vec![0; set.words()];
    for size in [0usize, 30, 100, 1_000, 8_192] {
        let head = "/api/v1/users500/";
        let text = if size == 0 { String::new() } else { format!("{head}{}", "a".repeat(size - head.len())) };
        let time = per_call(|| set.matches(black_box(text.as_bytes()), &mut bits));
        println!(
            "match {size} bytes, 1000 patterns, {} automata: {time:.1} ns, {:.2} ns/byte",
            set.automata(),
            time / size.max(1) as f64
        );
    }
    let time = per_call(|| set.matches(black_box(b"/static/app.js"), &mut bits));
    println!("match /static/app.js, early miss: {time:.1} ns");
}

/// Nanoseconds of one call, best of several rounds.
fn per_call(mut call: impl FnMut() -> usize) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..20 {
        let (begin, mut calls) = (Instant::now(), 0u32);
        while begin.elapsed() < Duration::from_millis(20) {
            for _ in 0..100 {
                black_box(call());
            }
            calls += 100;
        }
        best = best.min(begin.elapsed().as_nanos() as f64 / f64::from(calls));
    }
    best
}
