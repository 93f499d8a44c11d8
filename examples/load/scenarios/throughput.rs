use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::{crowd_in_rooms, end};
use crate::meter::Meter;
use crate::options::Options;
use crate::report::Report;

pub async fn play(
    options: &Options,
    people: u32,
    rooms: u32,
    window: u32,
    seconds: u64,
    report: &mut Report,
) -> Result<u64, String> {
    let crowd = crowd_in_rooms(options, people, rooms).await?;
    sleep(Duration::from_secs(1)).await;
    crowd.run.goes_on.store(true, Ordering::Relaxed);
    for person in &crowd.people {
        person.say_many(crowd.run.now_us(), window);
    }
    // Until all have begun.
    sleep(Duration::from_secs(1)).await;
    let counts = || {
        let measures = crowd.run.measures();
        (measures.accepted_count, measures.deliveries, measures.refused)
    };
    let meter = Meter::start(options)?;
    let before = counts();
    for second in 1..=seconds {
        sleep(Duration::from_secs(1)).await;
        let now = counts();
        if now.2 > 100 {
            return Err("the server refuses: it has to let each person say more, by --messages-per-second".into());
        }
        if second % 3 == 0 {
            eprintln!("{second} of {seconds} s: {} accepted", now.0 - before.0);
        }
    }
    let after = counts();
    let used = meter.stop();
    crowd.run.goes_on.store(false, Ordering::Relaxed);
    crowd.settle(Duration::from_secs(10)).await;

    let accepted = after.0 - before.0;
    report.row("accepted", accepted);
    report.number("accepted_per_second", accepted as f64 / used.seconds);
    report.number("deliveries_per_second", (after.1 - before.1) as f64 / used.seconds);
    used.report(report, "message", accepted);
    report.times("accepted", &crowd.run.measures().accepted);
    Ok(end(crowd, report).await)
}
