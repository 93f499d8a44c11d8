use std::time::Duration;

use tokio::time::sleep;

use super::{crowd_that_talks, end};
use crate::meter::Meter;
use crate::options::Options;
use crate::report::Report;

/// Messages that went out later than this make times that are not the server's.
const LATENESS_US_MAX: u64 = 5_000;

pub async fn play(
    options: &Options,
    people: u32,
    rooms: u32,
    rate: f64,
    warm_up_seconds: u64,
    seconds: u64,
    report: &mut Report,
) -> Result<u64, String> {
    let crowd = crowd_that_talks(options, people, rooms, rate).await?;
    // What the server tells about so many newcomers is done by then.
    sleep(Duration::from_secs(2)).await;
    let begin_us = crowd.run.now_us() + warm_up_seconds * 1_000_000;
    crowd.run.measures().window_us = begin_us..begin_us + seconds * 1_000_000;
    let speaking = crowd.speak(rate, Duration::from_secs(warm_up_seconds + seconds));
    sleep(Duration::from_secs(warm_up_seconds)).await;

    let meter = Meter::start(options)?;
    let before = crowd.run.measures().deliveries;
    for second in 1..=seconds {
        sleep(Duration::from_secs(1)).await;
        if second % 5 == 0 {
            eprintln!("{second} of {seconds} s: {} deliveries", crowd.run.measures().deliveries - before);
        }
    }
    let deliveries = crowd.run.measures().deliveries - before;
    let used = meter.stop();
    let _ = tokio::task::spawn_blocking(|| speaking.join()).await;
    crowd.settle(Duration::from_secs(10)).await;

    report.row("deliveries", deliveries);
    report.number("deliveries_per_second", deliveries as f64 / used.seconds);
    used.report(report, "delivery", deliveries);
    {
        let measures = crowd.run.measures();
        report.times("delivery", &measures.delivery);
        if !measures.accepted.is_empty() {
            report.times("accepted", &measures.accepted);
        }
        report.times("lateness", &measures.lateness);
        let is_late = measures.lateness.value_at_quantile(0.99) > LATENESS_US_MAX;
        report.row("generator_is_bottleneck", is_late);
        if is_late {
            eprintln!("the generator could not keep up: messages went out late, and the times are not the server's");
        }
    }
    Ok(end(crowd, report).await)
}
