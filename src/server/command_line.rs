use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use super::admin::Deed;
use super::config::Config;

/// Self-hosted multi-room web chat that never loses a message.
#[derive(Debug, Clone, Parser)]
#[command(name = "parlor", version)]
pub struct CommandLine {
    #[command(flatten)]
    pub config: Config,

    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Look after the data folder, mostly also while a server uses it
    #[command(subcommand)]
    Admin(Deed),
}

impl CommandLine {
    /// Reads the command line and the environment. The error is one line that says what is wrong.
    pub fn read() -> Result<Self, String> {
        Self::try_parse().map_err(|error| {
            let asks_for_help = [
                ErrorKind::DisplayHelp,
                ErrorKind::DisplayVersion,
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
            ];
            if asks_for_help.contains(&error.kind()) {
                error.exit();
            }
            let text = error.to_string();
            let lines: Vec<_> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
            format!("{}; --help lists what there is", lines.join(" ").trim_start_matches("error: "))
        })
    }
}
