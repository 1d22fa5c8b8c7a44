//! Sensitive answers of a form as they are stored: encrypted, each bound to its booking and its question. Pure.
//!
//! In the place of the answer stands `{"key", "sealed", "commitment"}`. Sealed are the answer and a random salt, and the
//! commitment is `SHA-256(salt ‖ answer)`: it stays as it is when keys are rotated, and gives nothing away while the
//! salt is not known. What entries tell of an answer is that commitment, so that they fit whatever key it is under.

use crate::base::hex::hex;
use crate::base::ids;
use crate::base::keyring::{Keyring, Unreadable};
use crate::booking::model::group::Person;
use crate::directory::model::FieldSpec;
use crate::evidence::model::commitment;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What is shown instead of an answer where it has no place.
pub const MASK: &str = "•••";

#[derive(Serialize, Deserialize)]
struct Stored {
    /// The id of the key that opens it.
    key: String,
    sealed: String,
    commitment: String,
}

#[derive(Serialize, Deserialize)]
struct Inside {
    salt: String,
    value: Value,
}

/// Answers that can be read, and the questions whose answers cannot.
#[derive(Debug, Default, PartialEq)]
pub struct Opened {
    pub fields: Map<String, Value>,
    pub unreadable: Vec<(String, Unreadable)>,
}

/// Where the persons of a group stand among the answers: no question of a form is called so.
pub const PERSONS: &str = "$persons";

/// Puts the persons of a group among the answers of a booking, sealed.
pub fn put_persons(keyring: &Keyring, booking: Uuid, fields: &mut Map<String, Value>, persons: &[Person]) {
    fields.insert(PERSONS.to_owned(), sealed(keyring, booking, PERSONS, json!(persons)));
}

/// Takes them out of answers that were opened.
pub fn take_persons(fields: &mut Map<String, Value>) -> Vec<Person> {
    let persons = fields.remove(PERSONS).and_then(|persons| serde_json::from_value(persons).ok());
    persons.unwrap_or_default()
}

/// An answer is an object only where it is sealed: no form takes one.
pub fn is_sealed(answer: &Value) -> bool {
    answer.is_object()
}

/// How many answers are.
pub fn count_sealed(fields: &Value) -> usize {
    fields.as_object().map_or(0, |fields| fields.values().filter(|answer| is_sealed(answer)).count())
}

/// Answers as they are stored.
pub fn seal(
    keyring: &Keyring,
    booking: Uuid,
    spec: &[FieldSpec],
    mut fields: Map<String, Value>,
) -> Map<String, Value> {
    for field in spec.iter().filter(|field| field.is_sealed()) {
        if let Some(answer) = fields.get_mut(&field.key).filter(|answer| !is_sealed(answer)) {
            *answer = sealed(keyring, booking, &field.key, answer.take());
        }
    }
    fields
}

/// Answers as they were given.
pub fn open(keyring: &Keyring, booking: Uuid, fields: &Value) -> Opened {
    let mut opened = Opened::default();
    for (key, answer) in fields.as_object().into_iter().flatten() {
        match unsealed(keyring, booking, key, answer) {
            Ok(answer) => {
                opened.fields.insert(key.clone(), answer);
            }
            Err(unreadable) => opened.unreadable.push((key.clone(), unreadable)),
        }
    }
    opened
}

/// Answers without those that are sensitive.
pub fn without_sensitive(spec: &[FieldSpec], fields: &Value) -> Map<String, Value> {
    let kept = |(key, answer): &(&String, &Value)| {
        !is_sealed(answer) && !spec.iter().any(|field| field.key == **key && field.is_sealed())
    };
    let kept = fields.as_object().into_iter().flatten().filter(kept);
    kept.map(|(key, answer)| (key.clone(), answer.clone())).collect()
}

/// Answers for lists, and for those who may read the booking but not that.
pub fn masked(spec: &[FieldSpec], fields: &Value) -> Map<String, Value> {
    let mut masked = fields.as_object().cloned().unwrap_or_default();
    masked.remove(PERSONS);
    for (key, answer) in &mut masked {
        let sensitive = spec.iter().any(|field| field.key == *key && field.is_sealed());
        if sensitive || is_sealed(answer) {
            *answer = json!(MASK);
        }
    }
    masked
}

/// Answers under the newest key.
#[derive(Debug, Default)]
pub struct Resealed {
    pub fields: Map<String, Value>,
    /// Something was under another key, or under none.
    pub changed: bool,
    /// Something was under none: entries do not tell it as it is now.
    pub was_plain: bool,
    pub unreadable: Vec<(String, Unreadable)>,
}

/// Brings answers under the newest key; what cannot be read stays as it is.
pub fn reseal(keyring: &Keyring, booking: Uuid, spec: &[FieldSpec], fields: &Value) -> Resealed {
    let newest = keyring.newest_data_key();
    let mut resealed =
        Resealed { fields: fields.as_object().cloned().unwrap_or_default(), ..Resealed::default() };
    for (key, answer) in &mut resealed.fields {
        let sensitive = spec.iter().any(|field| field.key == *key && field.is_sealed());
        let plain = !is_sealed(answer);
        let under = answer["key"].as_str();
        if (plain && !sensitive) || under == Some(&newest) {
            continue;
        }
        if plain {
            resealed.was_plain = true;
            resealed.changed = true;
            *answer = sealed(keyring, booking, key, answer.take());
            continue;
        }
        match inside(keyring, booking, key, answer) {
            Ok(inside) => {
                *answer = wrapped(keyring, booking, key, &inside);
                resealed.changed = true;
            }
            Err(unreadable) => resealed.unreadable.push((key.clone(), unreadable)),
        }
    }
    resealed
}

/// What entries tell: of what is sealed its commitment, whatever key it is under.
pub fn told(fields: &Value) -> Value {
    match fields {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, answer)| {
                let told = match is_sealed(answer) {
                    true => json!({"commitment": answer["commitment"]}),
                    false => answer.clone(),
                };
                (key.clone(), told)
            })
            .collect::<Map<String, Value>>()
            .into(),
        other => other.clone(),
    }
}

fn sealed(keyring: &Keyring, booking: Uuid, key: &str, value: Value) -> Value {
    let salt = hex(&ids::random_bytes::<16>());
    wrapped(keyring, booking, key, &Inside { salt, value })
}

fn wrapped(keyring: &Keyring, booking: Uuid, key: &str, inside: &Inside) -> Value {
    let plain = serde_json::to_vec(inside).expect("an answer is plain JSON");
    let (id, sealed) = keyring.encrypt(&context(booking, key), &plain);
    json!(Stored { key: id, sealed: STANDARD.encode(sealed), commitment: committed(inside) })
}

fn unsealed(keyring: &Keyring, booking: Uuid, key: &str, answer: &Value) -> Result<Value, Unreadable> {
    if !is_sealed(answer) {
        return Ok(answer.clone());
    }
    inside(keyring, booking, key, answer).map(|inside| inside.value)
}

fn inside(keyring: &Keyring, booking: Uuid, key: &str, answer: &Value) -> Result<Inside, Unreadable> {
    let stored = Stored::deserialize(answer).map_err(|_| Unreadable::Broken)?;
    let bytes = STANDARD.decode(&stored.sealed).map_err(|_| Unreadable::Broken)?;
    let plain = keyring.decrypt(&stored.key, &context(booking, key), &bytes)?;
    let inside: Inside = serde_json::from_slice(&plain).map_err(|_| Unreadable::Broken)?;
    // An older answer to the same question opens too, but is not what the entries commit to.
    if committed(&inside) != stored.commitment {
        return Err(Unreadable::Broken);
    }
    Ok(inside)
}

fn committed(inside: &Inside) -> String {
    hex(&commitment(inside.salt.as_bytes(), &inside.value.to_string()))
}

/// Where an answer belongs: it opens nowhere else.
fn context(booking: Uuid, key: &str) -> Vec<u8> {
    [b"booking.fields/", booking.as_bytes().as_slice(), b"/", key.as_bytes()].concat()
}
