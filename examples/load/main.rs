//! Loads a chat server with many people, who all check what they hear:
//! `cargo run --release --features ssr --example load -- --help`.
//!
//! Messages go out when they are due, however late the server is, and times count from there.

mod checker;
mod connection;
mod crowd;
mod dialect;
mod dialects;
mod measures;
mod meter;
mod options;
mod outbox;
mod person;
mod process;
mod report;
mod run;
mod scenarios;
mod stamp;
mod websocket;

use std::process::ExitCode;

use clap::Parser;

use crate::options::CommandLine;

fn main() -> ExitCode {
    let CommandLine { scenario, options } = CommandLine::parse();
    let threads = options.threads.max(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    match runtime.block_on(async { tokio::spawn(scenarios::play(scenario, options)).await }) {
        Ok(Ok(is_right)) => ExitCode::from(u8::from(!is_right)),
        Ok(Err(why)) => failed(&why),
        Err(panic) => failed(&panic.to_string()),
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(2)
}
