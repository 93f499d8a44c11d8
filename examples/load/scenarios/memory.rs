use std::time::Duration;

use tokio::time::sleep;

use super::warm_up::warm_up;
use super::{crowd_in_rooms, end};
use crate::crowd::Crowd;
use crate::options::Options;
use crate::process::Process;
use crate::report::Report;

/// Nobody is told anything any more after so long without a message, and memory of the newcomers is given back.
const QUIET: Duration = Duration::from_secs(5);
/// Each room gets as many messages a second.
const RATE_PER_ROOM: f64 = 2.0;

pub async fn play(
    options: &Options,
    people: u32,
    rooms: u32,
    seconds: u64,
    report: &mut Report,
) -> Result<u64, String> {
    let pid = options.pid.ok_or("--pid: whose memory?")?;
    let server = Process::new(pid).map_err(|error| format!("--pid: {error}"))?;
    let mut told = |name: &str, base: Option<[u64; 2]>| -> Result<[u64; 2], String> {
        let read = || -> std::io::Result<[u64; 2]> { Ok([server.rss_kib()?, server.pss_kib()?]) };
        let now = read().map_err(|error| error.to_string())?;
        for (kind, index) in [("rss", 0), ("pss", 1)] {
            report.row(format!("{name}_{kind}_kib"), now[index]);
            if let Some(base) = base {
                let each = (now[index] as f64 - base[index] as f64) / f64::from(people);
                report.number(format!("{name}_{kind}_kib_per_person"), each);
            }
        }
        Ok(now)
    };
    told("cold", None)?;
    let violations = warm_up(options, &server).await?;
    let base = told("empty", None)?;
    let crowd = crowd_in_rooms(options, people, rooms).await?;
    until_quiet(&crowd).await;
    told("idle", Some(base))?;

    let rate = (f64::from(rooms) * RATE_PER_ROOM).min(f64::from(people) * options.messages_per_second);
    let speaking = crowd.speak(rate, Duration::from_secs(seconds));
    let _ = tokio::task::spawn_blocking(|| speaking.join()).await;
    crowd.settle(Duration::from_secs(10)).await;
    until_quiet(&crowd).await;
    told("after_talk", Some(base))?;
    Ok(violations + end(crowd, report).await)
}

async fn until_quiet(crowd: &Crowd) {
    let frames = || crowd.run.measures().frames;
    let some = u64::from(crowd.run.people) / 2;
    // Heartbeats go on, so it is never quite silent.
    loop {
        let before = frames();
        sleep(QUIET).await;
        if frames() - before <= some {
            return;
        }
    }
}
