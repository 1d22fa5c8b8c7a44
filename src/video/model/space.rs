//! How long sessions can be recorded in what room there is. Pure.

/// What is not given to recordings: the store, manifests and the system write too.
const KEPT_FREE: i64 = 1_000_000_000;

/// For how many minutes of sessions so many bytes last at so many megabytes a minute; none where nothing is kept for
/// them.
pub fn minutes(bytes: i64, reserve: u32) -> Option<i64> {
    let per_minute = i64::from(reserve) * 1_000_000;
    (per_minute > 0).then(|| (bytes - KEPT_FREE).max(0) / per_minute)
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn what_is_left_lasts_for_whole_minutes_and_something_stays_free() {
        for (bytes, reserve, lasts) in [
            (28_000_000_000, 27, Some(1000)),
            (1_053_999_999, 27, Some(1)),
            (1_026_999_999, 27, Some(0)),
            (5, 27, Some(0)),
            (28_000_000_000, 0, None),
        ] {
            assert_eq!(minutes(bytes, reserve), lasts, "{bytes} {reserve}");
        }
    }
}
