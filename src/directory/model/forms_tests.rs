use super::*;
use crate::base::words::{ByLanguage, Language};
use crate::directory::model::WarningCondition;
use Kind::*;

fn field(key: &str, kind: FieldKind) -> FieldSpec {
    FieldSpec {
        key: key.to_owned(),
        kind,
        label: ByLanguage::same("题"),
        hint: None,
        required: false,
        options: None,
        sensitive: false,
        max_length: None,
        default: None,
        without_stages: false,
        link: None,
    }
}

fn choice(key: &str, values: &[&str]) -> FieldSpec {
    let option = |value: &&str| FieldOption { value: (*value).to_owned(), label: ByLanguage::same("选项") };
    FieldSpec { options: Some(values.iter().map(option).collect()), ..field(key, FieldKind::Choice) }
}

fn document(key: &str) -> DocumentSpec {
    DocumentSpec {
        key: key.to_owned(),
        label: ByLanguage::same("件"),
        most_bytes: LEAST_BYTES,
        ..DocumentSpec::stamped_form()
    }
}

fn check(fields: &[FieldSpec], asked: &[FieldSpec], former: &[FieldSpec]) -> Checked {
    let terms = ServiceTerms::default();
    first_of(fields, &FormContext { asked, former, terms: &terms, warnings: &[], horizon_days: 30 })
}

fn first_of(fields: &[FieldSpec], context: &FormContext<'_>) -> Checked {
    let mut faults = Faults::default();
    check_fields(fields, context, &mut faults);
    faults.first()
}

fn first_of_documents(documents: &[DocumentSpec]) -> Checked {
    let mut faults = Faults::default();
    check_documents(documents, &mut faults);
    faults.first()
}

#[test]
fn a_number_of_another_system_leads_there_over_tls_and_nothing_else_leads_away() {
    let with = |kind, link: &str| [FieldSpec { link: Some(link.to_owned()), ..field("number", kind) }];
    for link in ["https://single.example/", "https://single.example:8443/search?kind=1#top", "https://a.b"] {
        for kind in [FieldKind::ExternalNo, FieldKind::DeclarationNo] {
            assert_eq!(check(&with(kind, link), &[], &[]), Ok(()), "{link}");
        }
        let elsewhere = check(&with(FieldKind::Text, link), &[], &[]);
        assert_eq!(elsewhere, fault("fields[0].link", OnlyNumbers));
    }
    let long = format!("https://single.example/{}", "a".repeat(LINK_LENGTH));
    for link in [
        "http://single.example/",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://localhost/",
        "https://name:secret@single.example/",
        "https://single.example/ x",
        "https://single.example/\"><b>",
        "https://单一窗口.example/",
        long.as_str(),
    ] {
        assert_eq!(
            check(&with(FieldKind::ExternalNo, link), &[], &[]),
            fault("fields[0].link", Link),
            "{link}"
        );
    }
}

#[test]
fn what_cannot_be_asked_is_refused_where_it_is() {
    use FieldKind::{Consent, Date, Text};
    let consent = || FieldSpec { required: true, ..field("agree", Consent) };
    let sensitive = || FieldSpec { sensitive: true, ..field("illness", Text) };
    let one_language = ByLanguage::of([(Language::ALL[0], "只有中文")]);
    let good = vec![choice("item", &["a", "b_2"]), sensitive(), consent()];
    assert_eq!(check(&good, &[], &[]), Ok(()));
    for (fields, at, kind) in [
        (vec![field("", Text)], "fields[0].key", Key(40)),
        (vec![field("Port", Text)], "fields[0].key", Key(40)),
        (vec![field("1st", Text)], "fields[0].key", Key(40)),
        (vec![field("港口", Text)], "fields[0].key", Key(40)),
        (vec![field("$persons", Text)], "fields[0].key", Key(40)),
        (vec![field(&"x".repeat(41), Text)], "fields[0].key", Key(40)),
        (vec![field("a", Text), field("a", Date)], "fields[1].key", KeyTwice),
        (vec![FieldSpec { label: one_language, ..field("a", Text) }], "fields[0].label.en", TextMissing),
        (
            vec![FieldSpec { max_length: Some(0), ..field("a", Text) }],
            "fields[0].max_length",
            OutOfRange(1, 2000),
        ),
        (vec![field("a", FieldKind::Choice)], "fields[0].options", NoOptions),
        (vec![choice("a", &["x", "x"])], "fields[0].options[1].value", KeyTwice),
        (vec![choice("a", &["X"])], "fields[0].options[0].value", Key(40)),
        (
            vec![FieldSpec { default: Some("y".to_owned()), ..choice("a", &["x"]) }],
            "fields[0].default",
            NoSuchOption,
        ),
        (vec![FieldSpec { kind: Text, ..choice("a", &["x"]) }], "fields[0].options", OnlyChoice),
        (
            vec![consent(), FieldSpec { default: Some("x".to_owned()), ..field("a", Text) }],
            "fields[1].options",
            OnlyChoice,
        ),
        (vec![field("a", Text), sensitive()], "fields[1].sensitive", NoConsent),
        // One that need not be given is none.
        (vec![sensitive(), field("agree", Consent)], "fields[0].sensitive", NoConsent),
        ((0..41).map(|number| field(&format!("a{number}"), Text)).collect(), "fields", TooManyLines(40)),
    ] {
        assert_eq!(check(&fields, &[], &[]), fault(at, kind));
    }
}

#[test]
fn the_kind_of_a_question_stays_also_when_it_was_away() {
    use FieldKind::{Number, Text};
    let (was, other) = ([field("a", Text)], [field("a", Number)]);
    assert_eq!(check(&was, &was, &[]), Ok(()));
    assert_eq!(check(&was, &[], &was), Ok(()), "it comes back");
    assert_eq!(check(&other, &was, &[]), fault("fields[0].kind", KindFixed));
    assert_eq!(check(&other, &[], &was), fault("fields[0].kind", KindFixed));
}

#[test]
fn what_terms_and_warnings_go_by_stays() {
    let terms = ServiceTerms { category_field: Some("item".to_owned()), ..ServiceTerms::default() };
    let when = Some(WarningCondition { field: "item".to_owned(), value: "yellow".to_owned() });
    let warnings = [WarningRule {
        code: "late".to_owned(),
        field: "leaves".to_owned(),
        days: 10,
        when,
        text: ByLanguage::same("x"),
    }];
    let (item, leaves) = (choice("item", &["yellow", "blue"]), field("leaves", FieldKind::Date));
    let consent = FieldSpec { required: true, ..field("agree", FieldKind::Consent) };
    let none = ServiceTerms::default();
    for (terms, warnings, fields, expected) in [
        (&terms, &warnings[..], vec![item.clone(), leaves.clone()], Ok(())),
        (&terms, &[], vec![leaves.clone()], fault("fields", UsedByTerms)),
        (
            &terms,
            &[],
            vec![FieldSpec { sensitive: true, ..item.clone() }, consent],
            fault("fields", UsedByTerms),
        ),
        (&none, &warnings, vec![item.clone()], fault("fields", UsedByWarning)),
        (&none, &warnings, vec![choice("item", &["blue"]), leaves.clone()], fault("fields", UsedByWarning)),
        (&none, &[], vec![], Ok(())),
    ] {
        let context = FormContext { asked: &[], former: &[], terms, warnings, horizon_days: 30 };
        assert_eq!(first_of(&fields, &context), expected);
    }
}

#[test]
fn documents_stay_within_what_the_house_takes() {
    let with = |change: fn(&mut DocumentSpec)| {
        let mut one = document("scan");
        change(&mut one);
        first_of_documents(&[one])
    };
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(with(|one| one.most_bytes = MOST_BYTES), Ok(()));
    assert_eq!(with(|one| one.most_bytes = MOST_BYTES + 1), fault("documents[0].most_bytes", DocumentSize));
    assert_eq!(with(|one| one.most_bytes = LEAST_BYTES - 1), fault("documents[0].most_bytes", DocumentSize));
    assert_eq!(with(|one| one.most_pages = 51), fault("documents[0].most_pages", OutOfRange(1, 50)));
    assert_eq!(with(|one| one.most_files = u32::MAX), fault("documents[0].most_files", OutOfRange(1, 8)));
    assert_eq!(with(|one| one.kinds.clear()), fault("documents[0].kinds", FileKinds));
    assert_eq!(with(|one| one.kinds.push(FileKind::Pdf)), fault("documents[0].kinds", FileKinds));
    assert_eq!(with(|one| one.key = STAMPED_FORM.to_owned()), fault("documents[0].key", KeyReserved));
    assert_eq!(first_of_documents(&[document("a"), document("a")]), fault("documents[1].key", KeyTwice));
}

#[test]
fn what_was_asked_is_remembered_as_far_as_the_form_does_not_say_it_any_more() {
    let (one, two) = (choice("a", &["x", "y"]), field("b", FieldKind::Text));
    let secret = FieldSpec { sensitive: true, ..two.clone() };
    let asked = [one.clone(), two.clone()];
    assert_eq!(remembered(&[], &asked, &asked), []);
    assert_eq!(remembered(&[], &asked, std::slice::from_ref(&one)), vec![two.clone()], "it was taken away");
    assert_eq!(
        remembered(std::slice::from_ref(&two), std::slice::from_ref(&one), &asked),
        [],
        "it came back"
    );
    // An option that went is known for ever, whatever comes after it.
    let fewer = choice("a", &["y", "z"]);
    let known = remembered(&[], std::slice::from_ref(&one), std::slice::from_ref(&fewer));
    assert_eq!(known, vec![one.clone()]);
    let known = remembered(&known, &[fewer], &[choice("a", &["z"])]);
    let values: Vec<_> = known[0].options.iter().flatten().map(|option| option.value.as_str()).collect();
    assert_eq!(values, ["y", "z", "x"]);
    // What was sensitive once is known to have been.
    let known = remembered(&[], std::slice::from_ref(&secret), std::slice::from_ref(&two));
    assert_eq!(known, vec![secret.clone()]);
    let again = remembered(&known, std::slice::from_ref(&two), std::slice::from_ref(&two));
    assert!(again[0].sensitive);
    assert_eq!(remembered(&again, &[two], &[secret]), []);
    let (scan, photo) = (document("scan"), document("photo"));
    let all = [scan.clone(), photo.clone()];
    assert_eq!(remembered_documents(&[], &all, std::slice::from_ref(&scan)), vec![photo.clone()]);
    assert_eq!(
        remembered_documents(std::slice::from_ref(&photo), std::slice::from_ref(&scan), &[]),
        vec![photo.clone(), scan.clone()]
    );
    assert_eq!(remembered_documents(&[photo], &[], &all), []);
}

fn blank() -> ServiceSpec {
    let text = serde_json::json!({"zh-CN": "x", "en": "x"});
    let spec = serde_json::json!({"summary": text, "who": text, "bring": [], "rules": [], "fields": [], "checks": [], "trial": false});
    serde_json::from_value(spec).unwrap()
}

#[test]
fn an_answer_is_read_by_what_its_question_was_called_then() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let called = |label: &str, option: &str| {
        let mut field = choice("a", &["x"]);
        field.label = ByLanguage::same(label.to_owned());
        field.options.as_mut().unwrap()[0].label = ByLanguage::same(option.to_owned());
        field
    };
    let [first, second, third] = [called("甲", "一"), called("乙", "一"), called("甲", "二")];
    let (at_first, at_second) = (at("2026-11-01T00:00:00Z"), at("2026-11-10T00:00:00Z"));
    let of = |field: &FieldSpec| vec![field.clone()];
    let labels = remembered_labels(&[], &of(&first), &of(&first), at_first);
    assert_eq!(labels, []);
    let labels = remembered_labels(&labels, &of(&first), &of(&second), at_first);
    let labels = remembered_labels(&labels, &of(&second), &of(&third), at_second);
    let spec = ServiceSpec { fields: of(&third), former_labels: labels, ..blank() };
    let then = |time: &str| -> Vec<(Option<String>, ByLanguage)> {
        spec.labels_at(at(time)).into_iter().map(|label| (label.option, label.label)).collect()
    };
    let x = || Some("x".to_owned());
    // It is called again what it was called at first; the option is not.
    assert_eq!(then("2026-10-31T00:00:00Z"), [(x(), ByLanguage::same("一"))]);
    assert_eq!(then("2026-11-01T00:00:00Z"), [(None, ByLanguage::same("乙")), (x(), ByLanguage::same("一"))]);
    assert_eq!(then("2026-11-10T00:00:00Z"), []);
    // What is not asked any more keeps what it was called last, and what it was called before.
    let gone = ServiceSpec { former_fields: of(&third), fields: Vec::new(), ..spec };
    assert_eq!(gone.labels_at(at("2026-11-05T00:00:00Z")).len(), 2);
}
