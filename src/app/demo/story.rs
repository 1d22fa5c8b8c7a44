//! What happened in the demo's office, day by day. The same each time: chance is drawn from a fixed seed.

use crate::app::demo::DemoFault;
use crate::app::demo::media;
use crate::app::demo::office::{Booked, DemoOffice};
use chrono::{Days, NaiveDate, TimeDelta};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

const SEED: u64 = 239_999;
/// Of a hundred: how often somebody rates, and how the levels 5 to 1 are spread.
const ANSWERS: u32 = 70;
const LEVELS: [(u32, u8); 5] = [(72, 5), (90, 4), (96, 3), (99, 2), (100, 1)];
const GOOD: [&str; 4] =
    ["不用跑现场，半小时就办完了。", "关员很耐心，讲得清楚。", "夜里也有人接，货没耽误。", ""];
const POOR: [&str; 3] =
    ["等了二十分钟才有人接。", "第一次连接时没有声音，重新进入才好。", "地点不好找，希望有路线图。"];

/// What is booked in the office, in turns, and by whom.
const REGULARS: [(&str, &str); 6] = [
    ("bai", "after-hours"),
    ("luo", "vaccination"),
    ("lin", "video"),
    ("gao", "check-up"),
    ("lin", "after-hours"),
    ("gao", "video"),
];
const TOPICS: [(&str, &str); 4] = [
    ("grain", "到港大豆的检疫许可需要哪些材料。"),
    ("relief", "进口科研设备减免税的手续。"),
    ("processing", "加工贸易手册核销的问题。"),
    ("general", "报关单修改的手续。"),
];

/// The months before today, one working day after the other.
pub(super) async fn months(office: &DemoOffice<'_>, days_back: i64) -> Result<(), DemoFault> {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let mut turn = 0;
    for back in (1..days_back).rev() {
        let Some(date) = office.today().checked_sub_days(Days::new(back.unsigned_abs())) else { continue };
        if !office.is_working(date).await? {
            continue;
        }
        let recent = back <= 10;
        for _ in 0..2 {
            turn += 1;
            past_booking(office, &mut rng, date, turn, recent).await?;
        }
    }
    Ok(())
}

async fn past_booking(
    office: &DemoOffice<'_>,
    rng: &mut SmallRng,
    date: NaiveDate,
    turn: usize,
    recent: bool,
) -> Result<(), DemoFault> {
    let (booker, service) = REGULARS[turn % REGULARS.len()];
    let officer = if turn.is_multiple_of(3) { "han" } else { "zhou" };
    let Some(day_before) = date.checked_sub_days(Days::new(2)) else { return Ok(()) };
    office.clock.set(office.at(day_before, 9, rng.random_range(0..50)));
    let earliest = office.at(date, rng.random_range(8..22), 0);
    let Some(booked) = office.book(booker, service, date, earliest, answers(turn)).await? else {
        return Ok(());
    };
    office.clock.advance(TimeDelta::minutes(rng.random_range(4..90)));
    if rng.random_range(0..100) < 4 && !booked.accepted {
        return office.give_up(officer, &booked, "refuse", "材料不齐，请补齐后再约。").await;
    }
    if !booked.accepted {
        office.handle(officer, &booked, "accept").await?;
    }
    match rng.random_range(0..100) {
        0..5 => {
            office.clock.advance(TimeDelta::hours(3));
            return office.give_up(booker, &booked, "cancel", "船期改了。").await;
        }
        5..8 if service != "video" => {
            office.clock.set(booked.ends_at + TimeDelta::minutes(20));
            return office.handle(officer, &booked, "no-show").await;
        }
        _ => {}
    }
    if service == "video" {
        meeting(office, officer, &booked, recent, turn).await?;
    } else {
        office.clock.set(booked.starts_at + TimeDelta::minutes(1));
        office.handle(officer, &booked, "check-in").await?;
        office.clock.set(booked.ends_at - TimeDelta::minutes(2));
        office.handle(officer, &booked, "complete").await?;
    }
    if booked.ends_at > office.now - TimeDelta::hours(3) || rng.random_range(0..100) >= ANSWERS {
        return office.hand_over().await;
    }
    let drawn = rng.random_range(0..100);
    let level = LEVELS.iter().find(|(up_to, _)| drawn < *up_to).map_or(5, |(_, level)| *level);
    let comment = if level >= 4 { GOOD[turn % GOOD.len()] } else { POOR[turn % POOR.len()] };
    office.rate(&booked, level, Some(comment).filter(|comment| !comment.is_empty())).await
}

/// A video meeting from the waiting room to its end; those of the last days have recordings.
async fn meeting(
    office: &DemoOffice<'_>,
    officer: &str,
    booked: &Booked,
    recorded: bool,
    turn: usize,
) -> Result<(), DemoFault> {
    office.clock.set(booked.starts_at - TimeDelta::minutes(3));
    let (session, guest) = office.enter(booked.booker, booked).await?;
    office.clock.set(booked.starts_at + TimeDelta::seconds(20));
    office.enter(officer, booked).await?;
    office.clock.advance(TimeDelta::seconds(5));
    office.admit(officer, &session, &guest).await?;
    if recorded {
        // Every other meeting has a break in it: somebody's line was gone for a while.
        office.record(&session, booked.booker, &media::clerk(), turn.is_multiple_of(4)).await?;
        office.clock.set(booked.starts_at + TimeDelta::seconds(25));
        office.record(&session, officer, &media::officer(), false).await?;
        // Ended with the recordings: what follows them would be missing.
        office.clock.advance(TimeDelta::seconds(1));
    } else {
        office.clock.set(booked.starts_at + TimeDelta::minutes(14));
    }
    office.end(officer, &session).await
}

/// Today: what is over, what is under way, what comes, and what waits for a decision.
pub(super) async fn today(office: &DemoOffice<'_>) -> Result<(), DemoFault> {
    let today = office.today();
    let Some(day_before) = today.checked_sub_days(Days::new(2)) else { return Ok(()) };
    office.clock.set(office.at(day_before, 10, 5));
    let mut day = Vec::new();
    // In minutes from now. What is always open comes soon, whatever day and hour it is.
    let plan = [
        ("luo", "vaccination", -150),
        ("gao", "check-up", -90),
        ("lin", "video", -100),
        ("lin", "video-try", 20),
        ("gao", "video", 75),
        ("gao", "video-try", 45),
        ("bai", "after-hours", 180),
        ("lin", "after-hours", 300),
    ];
    for (turn, (booker, service, minutes)) in plan.into_iter().enumerate() {
        let earliest = office.now + TimeDelta::minutes(minutes);
        if let Some(booked) = office.book(booker, service, today, earliest, answers(turn)).await? {
            office.clock.advance(TimeDelta::minutes(7));
            if !booked.accepted {
                office.handle("zhou", &booked, "accept").await?;
            }
            day.push((service, booked));
        }
    }
    for (service, booked) in &day {
        if booked.ends_at >= office.now {
            continue;
        }
        if service.starts_with("video") {
            meeting(office, "zhou", booked, true, 1).await?;
        } else {
            office.clock.set(booked.starts_at);
            office.handle("zhou", booked, "check-in").await?;
            office.clock.set(booked.ends_at - TimeDelta::minutes(1));
            office.handle("zhou", booked, "complete").await?;
        }
    }
    office.clock.set(office.now);
    office.hand_over().await?;
    undecided(office).await
}

/// Requests for the coming days that an officer finds to decide on.
async fn undecided(office: &DemoOffice<'_>) -> Result<(), DemoFault> {
    let mut wanted = vec![("bai", "after-hours"), ("lin", "video"), ("gao", "video")];
    for ahead in 2..8 {
        let Some(date) = office.today().checked_add_days(Days::new(ahead)) else { continue };
        let Some((booker, service)) = wanted.pop() else { break };
        let morning = office.at(date, 10, 0);
        if office.book(booker, service, date, morning, answers(wanted.len())).await?.is_none() {
            wanted.push((booker, service));
        }
    }
    Ok(())
}

fn answers(turn: usize) -> Value {
    let (topic, about) = TOPICS[turn % TOPICS.len()];
    json!({
        "topic": topic, "about": about, "goods": "冷藏三文鱼", "consignee": "雪原样例粮油",
        "reason": "货物需在当晚装车，等不到上班时间。",
    })
}
