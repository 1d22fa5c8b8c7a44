//! Examples and properties of the figures.

use super::*;
use proptest::prelude::*;

fn counts(answered: u32, top: u32) -> Counts {
    Counts { invited: answered + 1, answered, top }
}

fn shown(groups: &[(u32, u32)]) -> Vec<bool> {
    let groups: Vec<Counts> = groups.iter().map(|(answered, top)| counts(*answered, *top)).collect();
    figures(&groups).0.iter().map(|figure| figure.levels.is_some()).collect()
}

/// From the mock pages and from statsmodels (`proportion_confint(method="wilson")`).
#[test]
fn intervals_agree_with_known_ones() {
    for (top, answered, low, high) in [
        (113, 120, 88.4, 97.1),
        (736, 842, 85.0, 89.5),
        (402, 431, 90.5, 95.3),
        (58, 70, 72.4, 89.9),
        (41, 52, 66.0, 87.8),
        (284, 308, 88.7, 94.7),
        (67, 84, 70.0, 87.0),
        (94, 100, 87.5, 97.2),
        (0, 10, 0.0, 27.8),
        (10, 10, 72.2, 100.0),
        (1, 1, 20.7, 100.0),
        (5, 5, 56.6, 100.0),
        (3, 7, 15.8, 75.0),
    ] {
        assert_eq!(wilson(top, answered), (low, high), "{top}/{answered}");
    }
}

#[test]
fn shares_round_half_up() {
    for (part, whole, share) in [
        (736, 842, Some(87.4)),
        (113, 120, Some(94.2)),
        (1, 3, Some(33.3)),
        (2, 3, Some(66.7)),
        // Exactly half a tenth: binary fractions would round some of these down.
        (1, 2000, Some(0.1)),
        (23, 2000, Some(1.2)),
        (1257, 2000, Some(62.9)),
        (5, 16, Some(31.3)),
        (0, 9, Some(0.0)),
        (9, 9, Some(100.0)),
        (u32::MAX, u32::MAX, Some(100.0)),
        (0, 0, None),
    ] {
        assert_eq!(percent(part, whole), share, "{part}/{whole}");
    }
}

#[test]
fn small_groups_are_hidden_with_one_more_where_subtraction_would_find_them() {
    for (groups, expected) in [
        (vec![], vec![]),
        (vec![(4, 2)], vec![false]),
        (vec![(5, 2)], vec![true]),
        (vec![(20, 18), (30, 29)], vec![true, true]),
        // The small one, and the smallest other.
        (vec![(4, 2), (30, 29), (9, 8)], vec![false, true, false]),
        // Two small ones hide each other …
        (vec![(4, 2), (3, 1), (9, 8)], vec![false, false, true]),
        // … unless the rest is all top, or has none.
        (vec![(4, 4), (3, 3), (9, 8)], vec![false, false, false]),
        (vec![(4, 0), (3, 0), (9, 8), (12, 3)], vec![false, false, false, true]),
        // Nobody answered: nothing to find, and nothing to hide behind.
        (vec![(0, 0), (9, 8), (12, 3)], vec![false, true, true]),
        (vec![(0, 0), (4, 2), (9, 8), (12, 3)], vec![false, false, false, true]),
        // … or they are fewer than five answers even together.
        (vec![(2, 1), (2, 1), (9, 8), (12, 3)], vec![false, false, false, true]),
        // Of equals the first.
        (vec![(9, 8), (1, 1), (9, 3)], vec![false, false, true]),
    ] {
        assert_eq!(shown(&groups), expected, "{groups:?}");
    }
}

#[test]
fn answers_are_listed_where_five_stand_behind_them_and_nothing_is_left_to_subtract() {
    let few = [counts(3, 1), counts(9, 8), counts(0, 0)];
    let together = Listing { named: vec![], together: vec![0, 1] };
    assert_eq!(listing(&few, &[0, 0, 0]), together);
    assert_eq!(listing(&few, &[2, 0, 0]), Listing::default(), "two are about the reader");
    assert_eq!(listing(&few, &[0, 6, 0]), together);
    assert_eq!(listing(&[counts(4, 1)], &[0]), Listing::default());
    let many = [counts(20, 18), counts(30, 29)];
    assert_eq!(listing(&many, &[]).named, [0, 1]);
    assert_eq!(listing(&many, &[1, 5]).named, [1]);
    assert_eq!(listing(&many, &[16, 30]).named, Vec::<usize>::new());
}

#[test]
fn a_sum_leaves_hidden_lines_out_of_the_share_and_says_so() {
    let lines = [
        figure(counts(10, 8), false),
        figure(counts(3, 3), true),
        figure(Counts { invited: 4, answered: 0, top: 0 }, true),
    ];
    let sum = sum(&lines);
    assert_eq!((sum.invited, sum.answered, sum.response_rate), (19, 13, Some(68.4)));
    assert_eq!((sum.shown, sum.top, sum.withheld), (10, 8, 1));
    assert_eq!(sum.levels.map(|levels| (levels.share, levels.low, levels.high)), Some((80.0, 49.0, 94.3)));
    assert_eq!(crate::survey::model::sum(&[]), Sum::default());
}

#[test]
fn numbers_of_people_are_always_given() {
    let (lines, total) = figures(&[Counts { invited: 8, answered: 2, top: 1 }, Counts::default()]);
    assert_eq!((lines[0].invited, lines[0].answered, lines[0].response_rate), (8, 2, Some(25.0)));
    assert_eq!((lines[1].response_rate, lines[1].levels), (None, None));
    assert_eq!((total.answered, total.levels), (2, None));
    let (_, total) = figures(&[counts(40, 38), counts(30, 29)]);
    assert_eq!(total.levels, Some(Levels { top: 67, share: 95.7, low: 88.1, high: 98.5 }));
}

#[test]
fn levels_and_comments_are_checked() {
    for level in [i64::MIN, -1, 0, 6, i64::from(u32::MAX) + 1 + 3] {
        assert_eq!(check_level(level).unwrap_err().code, "invalid_level");
    }
    assert_eq!(check_level(5).unwrap(), 5);
    for (comment, kept) in
        [(None, None), (Some(" \n "), None), (Some(" 很好\0\r\n谢谢 "), Some("很好\n谢谢"))]
    {
        assert_eq!(check_comment(comment).unwrap().as_deref(), kept);
    }
    assert!(check_comment(Some(&"好".repeat(1000))).is_ok());
    assert_eq!(check_comment(Some(&"好".repeat(1001))).unwrap_err().code, "comment_too_long");
}

#[test]
fn a_reference_is_masked() {
    assert_eq!(mask_reference("MQ 2611 4K7P-X"), "MQ 2611 ••••-X");
    assert_eq!(mask_reference("odd"), "••••");
    assert_eq!(mask_reference(""), "••••");
}

fn group() -> impl Strategy<Value = Counts> {
    (0..40_u32, 0..40_u32, 0..40_u32).prop_map(|(top, other, silent)| Counts {
        invited: top + other + silent,
        answered: top + other,
        top,
    })
}

proptest! {
    #[test]
    fn nothing_shown_stands_on_fewer_than_five(groups in prop::collection::vec(group(), 0..8)) {
        let (lines, total) = figures(&groups);
        for line in lines.iter().chain([&total]) {
            prop_assert!(line.levels.is_none() || line.answered >= FEWEST);
        }
    }

    #[test]
    fn no_single_group_is_found_by_subtraction(groups in prop::collection::vec(group(), 0..8)) {
        let (lines, total) = figures(&groups);
        let hidden = lines.iter().filter(|line| line.levels.is_none() && line.answered > 0).count();
        prop_assert!(total.levels.is_none() || hidden != 1);
    }

    #[test]
    fn no_more_is_hidden_than_one(groups in prop::collection::vec(group(), 0..8)) {
        let large = figures(&groups).0.iter().filter(|l| l.levels.is_none() && l.answered >= FEWEST).count();
        prop_assert!(large <= 1);
    }

    #[test]
    fn the_interval_holds_the_share_and_is_its_mirror(answered in 1..5000_u32, part in 0.0..=1.0_f64) {
        let top = (f64::from(answered) * part) as u32;
        let (low, high) = wilson(top, answered);
        let share = percent(top, answered).unwrap();
        prop_assert!((0.0..=100.0).contains(&low) && high <= 100.0 && low <= share && share <= high);
        let (mirror_low, mirror_high) = wilson(answered - top, answered);
        prop_assert!((mirror_low - (100.0 - high)).abs() < 0.11 && (mirror_high - (100.0 - low)).abs() < 0.11);
    }

    #[test]
    fn a_share_is_the_nearest_tenth(whole in 1..100_000_u32, part in 0.0..=1.0_f64) {
        let part = (f64::from(whole) * part) as u32;
        let tenths = (percent(part, whole).unwrap() * 10.0).round() as i128;
        // |part/whole − tenths/1000| ≤ 1/2000, and a tie went up.
        let twice = 2 * (i128::from(part) * 1000 - tenths * i128::from(whole));
        prop_assert!(-i128::from(whole) <= twice && twice < i128::from(whole));
    }

    #[test]
    fn comments_are_kept_short_and_clean(text in any::<String>()) {
        if let Ok(Some(kept)) = check_comment(Some(&text)) {
            prop_assert!(!kept.contains('\0') && kept.trim() == kept && kept.chars().count() <= LONGEST_COMMENT);
        }
    }
}
