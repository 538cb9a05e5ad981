//! Times for people: "2026-08-23 08:13 UTC". All digits stay in the formats that programs read.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::Instant;

/// An instant in a message. The characters before and after it show whether it is a part of a value or of a name.
static INSTANT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(^|--[a-z-]+ |[^0-9A-Za-z=.'/\x22])(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z([^\s,;:).]|\.\S)?",
    )
    .expect("a pattern")
});

/// The instant to the minute.
pub(crate) fn minute(instant: Instant) -> String {
    in_minutes(&instant.to_string())
}

/// The days of a period, or its times if it is within one day: "2026-08-24 – 2026-09-21", "2026-08-24 07:46–08:00 UTC".
pub(super) fn period(start: Instant, end: Instant) -> String {
    let [first, last] = [start, end].map(Instant::date);
    let time = |instant: Instant| instant.to_string().chars().skip(11).take(5).collect::<String>();
    if first == last {
        format!("{first} {}–{} UTC", time(start), time(end))
    } else {
        format!("{first} – {last}")
    }
}

/// The instants of a sentence to the minute. The value of an option ("--start-time START", "=START..END") keeps all its digits.
pub(super) fn in_minutes(sentence: &str) -> String {
    let shorten = |found: &Captures| {
        if found[1].starts_with("--") || found.get(4).is_some() {
            found[0].to_owned()
        } else {
            format!("{}{} {} UTC", &found[1], &found[2], &found[3])
        }
    };
    INSTANT.replace_all(sentence, shorten).into_owned()
}

#[cfg(test)]
mod tests {
    use super::in_minutes;

    #[test]
    fn instants_of_prose_are_cut_to_the_minute_and_values_are_kept() {
        for (sentence, expected) in [
            ("On 2026-11-22T07:40:55.0066094Z, key2 was set.", "On 2026-11-22 07:40 UTC, key2 was set."),
            ("2026-11-22T07:40:55Z to 2026-11-23T00:00:00Z", "2026-11-22 07:40 UTC to 2026-11-23 00:00 UTC"),
            ("(2026-11-22T07:40:55Z)", "(2026-11-22 07:40 UTC)"),
            (
                "with --coverage s=2026-08-24T08:46:40Z..2026-09-01T01:00:00Z.",
                "with --coverage s=2026-08-24T08:46:40Z..2026-09-01T01:00:00Z.",
            ),
            ("The file is 2026-11-22T07:40:55Z.json.", "The file is 2026-11-22T07:40:55Z.json."),
            (
                "export it: az x --start-time 2026-08-24T08:46:40Z --end-time 2026-09-01T01:00:00Z --output json",
                "export it: az x --start-time 2026-08-24T08:46:40Z --end-time 2026-09-01T01:00:00Z --output json",
            ),
            ("a file of/2026-11-22T07:40:55Z", "a file of/2026-11-22T07:40:55Z"),
        ] {
            assert_eq!(in_minutes(sentence), expected);
        }
    }
}
