### Documents that go with bookings.

stamped_form = Stamped paper form
unknown_document = This booking asks for no such document to be uploaded.
documents_closed = This booking was decided or is over, so its documents cannot be changed any more. If something is missing, contact the desk.
# $most (number)
documents_enough = { $most ->
    [one] This takes one file only. Remove the one that is there first, or replace it.
   *[other] This takes { $most } files at most. Remove one first, or replace one.
}
document_required = This document is required and cannot be removed once the booking is requested. You can replace it by another file.
document_kept = This form was attached more than 24 hours ago and can no longer be removed or replaced.
document_unreadable = This file cannot be opened now: what is kept is not what was uploaded. The administrators know.
too_many_uploads = You are sending too many files at once. Wait until the others have arrived, then try again.
documents_busy = Many files are on their way at this moment. Please try again in a few seconds.
document_too_large = The file is too large: { $megabytes } MB at most. Compress it, or take the picture again with a telephone.
document_empty = The file is empty. Choose another one.
document_kind = What is in this file is none of the formats that are taken ({ $kinds }). Changing its name does not help: export it as one of them, or take a picture.
document_broken = The file is incomplete or damaged and cannot be opened. Save it anew or take the picture again.
document_mixed = Something else is in this file, such as an archive, an attachment or a script. Open it, save it as a new file (print a PDF to PDF once more) and send that.
document_encrypted = This PDF has a password or restrictions. Remove them, for example by printing it to a new PDF.
# $pages (number)
# $most (number)
document_pages = This PDF has { $pages ->
    [one] one page
   *[other] { $pages } pages
}; { $most ->
    [one] one page is the most.
   *[other] { $most } pages are the most.
} Keep only those that are needed.
document_dots = The picture has too many dots. Make it smaller, or take it again with a telephone.
