use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, sleep_until};

use crate::connection::keep_up;
use crate::options::Options;
use crate::person::Person;
use crate::run::Run;

/// Each person gets a tick this often.
const TICK_MS: u64 = 100;
/// The ticks are spread over so many parts of that time.
const TICK_PARTS: u64 = 10;
/// So many people connect at the same time where nothing else is asked for.
const CONNECTING_MAX: u32 = 64;
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PROGRESS_EVERY: Duration = Duration::from_secs(3);

/// All the people of a run.
pub struct Crowd {
    pub run: Arc<Run>,
    pub people: Vec<Arc<Person>>,
    tasks: JoinSet<()>,
    ticking: JoinHandle<()>,
}

impl Crowd {
    pub fn new(options: &Options, people: u32, rooms: u32) -> Self {
        // In decimal digits, of which none looks like another one.
        let id = fastrand::u64(1..1_000_000_000);
        let run = Arc::new(Run::new(options.clone(), id, people, rooms));
        let people: Vec<_> = (0..people).map(|number| Arc::new(Person::new(number, run.clone()))).collect();
        let ticking = tokio::spawn(tick(people.clone(), run.clone()));
        Self { run, people, tasks: JoinSet::new(), ticking }
    }

    /// Lets all come in, some at a time, and waits until they are in their rooms.
    pub async fn enter(&mut self) -> Result<(), String> {
        for number in 0..self.people.len() {
            while (number as u32).saturating_sub(self.run.live_count()) >= CONNECTING_MAX {
                self.check("entering")?;
                sleep(Duration::from_millis(1)).await;
            }
            self.tasks.spawn(keep_up(self.people[number].clone()));
        }
        self.wait_live().await
    }

    /// Lets all come in, evenly spread over a time.
    pub async fn enter_within(&mut self, time: Duration) -> Result<(), String> {
        let (began, count) = (tokio::time::Instant::now(), self.people.len() as u32);
        for (number, person) in (0..).zip(&self.people) {
            sleep_until(began + time * number / count).await;
            self.tasks.spawn(keep_up(person.clone()));
        }
        self.wait_live().await
    }

    /// Until all are in their rooms.
    pub async fn wait_live(&self) -> Result<(), String> {
        let (mut told, mut progress, mut before) = (Instant::now(), Instant::now(), 0);
        loop {
            let live = self.run.live_count();
            if live as usize == self.people.len() {
                return Ok(());
            }
            if live != std::mem::replace(&mut before, live) {
                progress = Instant::now();
            }
            if progress.elapsed() > Duration::from_secs(60) {
                return Err(format!("{live} of {} came in, and no more for a minute", self.people.len()));
            }
            if told.elapsed() > PROGRESS_EVERY {
                told = Instant::now();
                eprintln!("{live} of {} are in", self.people.len());
            }
            self.check("coming in")?;
            sleep(LOOK_EVERY).await;
        }
    }

    fn check(&self, what: &str) -> Result<(), String> {
        let violations = &self.run.measures().violations;
        match violations.told.first() {
            Some(first) if violations.count > 10 => Err(format!("{what} goes wrong: {first}")),
            _ => Ok(()),
        }
    }

    /// Lets people speak in turn, each when it is due, however late earlier ones are, for a time. Gives what is to be
    /// waited for.
    pub fn speak(&self, per_second: f64, time: Duration) -> thread::JoinHandle<()> {
        let (run, people) = (self.run.clone(), self.people.clone());
        let from_us = run.now_us();
        // A thread of its own, since the timers of the runtime are too coarse.
        thread::spawn(move || {
            let end_us = from_us + time.as_micros() as u64;
            for turn in 0_u64.. {
                let due_us = from_us + (turn as f64 * 1_000_000.0 / per_second) as u64;
                if due_us >= end_us {
                    return;
                }
                let now_us = run.now_us();
                if due_us > now_us {
                    thread::sleep(Duration::from_micros(due_us - now_us));
                }
                people[turn as usize % people.len()].say(due_us);
            }
        })
    }

    /// Until everything that was said is accepted, if servers tell that, and everybody has everything, or nothing has come
    /// for this time.
    pub async fn settle(&self, patience: Duration) {
        let (mut progress, mut before) = (Instant::now(), 0);
        loop {
            let deliveries = {
                let measures = self.run.measures();
                measures.deliveries + measures.accepted_count
            };
            if deliveries != std::mem::replace(&mut before, deliveries) {
                progress = Instant::now();
            } else if self.is_settled() || progress.elapsed() > patience {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn is_settled(&self) -> bool {
        let is_answered = {
            let measures = self.run.measures();
            measures.accepted_count == 0 || measures.sent.iter().all(|sent| sent.is_accepted)
        };
        is_answered && self.people.iter().all(|person| person.is_complete())
    }

    /// What is wrong with what people have heard. Does not wait for anything.
    pub fn check_history(&self) {
        let mut found = Vec::new();
        let mut messages: Vec<_> = (0..self.run.rooms)
            .map(|room| {
                let record = self.run.record(room);
                record.check_order(&mut found);
                record.messages(|index| index * self.run.rooms + room)
            })
            .collect();
        let incomplete = self.people.iter().filter(|person| !person.is_complete());
        found.extend(incomplete.map(|person| format!("person {} {}", person.number, person.lack())));
        let mut measures = self.run.measures();
        let must_come = |is_accepted| is_accepted || measures.accepted_count == 0;
        for sent in measures.sent.iter().filter(|sent| must_come(sent.is_accepted)) {
            if !messages[(sent.sender % self.run.rooms) as usize].remove(&(sent.sender, sent.n)) {
                found.push(format!("message {} of person {} has come to nobody", sent.n, sent.sender));
            }
        }
        found.into_iter().for_each(|violation| measures.violations.push(violation));
    }

    /// All go, without a word.
    pub async fn leave(mut self) {
        self.ticking.abort();
        self.tasks.shutdown().await;
    }
}

async fn tick(people: Vec<Arc<Person>>, run: Arc<Run>) {
    let mut ticks = interval(Duration::from_millis(TICK_MS / TICK_PARTS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for part in 0_usize.. {
        ticks.tick().await;
        let now_ms = run.now_us() / 1_000;
        for person in people.iter().skip(part % TICK_PARTS as usize).step_by(TICK_PARTS as usize) {
            person.tick(now_ms);
        }
    }
}
