use std::io::{self, Write};
use std::process::ExitCode;

use parlor::server::{Command, CommandLine, Config, Server, ServerError, Signals, init_logging};

/// As of a command line that cannot be understood, by custom.
const EXIT_USAGE: u8 = 2;

/// A message is made on one thread and dropped on another, which glibc's allocator is slow at.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let (line, code) = match CommandLine::read() {
        Err(line) => (line, EXIT_USAGE.into()),
        Ok(command_line) => match perform(command_line) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(line) => (line, ExitCode::FAILURE),
        },
    };
    eprintln!("parlor: {line}");
    code
}

fn perform(CommandLine { config, command }: CommandLine) -> Result<(), String> {
    match command {
        None => serve(config).map_err(|error| error.to_string()),
        Some(Command::Admin(deed)) => deed.perform(&config.data).map_err(|error| error.to_string()),
    }
}

#[tokio::main]
async fn serve(config: Config) -> Result<(), ServerError> {
    init_logging(&config);
    let server = Server::bind(config).await?;
    let signals = Signals::listen().map_err(ServerError::Signals)?;
    // Whoever started it may have closed the output, which is no reason not to serve.
    let _ = writeln!(io::stdout(), "Parlor is at http://{}", server.address());
    if let Some(link) = server.claim_link().await {
        let _ = writeln!(io::stdout(), "Become the administrator at {link}");
    }
    server.run(signals.asked_to_stop()).await
}
