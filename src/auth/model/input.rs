//! What may be typed when registering: logins, passwords, names. Pure.

use crate::auth::model::{name_rules, secret};
use crate::auth::store::entities::registration::RegistrationKind;
use crate::base::words::{self, Language};
use crate::directory::model::identifiers;
use crate::http::Problem;
use unicode_normalization::UnicodeNormalization;

/// A registration as it was typed: of an enterprise by its contact, or of somebody for themselves.
#[derive(Clone, Debug)]
pub struct Registration {
    pub enterprise: Option<TypedEnterprise>,
    pub name: String,
    pub mobile: String,
    pub email: String,
    pub login: String,
    pub password: String,
    pub locale: Language,
}

/// The enterprise of a registration.
#[derive(Clone, Debug)]
pub struct TypedEnterprise {
    pub name: String,
    pub uscc: String,
}

/// A registration as it is stored.
#[derive(Clone, Debug)]
pub struct Checked {
    pub kind: RegistrationKind,
    pub enterprise: Option<TypedEnterprise>,
    pub name: String,
    pub mobile: String,
    pub email: String,
    pub login: String,
    pub password: String,
    pub locale: Language,
}

impl Registration {
    /// The registration as it is stored, or the first field that is wrong. The API calls the person behind an
    /// enterprise its contact.
    pub fn checked(self) -> Result<Checked, Problem> {
        let (kind, [name, mobile, email]) = match self.enterprise {
            Some(_) => (RegistrationKind::Enterprise, ["contact_name", "contact_mobile", "contact_email"]),
            None => (RegistrationKind::Traveller, ["name", "mobile", "email"]),
        };
        let enterprise = match self.enterprise {
            Some(typed) => Some(TypedEnterprise {
                name: name_rules::enterprise("name", &typed.name)?,
                uscc: identifiers::uscc(&typed.uscc).map_err(|fault| fault.problem("uscc"))?,
            }),
            None => None,
        };
        let checked = Checked {
            kind,
            enterprise,
            name: name_rules::person(name, &self.name)?,
            mobile: identifiers::mobile(&self.mobile).map_err(|fault| fault.problem(mobile))?,
            email: identifiers::email(&self.email).map_err(|fault| fault.problem(email))?,
            login: login(&self.login)?,
            password: secret::normal(&self.password),
            locale: self.locale,
        };
        let own = checked.enterprise.as_ref();
        let (enterprise, uscc) = own.map_or(("", ""), |own| (own.name.as_str(), own.uscc.as_str()));
        let Checked { login, name, email, mobile, password, .. } = &checked;
        secret::check("password", password, &[login, name, email, mobile, enterprise, uscc])?;
        Ok(checked)
    }
}

/// A login in lower case: 3 to 32 of a–z, 0–9, dot, dash and underscore.
pub fn login(typed: &str) -> Result<String, Problem> {
    normal_login(typed)
        .filter(|login| login.len() >= 3)
        .ok_or_else(|| Problem::invalid("login", words::auth::bad_login()))
}

/// The login in the form in which it is stored, if it can be one; staff may have short ones.
pub fn normal_login(typed: &str) -> Option<String> {
    let login = typed.trim().to_ascii_lowercase();
    let fits = (1..=32).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    fits.then_some(login)
}

/// One line of plain text without spaces around it.
pub fn line(field: &'static str, typed: &str, least: usize, most: usize) -> Result<String, Problem> {
    text(field, typed, least, most, |_| false)
}

/// Plain text that may have line breaks.
pub fn lines(field: &'static str, typed: &str, least: usize, most: usize) -> Result<String, Problem> {
    text(field, typed, least, most, |c| c == '\n' || c == '\r' || c == '\t')
}

fn text(
    field: &'static str,
    typed: &str,
    least: usize,
    most: usize,
    also: impl Fn(char) -> bool,
) -> Result<String, Problem> {
    // One spelling of what looks the same, so that equal texts are equal.
    let text: String = typed.trim().nfc().collect();
    if !(least..=most).contains(&text.chars().count()) {
        return Err(Problem::invalid(field, words::auth::wrong_length(least, most)));
    }
    // Control characters are no text; PostgreSQL does not even store a NUL.
    if text.chars().any(|c| c.is_control() && !also(c)) {
        return Err(Problem::invalid(field, words::auth::wrong_character()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> Registration {
        Registration {
            enterprise: Some(TypedEnterprise {
                name: " 霜河样例食品有限公司 ".into(),
                uscc: "91239999ma0000285y".into(),
            }),
            name: "何女士".into(),
            mobile: "154 0000 0009".into(),
            email: "he@example.com".into(),
            login: "He.Food".into(),
            password: "correct horse battery".into(),
            locale: Language::ZhCn,
        }
    }

    fn enterprise(registration: &mut Registration) -> &mut TypedEnterprise {
        registration.enterprise.as_mut().unwrap()
    }

    #[test]
    fn a_registration_is_stored_in_normal_form() {
        let checked = registration().checked().unwrap();
        let enterprise = checked.enterprise.unwrap();
        assert_eq!(enterprise.name, "霜河样例食品有限公司");
        assert_eq!(enterprise.uscc, "91239999MA0000285Y");
        assert_eq!(checked.mobile, "15400000009");
        assert_eq!(checked.login, "he.food");
        assert_eq!(checked.kind, RegistrationKind::Enterprise);
    }

    #[test]
    fn a_traveller_is_asked_by_other_names() {
        let traveller = Registration { enterprise: None, ..registration() };
        assert_eq!(traveller.clone().checked().unwrap().kind, RegistrationKind::Traveller);
        for (field, typed) in [
            ("name", Registration { name: String::new(), ..traveller.clone() }),
            ("mobile", Registration { mobile: "7".into(), ..traveller.clone() }),
            ("email", Registration { email: "he".into(), ..traveller.clone() }),
        ] {
            assert_eq!(typed.checked().unwrap_err().field.as_deref(), Some(field));
        }
        let abroad = Registration { mobile: "+7 916 123-45-67".into(), ..traveller };
        assert_eq!(abroad.checked().unwrap().mobile, "+79161234567");
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Spoil = fn(&mut Registration);
        let cases: [(&str, &str, Spoil); 18] = [
            ("name", "wrong_length", |r| enterprise(r).name = " 霜 ".into()),
            ("name", "wrong_length", |r| enterprise(r).name = "霜".repeat(101)),
            ("name", "wrong_character", |r| enterprise(r).name = "霜河\0食品".into()),
            ("name", "wrong_character", |r| enterprise(r).name = "霜河\n食品".into()),
            ("name", "name_not_allowed", |r| enterprise(r).name = "霜河 evil.example".into()),
            ("contact_name", "name_not_allowed", |r| r.name = "请登录 https://evil.example".into()),
            ("uscc", "wrong_check_digit", |r| enterprise(r).uscc = "91239999MA00000150".into()),
            ("uscc", "wrong_character", |r| enterprise(r).uscc = "91239999MA0000I1O0".into()),
            ("uscc", "wrong_length", |r| enterprise(r).uscc = String::new()),
            ("contact_name", "wrong_length", |r| r.name = "  ".into()),
            ("contact_mobile", "wrong_length", |r| r.mobile = "1540000".into()),
            ("contact_email", "wrong_character", |r| r.email = "he".into()),
            ("login", "bad_login", |r| r.login = "he".into()),
            ("login", "bad_login", |r| r.login = "he food".into()),
            ("login", "bad_login", |r| r.login = "何女士何女士".into()),
            ("password", "bad_password", |r| r.password = "123456789".into()),
            ("password", "bad_password", |r| r.password = "xk7".repeat(43)),
            ("password", "bad_password", |r| r.password = "He.Food1234".into()),
        ];
        for (field, code, spoil) in cases {
            let mut typed = registration();
            spoil(&mut typed);
            let problem = typed.checked().unwrap_err();
            assert_eq!((problem.field.as_deref(), problem.code), (Some(field), code));
        }
    }

    #[test]
    fn a_reason_may_have_lines() {
        assert_eq!(lines("reason", " 材料不全：\n缺营业执照 ", 2, 500).unwrap(), "材料不全：\n缺营业执照");
        assert!(lines("reason", "x", 2, 500).is_err());
        assert!(lines("reason", "a\u{1b}[31mb", 2, 500).is_err());
    }
}
