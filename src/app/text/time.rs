use super::words::counted;

/// How long until something may be done: "4:59", "2 h 05 min", "3 days".
pub fn time_left(seconds: u64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match seconds {
        0..3_600 => format!("{minutes}:{:02}", seconds % 60),
        3_600..172_800 => format!("{hours} h {:02} min", minutes % 60),
        _ => duration(seconds / 86_400 * 86_400),
    }
}

/// How long something lasts, in the largest unit that it is a whole number of: "30 seconds", "10 minutes", "1 week".
pub fn duration(seconds: u64) -> String {
    let units = [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (unit, name) =
        units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit)).unwrap_or((1, "second"));
    let count = seconds / unit;
    format!("{count} {}", counted(count, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_as_finely_as_one_waits_for_it() {
        for (seconds, words) in [
            (0, "0:00"),
            (299, "4:59"),
            (3_599, "59:59"),
            (3_700, "1 h 01 min"),
            (200_000, "2 days"),
            (700_000, "8 days"),
        ] {
            assert_eq!(time_left(seconds), words);
        }
    }

    #[test]
    fn durations_are_told_in_whole_units() {
        for (seconds, words) in [
            (1, "1 second"),
            (90, "90 seconds"),
            (600, "10 minutes"),
            (3_600, "1 hour"),
            (86_400, "1 day"),
            (604_800, "1 week"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }
}
