//! What an answer needs so that a change of it is found, and whom it is about.
//!
//! The chain `system` commits to each answer; salt and number of the entry stand with the answer.
//! `rating_about` names every officer who had a part in the case: none of them reads the answer.

use crate::m20261123_000001_first::in_dialect;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (db, backend) = (manager.get_connection(), manager.get_database_backend());
        for statement in STEPS {
            db.execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what evidence stands on is not taken back".into()))
    }
}

/// Of invitations made before, the officers are those of the booking and of its session.
const STEPS: [&str; 4] = [
    "alter table rating add column salt bytea",
    "alter table rating add column entry_seq bigint",
    "create table rating_about (
    invite_id uuid not null references rating_invite (id),
    account_id uuid not null,
    constraint rating_about_pkey primary key (invite_id, account_id)
)",
    "insert into rating_about (invite_id, account_id)
select id, officer_id from rating_invite where officer_id is not null
union
select i.id, p.account_id from rating_invite i
    join video_session s on s.booking_id = i.booking_id
    join participant p on p.session_id = s.id where p.role = 'officer'
union
select i.id, p.admitted_by from rating_invite i
    join video_session s on s.booking_id = i.booking_id
    join participant p on p.session_id = s.id where p.admitted_by is not null",
];
