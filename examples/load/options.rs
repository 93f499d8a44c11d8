use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::dialects::DialectName;

/// Loads a chat server with many people.
#[derive(Debug, Parser)]
pub struct CommandLine {
    #[command(subcommand)]
    pub scenario: Scenario,
    #[command(flatten)]
    pub options: Options,
}

/// What holds for all scenarios.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Where the server is
    #[arg(long, global = true, value_name = "HOST:PORT", default_value = "127.0.0.1:3000")]
    pub server: SocketAddr,

    /// The server's process on this machine, whose CPU time and memory are told
    #[arg(long, global = true, value_name = "PID")]
    pub pid: Option<u32>,

    /// What the server speaks
    #[arg(long, global = true, value_enum, default_value = "parlor")]
    pub dialect: DialectName,

    /// One JSON object instead of a table
    #[arg(long, global = true)]
    pub json: bool,

    /// The length of each message
    #[arg(long, global = true, value_name = "BYTES", default_value_t = 100)]
    pub body_bytes: usize,

    /// Threads that hear what comes; one more says things
    #[arg(long, global = true, value_name = "N", default_value_t = 1)]
    pub threads: usize,

    /// How many messages a second the server lets one person say
    #[arg(long, global = true, value_name = "N", default_value_t = 5.0)]
    pub messages_per_second: f64,

    /// Talk in rooms that `fill` has made, from the one of this number on
    #[arg(long, global = true, value_name = "N")]
    pub filled_room: Option<u32>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Scenario {
    /// People talk at a rate: CPU time for each delivery, and how long deliveries take
    Fanout {
        #[arg(long, default_value_t = 500)]
        people: u32,
        #[arg(long, default_value_t = 1)]
        rooms: u32,
        /// Messages a second, of all together
        #[arg(long, default_value_t = 60.0)]
        rate: f64,
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// Before that, not measured
        #[arg(long, default_value_t = 3)]
        warm_up_seconds: u64,
    },
    /// People who are there and say nothing: memory for each
    Memory {
        #[arg(long, default_value_t = 5_000)]
        people: u32,
        #[arg(long, default_value_t = 50)]
        rooms: u32,
        /// Then they talk for so long
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// As many messages as go through
    Throughput {
        #[arg(long, default_value_t = 200)]
        people: u32,
        #[arg(long, default_value_t = 200)]
        rooms: u32,
        /// Messages of each person that wait for their answer at the same time
        #[arg(long, default_value_t = 64)]
        window: u32,
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// People enter one room within some seconds: once half of them, once all
    JoinStorm {
        #[arg(long, default_value_t = 10_000)]
        people: u32,
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// The server is started again, and all come back
    ReconnectStorm {
        #[arg(long, default_value_t = 5_000)]
        people: u32,
        #[arg(long, default_value_t = 10)]
        rooms: u32,
        /// Messages a second until the server goes
        #[arg(long, default_value_t = 50.0)]
        rate: f64,
        /// Ends the server and starts it again at the same address; with none, somebody else does
        #[arg(long, value_name = "COMMAND")]
        restart_command: Option<String>,
    },
    /// Without a server: makes a log of Parlor as after years of use
    Fill {
        /// The folder of the log
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        #[arg(long, default_value_t = 10_000_000)]
        messages: u64,
        #[arg(long, default_value_t = 100)]
        rooms: u32,
        /// Members of each room, who have said as much as each other
        #[arg(long, default_value_t = 10)]
        members: u32,
    },
    /// Starts Parlor by itself, again and again: how long until it welcomes somebody, and its memory then
    Starts {
        /// The folder of the log
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        #[arg(long, value_name = "PATH", default_value = "target/release/parlor")]
        program: PathBuf,
        #[arg(long, default_value_t = 5)]
        starts: u32,
    },
}
