//! What is taken as a document, when, and for how long it is kept. Pure.

mod content;
mod image;
mod names;
mod pdf;
mod sealed;

pub use content::{Content, ContentFault, examine};
pub use names::kept_name;
pub use sealed::{Sealed, open, open_name, rewrapped, seal, stored_digest};

use crate::booking::entities::booking::BookingState;
use crate::directory::model::documents::{DocumentSpec, DocumentWay, STAMPED_FORM};
use crate::documents::store::entities::document;
use chrono::TimeDelta;

/// Bytes are kept in pieces of this size.
pub const PIECE: usize = 256 << 10;
/// An officer can take back within this time what they attached: a slip.
pub const SLIP: TimeDelta = TimeDelta::hours(24);
/// Whoever opens a document again within this time is told once.
pub const VISIT: TimeDelta = TimeDelta::hours(1);
/// A stamped form that has not come is told for so long.
pub const MISSED_FOR: TimeDelta = TimeDelta::days(30);

/// Who acts on the documents of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Booker,
    Office,
}

/// States in which bookers change their documents: until somebody decided.
pub fn is_open(state: BookingState) -> bool {
    matches!(state, BookingState::Held | BookingState::Requested)
}

/// How long after a booking ended in a state its documents are kept; none while it has not ended.
///
/// What was only held or asked for in vain served nothing. What was refused or cancelled may be objected to for a month.
/// What was dealt with is kept as logs are, for half a year.
pub fn kept_for(state: BookingState) -> Option<TimeDelta> {
    match state {
        BookingState::Held | BookingState::Requested | BookingState::Accepted | BookingState::CheckedIn => {
            None
        }
        BookingState::Expired => Some(TimeDelta::zero()),
        BookingState::Refused | BookingState::Cancelled | BookingState::NoShow => Some(TimeDelta::days(30)),
        BookingState::Completed => Some(TimeDelta::days(180)),
    }
}

/// The item of a service that is called so, if it is uploaded by this side.
pub fn item_of(
    specs: &[DocumentSpec],
    key: &str,
    side: Side,
    is_against_terms: bool,
) -> Option<DocumentSpec> {
    match side {
        Side::Office if key == STAMPED_FORM => is_against_terms.then(DocumentSpec::stamped_form),
        Side::Office => None,
        Side::Booker => specs.iter().find(|spec| spec.key == key && spec.way == DocumentWay::Upload).cloned(),
    }
}

/// Those of the required ones of which there is no file.
pub fn missing<'a>(
    required: impl Iterator<Item = &'a DocumentSpec>,
    rows: &[document::Model],
) -> Vec<&'a DocumentSpec> {
    required.filter(|spec| !rows.iter().any(|row| row.item == spec.key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::ByLanguage;

    fn spec(key: &str, way: DocumentWay) -> DocumentSpec {
        DocumentSpec {
            key: key.to_owned(),
            label: ByLanguage::same("x"),
            way,
            required: true,
            ..DocumentSpec::stamped_form()
        }
    }

    #[test]
    fn each_side_uploads_what_is_theirs() {
        let specs = [spec("passport", DocumentWay::Upload), spec("photo", DocumentWay::Bring)];
        for (key, side, against, found) in [
            ("passport", Side::Booker, false, true),
            ("photo", Side::Booker, false, false),
            ("other", Side::Booker, false, false),
            (STAMPED_FORM, Side::Booker, true, false),
            (STAMPED_FORM, Side::Office, true, true),
            (STAMPED_FORM, Side::Office, false, false),
            ("passport", Side::Office, true, false),
        ] {
            assert_eq!(item_of(&specs, key, side, against).is_some(), found, "{key} {side:?} {against}");
        }
    }

    #[test]
    fn nothing_is_erased_before_its_booking_has_ended() {
        use BookingState as S;
        for state in [S::Held, S::Requested, S::Accepted, S::CheckedIn] {
            assert_eq!(kept_for(state), None, "{state:?}");
        }
        let days = |state| kept_for(state).unwrap().num_days();
        assert_eq!((days(S::Expired), days(S::Refused), days(S::Completed)), (0, 30, 180));
    }
}
