use super::*;
use crate::base::words::Language;
use encoding_rs::GB18030;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const HEAD: &str = "姓名,证件类型,证件号码,出生日期,手机\n";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 26).unwrap()
}

/// Of nobody: the place in it does not exist.
fn resident(serial: u32) -> String {
    let seventeen = format!("23999919900101{serial:03}");
    let with = |last: &char| format!("{seventeen}{last}");
    let right = |id: &String| crate::directory::model::identifiers::resident_id(id).is_ok();
    "0123456789X".chars().map(|last| with(&last)).find(right).unwrap()
}

fn list(text: &str) -> PersonList {
    read(format!("{HEAD}{text}").as_bytes(), "名单.csv", today(), 50).unwrap()
}

/// The faults as (line, column, code).
fn faults(list: &PersonList) -> Vec<(u32, PersonColumn, &'static str)> {
    list.faults.iter().map(|fault| (fault.line, fault.column, fault.code)).collect()
}

/// An XLSX with these parts.
fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook whose first sheet has these cells.
fn workbook(cells: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    packed(&[
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            &format!(
                r#"<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            &format!(
                r#"<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!(r#"<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>"#),
        ),
    ])
}

fn row(number: u32, cells: &[&str]) -> String {
    let cell = |(at, text): (usize, &&str)| {
        let place = format!("{}{number}", ["A", "B", "C", "D", "E"][at]);
        match text.strip_prefix('=') {
            Some(number) => format!(r#"<c r="{place}"><v>{number}</v></c>"#),
            None => match text.strip_prefix('@') {
                Some(day) => format!(r#"<c r="{place}" s="1"><v>{day}</v></c>"#),
                None => format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#),
            },
        }
    };
    format!(r#"<row r="{number}">{}</row>"#, cells.iter().enumerate().map(cell).collect::<String>())
}

const NAMES: [&str; 5] = ["姓名", "证件类型", "证件号码", "出生日期", "手机"];

#[test]
fn a_list_is_read_from_every_kind_of_file() {
    let text = format!(
        "{HEAD}\n王小明,身份证,{},1990-01-01,154 0000 0001\n,,,,\n\"Smith, Anna\",护照,P1234567,1985/2/3,\n",
        resident(123)
    );
    let expected = list(text.strip_prefix(HEAD).unwrap());
    assert_eq!(
        faults(&expected),
        [(5, PersonColumn::Name, "name_not_allowed")],
        "a comma is no part of a name"
    );
    let text = text.replace("\"Smith, Anna\"", "\"Anna Smith\"");
    let expected = list(text.strip_prefix(HEAD).unwrap());
    assert_eq!((faults(&expected), expected.lines, expected.persons.len()), (vec![], 2, 2));
    assert_eq!(expected.persons[0].mobile.as_deref(), Some("15400000001"));
    assert_eq!(expected.persons[1].birth_date.to_string(), "1985-02-03");
    let gbk = GB18030.encode(&text).0.into_owned();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let semicolons = text.replace(',', ";").into_bytes();
    let xlsx = workbook(
        &[
            row(1, &NAMES),
            // Excel counts days; 32874 is the first of January 1990, 31081 the third of February 1985.
            row(3, &["王小明", "身份证", &resident(123), "@32874", "=15400000001"]),
            row(5, &["Anna Smith", "护照", "P1234567", "@31081"]),
        ]
        .concat(),
    );
    for (name, bytes) in [("a.csv", gbk), ("a.csv", marked), ("", semicolons), ("名单.XLSX", xlsx)] {
        assert_eq!(read(&bytes, name, today(), 50).unwrap(), expected, "{name}");
    }
}

#[test]
fn every_line_that_is_wrong_is_told_with_its_number_and_what_to_do() {
    use PersonColumn::*;
    let first = resident(123);
    let text = format!(
        "王小明,身份证,{first},,\n\
         ,身份证,{first},,\n\
         李\u{202e}四,护照,P7654321,1990-01-01,\n\
         李\u{200b}四,护照,P7654322,1990-01-01,\n\
         赵六,身份证,9.99999E+17,,1.54E+10\n\
         \n\
         钱七,身份证,239999199001011000,,\n\
         孙八,身份证,239999199013011239,,\n\
         周九,驾驶证,X1,1990-02-30,12\n\
         吴十,护照,P7654329,2027-01-01,\n\
         郑一,身份证,{},1991-01-01,\n",
        resident(7)
    );
    let list = list(&text);
    assert_eq!(
        faults(&list),
        [
            (3, Name, "person_missing"),
            (3, DocumentNumber, "person_twice"),
            (4, Name, "text_not_allowed"),
            (5, Name, "text_not_allowed"),
            (6, DocumentNumber, "number_mangled"),
            (6, Mobile, "number_mangled"),
            (8, DocumentNumber, "number_mangled"),
            (9, DocumentNumber, "no_such_date"),
            (10, DocumentKind, "unknown_document_kind"),
            (10, DocumentNumber, "invalid_document_number"),
            (10, Mobile, "wrong_length"),
            (10, BirthDate, "invalid_birth_date"),
            (11, BirthDate, "invalid_birth_date"),
            (12, BirthDate, "birth_differs"),
        ]
    );
    let mangled = list.faults[4].text.in_language(Language::En);
    assert!(mangled.contains("text") && mangled.contains("again"), "{mangled}");
    assert_eq!((list.lines, list.persons.len()), (10, 1));
}

#[test]
fn digits_that_a_workbook_has_lost_are_found() {
    let cells = [
        row(1, &NAMES),
        row(2, &["王小明", "身份证", "=230102199001011234", "@32874", "=15400000001"]),
        row(3, &["李四", "身份证", "=2.30102199001011E+17"]),
        row(4, &["赵六", "护照", "=12345678", "@32874"]),
    ];
    let list = read(&workbook(&cells.concat()), "a.xlsx", today(), 50).unwrap();
    let lost = |line| (line, PersonColumn::DocumentNumber, "number_mangled");
    assert_eq!(faults(&list), [lost(2), lost(3)]);
    assert_eq!(list.persons[0].document_number, "12345678");
}

#[test]
fn a_file_that_is_no_list_is_said_to_be_none() {
    let code = |bytes: &[u8], name: &str| read(bytes, name, today(), 2).map_err(|fault| fault.code());
    let sheet = workbook(&row(1, &NAMES));
    for (bytes, name, wrong) in [
        (&b"\x89PNG\r\n\x1a\n\0\0"[..], "a.csv", "group_file_kind"),
        (b"%PDF-1.7", "", "group_file_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "a.xls", "group_file_kind"),
        (HEAD.as_bytes(), "a.xlsx", "group_file_kind"),
        (&sheet, "a.csv", "group_file_kind"),
        (&packed(&[("word/document.xml", "<w/>")]), "a.xlsx", "group_file_kind"),
        (&sheet[..sheet.len() / 2], "a.xlsx", "group_file_broken"),
        (b"PK\x03\x04nonsense", "", "group_file_broken"),
        (b"\xff\xfe\xd3", "a.csv", "file_encoding"),
        (b"", "a.csv", "group_empty"),
        (b"\n,,\n", "a.csv", "group_empty"),
        (HEAD.as_bytes(), "a.csv", "group_empty"),
        (&sheet, "a.xlsx", "group_empty"),
        ("姓名,手机\n王,1\n".as_bytes(), "a.csv", "group_header"),
        (format!("{HEAD}a\nb\nc\n").as_bytes(), "a.csv", "group_too_many"),
    ] {
        assert_eq!(code(bytes, name), Err(wrong), "{name} {:?}", &bytes[..bytes.len().min(8)]);
    }
    let header = read("name,mobile\na,1".as_bytes(), "", today(), 2).unwrap_err().text();
    assert!(
        header.in_language(Language::ZhCn).contains("证件类型"),
        "{}",
        header.in_language(Language::ZhCn)
    );
}

#[test]
fn what_unpacks_to_more_than_any_list_is_not_unpacked() {
    let bomb = packed(&[("xl/workbook.xml", &"0".repeat(9 << 20))]);
    assert!(bomb.len() < 64 * 1024, "{}", bomb.len());
    assert_eq!(read(&bomb, "a.xlsx", today(), 2), Err(ListFault::TooMuch));
    let corner = format!(r#"{}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, row(1, &NAMES));
    // One cell in the last corner is a line with nothing of ours in it, and no sheet of seventeen thousand million.
    assert_eq!(read(&workbook(&corner), "a.xlsx", today(), 2), Err(ListFault::Empty));
    let long = (2..3000).map(|number| row(number, &["王"])).collect::<String>();
    assert_eq!(read(&workbook(&(row(1, &NAMES) + &long)), "a.xlsx", today(), 2), Err(ListFault::TooMuch));
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..4000, byte in any::<u8>()) {
        let _ = read(&bytes, "", today(), 10);
        let mut sheet = workbook(&(row(1, &NAMES) + &row(2, &["王", "护照", "P123", "@1"])));
        let at = at % sheet.len();
        sheet[at] = byte;
        let _ = read(&sheet, "a.xlsx", today(), 10);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = read(format!("{HEAD}{text}").as_bytes(), "", today(), 10);
    }
}
