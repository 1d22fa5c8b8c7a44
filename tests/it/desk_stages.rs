//! Clearance in stages by telephone: the caller is offered ways by their own terms, and told what the terms have against
//! sooner ones.

use crate::both_stores;
use crate::desk::{LET_IN, book, by_phone, clearance_for_everybody, share, with};
use crate::support::{Answer, Browser};
use serde_json::{Value, json};

const ALL: &str = "declaration,inspection,release";
/// Monday, when the doors of the evening open.
const TONIGHT: &str = "2026-11-23T09:00:00Z";

async fn ways(officer: &Browser, service: &str, asked: &str) -> Answer {
    officer.get(&format!("/api/v1/services/{service}/desk-alternatives?{asked}")).await
}

async fn offered(officer: &Browser, service: &str, more: &str) -> Vec<Value> {
    let asked = format!("stages={ALL}&from={TONIGHT}&channel=phone{more}");
    ways(officer, service, &asked).await.ok()["alternatives"].as_array().unwrap().clone()
}

/// When each begins, and by which rules it cannot be had without a reason.
fn told(ways: &[Value]) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |way: &Value| {
        let rules = way["hindrances"].as_array().unwrap().iter().map(|one| text(&one["rule"])).collect();
        (text(&way["stages"][0]["starts_at"]), rules)
    };
    ways.iter().map(one).collect()
}

fn stages_of(way: &Value) -> Value {
    let stages = way["stages"].as_array().unwrap().iter();
    let bare =
        |one: &Value| json!({"stage": one["stage"], "site": one["site"], "starts_at": one["starts_at"]});
    stages.map(bare).collect()
}

fn in_stages(service: &str, way: &Value) -> Value {
    let mut call = by_phone(service, TONIGHT);
    call.as_object_mut().unwrap().remove("starts_at");
    with(call, "stages", stages_of(way))
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn a_caller_is_offered_ways_by_their_own_terms_and_sooner_ones_with_what_is_against_them(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        // A day ahead: from Tuesday evening on. Tonight would be against the lead time.
        let plain = offered(&officer, &service, "").await;
        let (by_terms, sooner) = plain.split_at(3);
        let starts = |ways: &[Value]| told(ways).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!(starts(by_terms)[0], "2026-11-24T09:00:00Z", "{plain:?}");
        assert!(told(by_terms).iter().all(|(_, rules)| rules.is_empty()), "{plain:?}");
        assert_eq!(sooner.len(), 3, "{plain:?}");
        assert_eq!(starts(sooner)[0], TONIGHT);
        assert!(told(sooner).iter().all(|(_, rules)| rules == &["lead_time"]), "{plain:?}");
        assert!(sooner[0]["hindrances"][0]["text"]["zh-CN"].as_str().unwrap().contains("24"), "{sooner:?}");

        // Of an enterprise that is highly certified: eight hours ahead.
        let certified = offered(&officer, &service, &format!("&enterprise={LET_IN}")).await;
        assert_eq!(starts(&certified)[0], "2026-11-23T10:00:00Z", "{certified:?}");
        assert_eq!(told(&certified[3..])[0], (TONIGHT.to_owned(), vec!["lead_time".to_owned()]));

        // What was offered is had, with all that the caller said; sooner only with a reason.
        let fields = json!({"goods": "冷冻海鱼", "declaration_port": "1900", "hs_codes": "0303"});
        let call = with(in_stages(&service, &by_terms[0]), "fields", fields.clone());
        let made = book(&officer, call).await.ok();
        assert_eq!((&made["state"], stages_of(&made)), (&json!("accepted"), stages_of(&by_terms[0])));
        let seen = officer.get(&crate::booking::path(&made, "")).await.ok();
        assert_eq!(seen["fields"], fields);
        let urgent = with(in_stages(&service, &sooner[0]), "contact_mobile", json!("15400000078"));
        book(&officer, urgent.clone()).await.refused(422, "lead_time");
        let made = book(&officer, with(urgent, "reason", json!("机场紧急来电，鲜活货物"))).await.ok();
        assert_eq!(made["starts_at"], TONIGHT);
        // A wrong answer is told with its question, and nothing is booked.
        let wrong = with(in_stages(&service, &by_terms[1]), "fields", json!({"declaration_port": "19"}));
        let answer = book(&officer, with(wrong, "contact_mobile", json!("15400000079"))).await;
        answer.refused(422, "invalid_port_code");
        assert_eq!(answer.json()["field"], "fields.declaration_port");
    }

    async fn what_is_kept_for_callers_is_offered_to_them_alone(app: &TestApp) {
        let (officer, chief, lin) = (app.signed_in("zhou").await, app.signed_in("shen").await, app.signed_in("lin").await);
        let service = clearance_for_everybody(app).await;
        let kept = json!({"phone": 2, "counter": 0, "released_minutes_before": 0, "reason": "电话来得多"});
        share(&chief, &service, kept).await.ok();
        let online = lin.get(&format!("/api/v1/services/{service}/alternatives?stages={ALL}&from={TONIGHT}")).await.ok();
        assert_eq!(online["alternatives"], json!([]));
        assert!(offered(&officer, &service, "").await.len() > 2);
        let at_counter = format!("stages={ALL}&from={TONIGHT}&channel=counter");
        assert_eq!(ways(&officer, &service, &at_counter).await.ok()["alternatives"], json!([]));
    }

    async fn who_may_not_or_asks_for_what_there_is_not_is_told_so(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        let asked = |stages: &str, more: &str| format!("stages={stages}&from={TONIGHT}&channel=phone{more}");
        for login in ["lin", "tang"] {
            ways(&app.signed_in(login).await, &service, &asked(ALL, "")).await.refused(403, "forbidden");
        }
        for (stages, more, code) in [
            ("repair", "", "unknown_stage"),
            ("release,declaration", "", "stage_order"),
            ("release@enterprise", "", "stage_site"),
            (ALL, "&enterprise=91239999MA0000000X", "unknown_enterprise"),
            (ALL, "&enterprise=91239999MA0000285Y", "enterprise_not_let_in"),
        ] {
            ways(&officer, &service, &asked(stages, more)).await.refused(422, code);
        }
        let late = format!("stages={ALL}&from=9999-01-01T00:00:00Z&channel=phone");
        ways(&officer, &service, &late).await.refused(422, "date_out_of_range");
        let plain = app.service("video-try").await;
        ways(&officer, &plain, &asked(ALL, "")).await.refused(422, "no_stages");
    }
}
