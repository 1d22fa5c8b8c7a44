//! What a booker and an officer are warned of, and what they may not do twice.

use crate::booking::{after_hours_form, path, take, try_form, wish, with_choices};
use crate::booking_terms::set_terms;
use crate::both_stores;
use crate::calendar_feeds::colleague;
use serde_json::{Value, json};

both_stores! { at "2026-11-26T01:00:00Z";
    async fn the_same_place_again_leads_to_the_booking_that_exists(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        let held = take(&owner, &service, "2026-11-27T02:00:00Z").await;
        assert_eq!(held["overlaps"], json!([]));
        let again = owner.post("/api/v1/bookings", wish(&service, "2026-11-27T02:00:00Z")).await;
        again.refused(409, "already_yours");
        assert_eq!(again.json()["subject_id"], held["id"]);
        // A colleague, another time, and whoever wants a second one all the same.
        let mut wanted = wish(&service, "2026-11-27T02:00:00Z");
        wanted["anyway"] = json!(true);
        let second = owner.post("/api/v1/bookings", wanted).await.ok();
        assert_eq!(second["overlaps"][0]["id"], held["id"]);
        take(&app.signed_in("gao").await, &service, "2026-11-27T02:00:00Z").await;
        take(&owner, &service, "2026-11-27T02:15:00Z").await;
        // What was cancelled does not count.
        owner.post(&path(&held, "/cancel"), json!({})).await.ok();
        owner.post(&path(&second, "/cancel"), json!({})).await.ok();
        take(&owner, &service, "2026-11-27T02:00:00Z").await;
    }

    async fn the_last_place_taken_by_oneself_is_told_as_ones_own(app: &TestApp) {
        let (owner, other) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        let mine = take(&owner, &service, "2026-11-27T12:00:00Z").await;
        take(&other, &service, "2026-11-27T12:00:00Z").await;
        let again = owner.post("/api/v1/bookings", wish(&service, "2026-11-27T12:00:00Z")).await;
        again.refused(409, "already_yours");
        assert_eq!(again.json()["subject_id"], mine["id"]);
    }

    async fn two_services_at_one_time_are_warned_of(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let (trial, check_up) = (app.service("video-try").await, app.service("check-up").await);
        let first = take(&owner, &trial, "2026-11-27T01:00:00Z").await;
        let second = take(&owner, &check_up, "2026-11-27T01:00:00Z").await;
        let overlap = &second["overlaps"][0];
        assert_eq!((&overlap["id"], &overlap["reference"]), (&first["id"], &first["reference"]));
        assert_eq!(second["overlaps"].as_array().unwrap().len(), 1);
        assert_eq!(owner.get(&path(&first, "")).await.ok()["overlaps"][0]["id"], second["id"]);
        // What only touches does not overlap.
        assert_eq!(take(&owner, &trial, "2026-11-27T01:15:00Z").await["overlaps"], json!([]));
    }

    async fn what_colleagues_have_at_the_time_is_warned_of_as_theirs_and_what_others_have_is_not(app: &TestApp) {
        let (lin, sun, gao) = (app.signed_in("lin").await, colleague(app, "sun").await, app.signed_in("gao").await);
        let (trial, check_up) = (app.service("video-try").await, app.service("check-up").await);
        let first = take(&lin, &trial, "2026-11-27T01:00:00Z").await;
        assert_eq!(take(&gao, &trial, "2026-11-27T01:00:00Z").await["overlaps"], json!([]));
        let second = take(&sun, &check_up, "2026-11-27T01:00:00Z").await;
        let told = |of: &Value| {
            let all = of["overlaps"].as_array().unwrap().iter();
            all.map(|one| (one["id"].clone(), one["whose"].clone())).collect::<Vec<_>>()
        };
        let of = |booking: &Value, whose: &str| (booking["id"].clone(), json!(whose));
        assert_eq!(told(&second), [of(&first, "colleague")]);
        assert_eq!(second["overlaps"][0]["service"], first["service"]["name"]);
        assert_eq!(told(&lin.get(&path(&first, "")).await.ok()), [of(&second, "colleague")]);
        // As it is requested, and beside one's own.
        let requested = lin.post(&path(&first, "/request"), try_form()).await.ok();
        assert_eq!(told(&requested), [of(&second, "colleague")]);
        let own = take(&lin, &check_up, "2026-11-27T01:00:00Z").await;
        let mut both = told(&own);
        both.sort_by_key(|(_, whose)| whose.to_string());
        assert_eq!(both, [of(&first, "booker"), of(&second, "colleague")]);
        // The service says that it is fine.
        let free = json!({"overlap": "allowed"});
        set_terms(app, "video-try", free).await;
        assert_eq!(told(&lin.get(&path(&first, "")).await.ok()), []);
        assert_eq!(told(&lin.get(&path(&own, "")).await.ok()).len(), 2);
    }

    async fn a_party_has_no_more_live_bookings_of_a_service_than_it_may(app: &TestApp) {
        let traveller = app.signed_in("luo").await;
        let service = app.service("vaccination").await;
        let form = json!({"contact_name": "罗某", "contact_mobile": "15400000005", "fields": {}});
        let form = with_choices(app, &service, form).await;
        let mut first = Value::Null;
        for minute in [30, 45] {
            for hour in [0, 1] {
                let held = take(&traveller, &service, &format!("2026-11-27T{hour:02}:{minute}:00Z")).await;
                traveller.post(&path(&held, "/request"), form.clone()).await.ok();
                first = held;
            }
        }
        // The fifth is held, and that counts too.
        take(&traveller, &service, "2026-11-27T02:00:00Z").await;
        let sixth = wish(&service, "2026-11-27T02:15:00Z");
        traveller.post("/api/v1/bookings", sixth.clone()).await.refused(409, "too_many_bookings");
        // Another service has its own count, and what is cancelled makes room.
        take(&traveller, &app.service("check-up").await, "2026-11-27T02:30:00Z").await;
        traveller.post(&path(&first, "/cancel"), json!({"reason": "改期"})).await.ok();
        traveller.post("/api/v1/bookings", sixth).await.ok();
    }

    async fn who_leaves_before_the_jab_counts_is_warned_before_requesting(app: &TestApp) {
        let traveller = app.signed_in("luo").await;
        let service = app.service("vaccination").await;
        let held = take(&traveller, &service, "2026-11-27T01:00:00Z").await;
        let form = json!({"contact_name": "罗某", "contact_mobile": "15400000005", "fields": {}});
        let mut form = with_choices(app, &service, form).await;
        form["fields"]["item"] = json!("yellow_fever");
        form["fields"]["departure_on"] = json!("2026-12-02");
        let check = traveller.post(&path(&held, "/check"), form.clone()).await.ok();
        let warning = &check["warnings"][0];
        assert_eq!((&warning["code"], &warning["field"]), (&json!("certificate_not_valid_yet"), &json!("fields.departure_on")));
        let refused = traveller.post(&path(&held, "/request"), form.clone()).await;
        refused.refused(409, "unread_warning");
        assert_eq!(refused.json()["field"], "fields.departure_on");
        assert_eq!(traveller.get(&path(&held, "")).await.ok()["state"], "held");
        // In time, there is nothing to say; too early, it can be wanted all the same.
        let mut in_time = form.clone();
        in_time["fields"]["departure_on"] = json!("2026-12-07");
        assert_eq!(traveller.post(&path(&held, "/check"), in_time).await.ok()["warnings"], json!([]));
        form["acknowledged"] = json!(["certificate_not_valid_yet"]);
        assert_eq!(traveller.post(&path(&held, "/request"), form.clone()).await.ok()["state"], "accepted");
        assert_eq!(traveller.post(&path(&held, "/request"), form).await.ok()["state"], "accepted");
    }

    async fn nobody_types_the_same_twice(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let service = app.service("after-hours").await;
        let prefill = format!("/api/v1/services/{service}/prefill");
        let before = owner.get(&prefill).await.ok();
        assert_eq!((&before["last_answers"], &before["from_reference"]), (&json!({}), &Value::Null));
        assert!(before["contact_name"].is_string());
        let held = take(&owner, &service, "2026-11-27T12:00:00Z").await;
        let form = with_choices(app, &service, after_hours_form()).await;
        owner.post(&path(&held, "/request"), form).await.ok();
        let after = owner.get(&prefill).await.ok();
        assert_eq!((&after["contact_name"], &after["contact_mobile"]), (&json!("林女士"), &json!("15400000001")));
        assert_eq!((&after["last_answers"]["goods"], &after["from_reference"]), (&json!("冷冻虾"), &held["reference"]));
        // Neither what is sensitive nor a colleague's answers.
        let traveller = app.signed_in("luo").await;
        let jab = app.service("vaccination").await;
        let held = take(&traveller, &jab, "2026-11-27T01:00:00Z").await;
        let form = json!({"contact_name": "罗某", "contact_mobile": "15400000005", "fields": {}});
        let form = with_choices(app, &jab, form).await;
        traveller.post(&path(&held, "/request"), form).await.ok();
        let after = traveller.get(&format!("/api/v1/services/{jab}/prefill")).await.ok();
        let keys: Vec<_> = after["last_answers"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["document"]);
    }

    async fn the_registered_mobile_is_filled_in_and_numbers_are_taken_as_they_are_typed(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let service = app.service("after-hours").await;
        let registered = owner.get("/api/v1/me").await.ok()["mobile"].clone();
        assert!(registered.as_str().unwrap().starts_with("154"), "{registered}");
        let prefill = owner.get(&format!("/api/v1/services/{service}/prefill")).await.ok();
        assert_eq!(prefill["contact_mobile"], registered);

        for (day, typed, stored) in [
            (27, "１５４　０００００００１", "15400000001"),
            (28, "+86 154-0000-0001", "15400000001"),
            (29, "+7 916 123-45-67", "+79161234567"),
        ] {
            let held = take(&owner, &service, &format!("2026-11-{day}T12:00:00Z")).await;
            let mut form = with_choices(app, &service, after_hours_form()).await;
            form["contact_mobile"] = json!(typed);
            form["fields"]["declaration_port"] = json!("１９０１");
            owner.post(&path(&held, "/request"), form).await.ok();
            let row = owner.get(&path(&held, "")).await.ok();
            assert_eq!(row["contact_mobile"], stored, "{typed}");
            assert_eq!(row["fields"]["declaration_port"], "1901");
        }
    }

    async fn an_officer_is_not_put_into_two_meetings_unknowingly(app: &TestApp) {
        let (lin, gao, officer) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let service = app.service("after-hours").await;
        let form = with_choices(app, &service, after_hours_form()).await;
        let mut requests = Vec::new();
        for booker in [&lin, &gao] {
            let held = take(booker, &service, "2026-11-27T12:00:00Z").await;
            requests.push(booker.post(&path(&held, "/request"), form.clone()).await.ok());
        }
        officer.post(&path(&requests[0], "/accept"), json!({})).await.ok();
        let listed = officer.get("/api/v1/decisions").await.ok();
        assert_eq!(listed["items"][0]["overlaps"][0]["id"], requests[0]["id"]);
        let busy = officer.post(&path(&requests[1], "/accept"), json!({})).await;
        busy.refused(409, "officer_busy");
        assert_eq!(busy.json()["subject_id"], requests[0]["id"]);
        // A colleague is not busy; and whoever wants it may.
        let accepted = officer.post(&path(&requests[1], "/accept?anyway=true"), json!({})).await.ok();
        assert_eq!(accepted["state"], "accepted");
        let mine = officer.get("/api/v1/day?date=2026-11-27&mine=true").await.ok();
        assert_eq!(mine["bookings"].as_array().unwrap().len(), 2);
        let none = app.signed_in("shen").await.get("/api/v1/day?date=2026-11-27&mine=true").await.ok();
        assert_eq!(none["bookings"], json!([]));
    }

    async fn nobody_who_waits_is_a_no_show_and_an_open_session_is_not_completed_over_it(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let held = take(&owner, &service, "2026-11-26T01:00:00Z").await;
        owner.post(&path(&held, "/request"), try_form()).await.ok();
        let enter = async |who: &crate::support::Browser| {
            let session = who.post(&path(&held, "/session"), json!({})).await.ok();
            let id = session["id"].as_str().unwrap().to_owned();
            let notice = session["notice_version"].clone();
            let notice = if notice.is_null() { json!(5) } else { notice };
            who.post(&format!("/api/v1/sessions/{id}/acknowledge"), json!({"notice_version": notice})).await.ok();
            who.post(&format!("/api/v1/sessions/{id}/wait"), json!({})).await.ok();
            (id, session["me"]["id"].as_str().unwrap().to_owned())
        };
        let (session, guest) = enter(&owner).await;
        let row = officer.get("/api/v1/day?date=2026-11-26").await.ok()["bookings"][0].clone();
        assert_eq!((&row["can"]["no_show"], &row["session"]["waiting"]), (&json!(false), &json!(1)));
        assert_eq!((&row["session"]["waiting_since"], &row["topic"]["zh-CN"]), (&json!("2026-11-26T01:00:00Z"), &json!("试用")));
        officer.post(&path(&held, "/no-show"), json!({})).await.refused(409, "somebody_came");

        enter(&officer).await;
        officer.post(&format!("/api/v1/sessions/{session}/participants/{guest}/admit"), json!({})).await.ok();
        let row = officer.get("/api/v1/day?date=2026-11-26").await.ok()["bookings"][0].clone();
        assert_eq!((&row["can"]["complete"], &row["session"]["state"]), (&json!(false), &json!("open")));
        assert_eq!(row["session"]["inside"], 2);
        officer.post(&path(&held, "/complete"), json!({})).await.refused(409, "session_open");
        officer.post(&path(&held, "/no-show"), json!({})).await.refused(409, "somebody_came");
        officer.post(&format!("/api/v1/sessions/{session}/end"), json!({})).await.ok();
        assert_eq!(officer.get(&path(&held, "")).await.ok()["state"], "completed");
    }

    async fn a_no_show_can_be_taken_back_for_half_an_hour(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let held = take(&owner, &service, "2026-11-26T01:00:00Z").await;
        owner.post(&path(&held, "/request"), try_form()).await.ok();
        let absent = officer.post(&path(&held, "/no-show"), json!({})).await.ok();
        assert_eq!((&absent["can"]["reopen"], &absent["reopen_until"]), (&json!(true), &json!("2026-11-26T01:30:00Z")));
        owner.post(&path(&held, "/reopen"), json!({})).await.refused(403, "forbidden");
        assert_eq!(officer.post(&path(&held, "/reopen"), json!({})).await.ok()["state"], "accepted");
        officer.post(&path(&held, "/no-show"), json!({})).await.ok();
        app.set_time("2026-11-26T01:30:00Z");
        officer.post(&path(&held, "/reopen"), json!({})).await.refused(409, "too_late");
    }
}
