use super::*;
use crate::directory::model::calendar_file;
use crate::directory::model::settings::HoursOfDay;
use crate::directory::model::terms::{CancellingTerms, ExcludedTier, LeadTime};
use chrono_tz::Asia::Shanghai;
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    let file = calendar_file::read(include_bytes!("../../directory/data/cn_holidays.csv")).unwrap();
    Calendar { published: file.years, changes: file.days }
}

fn slot(starts_at: DateTime<Utc>) -> Slot {
    Slot { starts_at, ends_at: starts_at + TimeDelta::hours(1) }
}

fn asked<'a>(
    terms: &'a ServiceTerms,
    calendar: &'a Calendar,
    facts: &'a Facts,
    now: DateTime<Utc>,
) -> Asked<'a> {
    let (zone, category, occasion) = (Shanghai, None, Occasion::New);
    Asked {
        terms,
        lead_minutes: 1440,
        horizon_days: 365,
        limit: 5,
        zone,
        office_hours: &OFFICE_HOURS,
        calendar,
        now,
        category,
        facts,
        occasion,
        walks_in: false,
        people: 1,
        unrecordable_until: None,
    }
}

fn strict() -> ServiceTerms {
    let quota = |of, per, most| Quota { of, per, most: Some(most), least: None };
    ServiceTerms {
        lead_times: vec![LeadTime {
            tier: Some(CreditTier::AdvancedCertified),
            category: None,
            lead_minutes: 480,
        }],
        excluded_tiers: vec![ExcludedTier { tier: CreditTier::Discredited, reason: ByLanguage::same("x") }],
        applications_in_office_hours: true,
        quotas: vec![
            quota(QuotaParty::Enterprise, QuotaPeriod::Day, 1),
            quota(QuotaParty::Enterprise, QuotaPeriod::Week, 2),
            quota(QuotaParty::Person, QuotaPeriod::Month, 1),
        ],
        overlap: OverlapRule::Refused,
        cancelling: Some(CancellingTerms {
            free_until_minutes: 720,
            explain_within_working_days: 5,
            blocked_days: 14,
        }),
        no_shows: Some(NoShowTerms { count: 2, within_days: 30, blocked_days: 10 }),
        ..ServiceTerms::default()
    }
}

/// Monday, 10:00 in Shanghai.
const OFFICE_HOURS: [HoursOfDay; 1] = [HoursOfDay { from_minute: 510, to_minute: 1020 }];
const MORNING: &str = "2026-11-23T02:00:00Z";

#[test]
fn a_date_can_be_booked_from_the_first_moment_of_the_day_on_which_it_comes_into_reach() {
    let (terms, calendar, facts) = (ServiceTerms::default(), calendar(), Facts::default());
    // 60 days before 1 February; the evening in UTC is the next day at the venue.
    for (now, wanted, earliest) in [
        ("2026-12-02T15:59:59Z", "2027-02-01T02:00:00Z", Some("2026-12-02T16:00:00Z")),
        ("2026-12-02T16:00:00Z", "2027-02-01T02:00:00Z", None),
        ("2026-12-02T16:00:00Z", "2027-02-01T16:00:00Z", Some("2026-12-03T16:00:00Z")),
    ] {
        for occasion in [Occasion::New, Occasion::Move] {
            let asked = Asked { occasion, horizon_days: 60, ..asked(&terms, &calendar, &facts, at(now)) };
            let found = asked.why_not(&slot(at(wanted)));
            let told: Vec<_> = found.iter().map(|one| (one.rule, one.earliest, one.remedy)).collect();
            let apply = |text| (Rule::BeyondHorizon, Some(Earliest::Apply(at(text))), Remedy::WaitUntil);
            assert_eq!(told, earliest.map(apply).into_iter().collect::<Vec<_>>(), "{now} {wanted}");
        }
    }
}

#[test]
fn who_stands_at_the_counter_need_not_have_come_ahead_where_the_terms_say_so() {
    let (facts, calendar) = (Facts::default(), Calendar::default());
    let now = "2026-11-24T02:00:00Z".parse().unwrap();
    let soon = Slot { starts_at: now, ends_at: now + TimeDelta::minutes(15) };
    for (walk_ins_at_once, walks_in, expected) in
        [(false, true, vec![Rule::LeadTime]), (true, true, vec![]), (true, false, vec![Rule::LeadTime])]
    {
        let terms = ServiceTerms { walk_ins_at_once, ..ServiceTerms::default() };
        let (zone, occasion) = (Shanghai, Occasion::New);
        let (lead_minutes, limit, category) = (1440, 5, None);
        let facts = &facts;
        let asked = Asked {
            terms: &terms,
            lead_minutes,
            horizon_days: 60,
            limit,
            zone,
            office_hours: &OFFICE_HOURS,
            calendar: &calendar,
            now,
            category,
            facts,
            occasion,
            walks_in,
            people: 1,
            unrecordable_until: None,
        };
        let found: Vec<Rule> = asked.why_not(&soon).iter().map(|one| one.rule).collect();
        assert_eq!(found, expected, "{walk_ins_at_once} {walks_in}");
    }
}

#[test]
fn each_rule_says_why_and_from_when_on() {
    use CreditTier::*;
    let (terms, calendar) = (strict(), calendar());
    let start = |text| Some(Earliest::Start(at(text)));
    let apply = |text| Some(Earliest::Apply(at(text)));
    let of = |tier| Facts { whom: Whom::Enterprise(tier), ..Facts::default() };
    let booked = |starts: &[&str]| Facts {
        booked: starts.iter().map(|text| alone(at(text))).collect(),
        ..of(Regular)
    };
    let evening = "2026-11-25T11:00:00Z";
    for (what, facts, now, wanted, expected) in [
        ("free", of(Regular), MORNING, evening, vec![]),
        // 24 hours, 8 for the advanced.
        (
            "lead",
            of(Regular),
            MORNING,
            "2026-11-24T01:59:00Z",
            vec![(Rule::LeadTime, start("2026-11-24T02:00:00Z"))],
        ),
        ("advanced", of(AdvancedCertified), MORNING, "2026-11-23T10:00:00Z", vec![]),
        (
            "advanced late",
            of(AdvancedCertified),
            MORNING,
            "2026-11-23T09:59:00Z",
            vec![(Rule::LeadTime, start("2026-11-23T10:00:00Z"))],
        ),
        ("excluded", of(Discredited), MORNING, evening, vec![(Rule::TierExcluded, None)]),
        // 17:00 and later, 8:30 of the next day; Friday evening, Monday.
        ("last minute", of(Regular), "2026-11-23T08:59:59Z", evening, vec![]),
        (
            "evening",
            of(Regular),
            "2026-11-23T09:00:00Z",
            evening,
            vec![(Rule::OutsideOfficeHours, apply("2026-11-24T00:30:00Z"))],
        ),
        (
            "weekend",
            of(Regular),
            "2026-11-20T09:00:00Z",
            evening,
            vec![(Rule::OutsideOfficeHours, apply("2026-11-23T00:30:00Z"))],
        ),
        // A make-up Saturday is an office day.
        ("make-up day", of(Regular), "2026-02-14T02:00:00Z", evening, vec![]),
        // Nobody knows which days of 2027 are worked.
        (
            "unpublished",
            of(Regular),
            "2027-01-04T02:00:00Z",
            "2027-01-06T11:00:00Z",
            vec![(Rule::OutsideOfficeHours, None)],
        ),
        (
            "one a day",
            booked(&["2026-11-25T10:00:00Z"]),
            MORNING,
            evening,
            vec![(Rule::QuotaReached, start("2026-11-25T16:00:00Z"))],
        ),
        // Two a week: the next week, whose first day is taken as well.
        (
            "two a week",
            booked(&["2026-11-24T16:00:00Z", "2026-11-26T16:00:00Z", "2026-11-29T16:00:00Z"]),
            MORNING,
            "2026-11-25T16:00:00Z",
            vec![(Rule::QuotaReached, start("2026-11-30T16:00:00Z"))],
        ),
        (
            "at the time",
            Facts { busy: vec![slot(at(evening)), slot(at("2026-11-25T12:30:00Z"))], ..of(Regular) },
            MORNING,
            "2026-11-25T11:30:00Z",
            vec![(Rule::Overlapping, start("2026-11-25T13:30:00Z"))],
        ),
        (
            "did not come",
            Facts { no_shows: vec![at("2026-11-01T02:00:00Z"), at("2026-11-20T02:00:00Z")], ..of(Regular) },
            MORNING,
            evening,
            vec![(Rule::BlockedAfterNoShow, apply("2026-11-30T02:00:00Z"))],
        ),
        // Too far apart, and long ago.
        (
            "came since",
            Facts { no_shows: vec![at("2026-10-01T02:00:00Z"), at("2026-11-20T02:00:00Z")], ..of(Regular) },
            MORNING,
            evening,
            vec![],
        ),
        (
            "not explained",
            Facts { unexplained: vec![at("2026-11-20T16:00:00Z")], ..of(Regular) },
            MORNING,
            evening,
            vec![(Rule::ExplanationMissing, apply("2026-12-04T16:00:00Z"))],
        ),
        (
            "still due",
            Facts { unexplained: vec![at("2026-11-24T16:00:00Z")], ..of(Regular) },
            MORNING,
            evening,
            vec![],
        ),
        (
            "long ago",
            Facts { unexplained: vec![at("2026-11-01T16:00:00Z")], ..of(Regular) },
            MORNING,
            evening,
            vec![],
        ),
        (
            "enough",
            Facts { live: Some(5), ..of(Regular) },
            MORNING,
            evening,
            vec![(Rule::TooManyBookings, None)],
        ),
        // All at once, in the order in which it is told.
        (
            "all",
            Facts {
                whom: Whom::Enterprise(Discredited),
                busy: vec![slot(at(MORNING))],
                ..booked(&[MORNING])
            },
            "2026-11-22T16:00:00Z",
            MORNING,
            vec![
                (Rule::TierExcluded, None),
                (Rule::OutsideOfficeHours, apply("2026-11-23T00:30:00Z")),
                (Rule::LeadTime, start("2026-11-23T16:00:00Z")),
                (Rule::QuotaReached, start("2026-11-23T16:00:00Z")),
                (Rule::Overlapping, start("2026-11-23T03:00:00Z")),
            ],
        ),
    ] {
        let found = asked(&terms, &calendar, &facts, at(now)).why_not(&slot(at(wanted)));
        let found: Vec<_> = found.into_iter().map(|one| (one.rule, one.earliest)).collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn who_is_not_among_the_bookers_is_told_so_before_all_else_and_how_else_to_book() {
    use CreditTier::{Discredited, Regular};
    use Whom::{Anybody, Enterprise, Person};
    let calendar = calendar();
    let evening = slot(at("2026-11-25T11:00:00Z"));
    let persons = Some((Rule::NotForPersons, Remedy::BookForEnterprise));
    let enterprises = Some((Rule::NotForEnterprises, Remedy::BookForOneself));
    for (bookers, whom, expected) in [
        (Bookers::Everybody, Person, None),
        (Bookers::Everybody, Enterprise(Regular), None),
        (Bookers::Enterprises, Person, persons),
        (Bookers::Enterprises, Enterprise(Regular), None),
        (Bookers::Enterprises, Anybody, None),
        (Bookers::Persons, Person, None),
        (Bookers::Persons, Enterprise(Regular), enterprises),
        (Bookers::Persons, Enterprise(Discredited), enterprises),
        (Bookers::Persons, Anybody, None),
    ] {
        let terms = ServiceTerms { bookers, ..strict() };
        let facts = Facts { whom, ..Facts::default() };
        let question = asked(&terms, &calendar, &facts, at(MORNING));
        // Neither another time nor a place that they have already makes a difference.
        for occasion in [Occasion::New, Occasion::Move] {
            let found = Asked { occasion, ..question }.why_not(&evening);
            let first = found.first().filter(|one| one.rule != Rule::TierExcluded);
            let first = first.map(|one| (one.rule, one.remedy));
            assert_eq!(first, expected, "{bookers:?} {whom:?} {occasion:?}");
            assert!(found.iter().all(|one| one.rule.is_about_who() && one.earliest.is_none()), "{found:?}");
        }
    }
}

fn alone(starts_at: DateTime<Utc>) -> Booked {
    Booked { starts_at, people: 1 }
}

#[test]
fn a_quota_counts_the_persons_of_groups() {
    let (mut terms, calendar) = (ServiceTerms::default(), calendar());
    terms.quotas = vec![Quota { of: QuotaParty::Person, per: QuotaPeriod::Day, most: Some(5), least: None }];
    let wanted = slot(at("2026-11-25T11:00:00Z"));
    let group = |people| Booked { starts_at: at("2026-11-25T02:00:00Z"), people };
    for (booked, people, expected) in [
        (vec![], 5, None),
        (vec![], 6, Some(None)),
        (vec![group(3)], 2, None),
        (vec![group(3)], 3, Some(Some(Earliest::Start(at("2026-11-25T16:00:00Z"))))),
        (vec![group(4), group(1)], 1, Some(Some(Earliest::Start(at("2026-11-25T16:00:00Z"))))),
    ] {
        let facts = Facts { booked: booked.clone(), ..Facts::default() };
        let asked = Asked { people, ..asked(&terms, &calendar, &facts, at(MORNING)) };
        let found = of_rule(&asked, Rule::QuotaReached, &wanted).map(|one| one.earliest);
        assert_eq!(found, expected, "{booked:?} {people}");
    }
}

#[test]
fn a_least_number_is_had_whatever_stands_already() {
    let (mut terms, calendar) = (ServiceTerms::default(), calendar());
    terms.quotas = vec![Quota { of: QuotaParty::Person, per: QuotaPeriod::Day, most: None, least: Some(1) }];
    let wanted = slot(at("2026-11-25T11:00:00Z"));
    let mut facts = Facts { live: Some(5), ..Facts::default() };
    assert!(asked(&terms, &calendar, &facts, at(MORNING)).why_not(&wanted).is_empty());
    facts.booked = vec![alone(at("2026-11-25T02:00:00Z"))];
    let found = asked(&terms, &calendar, &facts, at(MORNING)).why_not(&wanted);
    assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), [Rule::TooManyBookings]);
}

#[test]
fn who_moves_a_booking_is_not_asked_whether_they_may_book() {
    let (terms, calendar) = (strict(), calendar());
    let facts = Facts {
        whom: Whom::Enterprise(CreditTier::Regular),
        live: Some(9),
        no_shows: vec![at("2026-11-20T02:00:00Z"); 2],
        unexplained: vec![at("2026-11-20T16:00:00Z")],
        ..Facts::default()
    };
    let night = asked(&terms, &calendar, &facts, at("2026-11-23T16:00:00Z"));
    assert_eq!(night.why_not(&slot(at("2026-11-26T11:00:00Z"))).len(), 4);
    let moved = Asked { occasion: Occasion::Move, ..night };
    assert_eq!(moved.why_not(&slot(at("2026-11-26T11:00:00Z"))), []);
    assert_eq!(moved.why_not(&slot(at("2026-11-24T11:00:00Z")))[0].rule, Rule::LeadTime);
}

/// What a rule says of a time, alone.
fn of_rule(asked: &Asked<'_>, rule: Rule, wanted: &Slot) -> Option<Hindrance> {
    asked.why_not(wanted).into_iter().find(|one| one.rule == rule)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The earliest time that is told is allowed by the rule, and no earlier one is.
    #[test]
    fn from_the_earliest_time_on_it_is_allowed_and_not_before(
        now in 0..20_000i64, wanted in 0..20_000i64, before in 0.0..1.0f64,
        booked in prop::collection::vec(0..30_000i64, 0..12),
        busy in prop::collection::vec(0..30_000i64, 0..12),
        no_shows in prop::collection::vec(-60_000..20_000i64, 0..6),
        unexplained in prop::collection::vec(-40_000..20_000i64, 0..4),
        tier in prop::option::of(prop::sample::select(vec![CreditTier::AdvancedCertified, CreditTier::Regular])),
    ) {
        let (terms, calendar) = (strict(), calendar());
        let minute = |minutes: i64| at("2026-11-02T00:00:00Z") + TimeDelta::minutes(minutes);
        let facts = Facts {
            whom: tier.map_or(Whom::Person, Whom::Enterprise),
            live: None,
            booked: booked.into_iter().map(|at| alone(minute(at))).collect(),
            busy: busy.into_iter().map(|from| slot(minute(from))).collect(),
            no_shows: no_shows.into_iter().map(minute).collect(),
            unexplained: unexplained.into_iter().map(minute).collect(),
        };
        let question = Asked { horizon_days: 7, ..asked(&terms, &calendar, &facts, minute(now)) };
        let wanted = slot(minute(wanted));
        for found in question.why_not(&wanted) {
            let (rule, back) = (found.rule, |from: DateTime<Utc>, to: DateTime<Utc>| {
                let millis = ((to - from).num_milliseconds() - 1) as f64 * before;
                from + TimeDelta::milliseconds(millis as i64)
            });
            match found.earliest {
                Some(Earliest::Start(then)) => {
                    prop_assert!(then > wanted.starts_at);
                    prop_assert_eq!(of_rule(&question, rule, &slot(then)), None);
                    for earlier in [back(wanted.starts_at, then), then - TimeDelta::milliseconds(1)] {
                        prop_assert!(of_rule(&question, rule, &slot(earlier)).is_some(), "{:?} {}", rule, earlier);
                    }
                }
                Some(Earliest::Apply(then)) => {
                    prop_assert!(then > question.now);
                    let at = |now| Asked { now, ..question };
                    prop_assert_eq!(of_rule(&at(then), rule, &wanted), None);
                    for earlier in [back(question.now, then), then - TimeDelta::milliseconds(1)] {
                        prop_assert!(of_rule(&at(earlier), rule, &wanted).is_some(), "{:?} {}", rule, earlier);
                    }
                }
                None => prop_assert!(matches!(rule, Rule::TierExcluded | Rule::OutsideOfficeHours)),
            }
        }
    }
}

#[test]
fn what_could_not_be_recorded_is_not_booked_until_there_may_be_room() {
    let (terms, calendar, facts) = (ServiceTerms::default(), calendar(), Facts::default());
    let until = at("2026-11-25T00:00:00Z");
    for (starts_at, occasion, expected) in [
        ("2026-11-24T23:45:00Z", Occasion::New, vec![Rule::RecordingSpace]),
        ("2026-11-24T23:45:00Z", Occasion::Move, vec![Rule::RecordingSpace]),
        ("2026-11-25T00:00:00Z", Occasion::New, vec![]),
    ] {
        let usual = asked(&terms, &calendar, &facts, at("2026-11-23T10:00:00Z"));
        let asked = Asked { lead_minutes: 0, occasion, unrecordable_until: Some(until), ..usual };
        let found = asked
            .why_not(&Slot { starts_at: at(starts_at), ends_at: at(starts_at) + TimeDelta::minutes(15) });
        assert_eq!(
            found.iter().map(|one| one.rule).collect::<Vec<_>>(),
            expected,
            "{starts_at} {occasion:?}"
        );
        assert!(found.iter().all(|one| one.earliest == Some(Earliest::Start(until))));
    }
}
