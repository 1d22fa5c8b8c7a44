//! Video meetings (视频面洽): what used to need a visit, recorded from beginning to end.

use crate::base::words::ByLanguage;
use crate::directory::demo::fields::{choice, field, t};
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
    name: ("视频面洽", "Video meeting"),
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
    name: ("视频面洽（随时试用）", "Video meeting (try any time)"),
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
        summary: t(
            "不用跑现场，和关员在线面洽、出示材料，全程录音录像。",
            "Talk to an officer and show your documents without a visit; recorded from beginning to end.",
        ),
        who: t(
            "进出口企业、报关代理、高校和事业单位。",
            "Importers, exporters, agents, universities and public institutions.",
        ),
        bring: bring(),
        rules: vec![
            t(
                "工作日 8:30–12:00、13:00–17:00，请至少提前 2 小时预约，关员受理后生效。",
                "Working days 8:30–12:00 and 13:00–17:00. Book at least 2 hours ahead; it counts once an officer has accepted it.",
            ),
            recorded(),
            other_way(),
        ],
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
        summary: t(
            "随时可约、马上开始的视频面洽，用来熟悉流程和检查设备。",
            "A video meeting at any hour, at once: to get to know how it goes and to check your equipment.",
        ),
        who: t("想先试一试的任何人。", "Anybody who wants to try it first."),
        bring: bring(),
        rules: vec![
            t(
                "每天 24 小时，无需提前，约到即生效。",
                "At all hours, without lead time; it counts as soon as it is booked.",
            ),
            recorded(),
            other_way(),
        ],
        fields: vec![
            field("about", FieldKind::Text, "想试什么", "What you want to try").at_most(200).optional(),
        ],
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
    vec![
        t("带摄像头和麦克风的电脑或手机", "A computer or telephone with camera and microphone"),
        t("身份证件，面洽开始时核验", "An identity document; it is checked at the beginning"),
        t("要出示的材料原件或电子版", "The documents to show, on paper or on screen"),
    ]
}

fn checks() -> Vec<CheckSpec> {
    let check = |key: &str, zh, en| CheckSpec { key: key.to_owned(), label: t(zh, en) };
    vec![
        check("face", "本人与身份证件照片一致", "The face fits the photograph of the identity document"),
        check("name", "证件姓名与预约联系人一致", "The name on it is that of the booking"),
        check("authority", "单位授权或委托书已出示", "The enterprise's authorisation was shown"),
        check("told", "已说明全程录音录像", "Everybody was told of the recording"),
    ]
}

fn recorded() -> ByLanguage {
    t(
        "面洽从准入到结束全程录音录像，进入前会告知并请您确认。",
        "The meeting is recorded from admission to its end; you are told and asked to acknowledge it before you enter.",
    )
}

fn other_way() -> ByLanguage {
    t(
        "不愿录制或网络不好，可以改约窗口或电话，不影响办理。",
        "If you do not want to be recorded or the connection is poor, come to the window or call instead: it is no disadvantage.",
    )
}

fn topic() -> FieldSpec {
    choice(
        "topic",
        "事项",
        "Subject",
        &[
            ("relief", "减免税", "Duty relief"),
            ("processing", "加工贸易", "Processing trade"),
            ("grain", "粮食进口", "Grain imports"),
            ("ecommerce", "跨境电商监管", "Cross-border e-commerce"),
            ("bonded", "综保查验", "Bonded zone inspection"),
            ("general", "综合", "General"),
        ],
    )
    .preset("general")
}

fn about() -> FieldSpec {
    field("about", FieldKind::LongText, "要谈的内容", "What it is about")
        .hint(
            "写一句要解决的问题，关员好提前准备。",
            "Say in a sentence what is to be solved, so that the officer can prepare.",
        )
        .optional()
}

fn people() -> FieldSpec {
    field("people", FieldKind::Number, "贵方参加人数", "How many of you will take part")
        .hint("最多 5 人，可以从不同地点加入。", "Up to 5, also from different places.")
        .optional()
}
