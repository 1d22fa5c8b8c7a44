//! The schema in steps that run on SQLite and PostgreSQL alike.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261123_000001_first;
mod m20261126_000010_store;
mod m20261126_000020_partial_recordings;
mod m20261126_000040_rating_evidence;
mod m20261126_000050_sealed_answers;
mod m20261126_000060_sign_ins;
mod m20261126_000061_registrations;
mod m20261126_000070_mail_order;
mod m20261126_000080_session_people;
mod m20261126_000090_customs_offices;
mod m20261126_000096_member_since;
mod m20261126_000097_sent_mails;
mod m20261126_000100_job;
mod m20261126_000101_node;
mod m20261126_000102_mail_jobs;
mod m20261126_000103_counted;
mod m20261126_000110_names_by_language;
mod m20261126_000111_due_jobs;
mod m20261126_000120_calendar_versions;
mod m20261126_000121_calendar_touched;
mod m20261126_000125_calendar_feeds;
mod m20261126_000126_feeds_of_memberships;
mod m20261126_000130_places;
mod m20261126_000131_appointments;
mod m20261126_000140_waiting;
mod m20261126_000145_credit_tiers;
mod m20261126_000146_explanations;
mod m20261126_000150_extra_openings;
mod m20261126_000155_queue;
mod m20261126_000160_channels;
mod m20261126_000165_closings;
mod m20261126_000170_sealed_answers_of_forms;
mod m20261126_000171_groups;
mod m20261126_000175_announced_hours;
mod m20261126_000176_keys_by_time;
mod m20261126_000180_documents;
mod m20261126_000190_setups;
mod m20261126_000200_refusals;
mod m20261126_000201_decided;
mod m20261126_000210_stage_officers;
mod m20261126_000211_extra_quotas;
mod m20261127_000220_external_numbers;
mod m20261127_000700_late_moves;
mod m20261127_000760_first_called;
mod m20261127_000790_languages;
mod m20261127_000800_after_hours;
mod m20261127_000900_unrecorded;
mod m20261128_000100_waiting_stages;
mod m20261128_000200_track_errors;
mod m20261128_000300_composite;
mod m20261128_000400_line;

/// All steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_first::Migration),
            Box::new(m20261126_000010_store::Migration),
            Box::new(m20261126_000020_partial_recordings::Migration),
            Box::new(m20261126_000040_rating_evidence::Migration),
            Box::new(m20261126_000050_sealed_answers::Migration),
            Box::new(m20261126_000060_sign_ins::Migration),
            Box::new(m20261126_000061_registrations::Migration),
            Box::new(m20261126_000070_mail_order::Migration),
            Box::new(m20261126_000080_session_people::Migration),
            Box::new(m20261126_000090_customs_offices::Migration),
            Box::new(m20261126_000096_member_since::Migration),
            Box::new(m20261126_000097_sent_mails::Migration),
            Box::new(m20261126_000100_job::Migration),
            Box::new(m20261126_000101_node::Migration),
            Box::new(m20261126_000102_mail_jobs::Migration),
            Box::new(m20261126_000103_counted::Migration),
            Box::new(m20261126_000110_names_by_language::Migration),
            Box::new(m20261126_000111_due_jobs::Migration),
            Box::new(m20261126_000120_calendar_versions::Migration),
            Box::new(m20261126_000121_calendar_touched::Migration),
            Box::new(m20261126_000125_calendar_feeds::Migration),
            Box::new(m20261126_000126_feeds_of_memberships::Migration),
            Box::new(m20261126_000130_places::Migration),
            Box::new(m20261126_000131_appointments::Migration),
            Box::new(m20261126_000140_waiting::Migration),
            Box::new(m20261126_000145_credit_tiers::Migration),
            Box::new(m20261126_000146_explanations::Migration),
            Box::new(m20261126_000150_extra_openings::Migration),
            Box::new(m20261126_000155_queue::Migration),
            Box::new(m20261126_000160_channels::Migration),
            Box::new(m20261126_000165_closings::Migration),
            Box::new(m20261126_000170_sealed_answers_of_forms::Migration),
            Box::new(m20261126_000171_groups::Migration),
            Box::new(m20261126_000175_announced_hours::Migration),
            Box::new(m20261126_000176_keys_by_time::Migration),
            Box::new(m20261126_000180_documents::Migration),
            Box::new(m20261126_000190_setups::Migration),
            Box::new(m20261126_000200_refusals::Migration),
            Box::new(m20261126_000201_decided::Migration),
            Box::new(m20261126_000210_stage_officers::Migration),
            Box::new(m20261126_000211_extra_quotas::Migration),
            Box::new(m20261127_000220_external_numbers::Migration),
            Box::new(m20261127_000700_late_moves::Migration),
            Box::new(m20261127_000760_first_called::Migration),
            Box::new(m20261127_000790_languages::Migration),
            Box::new(m20261127_000800_after_hours::Migration),
            Box::new(m20261127_000900_unrecorded::Migration),
            Box::new(m20261128_000100_waiting_stages::Migration),
            Box::new(m20261128_000200_track_errors::Migration),
            Box::new(m20261128_000300_composite::Migration),
            Box::new(m20261128_000400_line::Migration),
        ]
    }
}
