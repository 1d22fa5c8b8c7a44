### The mail that asks how it was.

invitation =
    .subject = 请评价这次服务：{ $service }
    .opening = 您于{ $on }办理的“{ $service }”（预约 { $reference }）已经办完。这次服务怎么样？
    .question = 只有一道题，不用登录；想说的话可写可不写。接待您的关员看不到是谁评的。
    .link = 链接只能用一次，{ $until }前有效。评不评由您，不影响今后办事。
    .action = 去评价
