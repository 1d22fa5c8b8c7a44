### Documents that go with bookings.

stamped_form = 盖章的纸质申请表
unknown_document = 这次预约没有这一项要上传的材料。
documents_closed = 这次预约已经受理或结束，材料不能再改。需要补充的，请联系窗口。
# $most (number)
documents_enough = 这一项最多上传 { $most } 个文件。请先删除一个，或者选择替换。
document_required = 这是必传的材料，提交之后不能删除。可以换一个文件：请选择替换。
document_kept = 这份表格上传已经超过 24 小时，不能再删除或替换。
document_unreadable = 这个文件现在打不开：保存的内容和上传时不一致。已经通知管理员。
too_many_uploads = 您正在上传的文件太多，请等前面的传完再试。
documents_busy = 现在收发文件的人较多，请过几秒再试。
document_too_large = 文件太大，最大 { $megabytes } MB。请压缩后再传，或者用手机重新拍照。
document_empty = 文件是空的，请重新选择。
document_kind = 这个文件的内容不是可以接收的格式（可以接收：{ $kinds }）。改后缀名没有用，请导出成这些格式，或者直接拍照上传。
document_broken = 文件不完整或已损坏，打不开。请重新保存或重新拍照后再传。
document_mixed = 文件里还有别的内容（如压缩包、附件、脚本），不能接收。请打开后另存为新的文件，PDF 请重新“打印成 PDF”，再传。
document_encrypted = 这个 PDF 加了密码或限制。请去掉密码（例如打印成新的 PDF）后再传。
# $pages (number)
# $most (number)
document_pages = 这个 PDF 有 { $pages } 页，最多 { $most } 页。请只留需要的页。
document_dots = 图片的像素太大。请缩小后再传，或者用手机重新拍照。
