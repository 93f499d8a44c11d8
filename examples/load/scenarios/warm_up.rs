use std::io;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{crowd_in_rooms, end};
use crate::options::Options;
use crate::process::Process;
use crate::report::Report;

/// So few that what a server keeps of them is next to nothing beside what thousands need.
const PEOPLE: u32 = 100;
const ROOMS: u32 = 10;
/// Of all together.
const RATE: f64 = 50.0;
const TALK: Duration = Duration::from_secs(3);

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Servers do not notice at once that somebody has gone, and some tell of it later.
const STEADY: Duration = Duration::from_secs(15);
const STEADY_KIB: u64 = 64;
const IDLE_CPU_PERCENT: u64 = 3;
/// Memory that a garbage collector gives back bit by bit is not waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Some people come, talk and go, so that a server has in memory what it needs whoever comes: its own code and its
/// pools. Waits until it has settled, and counts what went wrong.
pub async fn warm_up(options: &Options, server: &Process) -> Result<u64, String> {
    let crowd = crowd_in_rooms(options, PEOPLE, ROOMS).await?;
    let speaking = crowd.speak(RATE.min(f64::from(PEOPLE) * options.messages_per_second), TALK);
    let _ = tokio::task::spawn_blocking(|| speaking.join()).await;
    crowd.settle(Duration::from_secs(10)).await;
    let violations = end(crowd, &mut Report::default()).await;
    until_settled(server).await.map_err(|error| error.to_string())?;
    Ok(violations)
}

/// Until it has next to nothing to do and its memory stays as it is.
async fn until_settled(server: &Process) -> io::Result<()> {
    let began = Instant::now();
    let (mut steady_since, mut cpu_us, mut rss_kib) = (began, server.cpu_us()?, server.rss_kib()?);
    while steady_since.elapsed() < STEADY {
        if began.elapsed() > PATIENCE {
            eprintln!("the memory of the server does not settle, and counts as it is");
            break;
        }
        sleep(LOOK_EVERY).await;
        let cpu_before_us = std::mem::replace(&mut cpu_us, server.cpu_us()?);
        let is_idle = (cpu_us - cpu_before_us) * 100 <= IDLE_CPU_PERCENT * LOOK_EVERY.as_micros() as u64;
        let now_kib = server.rss_kib()?;
        if !is_idle || now_kib.abs_diff(rss_kib) > STEADY_KIB {
            (steady_since, rss_kib) = (Instant::now(), now_kib);
        }
    }
    Ok(())
}
