//! Files that come inside of JSON, as base64.

use crate::base::words;
use crate::http::Problem;
use base64::{Engine, engine::general_purpose::STANDARD};

/// What a file is called in a body; what is told about it stands at this field.
pub const FILE: &str = "file_base64";

/// The bytes of a file that came in `field`.
pub fn file_in(field: &'static str, base64: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(base64).map_err(|_| Problem::invalid(field, words::http::invalid_field()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written_or_refused_at_its_field() {
        assert_eq!(file_in(FILE, "5Yaw5Z+O").unwrap(), "冰城".as_bytes());
        assert_eq!(file_in(FILE, "").unwrap(), b"");
        for wrong in ["5Yaw5Z-O", "5Yaw5Z+", "5Yaw 5Z+O", "冰城"] {
            let problem = file_in("list_base64", wrong).unwrap_err();
            assert_eq!((problem.code, problem.field.as_deref()), ("invalid_field", Some("list_base64")));
        }
    }
}
