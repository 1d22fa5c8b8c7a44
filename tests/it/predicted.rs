//! One after the other, whatever comes: every answer of the program is foretold by a few lines that count places and know
//! the promises of a booking, and nothing else of the program.

use crate::booking::{after_hours_form, with_choices};
use crate::booking_terms::set_terms;
use crate::both_stores;
use crate::desk::changed;
use crate::support::{Browser, TestApp, hold_back};
use chrono::{DateTime, TimeDelta, Utc};
use mianqia::booking::jobs::ExpireBookings;
use mianqia::db::jobs::Job;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

/// Tuesday, an hour before the first of the times that all want.
const AT: &str = "2026-11-24T09:00:00Z";
const FIRST: &str = "2026-11-24T10:00:00Z";
const TIMES: i64 = 5;
/// As the demo lays the service, and as many as one person may hold.
const PLACES: usize = 2;
const HOLDS: usize = 5;
const HOLD: TimeDelta = TimeDelta::minutes(15);
const LOGINS: [&str; 3] = ["lin", "gao", "bai"];
const STEPS: usize = 140;

/// A booking as it was promised to stand.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    owner: usize,
    state: &'static str,
    starts_at: DateTime<Utc>,
    held_until: DateTime<Utc>,
}

impl Known {
    fn keeps_place(&self) -> bool {
        !["cancelled", "refused", "expired"].contains(&self.state)
    }
}

/// What is foretold: it is done and stands so, or it is refused for that.
type Foretold = Result<&'static str, &'static str>;

struct Office {
    now: DateTime<Utc>,
    all: Vec<Known>,
}

impl Office {
    fn taken(&self, starts_at: DateTime<Utc>, but: Option<usize>) -> usize {
        let there = |(index, one): &(usize, &Known)| {
            Some(*index) != but && one.keeps_place() && one.starts_at == starts_at
        };
        self.all.iter().enumerate().filter(there).count()
    }

    fn hold(&self, owner: usize, starts_at: DateTime<Utc>) -> Foretold {
        let held = self.all.iter().filter(|one| one.owner == owner && one.state == "held").count();
        match () {
            () if starts_at <= self.now => Err("slot_past"),
            () if self.taken(starts_at, None) >= PLACES => Err("slot_taken"),
            () if held >= HOLDS => Err("too_many_holds"),
            () => Ok("held"),
        }
    }

    fn step(&self, index: usize, what: &str) -> Foretold {
        let one = &self.all[index];
        let begun = self.now >= one.starts_at;
        match (what, one.state) {
            ("request", "held") => Ok("requested"),
            // The same again.
            ("request", "requested" | "accepted") => Ok(one.state),
            ("request", "expired") => Err("hold_expired"),
            ("cancel", "held" | "requested") => Ok("cancelled"),
            ("cancel", "accepted") if begun => Err("too_late"),
            ("cancel", "accepted") => Ok("cancelled"),
            ("accept", "requested") => Ok("accepted"),
            ("refuse", "requested") => Ok("refused"),
            ("check-in", "accepted") if self.now < one.starts_at - TimeDelta::minutes(60) => Err("too_early"),
            ("check-in", "accepted") => Ok("checked_in"),
            ("complete", "checked_in") => Ok("completed"),
            ("no-show", "accepted" | "checked_in") if begun => Ok("no_show"),
            ("no-show", "accepted" | "checked_in") => Err("too_early"),
            _ => Err("wrong_state"),
        }
    }

    fn moved(&self, index: usize, to: DateTime<Utc>) -> Foretold {
        let one = &self.all[index];
        match one.state {
            "requested" | "accepted" if self.now >= one.starts_at => Err("too_late"),
            "requested" | "accepted" if to <= self.now => Err("slot_past"),
            "requested" | "accepted" if to == one.starts_at => Err("same_time"),
            "requested" | "accepted" if self.taken(to, Some(index)) >= PLACES => Err("slot_taken"),
            "requested" | "accepted" => Ok("requested"),
            _ => Err("wrong_state"),
        }
    }

    /// Time goes on, and what has ended by itself has.
    fn wait(&mut self, minutes: i64) {
        self.now += TimeDelta::minutes(minutes);
        for one in &mut self.all {
            let held_out = one.state == "held" && one.held_until <= self.now;
            if held_out || (one.state == "requested" && one.starts_at <= self.now) {
                one.state = "expired";
            }
        }
    }
}

struct Run<'a> {
    app: &'a TestApp,
    bookers: Vec<Browser>,
    officer: Browser,
    service: String,
    form: Value,
    office: Office,
    rng: StdRng,
}

impl Run<'_> {
    fn time(&mut self) -> DateTime<Utc> {
        FIRST.parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(self.rng.random_range(0..TIMES))
    }

    fn body(&self, what: &str) -> Value {
        match what {
            "request" => self.form.clone(),
            "cancel" | "refuse" => json!({"reason": "改期"}),
            _ => json!({}),
        }
    }

    async fn one(&mut self) {
        match self.rng.random_range(0..100) {
            0..35 => self.hold().await,
            35..75 => self.step().await,
            75..88 => self.move_it().await,
            _ => {
                let minutes = self.rng.random_range(1..18);
                self.office.wait(minutes);
                self.app.clock.set(self.office.now);
                self.app.app.booking.sweep_expired().await.unwrap();
            }
        }
    }

    async fn hold(&mut self) {
        let (owner, starts_at) = (self.rng.random_range(0..LOGINS.len()), self.time());
        let foretold = self.office.hold(owner, starts_at);
        let wish = json!({"service_id": self.service, "starts_at": starts_at, "anyway": true});
        let answer = self.bookers[owner].post("/api/v1/bookings", wish).await;
        let told = answer.json();
        assert_eq!(said(&answer), own(foretold), "{}", answer.text);
        if foretold.is_ok() {
            let id = told["id"].as_str().unwrap().to_owned();
            let held_until = starts_at.min(self.office.now + HOLD);
            self.office.all.push(Known { id, owner, state: "held", starts_at, held_until });
        }
    }

    async fn step(&mut self) {
        if self.office.all.is_empty() {
            return;
        }
        let what =
            ["request", "request", "accept", "accept", "cancel", "refuse", "check-in", "complete", "no-show"];
        let (what, index) = (what[self.rng.random_range(0..what.len())], self.some());
        let foretold = self.office.step(index, what);
        let one = &self.office.all[index];
        let who = match what {
            "request" | "cancel" => &self.bookers[one.owner],
            _ => &self.officer,
        };
        // The officer does not mind that they have another one at the time.
        let anyway = if what == "accept" { "?anyway=true" } else { "" };
        let path = format!("/api/v1/bookings/{}/{what}{anyway}", one.id);
        let answer = who.post(&path, self.body(what)).await;
        assert_eq!(said(&answer), own(foretold), "{what} of {one:?} at {}: {}", self.office.now, answer.text);
        if let Ok(state) = foretold {
            self.office.all[index].state = state;
        }
    }

    async fn move_it(&mut self) {
        if self.office.all.is_empty() {
            return;
        }
        let (index, to) = (self.some(), self.time());
        let foretold = self.office.moved(index, to);
        let one = &self.office.all[index];
        let path = format!("/api/v1/bookings/{}/reschedule", one.id);
        let answer = self.bookers[one.owner].post(&path, json!({"starts_at": to, "anyway": true})).await;
        assert_eq!(said(&answer), own(foretold), "{one:?} to {to} at {}: {}", self.office.now, answer.text);
        if let Ok(state) = foretold {
            (self.office.all[index].state, self.office.all[index].starts_at) = (state, to);
        }
    }

    /// Rather one that is not over.
    fn some(&mut self) -> usize {
        let live = ["held", "requested", "accepted", "checked_in"];
        let all = 0..self.office.all.len();
        let going_on: Vec<usize> =
            all.clone().filter(|index| live.contains(&self.office.all[*index].state)).collect();
        match going_on.is_empty() || self.rng.random_bool(0.15) {
            true => self.rng.random_range(all),
            false => going_on[self.rng.random_range(0..going_on.len())],
        }
    }

    /// What everybody sees is what was promised: where each booking stands, and how many places are left.
    async fn is_as_foretold(&self) {
        for one in &self.office.all {
            let seen = self.bookers[one.owner].get(&format!("/api/v1/bookings/{}", one.id)).await.ok();
            assert_eq!(seen["state"], one.state, "{one:?} at {}", self.office.now);
            assert_eq!(seen["starts_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), one.starts_at);
        }
        let path = format!("/api/v1/services/{}/slots?date=2026-11-24", self.service);
        let slots = self.bookers[0].get(&path).await.ok();
        let first: DateTime<Utc> = FIRST.parse().unwrap();
        for slot in slots["slots"].as_array().unwrap() {
            let starts_at: DateTime<Utc> = slot["starts_at"].as_str().unwrap().parse().unwrap();
            if starts_at >= first && starts_at > self.office.now {
                let left = PLACES - self.office.taken(starts_at, None);
                assert_eq!(slot["free"], json!(left), "{slot} at {}", self.office.now);
            }
        }
    }
}

fn own(foretold: Foretold) -> Result<String, String> {
    foretold.map(str::to_owned).map_err(str::to_owned)
}

/// What was answered.
fn said(answer: &crate::support::Answer) -> Result<String, String> {
    let told = answer.json();
    match answer.status.is_success() {
        true => Ok(told["state"].as_str().unwrap().to_owned()),
        false => Err(told["code"].as_str().unwrap().to_owned()),
    }
}

both_stores! { at AT;
    async fn every_answer_is_foretold_by_counting_places_and_knowing_the_promises(app: &TestApp) {
        let service = set_terms(app, "after-hours", json!({})).await;
        changed(app, "after-hours", |row| (row.lead_minutes, row.hold_minutes) = (0, 15)).await;
        // Nothing ends by itself but when this run says so.
        hold_back(app, ExpireBookings::KIND).await;
        let mut bookers = Vec::new();
        for login in LOGINS {
            bookers.push(app.signed_in(login).await);
        }
        let form = with_choices(app, &service, after_hours_form()).await;
        let office = Office { now: AT.parse().unwrap(), all: Vec::new() };
        let (officer, rng) = (app.signed_in("zhou").await, StdRng::seed_from_u64(7));
        let mut run = Run { app, bookers, officer, service, form, office, rng };
        for number in 0..STEPS {
            run.one().await;
            if number % 20 == 19 {
                run.is_as_foretold().await;
            }
        }
        let states: std::collections::BTreeSet<_> = run.office.all.iter().map(|one| one.state).collect();
        assert!(states.len() >= 5, "the run went far: {states:?}");
    }
}
