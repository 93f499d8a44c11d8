use std::future::Future;
use std::pin::Pin;

use tokio::signal::unix::{SignalKind, signal};
use tracing::warn;

/// What asks the server to stop.
pub struct Shutdown(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Shutdown {
    pub fn on(asked: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Box::pin(asked))
    }

    /// SIGTERM or Ctrl-C. A second one ends the process at once.
    pub fn on_signals() -> Self {
        Self::on(async {
            a_signal().await;
            tokio::spawn(async {
                a_signal().await;
                std::process::exit(130);
            });
        })
    }

    pub async fn asked(self) {
        self.0.await;
    }
}

async fn a_signal() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(error) => {
            warn!(%error, "cannot listen for SIGTERM");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
