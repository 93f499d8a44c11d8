use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::end;
use crate::crowd::Crowd;
use crate::meter::Meter;
use crate::options::Options;
use crate::report::Report;

/// So long after the last one has come in, all has been told.
const CALM: Duration = Duration::from_secs(3);

/// Once with half of the people and once with all, each in a room of its own, so that one sees how it grows.
pub async fn play(options: &Options, people: u32, seconds: u64, report: &mut Report) -> Result<u64, String> {
    let half = storm(options, people.div_ceil(2), seconds, report, "half_").await?;
    let full = storm(options, people, seconds, report, "").await?;
    let growth = |of: fn(&Storm) -> f64| of(&full) / of(&half).max(1.0);
    report.number("growth_of_frames", growth(|storm| storm.frames as f64));
    report.number("growth_of_bytes", growth(|storm| storm.bytes as f64));
    report.number("growth_of_server_cpu", growth(|storm| storm.server_us as f64));
    Ok(half.violations + full.violations)
}

struct Storm {
    frames: u64,
    bytes: u64,
    server_us: u64,
    violations: u64,
}

async fn storm(
    options: &Options,
    people: u32,
    seconds: u64,
    report: &mut Report,
    prefix: &str,
) -> Result<Storm, String> {
    eprintln!("{people} people enter one room within {seconds} s");
    let mut crowd = Crowd::new(options, people, 1);
    let meter = Meter::start(options)?;
    let began = Instant::now();
    crowd.enter_within(Duration::from_secs(seconds)).await?;
    let took = began.elapsed();
    crowd.settle(Duration::from_secs(10)).await;
    sleep(CALM).await;
    let used = meter.stop();
    let mut part = Report::default();
    let (frames, bytes) = {
        let measures = crowd.run.measures();
        part.number(format!("{prefix}joins_per_second"), f64::from(people) / took.as_secs_f64());
        part.row(format!("{prefix}frames"), measures.frames);
        part.number(format!("{prefix}frames_per_person"), measures.frames as f64 / f64::from(people));
        part.row(format!("{prefix}bytes"), measures.bytes);
        part.number(format!("{prefix}bytes_per_person"), measures.bytes as f64 / f64::from(people));
        part.times(&format!("{prefix}live"), &measures.live);
        (measures.frames, measures.bytes)
    };
    let server_us = used.server_us.unwrap_or_default();
    part.number(format!("{prefix}server_cpu_us_per_person"), server_us as f64 / f64::from(people));
    part.number(format!("{prefix}generator_cpu_percent"), used.own_us as f64 / used.seconds / 10_000.0);
    report.append(part);
    let violations = end(crowd, &mut Report::default()).await;
    Ok(Storm { frames, bytes, server_us, violations })
}
