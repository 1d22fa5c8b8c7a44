//! Looking at documents.

use crate::auth::{Actor, Right};
use crate::base::words::ByLanguage;
use crate::booking::entities::booking;
use crate::db::snapshot;
use crate::directory::model::documents::{DocumentSpec, FileKind, STAMPED_FORM};
use crate::documents::log::{DocumentEntry, OPENED};
use crate::documents::model::{self, Side, VISIT, missing, open_name};
use crate::documents::service::{Documents, is_against_terms, is_sensitive, turn};
use crate::documents::store::entities::document;
use crate::documents::{store, words};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Booker,
    /// Of the booker's enterprise.
    Colleague,
    Office,
    Auditor,
}

/// A document that is asked for, and the files of it.
#[derive(Clone, Debug)]
pub struct Item {
    pub spec: DocumentSpec,
    pub documents: Vec<Listed>,
    /// The reader uploads it.
    pub can_upload: bool,
}

/// A file with what its reader is told of it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: document::Model,
    /// None: it cannot be read, or not by them.
    pub name: Option<String>,
    pub can_open: bool,
    pub can_remove: bool,
}

/// The documents of a booking.
#[derive(Clone, Debug)]
pub struct Listing {
    pub items: Vec<Item>,
    /// The keys of the required ones that are missing.
    pub missing: Vec<String>,
}

/// A file as it is given. It counts as being in memory until all of it was taken.
#[derive(Debug)]
pub struct Given {
    pub name: String,
    pub kind: FileKind,
    pub bytes: Vec<u8>,
    pub turn: OwnedSemaphorePermit,
}

impl Documents {
    /// A booking for whoever reads its documents. Auditors see each; everybody else those of their own scope.
    async fn read_by(&self, actor: &Actor, id: Uuid) -> Result<(booking::Model, Reader), Problem> {
        if actor.has(Right::Review) {
            let row = self.0.booking.find(id).await?.ok_or_else(Problem::not_found)?;
            return Ok((row, Reader::Auditor));
        }
        let row = self.0.booking.find_for(actor, id).await?;
        let reader = match row.account_id == actor.account_id {
            _ if actor.has(Right::HandleBookings) => Reader::Office,
            true => Reader::Booker,
            false => Reader::Colleague,
        };
        Ok((row, reader))
    }

    /// What is asked for, and what is there of it.
    pub async fn list(&self, actor: &Actor, booking: Uuid) -> Result<Listing, Problem> {
        let (case, reader) = self.read_by(actor, booking).await?;
        let info = self.info(&case).await?;
        let conn = self.0.db.reader();
        let mut rows = store::of_booking(conn, case.id).await?;
        let missing = missing(info.spec.required_uploads(), &rows);
        let missing = missing.into_iter().map(|spec| spec.key.clone()).collect();
        let side = match reader {
            Reader::Booker | Reader::Colleague => Some(Side::Booker),
            Reader::Office => Some(Side::Office),
            Reader::Auditor => None,
        };
        let is_open = side.is_some_and(|side| self.refuse_closed(&case, side).is_ok());
        let mut specs: Vec<DocumentSpec> = info.spec.documents.clone();
        let of_office = matches!(reader, Reader::Office | Reader::Auditor);
        if of_office && is_against_terms(conn, case.id).await? {
            specs.push(DocumentSpec::stamped_form());
        }
        rows.retain(|row| of_office || row.item != STAMPED_FORM);
        // What the service asked for when it was uploaded, and does not any more.
        for row in &rows {
            if !specs.iter().any(|spec| spec.key == row.item) {
                let former = info.spec.former_documents.iter().find(|spec| spec.key == row.item).cloned();
                let unnamed = || {
                    let (key, label) = (row.item.clone(), ByLanguage::same(row.item.clone()));
                    DocumentSpec { key, label, ..DocumentSpec::stamped_form() }
                };
                specs.push(former.unwrap_or_else(unnamed));
            }
        }
        let can_open = reader != Reader::Colleague || !is_sensitive(&info);
        let items = specs.into_iter().map(|spec| {
            let of_item = rows.iter().filter(|row| row.item == spec.key);
            let listed = of_item.map(|row| Listed {
                name: if can_open { self.name_of(row) } else { None },
                can_open,
                can_remove: is_open && side.is_some_and(|side| self.refuse_kept(row, side).is_ok()),
                row: row.clone(),
            });
            let item = side.and_then(|side| model::item_of(&info.spec.documents, &spec.key, side, of_office));
            Item { documents: listed.collect(), can_upload: is_open && item.is_some(), spec }
        });
        Ok(Listing { items: items.collect(), missing })
    }

    fn name_of(&self, row: &document::Model) -> Option<String> {
        open_name(&self.0.keyring, row)
            .inspect_err(
                |why| tracing::error!(alarm = "keys", id = %row.id, %why, "a document cannot be read"),
            )
            .ok()
    }

    /// A file as it was uploaded. That somebody of the office has seen one of a service with sensitive answers is an entry
    /// of the case, and so is that an auditor has seen any.
    pub async fn open(&self, actor: &Actor, booking: Uuid, id: Uuid) -> Result<Given, Problem> {
        let (case, reader) = self.read_by(actor, booking).await?;
        let info = self.info(&case).await?;
        let sensitive = is_sensitive(&info);
        if reader == Reader::Colleague && sensitive {
            return Err(Problem::not_found());
        }
        let turn = turn(&self.0.going).await?;
        let _at_work = self.0.work.acquire().await.map_err(|_| Problem::for_panic())?;
        // As of one moment: it may be replaced meanwhile.
        let as_of = snapshot(self.0.db.reader()).await?;
        let row = store::one(&as_of, case.id, id).await?.ok_or_else(Problem::not_found)?;
        let is_hidden = row.item == STAMPED_FORM && matches!(reader, Reader::Booker | Reader::Colleague);
        if is_hidden {
            return Err(Problem::not_found());
        }
        let pieces = store::pieces(&as_of, id).await?;
        as_of.rollback().await?;
        let keyring = self.0.keyring.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let name = open_name(&keyring, &row)?;
            model::open(&keyring, &row, &pieces).map(|bytes| (name, row.kind, bytes))
        });
        let (name, kind, bytes) = opened.await.map_err(|_| Problem::for_panic())?.map_err(|why| {
            tracing::error!(alarm = "keys", %id, %why, "a document cannot be read");
            words::unreadable()
        })?;
        if reader == Reader::Auditor || (reader == Reader::Office && sensitive) {
            self.note_visit(actor, case.id, id).await?;
        }
        Ok(Given { name, kind, bytes, turn })
    }

    /// Once an hour, reader and document.
    async fn note_visit(&self, actor: &Actor, case: Uuid, document: Uuid) -> Result<(), Problem> {
        let (by, now) = (actor.evidence(), self.0.clock.now());
        let since = now - VISIT;
        if is_noted(self.0.db.reader(), case, document, by, since).await? {
            return Ok(());
        }
        let noted = self.0.db.write(move |tx| {
            Box::pin(async move {
                if !is_noted(tx.conn(), case, document, by, since).await? {
                    let what = DocumentEntry::Opened { document };
                    evidence::append(tx, NewEntry::new(case, &what, by, now)).await?;
                }
                Ok::<_, Problem>(())
            })
        });
        noted.await
    }
}

async fn is_noted(
    conn: &impl ConnectionTrait,
    case: Uuid,
    document: Uuid,
    by: evidence::Actor,
    since: chrono::DateTime<chrono::Utc>,
) -> Result<bool, DbErr> {
    let entries = evidence::ask::entries_since(conn, case, OPENED, since).await?;
    let is_this = |bytes: &[u8]| {
        evidence::model::actor_of(bytes).0 == by.id
            && matches!(evidence::read(bytes), Some(DocumentEntry::Opened { document: seen }) if seen == document)
    };
    Ok(entries.iter().any(|row| is_this(&row.bytes)))
}
