//! The plain and the HTML part of a mail. Pure.
//!
//! The HTML stands on plain elements alone: no table, no style attribute, nothing to load. Whatever
//! a mail program does with it, it reads well.

use crate::base::words::{self, Language};

/// Lays out a mail: a title, paragraphs, and at most one thing to do. Returns (text, HTML).
pub fn layout(
    language: Language,
    title: &str,
    paragraphs: &[String],
    action: Option<(&str, &str)>,
) -> (String, String) {
    (as_text(language, title, paragraphs, action), as_html(language, title, paragraphs, action))
}

/// The office's name, as it stands under a mail and before its address.
pub fn office(language: Language) -> String {
    words::notify::office().in_language(language)
}

fn note(language: Language) -> String {
    words::notify::do_not_reply().in_language(language)
}

fn as_text(language: Language, title: &str, paragraphs: &[String], action: Option<(&str, &str)>) -> String {
    let mut text = format!("{title}\n\n");
    for paragraph in paragraphs {
        text.push_str(paragraph);
        text.push_str("\n\n");
    }
    if let Some((label, url)) = action {
        let label = words::notify::action(label).in_language(language);
        // On a line of its own, so that nothing but the address becomes part of the link.
        text.push_str(&format!("{label}\n{url}\n\n"));
    }
    let (office, note) = (office(language), note(language));
    // "-- " is how mail programs know a signature.
    text.push_str(&format!("-- \n{office}\n{note}\n"));
    text
}

const STYLE: &str = "body{margin:0;padding:24px;background:#fff;color:#1b2430;\
font-family:system-ui,-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;\
font-size:16px;line-height:1.7}\
main{max-width:36em;margin:0 auto}h1{font-size:20px;line-height:1.4}\
.action a{display:inline-block;padding:8px 20px;border:2px solid #0b4f8a;border-radius:6px;\
color:#0b4f8a;font-weight:600;text-decoration:none}\
p{overflow-wrap:anywhere}\
footer{margin-top:32px;padding-top:12px;border-top:1px solid #ccd3db;color:#56616e;font-size:14px}";

fn as_html(language: Language, title: &str, paragraphs: &[String], action: Option<(&str, &str)>) -> String {
    let lang = language.tag();
    let title = escape(title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    for paragraph in paragraphs {
        let lines: Vec<String> = paragraph.lines().map(line).collect();
        html.push_str(&format!("<p>{}</p>\n", lines.join("<br>\n")));
    }
    if let Some((label, url)) = action {
        html.push_str(&format!(
            "<p class=\"action\">{}</p>\n<p class=\"link\">{}</p>\n",
            link(label, url),
            shown(url)
        ));
    }
    let (office, note) = (office(language), note(language));
    html.push_str(&format!("<footer>{office}<br>\n{note}</footer>\n</main>\n</body>\n</html>\n"));
    html
}

/// A line of a paragraph; one that is an address and nothing else leads there.
fn line(text: &str) -> String {
    let address = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    if address && !text.contains(char::is_whitespace) { shown(text) } else { escape(text) }
}

fn link(label: &str, url: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape(url), escape(label))
}

fn shown(url: &str) -> String {
    link(&shortened(url), url)
}

/// An address short enough for a telephone's width, so that no mail program scrolls sideways; the link
/// behind it is whole.
fn shortened(url: &str) -> String {
    const LONGEST: usize = 36;
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    if bare.chars().count() <= LONGEST {
        return bare.to_owned();
    }
    bare.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// A value as text of an element or of a quoted attribute.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_parts_carry_everything() {
        let paragraphs = ["您的预约 MQ 2611 4K7P-X 已受理。".to_owned(), "第一行\n第二行".to_owned()];
        let link = Some(("查看预约", "https://mianqia.example/b/1?x=1&y=2"));
        let (text, html) = layout(Language::ZhCn, "预约已受理", &paragraphs, link);
        assert_eq!(
            text,
            "预约已受理\n\n您的预约 MQ 2611 4K7P-X 已受理。\n\n第一行\n第二行\n\n\
             查看预约：\nhttps://mianqia.example/b/1?x=1&y=2\n\n\
             -- \n冰城海关 · 面洽\n这封邮件由系统发出，请不要直接回复。\n"
        );
        for part in [
            "<html lang=\"zh-CN\">",
            "<h1>预约已受理</h1>",
            "第一行<br>\n第二行",
            "<a href=\"https://mianqia.example/b/1?x=1&amp;y=2\">查看预约</a>",
            "冰城海关 · 面洽",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
        let (text, html) = layout(Language::En, "Accepted", &[], None);
        assert!(text.contains("Bingcheng Customs") && html.contains("<html lang=\"en\">"));
        assert!(!html.contains("style=") && !html.contains("<table"));
    }

    #[test]
    fn a_long_address_is_shown_short_and_leads_where_it_should() {
        let url = format!("https://mianqia.example/rate/{}", "A".repeat(64));
        let (text, html) = layout(Language::ZhCn, "请评价", &[], Some(("去评价", &url)));
        assert!(text.contains(&url) && html.contains(&format!("<a href=\"{url}\">去评价</a>")));
        let shown =
            html.split(['<', '>']).filter(|part| !part.starts_with("a href") && !part.starts_with("p "));
        let words = shown.flat_map(str::split_whitespace).filter(|word| word.contains("mianqia.example"));
        assert!(words.clone().count() == 1 && words.clone().all(|word| word.chars().count() <= 36));
    }

    #[test]
    fn an_address_on_a_line_of_its_own_is_a_link() {
        let lines =
            "进入视频面洽：\nhttps://mianqia.example/session/0191a2b3-0000-7000-8000-000000000000?a=1&b=2";
        let (text, html) = layout(
            Language::ZhCn,
            "预约已受理",
            &[lines.to_owned(), "见 https://x.example/a 页".to_owned()],
            None,
        );
        assert!(text.contains(lines));
        let link = "<p>进入视频面洽：<br>\n<a href=\"https://mianqia.example/session/0191a2b3-0000-7000-8000-000000000000?a=1&amp;b=2\">mianqia.example/session/";
        assert!(html.contains(link), "{html}");
        assert_eq!(html.matches("<a ").count(), 1);
    }

    fn brackets(html: &str) -> usize {
        html.matches(['<', '>', '"', '\'']).count()
    }

    proptest! {
        #[test]
        fn no_mark_of_a_value_survives(
            title in "[<>\"'&a老 ]{0,12}", one in "[<>\"'&a老 ]{1,30}",
            label in "[<>\"'&a]{0,12}", url in "[<>\"'&a]{0,30}",
        ) {
            let (_, html) = layout(Language::ZhCn, &title, std::slice::from_ref(&one), Some((&label, &url)));
            let (_, bare) = layout(Language::ZhCn, "x", &["x".to_owned()], Some(("x", "x")));
            prop_assert_eq!(brackets(&html), brackets(&bare));
            let back = |s: &str| s.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
                .replace("&#39;", "'").replace("&amp;", "&");
            prop_assert_eq!(back(&escape(&one)), one);
        }
    }
}
