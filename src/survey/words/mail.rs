//! The words of the invitation. Pure.

use crate::base::text::{Language, Text};
use crate::notify::layout;

/// What an invitation tells.
pub struct Invitation<'a> {
    pub service: &'a Text,
    pub reference: &'a str,
    /// The day of the appointment and the last day to answer, as they are written in the language.
    pub on: &'a str,
    pub until: &'a str,
    pub url: &'a str,
}

/// Subject, plain text and HTML.
pub fn write(invitation: &Invitation<'_>, language: Language) -> (String, String, String) {
    let Invitation { service, reference, on, until, url } = invitation;
    let service = service.for_language(language);
    let (subject, paragraphs, label) = match language {
        Language::Zh => (
            format!("请评价这次服务：{service}"),
            [
                format!("您于{on}办理的“{service}”（预约 {reference}）已经办完。这次服务怎么样？"),
                "只有一道题，不用登录；想说的话可写可不写。接待您的关员看不到是谁评的。".to_owned(),
                format!("链接只能用一次，{until}前有效。评不评由您，不影响今后办事。"),
            ],
            "去评价",
        ),
        Language::En => (
            format!("How was it? {service}"),
            [
                format!("Your appointment “{service}” ({reference}) on {on} is completed. How was it?"),
                "There is one question, and you need not sign in; a comment is up to you. \
                 The officer who served you cannot see who answered."
                    .to_owned(),
                format!(
                    "The link works once, until {until}. Whether you answer is up to you and changes \
                     nothing for later visits."
                ),
            ],
            "Rate the service",
        ),
    };
    let (text, html) = layout(language, &subject, &paragraphs, Some((label, url)));
    (subject, text, html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_stands_in_both_parts_of_both_languages() {
        let service = Text::new("视频面洽", "Video meeting");
        let invitation = Invitation {
            service: &service,
            reference: "MQ 2611 4K7P-X",
            on: "2026年11月10日",
            until: "2026年12月10日",
            url: "https://mianqia.example/rate/abc",
        };
        for (language, name) in [(Language::Zh, "视频面洽"), (Language::En, "Video meeting")] {
            let (subject, text, html) = write(&invitation, language);
            assert!(subject.contains(name));
            for part in [text, html] {
                assert!(part.contains(name) && part.contains("https://mianqia.example/rate/abc"));
                assert!(part.contains("MQ 2611 4K7P-X"));
            }
        }
    }
}
