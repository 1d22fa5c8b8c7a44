//! Health checks and vaccinations for travellers (体检/接种).
//!
//! Health data is sensitive: as little as possible is asked for, nothing of it is required to be
//! typed that the centre sees on the document anyway, and the consent is a question of its own.

use crate::directory::demo::fields::{choice, field, t};
use crate::directory::demo::{DemoService, HOUR};
use crate::directory::model::terms::ServiceTerms;
use crate::directory::model::{
    FieldKind, FieldSpec, GroupTerms, Limits, ReminderTerms, ServiceSpec, Shares, WaitingTerms,
    WarningCondition, WarningRule,
};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service::ServiceKind;

pub(super) const CHECK_UP: DemoService = DemoService {
    code: "check-up",
    name: ("出入境体检", "Health check for travellers"),
    spec: check_up,
    ..CENTRE
};

pub(super) const VACCINATION: DemoService =
    DemoService { code: "vaccination", name: ("预防接种", "Vaccination"), spec: vaccination, ..CENTRE };

/// What both have in common: mornings of working days, fasting, a daily quota.
const CENTRE: DemoService = DemoService {
    code: "",
    kind: ServiceKind::Health,
    venue: "health",
    name: ("", ""),
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
        summary: t(
            "出境、入境人员的健康检查，出具国际旅行健康证明。",
            "Health checks for people leaving or entering the country, with the international certificate.",
        ),
        who: t(
            "个人旅客，以及企业外派、来华人员。",
            "Travellers, and people sent abroad or to China by an enterprise.",
        ),
        bring: vec![
            t("护照或居民身份证原件", "The original passport or identity card"),
            t("两寸彩色照片 3 张", "Three colour photographs, 5 cm high"),
        ],
        rules: vec![
            t("每天 90 个名额，约满为止。", "90 places a day."),
            t("结果在 3 个工作日后领取。", "Results can be collected after 3 working days."),
            t(
                "团体可以上传名单预约，须至少提前两周。",
                "Groups can be booked by a list, at least two weeks ahead.",
            ),
        ],
        fields: vec![
            choice(
                "item",
                "检查项目",
                "What is needed",
                &[
                    ("work", "出国工作、留学", "Work or study abroad"),
                    ("residence", "来华居留", "Residence in China"),
                    ("crew", "交通工具员工", "Crew of ships, trains and aircraft"),
                    ("other", "其他", "Other"),
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
        prepare: Some(t(
            "检查当天早上请空腹，可以少量喝水。",
            "Come with an empty stomach in the morning; a little water is fine.",
        )),
        results_after_days: Some(3),
        former_fields: Vec::new(),
        former_documents: Vec::new(),
        former_labels: Vec::new(),
        documents: Vec::new(),
    }
}

fn vaccination() -> ServiceSpec {
    ServiceSpec {
        summary: t(
            "出境旅行的预防接种，出具国际预防接种证书（黄皮书）。",
            "Vaccinations for travel abroad, with the international certificate (yellow card).",
        ),
        who: t("前往有接种要求国家或地区的旅客。", "Travellers to countries that ask for vaccinations."),
        bring: vec![
            t("护照或居民身份证原件", "The original passport or identity card"),
            t("以前的接种证书（如有）", "Earlier certificates, if there are any"),
        ],
        rules: vec![
            t(
                "黄热病疫苗接种后第 10 天起证书才生效，请在出发前至少 10 天接种。",
                "A yellow fever certificate is valid from the 10th day after the jab: come at least 10 days before you leave.",
            ),
            t("接种后请留观 30 分钟。", "Please stay for 30 minutes after the jab."),
            t(
                "发热、怀孕或对鸡蛋过敏的，请当面告诉医生，不必在这里填写。",
                "Tell the doctor, not this form, about fever, pregnancy or an allergy to eggs.",
            ),
            t("每天 90 个名额，约满为止。", "90 places a day."),
        ],
        fields: vec![
            choice(
                "item",
                "疫苗",
                "Vaccine",
                &[
                    ("yellow_fever", "黄热病", "Yellow fever"),
                    ("meningitis", "流行性脑脊髓膜炎", "Meningococcal meningitis"),
                    ("polio", "脊髓灰质炎", "Polio"),
                    ("cholera", "霍乱", "Cholera"),
                    ("advice", "不确定，请医生建议", "Not sure; the doctor should advise"),
                ],
            )
            .sensitive(),
            document(),
            departure().hint(
                "黄热病证书从接种后第 10 天起有效：出发日期距接种不足 10 天的，入境时可能被拦下。",
                "A yellow fever certificate counts from the 10th day after the jab. If you leave earlier, you may be turned back at the border.",
            ),
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
        text: t(
            "黄热病证书从接种后第 10 天起才生效，您填的出发日期早于这一天，入境时可能被拦下。请改约更早的时间，或推迟出发。",
            "A yellow fever certificate is valid from the 10th day after the jab, and you leave before that: you may be turned back at the border. Choose an earlier appointment, or leave later.",
        ),
    }
}

/// The kind only: the number is read off the document at the desk.
fn document() -> FieldSpec {
    choice(
        "document",
        "当天携带的证件",
        "The document you will bring",
        &[
            ("passport", "护照", "Passport"),
            ("resident_id", "居民身份证", "Resident identity card"),
            ("permit", "港澳台居民通行证、居住证", "Permit of residents of Hong Kong, Macao or Taiwan"),
            ("other", "其他", "Other"),
        ],
    )
    .hint(
        "证件号码不用填写，到场核验。",
        "The number is not needed here; the document is checked at the desk.",
    )
}

fn departure() -> FieldSpec {
    field("departure_on", FieldKind::Date, "出发日期", "Day of departure")
        .hint("请留意证书是否来得及。", "Mind that the certificate is in time for it.")
        .optional()
}

fn consent() -> FieldSpec {
    field(
        "health_consent",
        FieldKind::Consent,
        "我单独同意保健中心为本次预约处理我填写的健康信息",
        "I separately agree that the centre processes the health information given here for this booking",
    )
    .hint(
        "健康信息是敏感个人信息，只用于安排本次体检或接种，工作人员在列表中看不到。不同意的话，可以到现场办理。",
        "Health information is sensitive. It is used for this booking only and is masked on lists. If you do not agree, you can come to the desk instead.",
    )
}
