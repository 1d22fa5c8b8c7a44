//! Lines of comma-separated values (RFC 4180); semicolons and tabs where the first line has them instead.

/// A line with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvLine {
    /// As it stands in the file.
    pub number: u32,
    /// By their columns, counted from 0; those with nothing in them are left out.
    pub cells: Vec<(usize, String)>,
}

/// Lines with something in them; no more than one above `most`.
pub fn lines(text: &str, most: usize) -> Vec<CsvLine> {
    let head = text.lines().next().unwrap_or_default();
    let separator = [',', '\t', ';', '，'].into_iter().max_by_key(|c| (head.matches(*c).count(), *c == ','));
    let separator = separator.unwrap_or(',');
    let mut lines = Vec::new();
    let (mut number, mut begun) = (1, 1);
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let ends_line = c == '\n' || (c == '\r' && characters.peek() != Some(&'\n'));
        if ends_line {
            number += 1;
        }
        let cell = cells.last_mut().expect("there is a cell at any time");
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\r' if !ends_line => {}
            _ if quoted => cell.push(c),
            _ if ends_line => {
                end(&mut lines, begun, &mut cells);
                begun = number;
                if lines.len() > most {
                    return lines;
                }
            }
            _ if c == separator => cells.push(String::new()),
            _ => cell.push(c),
        }
    }
    end(&mut lines, begun, &mut cells);
    lines
}

fn end(lines: &mut Vec<CsvLine>, number: u32, cells: &mut Vec<String>) {
    let cells = std::mem::replace(cells, vec![String::new()]);
    let cells: Vec<(usize, String)> =
        cells.into_iter().enumerate().filter(|(_, text)| !text.trim().is_empty()).collect();
    if !cells.is_empty() {
        lines.push(CsvLine { number, cells });
    }
}
