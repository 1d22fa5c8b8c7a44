use super::*;
use crate::base::words::Language;
use crate::directory::model::FieldKind;
use crate::directory::model::terms::LeadTime;
use SettingsFaultKind::*;

const OFFICE_HOURS: [HoursOfDay; 1] = [HoursOfDay { from_minute: 510, to_minute: 1020 }];

fn rule(day_kind: DayKind, weekdays: &[i32], from_minute: i32, to_minute: i32) -> RuleSettings {
    RuleSettings { day_kind, weekdays: weekdays.to_vec(), from_minute, to_minute }
}

fn week(day_kind: DayKind, from_minute: i32, to_minute: i32) -> RuleSettings {
    rule(day_kind, &[1, 2, 3, 4, 5, 6, 7], from_minute, to_minute)
}

fn stage(stage: Stage, gap: (i32, i32)) -> StageSettings {
    StageSettings {
        stage,
        duration_minutes: 30,
        gap_least_minutes: gap.0,
        gap_most_minutes: gap.1,
        at_enterprise: false,
        seats: None,
        officers: Vec::new(),
    }
}

fn settings() -> ServiceSettings {
    let text = || ByLanguage::same("说明");
    ServiceSettings {
        name: text(),
        summary: text(),
        who: text(),
        bring: vec![text()],
        rules: Vec::new(),
        prepare: None,
        duration_minutes: 60,
        lead_minutes: 120,
        horizon_days: 30,
        hold_minutes: 10,
        needs_decision: false,
        seats: 3,
        daily_quota: Some(20),
        quota_shares: None,
        stages_only: false,
        opening_rules: vec![week(DayKind::Working, 540, 720), week(DayKind::Working, 780, 1020)],
        stages: Vec::new(),
        fields: Vec::new(),
        documents: Vec::new(),
        active: true,
    }
}

fn check(settings: &ServiceSettings, terms: &ServiceTerms, kept: i32) -> Checked {
    let shares = Shares { phone: kept, ..Shares::default() };
    let (asked, former, warnings) = (&[], &[], &[]);
    let context = SettingsContext {
        asked,
        former,
        warnings,
        terms,
        shares,
        grid_minutes: 15,
        office_hours: &OFFICE_HOURS,
    };
    settings.faults(&context).into_iter().next().map_or(Ok(()), Err)
}

fn with_rules(opening_rules: Vec<RuleSettings>) -> ServiceSettings {
    ServiceSettings { opening_rules, ..settings() }
}

fn with_stages(stages: Vec<StageSettings>) -> ServiceSettings {
    ServiceSettings { stages, ..settings() }
}

#[test]
fn what_cannot_be_is_refused_where_it_is() {
    let none = ServiceTerms::default();
    let usual = settings();
    assert_eq!(check(&usual, &none, 3), Ok(()));
    let one_language = ByLanguage::of([(Language::ALL[0], "只有中文")]);
    let long = ByLanguage::same("长".repeat(61));
    let lines = vec![ByLanguage::same("x"); 41];
    for (changed, field, kind) in [
        (ServiceSettings { name: one_language.clone(), ..usual.clone() }, "name.en", TextMissing),
        (ServiceSettings { name: long, ..usual.clone() }, "name.zh-CN", TextTooLong(60)),
        (ServiceSettings { bring: vec![one_language.clone()], ..usual.clone() }, "bring[0].en", TextMissing),
        (ServiceSettings { prepare: Some(one_language), ..usual.clone() }, "prepare.en", TextMissing),
        (ServiceSettings { rules: lines, ..usual.clone() }, "rules", TooManyLines(40)),
        (ServiceSettings { duration_minutes: 4, ..usual.clone() }, "duration_minutes", OutOfRange(5, 1440)),
        (ServiceSettings { horizon_days: 0, ..usual.clone() }, "horizon_days", OutOfRange(1, 366)),
        // Nothing would be left within the days that can be booked.
        (
            ServiceSettings { lead_minutes: 30 * 1440, ..usual.clone() },
            "lead_minutes",
            OutOfRange(0, 30 * 1440 - 1),
        ),
        (ServiceSettings { hold_minutes: 121, ..usual.clone() }, "hold_minutes", OutOfRange(1, 120)),
        (ServiceSettings { seats: 0, ..usual.clone() }, "seats", OutOfRange(1, 200)),
        (ServiceSettings { seats: 2, ..usual.clone() }, "seats", SeatsKept(3)),
        (ServiceSettings { daily_quota: Some(0), ..usual.clone() }, "daily_quota", OutOfRange(1, 5000)),
    ] {
        assert_eq!(check(&changed, &none, 3), fault(field, kind));
    }
    let terms = ServiceTerms {
        lead_times: vec![LeadTime { tier: None, category: None, lead_minutes: 10 * 1440 }],
        ..ServiceTerms::default()
    };
    assert_eq!(check(&usual, &terms, 0), Ok(()));
    let short = ServiceSettings { horizon_days: 9, ..usual };
    assert_eq!(check(&short, &terms, 0), fault("horizon_days", NoSlotLeft));
}

#[test]
fn of_a_days_quota_no_more_is_kept_than_there_is() {
    let kept = |phone, counter, days, minute| {
        let shares = QuotaShares { phone, counter, released_days_before: days, released_at_minute: minute };
        ServiceSettings { quota_shares: Some(shares), ..settings() }
    };
    let without = ServiceSettings { daily_quota: None, ..kept(0, 0, 0, 0) };
    for (changed, expected) in [
        (kept(4, 2, 1, 1080), Ok(())),
        (kept(20, 0, 31, 0), Ok(())),
        (kept(0, 20, 0, 1439), Ok(())),
        (kept(-1, 2, 1, 0), fault("quota_shares.phone", OutOfRange(0, 20))),
        (kept(21, 0, 1, 0), fault("quota_shares.phone", OutOfRange(0, 20))),
        (kept(15, 6, 1, 0), fault("quota_shares.counter", SharesAboveQuota(20))),
        (kept(4, -1, 1, 0), fault("quota_shares.counter", SharesAboveQuota(20))),
        (kept(4, 2, 32, 0), fault("quota_shares.released_days_before", OutOfRange(0, 31))),
        (kept(4, 2, -1, 0), fault("quota_shares.released_days_before", OutOfRange(0, 31))),
        (kept(4, 2, 1, 1440), fault("quota_shares.released_at_minute", OutOfRange(0, 1439))),
        (without, fault("quota_shares", SharesWithoutQuota)),
    ] {
        let shares = changed.quota_shares;
        assert_eq!(check(&changed, &ServiceTerms::default(), 0), expected, "{shares:?}");
        assert_eq!(changed.parts_changed_since(&settings()).first(), Some(&SetupPart::Seats));
    }
}

#[test]
fn opening_rules_neither_overlap_nor_leave_no_slot() {
    use DayKind::{AfterHours, Any, NonWorking, Working};
    for (rules, expected) in [
        (vec![], Ok(())),
        // The day of the week or the kind of day keeps them apart, and so does touching.
        (vec![week(Working, 540, 720), week(NonWorking, 540, 720)], Ok(())),
        (vec![rule(Any, &[1, 3], 540, 720), rule(Any, &[2, 4], 540, 720)], Ok(())),
        (vec![week(Any, 540, 720), week(Any, 720, 800)], Ok(())),
        (
            vec![week(Working, 540, 720), week(Working, 700, 800)],
            fault("opening_rules[1].from_minute", Overlaps(1)),
        ),
        (
            vec![week(Working, 540, 720), rule(Any, &[6], 600, 700)],
            fault("opening_rules[1].from_minute", Overlaps(1)),
        ),
        (
            vec![rule(Any, &[1], 0, 60), rule(Any, &[6], 540, 720), rule(NonWorking, &[6, 7], 480, 600)],
            fault("opening_rules[2].from_minute", Overlaps(2)),
        ),
        (vec![week(Any, 540, 590)], fault("opening_rules[0].to_minute", NoSlotInRule(60))),
        // After hours touches what is in them, and meets what is open on days off.
        (vec![week(Working, 510, 1020), week(AfterHours, 0, 1440)], Ok(())),
        (
            vec![week(Working, 510, 1080), week(AfterHours, 0, 1440)],
            fault("opening_rules[1].from_minute", Overlaps(1)),
        ),
        (
            vec![week(NonWorking, 0, 60), week(AfterHours, 0, 1440)],
            fault("opening_rules[1].from_minute", Overlaps(1)),
        ),
        // Slots begin on the grid of the venue.
        (vec![week(Any, 541, 605)], fault("opening_rules[0].to_minute", NoSlotInRule(60))),
        (vec![week(Any, 541, 615)], Ok(())),
        (vec![week(Any, 540, 540)], fault("opening_rules[0].to_minute", Backwards)),
        (vec![week(Any, -1, 540)], fault("opening_rules[0].from_minute", OutOfRange(0, 1439))),
        (vec![week(Any, 0, 1441)], fault("opening_rules[0].to_minute", OutOfRange(1, 1440))),
        (vec![rule(Any, &[], 540, 720)], fault("opening_rules[0].weekdays", NoWeekday)),
        (vec![rule(Any, &[8], 540, 720)], fault("opening_rules[0].weekdays", NoWeekday)),
        (vec![rule(Any, &[6, 6], 540, 720)], fault("opening_rules[0].weekdays", NoWeekday)),
    ] {
        assert_eq!(check(&with_rules(rules.clone()), &ServiceTerms::default(), 0), expected, "{rules:?}");
    }
}

#[test]
fn stages_come_in_their_order_with_gaps_that_can_be() {
    use Stage::{Declaration, Inspection, Release};
    for (stages, expected) in [
        (vec![stage(Declaration, (0, 0)), stage(Inspection, (0, 720)), stage(Release, (0, 60))], Ok(())),
        (vec![stage(Inspection, (0, 0)), stage(Release, (15, 15))], Ok(())),
        (vec![stage(Inspection, (0, 0)), stage(Declaration, (0, 60))], fault("stages[1].stage", StageOrder)),
        (vec![stage(Release, (0, 0)), stage(Release, (0, 60))], fault("stages[1].stage", StageOrder)),
        (vec![stage(Declaration, (0, 60))], fault("stages[0].gap_most_minutes", FirstGap)),
        (
            vec![stage(Declaration, (0, 0)), stage(Release, (61, 60))],
            fault("stages[1].gap_most_minutes", OutOfRange(61, 10080)),
        ),
        (
            vec![stage(Declaration, (0, 0)), stage(Release, (-1, 60))],
            fault("stages[1].gap_least_minutes", OutOfRange(0, 10080)),
        ),
        (
            vec![StageSettings { seats: Some(0), ..stage(Declaration, (0, 0)) }],
            fault("stages[0].seats", OutOfRange(1, 200)),
        ),
    ] {
        assert_eq!(check(&with_stages(stages.clone()), &ServiceTerms::default(), 0), expected, "{stages:?}");
    }
}

#[test]
fn no_booking_is_longer_than_what_queries_look_back() {
    use Stage::{Declaration, Inspection, Release};
    let longest = |of: Stage, most: i32| StageSettings { duration_minutes: 1440, ..stage(of, (0, most)) };
    let week = 7 * 1440;
    let all = || vec![longest(Declaration, 0), longest(Inspection, week), longest(Release, week)];
    let open = vec![rule(DayKind::Any, &[1, 2, 3, 4, 5, 6, 7], 0, 1440)];
    let with = |stages| ServiceSettings {
        opening_rules: open.clone(),
        duration_minutes: 1440,
        stages,
        ..settings()
    };
    let takes = |stages: &[StageSettings]| -> i32 {
        stages.iter().map(|one| one.duration_minutes + one.gap_most_minutes).sum()
    };
    assert_eq!(check(&with(all()), &ServiceTerms::default(), 0), Ok(()));
    assert_eq!(takes(&all()), LONGEST_BOOKING);
    for index in 0..3 {
        let mut longer = all();
        longer[index].duration_minutes += 1;
        let field = format!("stages[{index}].duration_minutes");
        assert_eq!(check(&with(longer), &ServiceTerms::default(), 0), fault(field, OutOfRange(5, 1440)));
        let mut later = all();
        later[index].gap_most_minutes += 1;
        let kind = if index == 0 { FirstGap } else { OutOfRange(0, week) };
        let field = format!("stages[{index}].gap_most_minutes");
        assert_eq!(check(&with(later), &ServiceTerms::default(), 0), fault(field, kind));
    }
    let mut four = all();
    four.push(longest(Release, week));
    assert_eq!(check(&with(four), &ServiceTerms::default(), 0), fault("stages[3].stage", StageOrder));
}

#[test]
fn what_was_changed_is_told_part_by_part() {
    let before = settings();
    assert_eq!(before.parts_changed_since(&before), []);
    let after = ServiceSettings {
        seats: 4,
        opening_rules: vec![week(DayKind::Any, 540, 720)],
        prepare: Some(ByLanguage::same("空腹")),
        ..before.clone()
    };
    assert_eq!(after.parts_changed_since(&before), [SetupPart::Texts, SetupPart::Seats, SetupPart::Hours]);
}

#[test]
fn days_of_the_week_are_bits_and_back() {
    for bits in 0..=EVERY_DAY {
        assert_eq!(rule(DayKind::Any, &RuleSettings::weekdays_of(bits), 0, 60).bits(), bits);
    }
    assert_eq!(RuleSettings::weekdays_of(0b110_0000), [6, 7]);
}

#[test]
fn a_venue_has_a_zone_a_grid_and_hours_in_order() {
    let hours = |from_minute, to_minute| HoursOfDay { from_minute, to_minute };
    let usual = VenueSettings {
        name: ByLanguage::same("大厅"),
        address: ByLanguage::same("松江大街 1 号"),
        zone: "Asia/Shanghai".into(),
        grid_minutes: 15,
        phone: "+86 451 5400-0136".into(),
        office_hours: vec![hours(510, 720), hours(780, 1020)],
    };
    assert_eq!(usual.check(), Ok(()));
    assert_eq!(
        VenueSettings { phone: String::new(), office_hours: Vec::new(), ..usual.clone() }.check(),
        Ok(())
    );
    for (changed, field, kind) in [
        (VenueSettings { zone: "Bingcheng".into(), ..usual.clone() }, "zone", UnknownZone),
        (VenueSettings { grid_minutes: 7, ..usual.clone() }, "grid_minutes", Grid),
        (VenueSettings { phone: "call us".into(), ..usual.clone() }, "phone", Phone),
        (VenueSettings { phone: "--".into(), ..usual.clone() }, "phone", Phone),
        (
            VenueSettings { office_hours: vec![hours(510, 720), hours(700, 800)], ..usual.clone() },
            "office_hours[1].from_minute",
            OutOfRange(720, 1439),
        ),
        (
            VenueSettings { office_hours: vec![hours(510, 510)], ..usual.clone() },
            "office_hours[0].to_minute",
            OutOfRange(511, 1440),
        ),
        (VenueSettings { office_hours: vec![hours(0, 1); 5], ..usual }, "office_hours", TooManyLines(4)),
    ] {
        assert_eq!(changed.check(), fault(field, kind));
    }
}

#[test]
fn what_is_stored_and_breaks_a_rule_holds_up_no_other_change() {
    let one_language = || ByLanguage::of([(Language::ALL[0], "只有中文")]);
    let question = |key: &str, label: ByLanguage| FieldSpec {
        key: key.to_owned(),
        kind: FieldKind::Text,
        label,
        hint: None,
        required: false,
        options: None,
        sensitive: false,
        max_length: None,
        default: None,
        without_stages: false,
        link: None,
    };
    let (terms, text) = (ServiceTerms::default(), || ByLanguage::same("说明"));
    let change = |stored: &ServiceSettings, change: &dyn Fn(&mut ServiceSettings)| {
        let mut changed = stored.clone();
        change(&mut changed);
        let (former, warnings, shares) = (&[], &[], Shares::default());
        let asked = stored.fields.as_slice();
        let context = SettingsContext {
            asked,
            former,
            warnings,
            terms: &terms,
            shares,
            grid_minutes: 15,
            office_hours: &OFFICE_HOURS,
        };
        changed.check_change(stored, &context)
    };
    let stored = ServiceSettings {
        summary: one_language(),
        seats: 201,
        fields: vec![question("Old", one_language()), question("secret", text())],
        opening_rules: vec![week(DayKind::Working, 540, 720), week(DayKind::Working, 600, 660)],
        ..settings()
    };
    let fine = |what: &dyn Fn(&mut ServiceSettings)| assert_eq!(change(&stored, what), Ok(()));
    fine(&|_| ());
    fine(&|s| s.hold_minutes = 20);
    // The same question at another place, with another hint; and what was wrong is mended.
    fine(&|s| s.fields.swap(0, 1));
    fine(&|s| s.fields[0].hint = Some(text()));
    fine(&|s| s.fields.insert(0, question("new", text())));
    fine(&|s| s.summary = text());
    fine(&|s| s.opening_rules.swap(0, 1));
    for (what, field, kind) in [
        (
            &(|s: &mut ServiceSettings| s.seats = 202) as &dyn Fn(&mut ServiceSettings),
            "seats",
            OutOfRange(1, 200),
        ),
        (&|s| s.who = one_language(), "who.en", TextMissing),
        (&|s| s.fields.push(question("new", one_language())), "fields[2].label.en", TextMissing),
        (&|s| s.fields[0].key = "Older".to_owned(), "fields[0].key", Key(40)),
        (&|s| s.fields[1].sensitive = true, "fields[1].sensitive", NoConsent),
        (&|s| s.opening_rules[1].to_minute = 700, "opening_rules[1].from_minute", Overlaps(1)),
        (
            &|s| s.opening_rules.push(week(DayKind::Any, 690, 780)),
            "opening_rules[2].from_minute",
            Overlaps(1),
        ),
    ] {
        assert_eq!(change(&stored, what), fault(field, kind));
    }
    // A list that has too many lines may become shorter.
    let lines = vec![text(); 45];
    let long = ServiceSettings { bring: lines, ..settings() };
    assert_eq!(change(&long, &|s| drop(s.bring.pop())), Ok(()));
    assert_eq!(change(&long, &|s| s.bring.push(text())), fault("bring", TooManyLines(40)));
}
