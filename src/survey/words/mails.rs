//! The words of the invitation. Pure.

use crate::base::words::{self, ByLanguage, Language};
use crate::notify::layout;
use chrono::NaiveDate;

/// What the mail with the link is called.
pub const INVITED: &str = "rating.invited";

/// What an invitation tells.
pub struct Invitation<'a> {
    pub service: &'a ByLanguage,
    pub reference: &'a str,
    /// The day of the appointment, and the last one to answer.
    pub on: NaiveDate,
    pub until: NaiveDate,
    pub url: &'a str,
}

/// Subject, plain text and HTML.
pub fn write(invitation: &Invitation<'_>, language: Language) -> (String, String, String) {
    use words::survey_mail as say;
    let Invitation { service, reference, on, until, url } = *invitation;
    let subject = say::invitation_subject(service).in_language(language);
    let paragraphs = [
        say::invitation_opening(on, service, reference),
        say::invitation_question(),
        say::invitation_link(until),
    ];
    let paragraphs = paragraphs.map(|paragraph| paragraph.in_language(language));
    let label = say::invitation_action().in_language(language);
    let (text, html) = layout(language, &subject, &paragraphs, Some((&label, url)));
    (subject, text, html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_stands_in_both_parts_of_both_languages() {
        let service = ByLanguage::of([(Language::ZhCn, "视频面洽"), (Language::En, "Video meeting")]);
        let invitation = Invitation {
            service: &service,
            reference: "MQ 2611 4K7P-X",
            on: NaiveDate::from_ymd_opt(2026, 11, 10).unwrap(),
            until: NaiveDate::from_ymd_opt(2026, 12, 10).unwrap(),
            url: "https://mianqia.example/rate/abc",
        };
        for (language, name) in [(Language::ZhCn, "视频面洽"), (Language::En, "Video meeting")] {
            let (subject, text, html) = write(&invitation, language);
            assert!(subject.contains(name));
            for part in [text, html] {
                assert!(part.contains(name) && part.contains("https://mianqia.example/rate/abc"));
                assert!(part.contains("MQ 2611 4K7P-X"));
            }
        }
    }
}
