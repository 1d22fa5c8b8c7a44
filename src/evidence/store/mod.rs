//! Every query of the evidence tables.

pub mod ask;
pub mod entities;

use crate::base::ids;
use crate::db::{self, Tx, UniqueKey};
use crate::evidence::model::{self, ChainFault, GENESIS, Hash, NewEntry, SYSTEM};
use crate::evidence::store::entities::{chain, commitment, entry};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select, SelectTwo,
};
use uuid::Uuid;

/// Appends an entry to the chain of its case, in the caller's transaction.
pub async fn append(tx: &Tx, new: NewEntry) -> Result<(), DbErr> {
    append_all(tx, vec![new]).await
}

/// Appends entries of one case, in their order.
pub async fn append_all(tx: &Tx, new: Vec<NewEntry>) -> Result<(), DbErr> {
    let Some(case) = new.first().map(|entry| entry.case) else { return Ok(()) };
    let conn = tx.conn();
    let head = lock_head(conn, case).await?;
    let head = write(tx, case, head, new)?;
    tx.put(chain::Entity::update(head).validate()?.into_query());
    Ok(())
}

/// Reads the head of each row's chain beside it, unlocked: for [`append_behind`].
pub fn with_head<E: EntityTrait>(rows: Select<E>, case: E::Column) -> SelectTwo<E, chain::Entity> {
    let chain = E::belongs_to(chain::Entity).from(case).to(chain::Column::CaseId).into();
    rows.join(JoinType::LeftJoin, chain).select_also(chain::Entity)
}

/// The head of a chain as it was read.
#[derive(Clone, Debug)]
pub struct Head(i64, Hash);

impl Head {
    /// Of an answer to [`with_head`].
    pub fn beside(found: &QueryResult) -> Result<Self, DbErr> {
        let row = chain::Model::from_query_result_optional(found, "B_")?;
        let (length, head) = row.map_or((0, GENESIS), known);
        Ok(Self(length, head))
    }
}

/// Appends entries of one case behind a head that was read but not locked. Whoever changes what an entry tells of
/// writes an entry; so if anything of the case was changed since, the number of ours is taken, and the use case is
/// tried again from the beginning.
pub fn append_behind(tx: &Tx, head: Head, new: Vec<NewEntry>) -> Result<(), DbErr> {
    let Some(case) = new.first().map(|entry| entry.case) else { return Ok(()) };
    // PostgreSQL may come to any of them first: it promises no order of what is written as one statement.
    for key in [ENTRY, COMMITMENT, CHAIN] {
        tx.on_violation(key, db::overtaken);
    }
    let begun = head.0 > 0;
    let head = write(tx, case, (head.0, head.1), new)?;
    match begun {
        true => tx.put(chain::Entity::update(head).validate()?.into_query()),
        false => tx.put(chain::Entity::insert(head).into_query()),
    }
    Ok(())
}

/// The number that only one entry of a case can have, and what goes with it.
const ENTRY: UniqueKey = UniqueKey { constraint: "entry_pkey", columns: "entry.case_id, entry.seq" };
const COMMITMENT: UniqueKey = UniqueKey {
    constraint: "commitment_pkey",
    columns: "commitment.case_id, commitment.seq, commitment.name",
};
const CHAIN: UniqueKey = UniqueKey { constraint: "chain_pkey", columns: "chain.case_id" };

/// Appends one entry and gives its number.
pub async fn append_numbered(tx: &Tx, new: NewEntry) -> Result<i64, DbErr> {
    let (conn, case) = (tx.conn(), new.case);
    let head = lock_head(conn, case).await?;
    let number = head.0;
    let head = write(tx, case, head, vec![new])?;
    tx.put(chain::Entity::update(head).validate()?.into_query());
    Ok(number)
}

/// Begins the chain of a new case with these entries. Fails if there is one: of two that begin it, one may go on.
pub fn begin(tx: &Tx, new: Vec<NewEntry>) -> Result<(), DbErr> {
    let Some(case) = new.first().map(|entry| entry.case) else { return Ok(()) };
    let head = write(tx, case, (0, GENESIS), new)?;
    tx.put(chain::Entity::insert(head).into_query());
    Ok(())
}

/// Writes entries behind a head, and gives the head that the chain has then. The last one tells what
/// the transaction wrote of the case.
fn write(
    tx: &Tx,
    case: Uuid,
    (mut seq, mut head): (i64, Hash),
    mut new: Vec<NewEntry>,
) -> Result<chain::ActiveModel, DbErr> {
    if let Some(last) = new.last_mut().filter(|_| case != SYSTEM) {
        last.rows.extend(tx.take_told());
    }
    let (mut rows, mut values) = (Vec::with_capacity(new.len()), Vec::new());
    for mut entry in new {
        let of_rows = entry.rows.iter().flat_map(|row| row.personal.iter().cloned());
        entry.personal.extend(of_rows.collect::<Vec<_>>());
        let mut commitments = entry.committed.clone();
        for (name, value) in &entry.personal {
            let salt = ids::random_bytes::<16>();
            commitments.push((*name, model::commitment(&salt, value)));
            values.push(commitment::ActiveModel {
                case_id: Set(case),
                seq: Set(seq),
                name: Set((*name).to_owned()),
                salt: Set(salt.to_vec()),
                value: Set(value.clone()),
            });
        }
        let bytes =
            model::entry_bytes(&entry, seq, &commitments).map_err(|error| DbErr::Json(error.to_string()))?;
        head = model::link(&head, &bytes);
        rows.push(entry::ActiveModel {
            case_id: Set(case),
            seq: Set(seq),
            at: Set(entry.at),
            kind: Set(entry.kind.clone()),
            bytes: Set(bytes),
            hash: Set(head.to_vec()),
        });
        seq += 1;
    }
    tx.put(entry::Entity::insert_many(rows).into_query());
    if !values.is_empty() {
        tx.put(commitment::Entity::insert_many(values).into_query());
    }
    Ok(chain::ActiveModel { case_id: Set(case), length: Set(seq), head: Set(head.to_vec()) })
}

/// The length and head of a chain, locked until the transaction ends (SQLite has one writer anyway).
async fn lock_head(conn: &impl ConnectionTrait, case: Uuid) -> Result<(i64, Hash), DbErr> {
    let locked = || chain::Entity::find_by_id(case).lock_exclusive().one(conn);
    let row = match locked().await? {
        Some(row) => Some(row),
        None => {
            // Two may be the first: the key lets one of them be it, and the other waits for it here.
            chain::Entity::insert(chain::ActiveModel {
                case_id: Set(case),
                length: Set(0),
                head: Set(GENESIS.to_vec()),
            })
            .on_conflict(OnConflict::column(chain::Column::CaseId).do_nothing().to_owned())
            .exec_without_returning(conn)
            .await?;
            locked().await?
        }
    };
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the head of a chain".into()))?;
    Ok(known(row))
}

fn known(row: chain::Model) -> (i64, Hash) {
    // A head that is none was put there by somebody. The chain goes on behind it and the check finds it; were
    // writing refused instead, nobody could even look at the case.
    let head = Hash::try_from(row.head.as_slice()).unwrap_or_else(|_| model::link(&GENESIS, &row.head));
    (row.length, head)
}

/// All entries of a case, oldest first.
pub async fn entries(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::CaseId.eq(case))
        .order_by_asc(entry::Column::Seq)
        .all(conn)
        .await
}

/// The recorded length and head of a chain; of one that has no entry yet: 0 and zeroes.
pub async fn head(conn: &impl ConnectionTrait, case: Uuid) -> Result<(i64, Vec<u8>), DbErr> {
    let row = chain::Entity::find_by_id(case).one(conn).await?;
    Ok(row.map_or((0, GENESIS.to_vec()), |row| (row.length, row.head)))
}

/// Recomputes the chain of a case from its stored bytes: number of entries and head, or the first fault.
pub async fn verify_chain(
    conn: &impl ConnectionTrait,
    case: Uuid,
) -> Result<Result<(i64, Hash), ChainFault>, DbErr> {
    let mut recorded = head(conn, case).await?;
    loop {
        let rows = entries(conn, case).await?;
        let again = head(conn, case).await?;
        if again != recorded {
            // Somebody appended while we read: what we have is of two moments. A head never comes back.
            recorded = again;
            continue;
        }
        let walked = rows.iter().map(|row| (row.seq, row.bytes.as_slice(), row.hash.as_slice()));
        let (length, head) = &recorded;
        return Ok(model::check_chain(walked, (*length, head)).map(|head| (*length, head)));
    }
}

/// Takes away the texts that entries of a case committed to under a name: the values with their salts. What is there of
/// it now must be told by an entry of the same transaction, written after this.
pub async fn erase_texts(tx: &Tx, case: Uuid, name: &str) -> Result<(), DbErr> {
    commitment::Entity::delete_many()
        .filter(commitment::Column::CaseId.eq(case))
        .filter(commitment::Column::Name.eq(name))
        .exec(tx.conn())
        .await
        .map(|_| ())
}
