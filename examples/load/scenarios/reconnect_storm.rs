use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::time::sleep;

use super::{crowd_that_talks, end};
use crate::options::Options;
use crate::report::Report;

/// People talk for so long before the server goes.
const TALK: Duration = Duration::from_secs(5);
/// Somebody else has so long to end the server.
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn play(
    options: &Options,
    people: u32,
    rooms: u32,
    rate: f64,
    restart_command: Option<String>,
    report: &mut Report,
) -> Result<u64, String> {
    let crowd = crowd_that_talks(options, people, rooms, rate).await?;
    sleep(Duration::from_secs(1)).await;
    crowd.run.comes_back.store(true, Ordering::Relaxed);
    let speaking = crowd.speak(rate, TALK + Duration::from_secs(1));
    sleep(TALK).await;
    // What the command starts may outlive this, for it is the server.
    let restarting = restart_command.map(|command| Command::new("sh").args(["-c", &command]).spawn()).transpose();
    if restarting.map_err(|error| error.to_string())?.is_none() {
        eprintln!("now end the server, and start it again at the same address");
    }
    let began = Instant::now();
    while crowd.run.live_count() == people {
        if began.elapsed() > PATIENCE {
            return Err("nobody has ended the server".into());
        }
        sleep(Duration::from_millis(5)).await;
    }
    crowd.run.measures().live.reset();
    crowd.run.lost_at_us.store(crowd.run.now_us(), Ordering::Relaxed);
    let lost = Instant::now();
    // All are cut off, but perhaps not in the same instant.
    sleep(Duration::from_millis(200)).await;
    crowd.wait_live().await?;
    report.number("all_live_again_s", lost.elapsed().as_secs_f64());
    report.times("live_again", &crowd.run.measures().live);
    let _ = tokio::task::spawn_blocking(|| speaking.join()).await;
    crowd.settle(Duration::from_secs(10)).await;
    {
        let measures = crowd.run.measures();
        report.row("sent", measures.sent.len());
        report.row("accepted", measures.sent.iter().filter(|sent| sent.is_accepted).count());
    }
    Ok(end(crowd, report).await)
}
