use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::log::EngineError;

/// The same trouble is told again after this long.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Whether the last commit and the last reading succeeded.
#[derive(Debug, Clone, Default)]
pub struct Health {
    cannot_write: Arc<AtomicBool>,
    cannot_read: Arc<AtomicBool>,
}

impl Health {
    pub fn is_good(&self) -> bool {
        self.can_write() && !self.cannot_read.load(Ordering::Relaxed)
    }

    pub fn can_write(&self) -> bool {
        !self.cannot_write.load(Ordering::Relaxed)
    }

    pub fn set_can_write(&self, can: bool) {
        self.cannot_write.store(!can, Ordering::Relaxed);
    }

    pub fn set_can_read(&self, can: bool) {
        self.cannot_read.store(!can, Ordering::Relaxed);
    }
}

/// Tells of failures once, however often they repeat, and of their end.
pub struct Trouble {
    doing: &'static str,
    told: Option<(String, Instant)>,
    /// Since it was told.
    failures: u64,
    is_end_due: bool,
}

impl Trouble {
    /// What it is that fails, as in "cannot read the log".
    pub fn new(doing: &'static str) -> Self {
        Self { doing, told: None, failures: 0, is_end_due: false }
    }

    pub fn note(&mut self, error: Option<&EngineError>) {
        if let Some(error) = error {
            self.failures += 1;
            let text = error.to_string();
            if self.is_news(&text) {
                tracing::error!(error = %text, failures = self.failures, "cannot {} the log", self.doing);
                self.told = Some((text, Instant::now()));
                self.failures = 0;
                self.is_end_due = true;
            }
        } else if self.is_end_due {
            tracing::info!(more_failures = self.failures, "can {} the log again", self.doing);
            self.is_end_due = false;
        }
    }

    fn is_news(&self, text: &str) -> bool {
        self.told.as_ref().is_none_or(|(told, at)| told != text || at.elapsed() >= TELL_AGAIN_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn failures_of_one_kind_are_told_once_and_so_is_their_end() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        let (full, broken) = (EngineError::new("the disk is full"), EngineError::new("the disk is broken"));
        tracing::subscriber::with_default(subscriber, || {
            let mut trouble = Trouble::new("write");
            for _ in 0..1_000 {
                trouble.note(Some(&full));
            }
            trouble.note(None);
            for _ in 0..1_000 {
                trouble.note(Some(&full));
                trouble.note(None);
            }
            trouble.note(Some(&broken));
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let told: Vec<_> = text.lines().collect();
        assert_eq!(told.len(), 3, "{text}");
        assert!(told[0].contains("ERROR") && told[0].contains("the disk is full"), "{text}");
        assert!(told[1].contains("INFO") && told[1].contains("can write the log again more_failures=999"), "{text}");
        assert!(told[2].contains("the disk is broken") && told[2].contains("failures=2000"), "{text}");
    }
}
