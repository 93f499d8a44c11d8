use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};

/// A chat server for a team, a class, an event or a community.
#[derive(Debug, Clone, Parser)]
#[command(name = "parlor", version, about)]
pub struct Config {
    /// Address and port to serve on; port 0 takes any free one
    #[arg(long, value_name = "ADDR", env = "PARLOR_LISTEN", default_value_t = default_listen())]
    pub listen: SocketAddr,

    /// Folder that holds the database; made if there is none
    #[arg(long, value_name = "DIR", env = "PARLOR_DATA", default_value = "data")]
    pub data: PathBuf,

    /// Folder with the files for the browser [default: `site` beside the program, or else target/site]
    #[arg(long, value_name = "DIR", env = "PARLOR_SITE")]
    pub site: Option<PathBuf>,

    /// What to log, such as `info` or `warn,parlor=debug`
    #[arg(long, value_name = "FILTER", env = "PARLOR_LOG", default_value = "info")]
    pub log: String,

    /// How to log
    #[arg(long, value_name = "FORMAT", env = "PARLOR_LOG_FORMAT", default_value = "human")]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

/// What to print instead of serving.
pub struct End(clap::Error);

impl End {
    /// Help and version as asked for; what is wrong with the arguments in one line.
    pub fn print(&self) -> ExitCode {
        if matches!(self.0.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            // Nobody is left to tell if standard output is closed.
            let _ = self.0.print();
            return ExitCode::SUCCESS;
        }
        let text = self.0.to_string();
        let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        eprintln!("parlor: {line}. `parlor --help` lists what can be set");
        ExitCode::from(2)
    }
}

impl Config {
    pub fn from_args(args: impl Iterator<Item = OsString>) -> Result<Self, End> {
        Self::try_parse_from(args).map_err(End)
    }

    /// Where the files for the browser are.
    pub fn site_root(&self) -> PathBuf {
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join("site")).filter(|dir| dir.is_dir());
        let watched = || std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
        self.site.clone().or_else(watched).or_else(beside).unwrap_or_else(|| Path::new("target/site").into())
    }
}

/// `cargo leptos watch` has its own way to say where to serve.
fn default_listen() -> SocketAddr {
    let watched = std::env::var("LEPTOS_SITE_ADDR").ok().and_then(|address| address.parse().ok());
    watched.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
}
