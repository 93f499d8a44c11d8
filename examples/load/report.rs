use hdrhistogram::Histogram;
use serde_json::{Map, Value};

/// What a scenario has found, in the order in which it is to be read.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<(String, Value)>,
}

impl Report {
    pub fn row(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.rows.push((name.into(), value.into()));
    }

    /// With two decimals.
    pub fn number(&mut self, name: impl Into<String>, value: f64) {
        self.row(name, (value * 100.0).round() / 100.0);
    }

    /// Where the times that it keeps lie, in milliseconds.
    pub fn times(&mut self, name: &str, times_us: &Histogram<u64>) {
        let at = |quantile| times_us.value_at_quantile(quantile) as f64 / 1_000.0;
        for (suffix, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)] {
            self.number(format!("{name}_ms_{suffix}"), at(quantile));
        }
    }

    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    pub fn json(&self) -> String {
        Value::Object(self.rows.iter().cloned().collect::<Map<_, _>>()).to_string()
    }

    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        self.rows.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_table_for_people_and_an_object_for_programs() {
        let mut report = Report::default();
        report.row("people", 500);
        report.number("us", 1.2345);
        assert_eq!(report.table(), "people  500\nus      1.23\n");
        assert_eq!(report.json(), r#"{"people":500,"us":1.23}"#);
    }
}
