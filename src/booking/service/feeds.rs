//! Calendars to subscribe to: whoever has the secret address reads the appointments in it, without signing in.
//!
//! Programs that show calendars cannot sign in, so the address is the key: random, shown once, kept as a hash (256 bits,
//! which nobody guesses; as with all our links attempts are not counted). It opens times, places, services and
//! references, and no more than its maker may see when it is read: with their membership or role it ends by itself.
//! Everybody in an enterprise sees which addresses there are, not the addresses, and can end each of them.

use crate::auth::entities::account::Role;
use crate::auth::entities::enterprise::EnterpriseState;
use crate::auth::{self, Actor, Right};
use crate::base::{ids, words};
use crate::booking::log::{BookedStage, FeedEntry};
use crate::booking::model::feeds::{
    KEPT_FOR, LONGEST_LABEL, MOST_APPOINTMENTS, MOST_FEEDS, NOTED_ONCE_IN, is_good, may_have, one_by_one,
};
use crate::booking::service::Booking;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::calendar_feed::{self, Covers};
use crate::booking::store::feeds::{self, Party, Shown};
use crate::booking::store::{Scope, appointments};
use crate::booking::words::calendar;
use crate::booking::words::mails::News;
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use crate::notify;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// A calendar as those see it who have a say about it.
#[derive(Clone, Debug)]
pub struct FeedShown {
    pub row: calendar_feed::Model,
    /// The name of who made it.
    pub made_by: String,
}

/// A calendar with its address, which nobody is told again.
#[derive(Clone, Debug)]
pub struct FeedMade {
    pub feed: FeedShown,
    pub url: String,
}

/// What is to be made.
#[derive(Clone)]
enum Wish {
    New { covers: Option<Covers>, label: Option<String> },
    InPlaceOf(Uuid),
}

impl Booking {
    /// A new address; for what somebody of this role usually has, unless they say.
    pub async fn make_feed(
        &self,
        actor: &Actor,
        covers: Option<Covers>,
        label: Option<String>,
    ) -> Result<FeedMade, Problem> {
        let label = check_label(label)?;
        self.write_feed(actor, Wish::New { covers, label }).await
    }

    /// A new address in place of one that is no good from then on.
    pub async fn renew_feed(&self, actor: &Actor, id: Uuid) -> Result<FeedMade, Problem> {
        self.write_feed(actor, Wish::InPlaceOf(id)).await
    }

    async fn write_feed(&self, actor: &Actor, wish: Wish) -> Result<FeedMade, Problem> {
        let party = party_of(actor)?;
        let (now, by, maker) = (self.0.clock.now(), actor.evidence(), actor.account_id);
        let may = may_have(actor.role, matches!(party, Party::Enterprise(_)));
        let token = ids::new_token();
        let token_hash = ids::token_hash(&token);
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                auth::ask::lock_party(tx, maker, None).await?;
                let mut entries = Vec::new();
                let (covers, label, replaces) = match wish {
                    Wish::New { covers, label } => (covers.or(may.first().copied()), label, None),
                    Wish::InPlaceOf(id) => {
                        let old = feeds::lock(tx, party, id).await?;
                        let old =
                            old.filter(|old| old.revoked_at.is_none()).ok_or_else(Problem::not_found)?;
                        feeds::revoke(tx, id, now).await?;
                        entries.push(NewEntry::new(SYSTEM, &FeedEntry::Revoked { feed_id: id }, by, now));
                        (Some(old.covers), old.label, Some(id))
                    }
                };
                let covers = covers.filter(|covers| may.contains(covers)).ok_or_else(Problem::forbidden)?;
                if feeds::count_of_maker(tx.conn(), maker).await? >= MOST_FEEDS {
                    return Err(too_many());
                }
                let (enterprise_id, member_since) = match party {
                    Party::Enterprise(id) => {
                        let rows = auth::ask::accounts(tx.conn(), &[maker]).await?;
                        (Some(id), rows.get(&maker).and_then(|row| row.member_since))
                    }
                    Party::Account(_) => (None, None),
                };
                let row = calendar_feed::Model {
                    id: ids::new_id(now),
                    account_id: maker,
                    enterprise_id,
                    member_since,
                    covers,
                    label,
                    token_hash,
                    created_at: now,
                    revoked_at: None,
                    last_read_at: None,
                };
                let made = FeedEntry::Made { feed_id: row.id, covers, enterprise_id, replaces };
                entries.push(NewEntry::new(SYSTEM, &made, by, now));
                feeds::insert(tx, row.clone()).await?;
                evidence::append_all(tx, entries).await?;
                Ok::<_, Problem>(row)
            })
        });
        let row = write.await?;
        let url = format!("{}/calendar/{token}.ics", self.0.installation.public_url);
        Ok(FeedMade { feed: FeedShown { row, made_by: actor.name.clone() }, url })
    }

    /// The calendars that somebody has a say about and that can be read.
    pub async fn feeds(&self, actor: &Actor) -> Result<Vec<FeedShown>, Problem> {
        let party = party_of(actor)?;
        let reader = self.0.db.reader();
        let rows = feeds::standing(reader, party).await?;
        let makers: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        let makers = auth::ask::accounts(reader, &makers).await?;
        let enterprises: Vec<Uuid> = rows.iter().filter_map(|row| row.enterprise_id).take(1).collect();
        let enterprises = auth::ask::enterprises(reader, &enterprises).await?;
        let shown = |row: calendar_feed::Model| {
            let maker = makers.get(&row.account_id)?;
            let enterprise = row.enterprise_id.and_then(|id| enterprises.get(&id));
            is_good(&row, maker, enterprise).then(|| FeedShown { made_by: maker.name.clone(), row })
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// Ends an address at once; one that has ended stays so.
    pub async fn revoke_feed(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        let party = party_of(actor)?;
        let (now, by) = (self.0.clock.now(), actor.evidence());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let row = feeds::lock(tx, party, id).await?.ok_or_else(Problem::not_found)?;
                if row.revoked_at.is_none() {
                    feeds::revoke(tx, id, now).await?;
                    let what = FeedEntry::Revoked { feed_id: id };
                    evidence::append(tx, NewEntry::new(SYSTEM, &what, by, now)).await?;
                }
                Ok::<_, Problem>(())
            })
        });
        write.await
    }

    /// The calendar behind an address, as it is now. The same appointments are the same text.
    pub async fn read_feed(&self, token: &str) -> Result<String, Problem> {
        let (now, reader) = (self.0.clock.now(), self.0.db.reader());
        let feed = feeds::by_hash(reader, ids::token_hash(token)).await?.ok_or_else(Problem::not_found)?;
        let makers = auth::ask::accounts(reader, &[feed.account_id]).await?;
        let enterprises: Vec<Uuid> = feed.enterprise_id.into_iter().collect();
        let enterprises = auth::ask::enterprises(reader, &enterprises).await?;
        let enterprise = feed.enterprise_id.and_then(|id| enterprises.get(&id));
        let maker = makers.get(&feed.account_id).filter(|maker| is_good(&feed, maker, enterprise));
        let maker = maker.ok_or_else(revoked)?;

        let (window, language) = ((now - KEPT_FOR, now), maker.locale);
        let rows = feeds::bookings(reader, shown_in(&feed), window, MOST_APPOINTMENTS).await?;
        let cases: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut known = notify::calendar_identities(reader, &cases).await?;
        let mut stages: HashMap<Uuid, Vec<appointment::Model>> = HashMap::new();
        for one in appointments::of(reader, cases).await? {
            stages.entry(one.booking_id).or_default().push(one);
        }
        let mut services = HashMap::new();
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let info = match services.entry(row.service_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.info(row.service_id).await?),
            };
            let stages = stages.remove(&row.id).unwrap_or_default();
            let shown = one_by_one(&feed, row, &stages);
            let stages = BookedStage::of(&stages);
            let news =
                News { installation: &self.0.installation, info, row, now, to: None, language, stages };
            let known = known.remove(&row.id);
            match shown {
                Some(stages) => events.extend(calendar::stages(&news, known.as_ref(), &stages)),
                None => events.extend(calendar::entry(&news, known, feed.covers)),
            }
        }
        self.note_read(&feed, now).await;
        Ok(calendar::calendar(feed.covers, language, events))
    }

    /// Once an hour, so that its owners see whether it is still used. Nobody has to wait for a store that takes nothing.
    async fn note_read(&self, feed: &calendar_feed::Model, now: DateTime<Utc>) {
        if feed.last_read_at.is_some_and(|last| now - last < NOTED_ONCE_IN) {
            return;
        }
        let id = feed.id;
        let write = self.0.db.write(move |tx| Box::pin(feeds::note_read(tx, id, now)));
        if let Err(error) = write.await {
            tracing::warn!(%error, "that a calendar was read could not be noted");
        }
    }
}

/// Who has a say: staff and travellers about their own, members about those of their enterprise.
fn party_of(actor: &Actor) -> Result<Party, Problem> {
    if actor.has(Right::HandleBookings) {
        return Ok(Party::Account(actor.account_id));
    }
    actor.may(Right::Book)?;
    let enterprise = match &actor.enterprise {
        Some(enterprise) if actor.role != Role::Traveller => enterprise,
        _ => return Ok(Party::Account(actor.account_id)),
    };
    let title = match enterprise.state {
        EnterpriseState::Approved => return Ok(Party::Enterprise(enterprise.id)),
        EnterpriseState::Pending => words::booking::enterprise_pending(),
        EnterpriseState::Refused => words::booking::enterprise_refused(),
    };
    Err(Problem::forbidden().saying(title))
}

fn shown_in(feed: &calendar_feed::Model) -> Shown {
    match (feed.covers, feed.enterprise_id) {
        (Covers::Desk, _) => Shown::Desk(feed.account_id),
        (Covers::Office, _) => Shown::All(Scope::Office),
        (Covers::Enterprise, Some(id)) => Shown::All(Scope::Enterprise(id)),
        (Covers::Enterprise, None) | (Covers::Own, _) => Shown::All(Scope::Person(feed.account_id)),
    }
}

fn check_label(label: Option<String>) -> Result<Option<String>, Problem> {
    let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    let fits =
        |label: &String| label.chars().count() <= LONGEST_LABEL && !label.chars().any(char::is_control);
    if label.as_ref().is_none_or(fits) {
        return Ok(label);
    }
    Err(Problem::invalid("label", words::booking::too_long(LONGEST_LABEL)))
}

fn too_many() -> Problem {
    Problem::conflict(words::booking::too_many_calendar_feeds(MOST_FEEDS))
}

fn revoked() -> Problem {
    Problem::gone(words::booking::calendar_feed_revoked())
}
