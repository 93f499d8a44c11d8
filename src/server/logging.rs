//! Logs for people or for machines, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use super::LogFormat;

#[derive(Debug, thiserror::Error)]
#[error("--log {filter:?} makes no sense: {source}. Try `info`")]
pub struct BadFilter {
    filter: String,
    source: ParseError,
}

pub fn init(filter: &str, format: LogFormat) -> Result<(), BadFilter> {
    let parsed = EnvFilter::try_new(filter).map_err(|source| BadFilter { filter: filter.into(), source })?;
    let logs = tracing_subscriber::fmt().with_env_filter(parsed).with_writer(std::io::stderr);
    match format {
        LogFormat::Human => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}
