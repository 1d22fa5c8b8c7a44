### Codes and numbers as they are typed.

# $length (number)
uscc =
    .length = 统一社会信用代码是 18 位，这里是 { $length } 位。请对照营业执照补全。
    .character = 统一社会信用代码里不会有“{ $c }”：不用字母 I、O、S、V、Z，容易和 1、0、5、2 混淆。请看清是数字 0 还是字母 O。
    .check_digit = 统一社会信用代码的校验位不对，有一位输错了。请逐位核对，留意 0 和 O、1 和 I、2 和 Z 这样容易看错的字符。
# $length (number)
resident_id =
    .length = 居民身份证号码是 18 位，这里是 { $length } 位。
    .character = 居民身份证号码前 17 位是数字，最后一位是数字或 X。请看清是数字 0 还是字母 O。
    .check_digit = 居民身份证号码的校验位不对，有一位输错了。请逐位核对。
    .date = 居民身份证号码第 7 至 14 位是出生日期，这个日期不存在。
# $length (number)
mobile =
    .character = 手机号码只有数字；境外号码以 + 和国家代码开头，例如 +7。
    .length = 手机号码是 11 位，这里是 { $length } 位。境外号码请以 + 和国家代码开头，例如 +7。
    .beginning = 手机号码以 13 至 19 开头。这里不能填固定电话；境外号码请以 + 和国家代码开头。
# $length (number)
mobile_abroad =
    .character = 境外手机号码是 + 加国家代码和号码，只有数字，例如 +7 916 123 45 67。
    .length = 境外手机号码连国家代码 7 至 15 位，这里是 { $length } 位。
# $length (number)
declaration_no =
    .direction = 报关单号第 9 位是 1（进口）或 0（出口）。请核对。
    .digits = 报关单号只有数字。请看清是数字 0 还是字母 O。
    .length = 报关单号是 18 位数字，这里是 { $length } 位。
# $length (number)
external_no =
    .character = 编号里只有字母、数字和连字符，不会有“{ $c }”。请照原编号填写。
    .length = 编号是 6 至 40 位，这里是 { $length } 位。请照原编号填写。
    .no_digit = 编号里应当有数字。请照原编号填写。
# $length (number)
customs_reg_code =
    .length = 海关注册编码是 10 位，这里是 { $length } 位。
    .character = 海关注册编码前 4 位是数字，后 6 位是数字或字母。
# $length (number)
hs_code =
    .character = “{ $part }”不是 HS 编码：HS 编码只有数字。多个编码用逗号隔开。
    .length = HS 编码是 4 至 10 位数字，“{ $part }”是 { $length } 位。多个编码用逗号隔开。
# $hs_codes (number)
hs_codes =
    .count = 请填 1 至 { $hs_codes } 个 HS 编码，用逗号隔开。
email = 电子邮箱的格式不对，应当像 name@example.com。
# $length (number)
customs_code =
    .digits = 关区代码只有数字。请看清是数字 0 还是字母 O。
    .length = 关区代码是 4 位数字，这里是 { $length } 位。
