//! Uploading: who may is said before a byte is read, and what it is before a byte is kept.

use crate::auth::Actor;
use crate::base::ids;
use crate::db::Tx;
use crate::directory::model::documents::{DocumentSpec, MOST_BYTES};
use crate::documents::log::DocumentEntry;
use crate::documents::model::{self, Content, Sealed, Side, examine, item_of, kept_name};
use crate::documents::service::{Documents, is_against_terms, turn};
use crate::documents::store::entities::document;
use crate::documents::{store, words};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

/// As many files somebody sends at a time.
const MOST_AT_ONCE: usize = 3;

/// What somebody is about to upload.
#[derive(Clone, Debug)]
pub struct NewDocument {
    pub booking_id: Uuid,
    /// Which of the documents that the service asks for.
    pub item: String,
    /// What the file is called.
    pub name: String,
    /// The document in whose place it comes.
    pub replaces: Option<Uuid>,
}

/// A file may be sent; while this is kept it counts as being on its way.
pub struct Admitted {
    new: NewDocument,
    spec: DocumentSpec,
    side: Side,
    by: (Uuid, evidence::Actor),
    _turn: OwnedSemaphorePermit,
    _sending: Sending,
}

impl Admitted {
    /// So many bytes it may have.
    pub fn most_bytes(&self) -> usize {
        self.spec.most_bytes.min(MOST_BYTES) as usize
    }
}

/// Somebody sends a file.
struct Sending(Documents, Uuid);

impl Drop for Sending {
    fn drop(&mut self) {
        let mut sending = self.0.sending();
        if let Some(count) = sending.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                sending.remove(&self.1);
            }
        }
    }
}

impl Documents {
    fn sending(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_sending(&self, account: Uuid) -> Result<Sending, Problem> {
        let mut sending = self.sending();
        let count = sending.entry(account).or_default();
        if *count >= MOST_AT_ONCE {
            return Err(words::too_many_uploads());
        }
        *count += 1;
        Ok(Sending(self.clone(), account))
    }

    /// Whether somebody may upload this, before anything is read of it. Waits for its turn, but not long.
    pub async fn admit(&self, actor: &Actor, new: NewDocument) -> Result<Admitted, Problem> {
        let (row, side) = self.changed_by(actor, new.booking_id).await?;
        let info = self.info(&row).await?;
        let conn = self.0.db.reader();
        let against = side == Side::Office && is_against_terms(conn, row.id).await?;
        let spec = item_of(&info.spec.documents, &new.item, side, against).ok_or_else(words::unknown_item)?;
        self.refuse_closed(&row, side)?;
        let sending = self.begin_sending(actor.account_id)?;
        let turn = turn(&self.0.coming).await?;
        let by = (actor.account_id, actor.evidence());
        Ok(Admitted { new, spec, side, by, _turn: turn, _sending: sending })
    }

    /// Keeps a file that has come as a whole. The same file again is the one that is there.
    pub async fn upload(&self, admitted: Admitted, bytes: Vec<u8>) -> Result<document::Model, Problem> {
        let id = ids::new_id(self.0.clock.now());
        let (admitted, size) = (Arc::new(admitted), bytes.len());
        let (content, sealed) = self.looked_at(&admitted, id, bytes).await?;
        let row = document::Model {
            id,
            booking_id: admitted.new.booking_id,
            item: admitted.spec.key.clone(),
            kind: content.kind,
            pages: content.pages.and_then(|pages| i32::try_from(pages).ok()),
            size: i32::try_from(size).unwrap_or(i32::MAX),
            sha256: sealed.sha256.to_vec(),
            stored_sha256: sealed.stored_sha256.to_vec(),
            uploaded_by: admitted.by.0,
            uploaded_at: self.0.clock.now(),
            sealed_name: sealed.name,
            key_id: sealed.key.id,
            wrapped_key: sealed.key.bytes,
        };
        let (this, pieces) = (self.clone(), sealed.pieces);
        let kept = self.0.db.write(move |tx| {
            let (this, admitted, row, pieces) =
                (this.clone(), Arc::clone(&admitted), row.clone(), Arc::clone(&pieces));
            Box::pin(async move { this.keep(tx, &admitted, row, &pieces).await })
        });
        kept.await
    }

    /// Reads what it is and encrypts it, where it holds up nobody.
    async fn looked_at(
        &self,
        admitted: &Arc<Admitted>,
        id: Uuid,
        bytes: Vec<u8>,
    ) -> Result<(Content, Sealed), Problem> {
        let _at_work = self.0.work.acquire().await.map_err(|_| Problem::for_panic())?;
        let (admitted, keyring) = (Arc::clone(admitted), self.0.keyring.clone());
        let work = move || {
            let content =
                examine(&bytes, &admitted.spec).map_err(|fault| words::not_taken(fault, &admitted.spec))?;
            let name = kept_name(&admitted.new.name, &admitted.spec.key, content.kind);
            Ok((content, model::seal(&keyring, id, &name, &bytes)))
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Problem::for_panic())?
    }

    async fn keep(
        &self,
        tx: &Tx,
        admitted: &Admitted,
        row: document::Model,
        pieces: &Arc<[Vec<u8>]>,
    ) -> Result<document::Model, Problem> {
        let Admitted { new, spec, side, by, .. } = admitted;
        self.lock(tx, row.booking_id, *side).await?;
        let there = store::of_booking(tx.conn(), row.booking_id).await?;
        let of_item: Vec<&document::Model> = there.iter().filter(|other| other.item == row.item).collect();
        if let Some(same) = of_item.iter().find(|other| other.sha256 == row.sha256) {
            return Ok((*same).clone());
        }
        let replaced = match new.replaces {
            Some(id) => {
                let found = of_item.iter().find(|other| other.id == id);
                let found = found.ok_or_else(Problem::not_found)?;
                self.refuse_kept(found, *side)?;
                Some(*found)
            }
            None => None,
        };
        let most = usize::try_from(spec.most_files).unwrap_or(usize::MAX);
        if of_item.len() - usize::from(replaced.is_some()) >= most {
            return Err(words::enough(spec));
        }
        let (document, item) = (row.id, row.item.clone());
        let what = match replaced {
            Some(old) => DocumentEntry::Replaced { document, replaces: old.id, item },
            None => DocumentEntry::Uploaded { document, item },
        };
        let mut entry = NewEntry::new(row.booking_id, &what, by.1, row.uploaded_at).row(evidence::made(&row));
        if let Some(old) = replaced {
            store::delete(tx, &[old.id]).await?;
            entry = entry.row(evidence::rows::gone(old));
        }
        store::insert(tx, row.clone(), pieces).await?;
        evidence::append(tx, entry).await?;
        self.tell_office(tx);
        Ok(row)
    }
}
