//! What does not fit: within a file, and between the languages.

use crate::read::{Catalogue, File, Message};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is wrong, a line each; nothing when all languages say the same.
pub fn faults(catalogue: &Catalogue) -> Vec<String> {
    let mut faults: Vec<String> = Vec::new();
    for language in &catalogue.languages {
        faults.extend(language.files.values().flat_map(|file| file.faults.clone()));
    }
    let Some((first, others)) = catalogue.languages.split_first() else {
        return vec!["there is no language".to_owned()];
    };
    let nothing = File::default();
    for other in others {
        let names: BTreeSet<&String> = first.files.keys().chain(other.files.keys()).collect();
        for name in names {
            let [here, there] =
                [first, other].map(|language| by_key(language.files.get(name).unwrap_or(&nothing)));
            for (key, message) in &here {
                match there.get(key) {
                    None => faults.push(format!("{}/{name}.ftl: {key} is missing", other.tag)),
                    Some(said) if sorted(said) != sorted(message) => faults.push(format!(
                        "{}/{name}.ftl: {key} takes {:?}, in {} it takes {:?}",
                        other.tag,
                        sorted(said),
                        first.tag,
                        sorted(message)
                    )),
                    Some(_) => {}
                }
            }
            let more = there.keys().filter(|key| !here.contains_key(*key));
            faults.extend(
                more.map(|key| format!("{}/{name}.ftl: {key} is missing, {} has it", first.tag, other.tag)),
            );
        }
    }
    faults
}

fn by_key(file: &File) -> BTreeMap<String, &Message> {
    file.messages
        .iter()
        .map(|message| {
            let attribute =
                message.attribute.as_ref().map(|attribute| format!(".{attribute}")).unwrap_or_default();
            (format!("{}{attribute}", message.id), message)
        })
        .collect()
}

/// Names of arguments. What they are is said in the first language alone.
fn sorted(message: &Message) -> Vec<&str> {
    let mut names: Vec<&str> = message.arguments.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}
