//! Health checks and vaccinations for travellers (体检/接种).
//!
//! Health data is sensitive: as little as possible is asked for, nothing of it is required to be
//! typed that the centre sees on the document anyway, and the consent is a question of its own.

use crate::base::words::demo;
use crate::directory::demo::fields::{choice, field};
use crate::directory::demo::{DemoService, HOUR};
use crate::directory::model::terms::ServiceTerms;
use crate::directory::model::{
    FieldKind, FieldSpec, GroupTerms, Limits, ReminderTerms, ServiceSpec, Shares, WaitingTerms,
    WarningCondition, WarningRule,
};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service::ServiceKind;

pub(super) const CHECK_UP: DemoService =
    DemoService { code: "check-up", name: demo::check_up_name, spec: check_up, ..CENTRE };

pub(super) const VACCINATION: DemoService =
    DemoService { code: "vaccination", name: demo::vaccination_name, spec: vaccination, ..CENTRE };

/// What both have in common: mornings of working days, fasting, a daily quota.
const CENTRE: DemoService = DemoService {
    code: "",
    kind: ServiceKind::Health,
    venue: "health",
    name: demo::check_up_name,
    seats: 6,
    quota: Some(90),
    duration_minutes: 15,
    lead_minutes: 12 * HOUR,
    horizon_days: 30,
    needs_decision: false,
    rules: &[(DayKind::Working, 8 * HOUR + 30, 11 * HOUR + 30)],
    stages: &[],
    spec: check_up,
};

/// A group comes together, so it is no larger than what a slot has places for.
const GROUPS: GroupTerms = GroupTerms { most_people: 6, lead_days: 14 };

fn check_up() -> ServiceSpec {
    ServiceSpec {
        summary: demo::check_up_summary().into(),
        who: demo::check_up_who().into(),
        bring: vec![demo::check_up_bring_1().into(), demo::check_up_bring_2().into()],
        rules: vec![
            demo::check_up_rule_1().into(),
            demo::check_up_rule_2().into(),
            demo::check_up_rule_3().into(),
        ],
        fields: vec![
            choice(
                "item",
                demo::check_up_item(),
                [
                    ("work", demo::check_up_item_work()),
                    ("residence", demo::check_up_item_residence()),
                    ("crew", demo::check_up_item_crew()),
                    ("other", demo::check_up_item_other()),
                ],
            )
            .sensitive(),
            document(),
            departure(),
            consent(),
        ],
        checks: Vec::new(),
        trial: false,
        limits: Limits::default(),
        warnings: vec![],
        terms: ServiceTerms::default(),
        waiting: WaitingTerms::default(),
        reminders: ReminderTerms::default(),
        shares: Shares::default(),
        quota_shares: None,
        stages_only: false,
        groups: Some(GROUPS),
        prepare: Some(demo::check_up_prepare().into()),
        results_after_days: Some(3),
        former_fields: Vec::new(),
        former_documents: Vec::new(),
        former_labels: Vec::new(),
        documents: Vec::new(),
    }
}

fn vaccination() -> ServiceSpec {
    ServiceSpec {
        summary: demo::vaccination_summary().into(),
        who: demo::vaccination_who().into(),
        bring: vec![demo::vaccination_bring_1().into(), demo::vaccination_bring_2().into()],
        rules: vec![
            demo::vaccination_rule_1().into(),
            demo::vaccination_rule_2().into(),
            demo::vaccination_rule_3().into(),
            demo::vaccination_rule_4().into(),
        ],
        fields: vec![
            choice(
                "item",
                demo::vaccination_item(),
                [
                    ("yellow_fever", demo::vaccination_item_yellow_fever()),
                    ("meningitis", demo::vaccination_item_meningitis()),
                    ("polio", demo::vaccination_item_polio()),
                    ("cholera", demo::vaccination_item_cholera()),
                    ("advice", demo::vaccination_item_advice()),
                ],
            )
            .sensitive(),
            document(),
            departure().hint(demo::vaccination_departure_on_hint()),
            consent(),
        ],
        checks: Vec::new(),
        trial: false,
        limits: Limits::default(),
        warnings: vec![yellow_fever_in_time()],
        terms: ServiceTerms::default(),
        waiting: WaitingTerms::default(),
        reminders: ReminderTerms::default(),
        shares: Shares::default(),
        quota_shares: None,
        stages_only: false,
        groups: Some(GROUPS),
        prepare: None,
        results_after_days: None,
        former_fields: Vec::new(),
        former_documents: Vec::new(),
        former_labels: Vec::new(),
        documents: Vec::new(),
    }
}

/// International Health Regulations (2005), annex 7, 2 (b): protection against yellow fever begins 10
/// days after the jab, and a certificate is valid from then on.
fn yellow_fever_in_time() -> WarningRule {
    WarningRule {
        code: "certificate_not_valid_yet".to_owned(),
        field: "departure_on".to_owned(),
        days: 10,
        when: Some(WarningCondition { field: "item".to_owned(), value: "yellow_fever".to_owned() }),
        text: demo::vaccination_not_valid_yet().into(),
    }
}

/// The kind only: the number is read off the document at the desk.
fn document() -> FieldSpec {
    choice(
        "document",
        demo::health_document(),
        [
            ("passport", demo::health_document_passport()),
            ("resident_id", demo::health_document_resident_id()),
            ("permit", demo::health_document_permit()),
            ("other", demo::health_document_other()),
        ],
    )
    .hint(demo::health_document_hint())
}

fn departure() -> FieldSpec {
    field("departure_on", FieldKind::Date, demo::health_departure_on())
        .hint(demo::health_departure_on_hint())
        .optional()
}

fn consent() -> FieldSpec {
    field("health_consent", FieldKind::Consent, demo::health_health_consent())
        .hint(demo::health_health_consent_hint())
}
