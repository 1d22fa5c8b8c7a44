//! Video meetings (视频面洽): what used to need a visit, recorded from beginning to end.

use crate::base::words::{ByLanguage, Text, demo};
use crate::directory::demo::fields::{choice, field};
use crate::directory::demo::{DAY, DemoService, HOUR};
use crate::directory::model::terms::ServiceTerms;
use crate::directory::model::{
    CheckSpec, FieldKind, FieldSpec, Limits, ReminderTerms, ServiceSpec, Shares, WaitingTerms,
};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service::ServiceKind;

pub(super) const FACE_TO_FACE: DemoService = DemoService {
    code: "video",
    kind: ServiceKind::Video,
    venue: "city",
    name: demo::video_name,
    seats: 2,
    quota: None,
    duration_minutes: 30,
    lead_minutes: 2 * HOUR,
    horizon_days: 30,
    needs_decision: true,
    rules: &[(DayKind::Working, 8 * HOUR + 30, 12 * HOUR), (DayKind::Working, 13 * HOUR, 17 * HOUR)],
    stages: &[],
    spec: face_to_face,
};

/// Open at all hours, so that whoever tries the program need not wait for a working day.
pub(super) const TRY_ANY_TIME: DemoService = DemoService {
    code: "video-try",
    name: demo::video_try_name,
    seats: 4,
    duration_minutes: 15,
    lead_minutes: 0,
    horizon_days: 7,
    needs_decision: false,
    rules: &[(DayKind::Any, 0, DAY)],
    stages: &[],
    spec: try_any_time,
    ..FACE_TO_FACE
};

fn face_to_face() -> ServiceSpec {
    ServiceSpec {
        summary: demo::video_summary().into(),
        who: demo::video_who().into(),
        bring: bring(),
        rules: vec![demo::video_rule_1().into(), recorded(), other_way()],
        fields: vec![topic(), about(), people()],
        checks: checks(),
        trial: false,
        limits: Limits::default(),
        warnings: vec![],
        terms: ServiceTerms::default(),
        waiting: WaitingTerms::default(),
        reminders: ReminderTerms::default(),
        shares: Shares::default(),
        quota_shares: None,
        stages_only: false,
        groups: None,
        prepare: None,
        results_after_days: None,
        former_fields: Vec::new(),
        former_documents: Vec::new(),
        former_labels: Vec::new(),
        documents: Vec::new(),
    }
}

fn try_any_time() -> ServiceSpec {
    ServiceSpec {
        summary: demo::video_try_summary().into(),
        who: demo::video_try_who().into(),
        bring: bring(),
        rules: vec![demo::video_try_rule_1().into(), recorded(), other_way()],
        fields: vec![field("about", FieldKind::Text, demo::video_try_about()).at_most(200).optional()],
        checks: checks(),
        trial: true,
        limits: Limits::default(),
        warnings: vec![],
        terms: ServiceTerms::default(),
        waiting: WaitingTerms::default(),
        reminders: ReminderTerms::default(),
        shares: Shares::default(),
        quota_shares: None,
        stages_only: false,
        groups: None,
        prepare: None,
        results_after_days: None,
        former_fields: Vec::new(),
        former_documents: Vec::new(),
        former_labels: Vec::new(),
        documents: Vec::new(),
    }
}

fn bring() -> Vec<ByLanguage> {
    vec![demo::video_bring_1().into(), demo::video_bring_2().into(), demo::video_bring_3().into()]
}

fn checks() -> Vec<CheckSpec> {
    let check = |key: &str, label: Text| CheckSpec { key: key.to_owned(), label: label.into() };
    vec![
        check("face", demo::video_check_face()),
        check("name", demo::video_check_name()),
        check("authority", demo::video_check_authority()),
        check("told", demo::video_check_told()),
    ]
}

fn recorded() -> ByLanguage {
    demo::video_recorded().into()
}

fn other_way() -> ByLanguage {
    demo::video_other_way().into()
}

fn topic() -> FieldSpec {
    choice(
        "topic",
        demo::video_topic(),
        [
            ("relief", demo::video_topic_relief()),
            ("processing", demo::video_topic_processing()),
            ("grain", demo::video_topic_grain()),
            ("ecommerce", demo::video_topic_ecommerce()),
            ("bonded", demo::video_topic_bonded()),
            ("general", demo::video_topic_general()),
        ],
    )
    .preset("general")
}

fn about() -> FieldSpec {
    field("about", FieldKind::LongText, demo::video_about()).hint(demo::video_about_hint()).optional()
}

fn people() -> FieldSpec {
    field("people", FieldKind::Number, demo::video_people()).hint(demo::video_people_hint()).optional()
}
