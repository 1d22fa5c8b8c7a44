use super::*;
use crate::directory::model::FieldOption;
use CreditTier::*;

fn field() -> FieldSpec {
    let option = |value: &str| FieldOption { value: value.into(), label: ByLanguage::same(value.to_owned()) };
    FieldSpec {
        key: "eligibility".into(),
        kind: FieldKind::Choice,
        label: ByLanguage::same("x"),
        hint: None,
        required: true,
        options: Some(vec![option("relief"), option("urgent")]),
        sensitive: false,
        max_length: None,
        default: None,
        without_stages: false,
        link: None,
    }
}

fn lead(tier: Option<CreditTier>, category: Option<&str>, lead_minutes: i32) -> LeadTime {
    LeadTime { tier, category: category.map(str::to_owned), lead_minutes }
}

fn terms(lead_times: Vec<LeadTime>) -> ServiceTerms {
    ServiceTerms { category_field: Some("eligibility".into()), lead_times, ..ServiceTerms::default() }
}

#[test]
fn the_rule_that_says_most_about_a_party_counts() {
    let terms = terms(vec![
        lead(Some(AdvancedCertified), None, 480),
        lead(Some(AdvancedCertified), Some("relief"), 60),
        lead(None, Some("relief"), 240),
        lead(Some(Discredited), None, 2880),
    ]);
    for (tier, category, minutes) in [
        (Some(AdvancedCertified), Some("urgent"), 480),
        (Some(AdvancedCertified), Some("relief"), 60),
        // It may still become one of relief.
        (Some(AdvancedCertified), None, 60),
        (Some(Regular), Some("urgent"), 1440),
        (Some(Regular), Some("relief"), 240),
        (Some(Regular), None, 240),
        (Some(Discredited), Some("relief"), 2880),
        (None, Some("relief"), 240),
        (None, Some("urgent"), 1440),
    ] {
        assert_eq!(terms.lead_minutes(tier, category, 1440), minutes, "{tier:?} {category:?}");
    }
    assert_eq!(ServiceTerms::default().lead_minutes(Some(Regular), None, 90), 90);
}

#[test]
fn terms_that_were_stored_before_there_were_any_hinder_nobody() {
    let stored: ServiceTerms = serde_json::from_str("{}").unwrap();
    assert_eq!(stored, ServiceTerms::default());
    // Hours of their own, which earlier terms had, are not read any more: they are the venue's.
    let earlier = r#"{"office_hours": {"from_minute": 510, "to_minute": 1020}}"#;
    assert_eq!(serde_json::from_str::<ServiceTerms>(earlier).unwrap(), ServiceTerms::default());
}

#[test]
fn what_cannot_be_meant_is_named() {
    use TermsFaultKind::*;
    let fields = [field()];
    let context = TermsContext { fields: &fields, horizon_days: 30 };
    let quota = |most, least| Quota { of: QuotaParty::Person, per: QuotaPeriod::Day, most, least };
    let quotas = |quotas| ServiceTerms { quotas, ..ServiceTerms::default() };
    let excluded = |reason: ByLanguage| ExcludedTier { tier: Discredited, reason };
    let both = || excluded(ByLanguage::same("x"));
    let tiers = |excluded_tiers| ServiceTerms { excluded_tiers, ..ServiceTerms::default() };
    let none = ServiceTerms::default;
    for (terms, field, kind) in [
        (terms(vec![lead(None, None, -1)]), "lead_times[0].lead_minutes", OutOfRange(0, i32::MAX)),
        (terms(vec![lead(None, None, 30 * 1440 + 1)]), "lead_times[0].lead_minutes", NoSlotLeft),
        (terms(vec![lead(None, Some("tea"), 60)]), "lead_times[0].category", UnknownCategory),
        (
            terms(vec![lead(Some(Regular), None, 60), lead(Some(Regular), None, 90)]),
            "lead_times[1].tier",
            Twice,
        ),
        (ServiceTerms { category_field: Some("goods".into()), ..none() }, "category_field", NoChoice),
        (
            ServiceTerms { lead_times: vec![lead(None, Some("relief"), 1)], ..none() },
            "lead_times[0].category",
            UnknownCategory,
        ),
        (tiers(vec![both(), both()]), "excluded_tiers[1].tier", Twice),
        (
            tiers(vec![excluded(ByLanguage::of([(Language::En, "Only so")]))]),
            "excluded_tiers[0].reason",
            ReasonMissing,
        ),
        (ServiceTerms { buffer_after_minutes: -15, ..none() }, "buffer_after_minutes", OutOfRange(0, 1440)),
        (quotas(vec![quota(Some(0), None)]), "quotas[0].most", NoSlotLeft),
        (quotas(vec![quota(Some(2), Some(3))]), "quotas[0].least", OutOfRange(0, 2)),
        (quotas(vec![quota(Some(2), None), quota(Some(3), None)]), "quotas[1].per", Twice),
        (
            ServiceTerms { decided_within_working_days: Some(61), ..none() },
            "decided_within_working_days",
            OutOfRange(0, 60),
        ),
        (
            ServiceTerms {
                no_shows: Some(NoShowTerms { count: 0, within_days: 90, blocked_days: 30 }),
                ..none()
            },
            "no_shows.count",
            OutOfRange(1, 100),
        ),
        (
            ServiceTerms {
                cancelling: Some(CancellingTerms {
                    free_until_minutes: 60,
                    explain_within_working_days: 0,
                    blocked_days: 7,
                }),
                ..none()
            },
            "cancelling.explain_within_working_days",
            OutOfRange(1, 60),
        ),
    ] {
        assert_eq!(terms.check(&context), Err(TermsFault { field: field.into(), kind }), "{terms:?}");
    }
    let good = ServiceTerms {
        excluded_tiers: vec![both()],
        quotas: vec![quota(Some(2), Some(1))],
        ..terms(vec![lead(Some(AdvancedCertified), Some("relief"), 480), lead(None, None, 1440)])
    };
    assert_eq!(good.check(&context), Ok(()));
}

#[test]
fn terms_that_were_kept_before_there_was_a_choice_let_everybody_book() {
    let kept: ServiceTerms = serde_json::from_value(serde_json::json!({"walk_ins_at_once": true})).unwrap();
    assert_eq!((kept.bookers, kept.walk_ins_at_once), (Bookers::Everybody, true));
    for (bookers, persons, enterprises) in [
        (Bookers::Everybody, true, true),
        (Bookers::Enterprises, false, true),
        (Bookers::Persons, true, false),
    ] {
        let found = [QuotaParty::Person, QuotaParty::Enterprise].map(|party| bookers.include(party));
        assert_eq!(found, [persons, enterprises], "{bookers:?}");
    }
}
