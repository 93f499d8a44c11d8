//! The server binary: reads its settings, starts the server, and says in one line what stood in the way.

use std::process::ExitCode;

use parlor::server::{Config, Shutdown, logging, start};

#[tokio::main]
async fn main() -> ExitCode {
    let config = match Config::from_args(std::env::args_os()) {
        Ok(config) => config,
        Err(end) => return end.print(),
    };
    if let Err(error) = logging::init(&config.log, config.log_format) {
        eprintln!("parlor: {error}");
        return ExitCode::FAILURE;
    }
    let server = match start(&config).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("parlor: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("Parlor is at http://{}", server.address());
    server.run(Shutdown::on_signals()).await;
    ExitCode::SUCCESS
}
