//! How the types of the tables of this feature look over the API.

use crate::http::words_in_json;
use crate::review::store::entities::composite::CompositeState;

words_in_json! {
    /// What became of a film of all recordings: `asked` waits or is being made; `removed`: its time was over.
    CompositeState { Asked, Made, Cancelled, Failed, Removed }
}
