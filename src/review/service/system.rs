//! The check of the chain `system`, which is too long to be held in memory.

use crate::base::words;
use crate::db::Db;
use crate::db::snapshot;
use crate::evidence::{self, ChainFault, SYSTEM, model as chain};
use crate::review::model::checks::{self, Fault, Subject};
use crate::review::model::replay::Tally;
use crate::review::service::answers::{answer_fault, committed};
use crate::review::service::integrity::{Integrity, Soundness};
use crate::review::store::all;
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Walks the chain `system`, and measures every answer to a rating against it.
pub async fn check_system(db: &Db) -> Result<Integrity, DbErr> {
    let moment = snapshot(db.reader()).await?;
    let mut walk = Walk::default();
    walk.entries(&moment).await?;
    walk.answers(&moment).await?;
    if walk.count == 0 && all::system_had_entries(&moment).await? {
        walk.found(Some(checks::chain_gone()));
    }
    let head = evidence::head(&moment, SYSTEM).await?.1;
    moment.rollback().await?;
    Ok(Integrity {
        soundness: if walk.fault.is_some() { Soundness::Broken } else { Soundness::Intact },
        entries: usize::try_from(walk.count).unwrap_or(usize::MAX),
        recordings: Vec::new(),
        compared: walk.tally,
        fault: walk.fault,
        head,
    })
}

#[derive(Default)]
struct Walk {
    count: i64,
    end: chain::Hash,
    /// What entries commit to of answers, by number.
    answers: BTreeMap<i64, String>,
    tally: Tally,
    fault: Option<Fault>,
}

impl Walk {
    fn found(&mut self, fault: Option<Fault>) {
        self.fault = self.fault.take().or(fault);
    }

    async fn entries(&mut self, conn: &impl ConnectionTrait) -> Result<(), DbErr> {
        loop {
            let rows = all::system_entries(conn, self.count).await?;
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { break };
            let values = all::system_commitments(conn, first.seq, last.seq).await?;
            for row in &rows {
                if row.seq != self.count {
                    let missing = ChainFault::Missing { expected: self.count };
                    self.found(Some(checks::chain_fault(&missing)));
                }
                let linked = chain::link(&self.end, &row.bytes);
                if linked.as_slice() != row.hash {
                    self.found(Some(checks::chain_fault(&ChainFault::Changed { seq: row.seq })));
                }
                self.answers.extend(committed(row).map(|text| (row.seq, text)));
                self.end = linked;
                self.count = row.seq + 1;
            }
            self.found(checks::columns_fault(&rows).or_else(|| checks::commitment_fault(&rows, &values)));
        }
        let (recorded, head) = evidence::head(conn, SYSTEM).await?;
        if self.count != recorded {
            let length = ChainFault::Length { entries: self.count, recorded };
            self.found(Some(checks::chain_fault(&length)));
        } else if self.end.as_slice() != head {
            self.found(Some(checks::chain_fault(&ChainFault::Head)));
        }
        Ok(())
    }

    async fn answers(&mut self, conn: &impl ConnectionTrait) -> Result<(), DbErr> {
        let mut after = Uuid::nil();
        loop {
            let rows = all::ratings(conn, after).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in &rows {
                // Each commitment is one answer's.
                let fault = answer_fault(row, |seq| self.answers.remove(&seq), false, &mut self.tally);
                self.found(fault);
            }
        }
        let lost = self.answers.keys().next().map(|seq| Fault {
            about: Subject::Entry,
            id: seq.to_string(),
            text: words::review::fault_rating_lost(seq),
            row: None,
        });
        self.found(lost);
        Ok(())
    }
}
