### Groups that are booked by a list of persons.

column_name = name
column_document_kind = document kind
column_document_number = document number
column_birth_date = birth date
column_mobile = mobile
group_file_kind = This is no list: a CSV or XLSX file is needed, and it must be what its name says. In the spreadsheet program choose "Save as" and then XLSX or CSV.
group_file_too_much = The file holds far more than a list of persons. Copy the lines into a new workbook and send that.
group_file_broken = The workbook is damaged and cannot be read. Open it in the spreadsheet program, save it anew, and send that.
group_header = The first line must have the names of the columns. Missing: { $missing }.
group_empty = There are no persons on the list.
# $most (number)
group_too_many = A group of this service has at most { $most } persons. Divide the list.
person_missing = { $column }: this is missing.
# $line (number)
person_twice = This person stands in line { $line } already.
cell_error = The cell holds an error of the spreadsheet. Type the value in.
unknown_document_kind = The document kind must be resident identity card, passport, permit or other.
number_mangled = The spreadsheet took this for a number and lost digits of it. Give the column the format "text", and type the number again.
invalid_document_number = A document number has 4 to 20 letters and digits.
invalid_birth_date = There is no such birth date; write it as 1990-01-31.
birth_differs = The identity number says { $inside }. One of the two is wrong.
no_groups = This service takes no groups. Please book for each person.
group_too_small = A group has at least 2 persons. For one person book in the usual way.
# $count (number)
# $first (number)
group_lines_wrong = { $count ->
    [one] Something is wrong with the list, in line { $first }. Nothing was booked. Have it checked to see what.
   *[other] { $count } things are wrong with the list, the first in line { $first }. Nothing was booked. Have it checked to see all of them.
}
# $days (number)
group_lead = A group is booked at least { $days } days ahead, from { $from } on. Please choose a later day, or call the office.
