use crate::crowd::Crowd;
use crate::options::{Options, Scenario};
use crate::report::Report;

mod fanout;
mod fill;
mod join_storm;
mod memory;
mod reconnect_storm;
mod starts;
mod throughput;
mod warm_up;

/// Plays a scenario and prints what it has found. Tells whether everybody has heard what they had to.
pub async fn play(scenario: Scenario, options: Options) -> Result<bool, String> {
    let mut report = Report::default();
    report.row("scenario", format!("{scenario:?}"));
    report.row("dialect", format!("{:?}", options.dialect));
    report.row("body_bytes", options.body_bytes);
    let violations = match scenario {
        Scenario::Fanout { people, rooms, rate, seconds, warm_up_seconds } => {
            fanout::play(&options, people, rooms, rate, warm_up_seconds, seconds, &mut report).await?
        }
        Scenario::Memory { people, rooms, seconds } => {
            memory::play(&options, people, rooms, seconds, &mut report).await?
        }
        Scenario::Throughput { people, rooms, window, seconds } => {
            throughput::play(&options, people, rooms, window, seconds, &mut report).await?
        }
        Scenario::JoinStorm { people, seconds } => join_storm::play(&options, people, seconds, &mut report).await?,
        Scenario::ReconnectStorm { people, rooms, rate, restart_command } => {
            reconnect_storm::play(&options, people, rooms, rate, restart_command, &mut report).await?
        }
        Scenario::Fill { data, messages, rooms, members } => {
            fill::play(&options, &data, messages, rooms, members, &mut report)?;
            0
        }
        Scenario::Starts { data, program, starts } => {
            starts::play(&options, &data, &program, starts, &mut report)?;
            0
        }
    };
    report.row("violations", violations);
    if options.json {
        println!("{}", report.json());
    } else {
        print!("{}", report.table());
    }
    Ok(violations == 0)
}

/// Prints what was wrong, and counts it. All people go.
async fn end(crowd: Crowd, report: &mut Report) -> u64 {
    crowd.check_history();
    let (count, told) = {
        let measures = crowd.run.measures();
        report.row("refused", measures.refused);
        (measures.violations.count, measures.violations.told.clone())
    };
    for violation in &told {
        eprintln!("violation: {violation}");
    }
    if count > told.len() as u64 {
        eprintln!("and {} more", count - told.len() as u64);
    }
    crowd.leave().await;
    count
}

/// People who are all in their rooms.
async fn crowd_in_rooms(options: &Options, people: u32, rooms: u32) -> Result<Crowd, String> {
    if rooms == 0 || rooms > people {
        return Err("--rooms: at least one, and not more than people".into());
    }
    let mut crowd = Crowd::new(options, people, rooms);
    crowd.enter().await?;
    Ok(crowd)
}

/// The same for people who are to talk at this rate.
async fn crowd_that_talks(options: &Options, people: u32, rooms: u32, rate: f64) -> Result<Crowd, String> {
    check_rate(options, people, rate)?;
    crowd_in_rooms(options, people, rooms).await
}

/// More would be refused by the server.
fn check_rate(options: &Options, people: u32, rate: f64) -> Result<(), String> {
    let rate_max = f64::from(people) * options.messages_per_second;
    match rate > 0.0 && rate <= rate_max {
        true => Ok(()),
        false => Err(format!("--rate: {people} people may say {rate_max} messages a second")),
    }
}
