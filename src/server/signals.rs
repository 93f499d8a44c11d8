use std::process;

use tokio::signal::ctrl_c;

/// What a shell reports of a program that Ctrl-C has ended.
const EXIT_INTERRUPTED: i32 = 130;

/// Returns when the server is asked to stop. Whoever asks again with Ctrl-C does not want to wait.
pub async fn asked_to_stop() {
    tokio::select! {
        _ = ctrl_c() => {}
        () = terminated() => {}
    }
    tokio::spawn(async {
        if ctrl_c().await.is_ok() {
            process::exit(EXIT_INTERRUPTED);
        }
    });
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            tracing::error!(%error, "SIGTERM will end the server at once");
            std::future::pending().await
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
