use std::io::{self, IsTerminal};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::config::{Config, LogFormat};

/// They log all that goes over the wire, secrets and messages too, when they are asked for much.
const TALKATIVE: [&str; 2] = ["tungstenite", "tokio_tungstenite"];

/// Sends the log to the standard error output, for people or for machines to read.
pub fn init(config: &Config) {
    let layer = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let quiet = TALKATIVE.map(|target| (target, LevelFilter::WARN));
    let registry = tracing_subscriber::registry().with(config.log.clone().with_targets(quiet));
    match config.log_format {
        LogFormat::Human => registry.with(layer).init(),
        LogFormat::Json => registry.with(layer.json()).init(),
    }
}
