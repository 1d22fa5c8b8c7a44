### The mail that asks how it was.

invitation =
    .subject = How was it? { $service }
    .opening = Your appointment “{ $service }” ({ $reference }) on { $on } is completed. How was it?
    .question = There is one question, and you need not sign in; a comment is up to you. The officer who served you cannot see who answered.
    .link = The link works once, until { $until }. Whether you answer is up to you and changes nothing for later visits.
    .action = Rate the service
