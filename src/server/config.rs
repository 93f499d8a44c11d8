use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use leptos::config::LeptosOptions;
use tracing_subscriber::filter::Targets;

/// How to serve.
#[derive(Debug, Clone, Parser)]
pub struct Config {
    /// The address to listen on; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", env = "PARLOR_LISTEN", default_value_t = default_listen())]
    pub listen: SocketAddr,

    /// The folder for people and messages, made if there is none
    #[arg(long, global = true, value_name = "DIR", env = "PARLOR_DATA", default_value = "data")]
    pub data: PathBuf,

    /// The folder with the built web files
    #[arg(long, value_name = "DIR", env = "PARLOR_SITE", default_value_os_t = default_site())]
    pub site: PathBuf,

    /// What to log: error, warn, info, debug or trace, also for parts: "info,parlor=debug"
    #[arg(long, value_name = "FILTER", env = "PARLOR_LOG", default_value = "info")]
    pub log: Targets,

    /// How to log, to the standard error output
    #[arg(long, value_name = "FORMAT", env = "PARLOR_LOG_FORMAT", default_value = "human")]
    pub log_format: LogFormat,

    /// Behind a proxy that sets X-Forwarded-For, -Proto and -Host: believe what it says of the browser
    #[arg(long, env = "PARLOR_BEHIND_PROXY")]
    pub behind_proxy: bool,

    /// How many connections one address may have; many people can share one
    #[arg(long, value_name = "N", env = "PARLOR_CONNECTIONS_PER_ADDRESS", default_value_t = 1_000)]
    pub connections_per_address: usize,

    /// How many messages a second one person may send in the long run; four times as many in a burst
    #[arg(long, value_name = "N", env = "PARLOR_MESSAGES_PER_SECOND", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub messages_per_second: u32,

    /// Where the browser hears of new builds during development
    #[arg(long, hide = true, env = "LEPTOS_RELOAD_PORT", default_value_t = 3001)]
    reload_port: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Human,
    Json,
}

impl Config {
    /// What the pages need to know of where their files are.
    pub fn leptos_options(&self) -> LeptosOptions {
        LeptosOptions::builder()
            .output_name("parlor")
            .site_root(self.site.to_string_lossy())
            .site_addr(self.listen)
            .reload_port(self.reload_port)
            .hash_files(has_hashed_files())
            .build()
    }
}

impl Config {
    /// Where the browser listens for new builds, if the build tool runs this.
    pub fn watched_port(&self) -> Option<u32> {
        env::var_os("LEPTOS_WATCH").map(|_| self.reload_port)
    }
}

/// The build tool says where the browser is told to look, when it runs the server for development.
fn default_listen() -> SocketAddr {
    let given = env::var("LEPTOS_SITE_ADDR").ok().and_then(|address| address.parse().ok());
    given.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
}

fn default_site() -> PathBuf {
    let beside_program = beside_program("site").filter(|dir| dir.is_dir());
    env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from).or(beside_program).unwrap_or_else(|| "target/site".into())
}

/// The build leaves a list of hashes beside the program if the names of the web files hold them.
fn has_hashed_files() -> bool {
    beside_program("hash.txt").is_some_and(|list| list.is_file())
}

fn beside_program(name: &str) -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.join(name))
}
